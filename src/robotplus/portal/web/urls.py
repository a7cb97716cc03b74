"""URLs that belong to no single noun."""

from django.urls import path

from robotplus.portal.web import views

urlpatterns = [path("", views.home, name="home")]
