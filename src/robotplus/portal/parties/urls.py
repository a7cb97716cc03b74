"""URLs of the parties."""

from django.urls import path

from robotplus.portal.parties.views import inbox, me, organisations

urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/person", me.me_person, name="me_person"),
    path("me/channels", me.me_channels, name="me_channels"),
    path("me/switch", me.me_switch, name="me_switch"),
    path("me/leave/<int:pk>", me.me_leave, name="me_leave"),
    path("me/tokens", me.me_token, name="me_token"),
    path("me/tokens/<int:pk>/revoke", me.me_token_revoke, name="me_token_revoke"),
    path("me/data", me.me_data, name="me_data"),
    path("me/consent", me.me_consent, name="me_consent"),
    path("me/erase", me.me_erase, name="me_erase"),
    path("privacy", me.privacy, name="privacy"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read", inbox.inbox_read, name="inbox_read"),
    path("inbox/<int:pk>", inbox.notice, name="notice"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/new", organisations.organisation_new, name="organisation_new"),
    path("organisations/members/", organisations.member_list, name="member_list"),
    path("organisations/members/invite", organisations.member_invite, name="member_invite"),
    path("organisations/members/uninvite/<int:pk>", organisations.member_uninvite, name="member_uninvite"),
    path("organisations/members/<int:pk>/role", organisations.member_role, name="member_role"),
    path("organisations/members/<int:pk>/end", organisations.member_end, name="member_end"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<int:pk>/edit", organisations.organisation_edit, name="organisation_edit"),
    path("invitations/<str:token>", organisations.invitation, name="invitation"),
]
