"""URLs of the desk, and of reporting to it."""

from django.urls import path, re_path

from robotplus.portal.desk.views import figures, people, requests, work

urlpatterns = [
    path("desk/", work.desk, name="desk"),
    path("desk/organisations/<int:pk>", work.desk_organisation, name="desk_organisation"),
    path("desk/content/<slug:noun>/<int:pk>", work.desk_content, name="desk_content"),
    path("desk/claims/<int:pk>", work.desk_claim, name="desk_claim"),
    path("desk/corrections/<int:pk>", work.desk_correction, name="desk_correction"),
    path("desk/feature/<int:pk>", work.desk_feature, name="desk_feature"),
    path("desk/unfeature/<int:pk>", work.desk_unfeature, name="desk_unfeature"),
    path("desk/requests/", requests.request_list, name="request_list"),
    path("desk/requests/<int:pk>", requests.desk_request, name="desk_request"),
    path("desk/requests/<int:pk>/open", requests.desk_open, name="desk_open"),
    path("desk/funnel/", figures.funnel_page, name="funnel"),
    re_path(r"^desk/funnel\.(?P<kind>csv|xlsx)$", figures.funnel_sheet, name="funnel_sheet"),
    path("desk/events/", figures.event_log, name="event_log"),
    path("desk/officials/", people.officials, name="officials"),
    path("desk/officials/<int:pk>/end", people.official_end, name="official_end"),
    path("report/<str:kind>/<str:pk>", requests.report, name="report"),
]
