"""Settings of the portal, from environment variables; docs/deploy.md lists them all.

Everything the portal keeps lies in ``ROBOTPLUS_HOME`` (files, the SQLite database, the secret key).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

HERE = Path(__file__).parent
HOME = Path(os.environ.get("ROBOTPLUS_HOME") or Path.cwd() / "build" / "portal").resolve()
HOME.mkdir(parents=True, exist_ok=True)


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, str(int(default))).lower() in ("1", "true", "yes", "on")


def _words(name: str) -> list[str]:
    return [w for w in os.environ.get(name, "").replace(",", " ").split() if w]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _secret() -> str:
    """The deployer's key, else one made at first start and kept beside the data, readable by us alone."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    path = HOME / "secret-key"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made := secrets.token_urlsafe(50))
    return made


SECRET_KEY = _secret()
DEBUG = _flag("ROBOTPLUS_DEBUG", False)
ALLOWED_HOSTS = _words("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = _words("CSRF_TRUSTED_ORIGINS")
SECURE = _flag("ROBOTPLUS_HTTPS", False)  # behind a proxy that ends TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",  # for the files of the API's documentation
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *(
        f"robotplus.portal.{app}"
        for app in (
            "core",
            "parties",
            "catalogue",
            "offers",
            "needs",
            "matches",
            "deals",
            "evidence",
            "programmes",
            "jobs",
            "search",
            "desk",
            "web",
            "api",
        )
    ),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages; static files are compressed once, by whitenoise
    "django.contrib.sessions.middleware.SessionMiddleware",
    "robotplus.portal.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "robotplus.portal.parties.middleware.AccountPagesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "robotplus.portal.core.reader.ReaderMiddleware",
    "robotplus.portal.core.middleware.ContentPolicyMiddleware",
    "robotplus.portal.core.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "robotplus.portal.urls"
WSGI_APPLICATION = "robotplus.portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "web" / "templates", HERE / "parties" / "templates"],  # before allauth's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "robotplus.portal.web.context.site",
            ],
            "builtins": [
                "robotplus.portal.web.templatetags.ui",
                "robotplus.portal.web.templatetags.fields",
            ],
        },
    }
]

_DATABASE = os.environ.get("DATABASE_URL") or f"sqlite:///{HOME / 'portal.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(_DATABASE, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
        "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # every query here is short: compiling one costs more than it could save
    _given = DATABASES["default"].setdefault("OPTIONS", {})
    _given["options"] = f"-c jit=off {_given.get('options', '')}".strip()
AUTH_USER_MODEL = "parties.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{v}"}
    for v in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "robotplus.portal.parties.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = [
    "email*",
    "phone",
    "password1*",
    "password2*",
]  # a number alone does too: parties/signup.py
ACCOUNT_FORMS = {"signup": "robotplus.portal.parties.signup.EitherSignupForm"}
ACCOUNT_SIGNUP_FORM_CLASS = "robotplus.portal.parties.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = os.environ.get(
    "EMAIL_VERIFICATION", "mandatory"
)  # by a code; hides who has an account
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # codes of the half minute before and after count: phones' clocks drift
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))

# Signing in by the deployer's own OpenID Connect provider (a city's identity platform), beside the portal's accounts.
OIDC_SERVER = os.environ.get("OIDC_SERVER", "")
SIGN_IN_ORIGINS = [*([_origin(OIDC_SERVER)] if OIDC_SERVER else []), *_words("OIDC_ORIGINS")]
SOCIALACCOUNT_ADAPTER = "robotplus.portal.parties.oidc.ProviderAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False  # a new person still says yes to the privacy notice
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # whoever has an account joins the provider to it once signed in
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": os.environ.get("OIDC_NAME", "OpenID Connect"),
                "client_id": os.environ.get("OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_SERVER},
            }
        ]
        if OIDC_SERVER
        else [],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS: list[Path] = []  # each app keeps its own
FORMAT_MODULE_PATH = "robotplus.portal.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = os.environ.get("TZ") or "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "robotplus.portal.web.storage.StaticStorage"
    },
}
UPLOAD_LIMIT = 50 * 2**20  # bytes of one file
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_HANDLERS = ["robotplus.portal.core.uploads.LimitedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("FROM_EMAIL", "robotplus@localhost")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# What the deployer says of the site; shown in the footer or enforced.
SITE = {
    "name": os.environ.get("SITE_NAME", "机器人+ 供需平台"),
    "city": os.environ.get("SITE_CITY", ""),
    "city_area": os.environ.get("SITE_AREA", ""),
    "icp": os.environ.get("SITE_ICP", ""),  # ICP filing number
    "police": os.environ.get("SITE_POLICE_FILING", ""),  # public-security filing number
    "privacy_version": os.environ.get("SITE_PRIVACY_VERSION", "2026-11"),
    "privacy_url": os.environ.get("SITE_PRIVACY_URL", "/privacy"),
}
LOGIN_LOG_DAYS = int(os.environ.get("LOGIN_LOG_DAYS", "183"))
VISITOR_ANSWERS_PER_HOUR = int(os.environ.get("VISITOR_ANSWERS_PER_HOUR", "6"))
VISITOR_ANSWER_DAYS = 7
API_CALLS_PER_MINUTE = int(os.environ.get("API_CALLS_PER_MINUTE", "600"))  # of an account, in each process
API_VISITOR_CALLS_PER_MINUTE = int(os.environ.get("API_VISITOR_CALLS_PER_MINUTE", "120"))  # of an address
COUNT_FLOOR = 3  # counts of fewer organisations are suppressed
WORKER_CORES = int(os.environ.get("WORKER_CORES", str(os.cpu_count() or 1)))
JOB_LEASE_S = float(os.environ.get("JOB_LEASE_S", "20"))  # a killed worker's job waits this long
JOB_TIME_LIMIT_S = float(os.environ.get("JOB_TIME_LIMIT_S", "900"))
