"""URLs of the needs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
