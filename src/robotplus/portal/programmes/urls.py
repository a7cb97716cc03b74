"""URLs of the programmes."""

from django.urls import path

from robotplus.portal.programmes import views

urlpatterns = [
    path("programmes/", views.programme_list, name="programme_list"),
    path("programmes/<int:pk>/", views.programme, name="programme"),
]
