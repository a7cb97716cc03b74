"""URLs that belong to no single noun: home, and the plan's scenarios."""

from django.urls import path

from robotplus.portal.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("say", views.say, name="say"),
    path("scenarios/", views.scenario_list, name="scenario_list"),
    path("scenarios/<slug:scenario_id>/", views.scenario, name="scenario"),
    path("scenarios/<slug:scenario_id>/playback.<str:part>", views.playback, name="scenario_playback"),
]
