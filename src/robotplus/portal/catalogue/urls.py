"""URLs of models."""

from django.urls import URLPattern, path, re_path

from robotplus.portal.catalogue import views

urlpatterns: list[URLPattern] = [
    path("models/", views.models, name="models"),
    re_path(r"^models\.(?P<kind>csv|xlsx)$", views.models_sheet, name="models_sheet"),
    path("models/<slug:pk>/", views.model, name="model"),
    path("models/<slug:pk>/claim/", views.claim, name="model_claim"),
    path("models/<slug:pk>/ask/", views.ask, name="model_ask"),
    path("models/<slug:pk>/correct/", views.correct, name="model_correct"),
]
