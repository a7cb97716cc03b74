"""URLs of the parties."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
