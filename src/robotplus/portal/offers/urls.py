"""URLs of the offers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
