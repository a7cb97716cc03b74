"""URLs of models."""

from django.urls import URLPattern, path, re_path

from robotplus.portal.catalogue import own_views, views

urlpatterns: list[URLPattern] = [
    path("models/", views.models, name="models"),
    re_path(r"^models\.(?P<kind>csv|xlsx)$", views.models_sheet, name="models_sheet"),
    path("models/new/", own_views.new, name="model_new"),
    path("models/mine/", own_views.mine, name="models_mine"),
    path("models/compare/", views.compare, name="models_compare"),
    path("models/imports/<uuid:pk>/", own_views.importing, name="model_importing"),
    path("models/<slug:pk>/", views.model, name="model"),
    path("models/<slug:pk>/claim/", views.claim, name="model_claim"),
    path("models/<slug:pk>/ask/", views.ask, name="model_ask"),
    path("models/<slug:pk>/correct/", views.correct, name="model_correct"),
    path("models/<slug:pk>/figures/", own_views.figures, name="model_figures"),
    path("models/<slug:pk>/access/", own_views.access, name="model_access"),
    path("models/<slug:pk>/card/", own_views.card, name="model_card"),
]
