"""Every URL of the portal: each app keeps its own; the API lies under /api."""

from django.urls import include, path

from robotplus.portal.api.site import api

APPS = (
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
)

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", api.urls),
    *(path("", include(f"robotplus.portal.{app}.urls")) for app in APPS),
]
