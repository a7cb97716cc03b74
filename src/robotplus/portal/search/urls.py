"""URLs of the search."""

from django.urls import URLPattern, path

from robotplus.portal.search import views

urlpatterns: list[URLPattern] = [
    path("search/", views.page, name="search"),
    path("search/suggest/", views.suggest, name="search_suggest"),
]
