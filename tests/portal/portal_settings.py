"""The portal's settings with a folder of its own for every test process, and what makes tests quick."""

import os
import tempfile

os.environ["ROBOTPLUS_HOME"] = tempfile.mkdtemp(prefix="robotplus-portal-")
os.environ.setdefault("SECRET_KEY", "for tests only")

from robotplus.portal.settings import *  # noqa: F403
from robotplus.portal.settings import DATABASES, HOME, STATIC_ROOT, STORAGES

STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns without it
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
