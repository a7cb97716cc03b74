"""URLs of offers."""

from django.urls import URLPattern, path

from robotplus.portal.offers import views

urlpatterns: list[URLPattern] = [
    path("offers/", views.offers, name="offers"),
    path("offers/mine/", views.mine, name="offers_mine"),
    path("offers/new/", views.new, name="offer_new"),
    path("offers/<int:pk>/", views.offer, name="offer"),
    path("offers/<int:pk>/edit/", views.edit, name="offer_edit"),
    path("offers/<int:pk>/move/", views.move, name="offer_move"),
]
