"""URLs of the evidence."""

from django.urls import URLPattern, path

from robotplus.portal.evidence import views

urlpatterns: list[URLPattern] = [
    path("evidence/", views.index, name="evidence"),
    path("evidence/check/", views.check_file, name="certificate_check_file"),
    path("evidence/checked/<uuid:pk>/", views.checked, name="certificate_checked"),
    path("evidence/<slug:hexdigest>/", views.certificate, name="certificate"),
    path("evidence/<slug:hexdigest>/check/", views.check, name="certificate_check"),
    path("evidence/<slug:hexdigest>/check/state/", views.check_state, name="certificate_check_state"),
    path("evidence/<slug:hexdigest>/file", views.download, name="certificate_file"),
    path("evidence/<slug:hexdigest>/motion.<str:kind>", views.part, name="certificate_part"),
    path("evidence/<slug:hexdigest>/redacted", views.redaction, name="certificate_redacted"),
    path("evidence/<slug:hexdigest>/access/", views.open_to, name="certificate_access"),
]
