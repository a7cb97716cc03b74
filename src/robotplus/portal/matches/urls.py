"""URLs of the matches."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
