"""URLs of the deals."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
