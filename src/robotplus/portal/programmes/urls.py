"""URLs of the programmes."""

from django.urls import path, re_path

from robotplus.portal.programmes import views

urlpatterns = [
    path("programmes/", views.programme_list, name="programme_list"),
    path("programmes/new/", views.new, name="programme_new"),
    path("programmes/<int:pk>/", views.programme, name="programme"),
    re_path(
        r"^programmes/(?P<pk>\d{1,15})/figures\.(?P<kind>csv|xlsx)$", views.sheet, name="programme_sheet"
    ),
    path("programmes/<int:pk>/edit/", views.edit, name="programme_edit"),
    path("programmes/<int:pk>/move/", views.move, name="programme_move"),
    path("programmes/<int:pk>/targets/", views.add_target, name="programme_target"),
    path("programmes/<int:pk>/targets/<int:target>/", views.drop_target, name="programme_target_drop"),
    path("programmes/<int:pk>/measurements/", views.measure, name="programme_measure"),
    path(
        "programmes/<int:pk>/measurements/<int:measurement>/",
        views.drop_measurement,
        name="programme_measure_drop",
    ),
]
