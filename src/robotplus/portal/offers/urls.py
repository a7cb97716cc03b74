"""URLs of offers."""

from django.urls import URLPattern, path, re_path

from robotplus.portal.offers import views

urlpatterns: list[URLPattern] = [
    path("offers/", views.offers, name="offers"),
    path("offers/mine/", views.mine, name="offers_mine"),
    path("offers/new/", views.new, name="offer_new"),
    path("offers/import/", views.import_table, name="offers_import"),
    re_path(r"^offers/table-(?P<named>\w+)\.(?P<kind>csv|xlsx)$", views.empty_table, name="offers_table"),
    path("offers/<int:pk>/", views.offer, name="offer"),
    path("offers/<int:pk>/edit/", views.edit, name="offer_edit"),
    path("offers/<int:pk>/move/", views.move, name="offer_move"),
]
