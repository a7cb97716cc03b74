"""A person's data in one file, and their erasure: nothing is left that tells who they were."""

from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from conftest import PASSWORD, Cast, make_member, make_organisation
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, models

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Event
from robotplus.portal.matches.models import Answer
from robotplus.portal.parties.access import reader_for, reader_of_token
from robotplus.portal.parties.actions.logins import do_log_login
from robotplus.portal.parties.actions.members import do_change_role
from robotplus.portal.parties.actions.privacy import do_consent, do_erase_person
from robotplus.portal.parties.actions.tokens import do_create_token
from robotplus.portal.parties.models import Grant, Invitation, Notice, Organisation, User
from robotplus.portal.parties.notices import notify

pytestmark = pytest.mark.django_db
SECRET_NAME, SECRET_MAIL, SECRET_PHONE = (
    "Xiaolongnü Unmistakable",
    "unmistakable@example.org",
    "+8613912345678",
)


def _person(cast: Cast) -> User:
    plant = cast.reader("buyer").organisation
    assert plant is not None
    person = make_member(plant, "editor")
    person.name, person.email, person.phone, person.phone_verified = (
        SECRET_NAME,
        SECRET_MAIL,
        SECRET_PHONE,
        True,
    )
    person.wecom = "unmistakable-wecom"
    person.save()
    EmailAddress.objects.create(user=person, email=SECRET_MAIL, verified=True, primary=True)
    do_log_login(person, address="203.0.113.7")
    notify(person, "member.change", plant)
    Invitation.objects.create(
        organisation=plant,
        address=SECRET_MAIL,
        role="viewer",
        token_sha256="sha256:1",
        expires_at=plant.created_at,
    )
    Answer.objects.create(user=person, document={"title": f"for {SECRET_NAME}"}, need_sha256="", key="k")
    log_event(reader_for(person), "need.create", plant)
    return person


def _everything() -> str:
    """Every text of every table, as the database holds it."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            fields = [
                f for f in model._meta.local_fields if f.column and not isinstance(f, models.BinaryField)
            ]
            names = ", ".join(f'"{f.column}"' for f in fields)
            cursor.execute(f'SELECT {names} FROM "{model._meta.db_table}"')
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_the_file_holds_what_is_kept_of_the_person_and_of_nobody_else(cast: Cast) -> None:
    person = _person(cast)
    client = cast.client("buyer")
    client.force_login(person)
    answer = client.get("/me/data")
    data = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert data["person"]["name"] == SECRET_NAME and data["person"]["phone"] == SECRET_PHONE
    assert data["email_addresses"][0]["email"] == SECRET_MAIL
    assert [e["verb"] for e in data["events"]] == ["need.create"] and len(data["sign_ins"]) == 1
    assert data["memberships"][0]["role"] == "editor" and len(data["notices"]) == 1
    others = cast.client("seller").get("/me/data").content.decode()
    assert "unmistakable" not in others.lower() and "need.create" not in others
    assert "password" not in answer.content.decode()


def test_erasure_leaves_nothing_that_tells_who_they_were(cast: Cast) -> None:
    person = _person(cast)
    _token, raw = do_create_token(reader_for(person), label="a", scopes=["read"], days=9)
    assert all(s in _everything() for s in (SECRET_NAME, SECRET_MAIL, SECRET_PHONE, "unmistakable-wecom"))
    client = cast.client("buyer")
    client.force_login(person)
    assert client.post("/me/erase", {"password": "wrong"}).status_code == 422
    assert client.post("/me/erase", {"password": PASSWORD}).status_code == 200
    left = _everything()
    for secret in ("nmistakable", SECRET_PHONE):  # in every name and address, however JSON writes the rest
        assert secret not in left
    assert client.get("/me/").status_code == 302
    client.force_login(User.objects.get(pk=person.pk))
    assert client.get("/me/").status_code == 302  # an old session opens nothing either
    assert reader_of_token(raw) is None and not Grant.objects.today().filter(user=person).exists()
    verbs = list(Event.objects.filter(actor=person.pk).values_list("verb", flat=True))
    assert "need.create" in verbs and verbs[-1] == "person.erase"


def test_the_last_owner_hands_over_first(cast: Cast) -> None:
    reader = cast.reader("buyer")
    with pytest.raises(RefusedError):
        do_erase_person(reader, password=PASSWORD)
    assert User.objects.get(pk=cast.buyer.pk).is_active
    do_change_role(reader, Grant.objects.today().get(user=cast.buyer_viewer), "owner")
    do_erase_person(reader, password=PASSWORD)
    assert not User.objects.get(pk=cast.buyer.pk).is_active
    assert Organisation.objects.get(pk=reader.organisation_id).state == "approved"


def test_the_operator_is_told_of_an_organisation_that_nobody_is_left_in(cast: Cast) -> None:
    owner = make_member(make_organisation("Alone"))
    do_erase_person(reader_for(owner), password=PASSWORD)
    assert Notice.objects.get(verb="organisation.deserted").user == cast.operator


def test_no_session_of_theirs_is_left_on_any_machine(cast: Cast) -> None:
    person = _person(cast)
    here, there, other = cast.client("buyer"), cast.client("buyer"), cast.client("seller")
    for client in (here, there):
        client.force_login(person)
    here.post("/me/erase", {"password": PASSWORD})
    left = [s.get_decoded().get(SESSION_KEY) for s in Session.objects.all()]
    assert str(person.pk) not in left and str(cast.seller.pk) in left
    assert other.get("/me/").status_code == 200


def test_consent_is_kept_with_its_version(cast: Cast, settings: object) -> None:
    assert cast.buyer.consent_version == ""
    assert "/me/consent" in cast.client("buyer").get("/me/").content.decode()
    do_consent(cast.reader("buyer"))
    cast.buyer.refresh_from_db()
    assert cast.buyer.consent_version and cast.buyer.consent_at is not None
    assert "/me/consent" not in cast.client("buyer").get("/me/").content.decode()
    page = cast.client("visitor").get("/privacy").content.decode()
    assert cast.buyer.consent_version in page
