"""URLs of deals."""

from django.urls import URLPattern, path, re_path

from robotplus.portal.deals import views

urlpatterns: list[URLPattern] = [
    path("deals/", views.deals, name="deals"),
    path("deals/new/", views.new, name="deal_new"),
    path("deals/<int:pk>/", views.deal, name="deal"),
    path("deals/<int:pk>/say/", views.say, name="deal_say"),
    path("deals/<int:pk>/quote/", views.quote, name="deal_quote"),
    path("deals/<int:pk>/move/", views.move, name="deal_move"),
    path("deals/<int:pk>/acceptance/", views.accept_claims, name="deal_acceptance"),
    path("deals/<int:pk>/review/", views.review, name="deal_review"),
    path("deals/<int:pk>/result/", views.outside, name="deal_outside"),
    path("deals/<int:pk>/amounts/<int:line>/confirm/", views.confirm_amount, name="deal_confirm_amount"),
    path("deals/<int:pk>/amounts/<int:line>/contract/", views.show_contract, name="deal_show_contract"),
    path("deals/<int:pk>/parameters/", views.parameters, name="deal_parameters"),
    re_path(
        r"^deals/(?P<pk>\d+)/parameters\.(?P<kind>csv|xlsx)$",
        views.parameters_sheet,
        name="deal_parameters_sheet",
    ),
    path("amounts/<int:pk>/", views.ledger_line, name="ledger_line"),
    path("outcome/<str:token>/", views.outcome, name="outcome"),
]
