"""URLs of the answers."""

from django.urls import URLPattern, path, re_path

from robotplus.portal.matches import changed_views, inquiring, matched, views

urlpatterns: list[URLPattern] = [
    path("answers/", views.mine, name="answers"),
    path("answers/new/", views.new, name="answer_new"),
    path("answers/<slug:slug>/", views.answer, name="answer"),
    path("answers/<slug:slug>/progress/", views.progress, name="answer_progress"),
    path("answers/<slug:slug>/more/", views.more, name="answer_more"),
    re_path(
        r"^answers/(?P<slug>[-\w]+)/ranking\.(?P<kind>csv|xlsx)$",
        views.ranking_sheet,
        name="answer_ranking_sheet",
    ),
    path("answers/<slug:slug>/compare/", views.compare, name="answer_compare"),
    path("answers/<slug:slug>/robots/<slug:robot>/", views.solution, name="answer_solution"),
    path("answers/<slug:slug>/robots/<slug:robot>/ask/", views.ask, name="answer_ask"),
    path("answers/<slug:slug>/robots/<slug:robot>/<str:kind>", views.part, name="answer_part"),
    path("answers/<slug:slug>/files/<str:name>", views.download, name="answer_download"),
    path("answers/<slug:slug>/cancel/", views.cancel, name="answer_cancel"),
    path("answers/<slug:slug>/again/", views.again, name="answer_again"),
    path("answers/<slug:slug>/share/", views.share, name="answer_share"),
    path("answers/<slug:slug>/changes/", changed_views.changes, name="answer_changes"),
    path("answers/<slug:slug>/changed/", changed_views.changed, name="answer_changed"),
    path(
        "answers/<slug:slug>/changes/<slug:robot>.json", changed_views.change_file, name="answer_change_file"
    ),
    path("answers/<slug:slug>/inquire/", inquiring.inquire, name="answer_inquire"),
    path("answers/<slug:slug>/save/", views.save, name="answer_save"),
    path("needs/<int:pk>/matches/", matched.matches, name="need_matches"),
    path("needs/<int:pk>/matches/find/", matched.find, name="need_matches_find"),
]
