"""URLs of needs."""

from django.urls import URLPattern, path

from robotplus.portal.needs import views

urlpatterns: list[URLPattern] = [
    path("needs/", views.needs, name="needs"),
    path("needs/mine/", views.mine, name="needs_mine"),
    path("needs/new/", views.new, name="need_new"),
    path("needs/<int:pk>/", views.need, name="need"),
    path("needs/<int:pk>/edit/", views.edit, name="need_edit"),
    path("needs/<int:pk>/move/", views.move, name="need_move"),
    path("needs/<int:pk>/invite/", views.invite, name="need_invite"),
    path("needs/<int:pk>/uninvite/<int:organisation>/", views.uninvite, name="need_uninvite"),
]
