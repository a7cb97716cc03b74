"""URLs of what every noun shares."""

from django.urls import path

from robotplus.portal.core import views

urlpatterns = [
    path("documents/<uuid:pk>", views.document, name="document"),
    path("healthz", views.healthz, name="healthz"),
]
