"""Signing up and in by e-mail or mobile number, and what an outsider learns of who has an account."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from conftest import PASSWORD, Cast, make_user
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from robotplus.portal.core.reader import VISITOR_COOKIE
from robotplus.portal.matches.models import Answer
from robotplus.portal.parties.actions.logins import do_purge_logins, prefix_digest
from robotplus.portal.parties.models import LoginRecord, User

pytestmark = pytest.mark.django_db
FORM = {
    "name": "王工",
    "password1": "a long pass phrase 7",
    "password2": "a long pass phrase 7",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def _code(text: str) -> str:
    return next(w for w in re.findall(r"\b[A-Z0-9-]{6,9}\b", text) if re.search(r"\d|-", w))


def test_by_e_mail_with_a_code(client: Client, settings: Any) -> None:
    answer = client.post("/accounts/signup/", FORM | {"email": "Wang@Example.org"})
    assert answer.status_code == 302 and "_auth_user_id" not in client.session
    assert mail.outbox[-1].to == ["wang@example.org"]
    client.post(answer["Location"], {"code": _code(mail.outbox[-1].body)})
    user = User.objects.get(email="wang@example.org")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.name, user.consent_version) == ("王工", settings.SITE["privacy_version"])
    assert user.consent_at is not None and user.phone is None


def test_by_mobile_number_alone_with_a_code(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.post("/accounts/signup/", FORM | {"phone": "138 0013 8000"})
    assert answer.status_code == 302
    code = _code(capsys.readouterr().err.replace("+8613800138000", ""))
    client.post(answer["Location"], {"code": code}, follow=True)
    user = User.objects.get(phone="+8613800138000")
    assert user.phone_verified and user.email is None
    assert client.session["_auth_user_id"] == str(user.pk)
    other = Client()
    answer = other.post(
        "/accounts/login/", {"login": "13800138000", "password": FORM["password1"]}, follow=True
    )
    assert other.session["_auth_user_id"] == str(user.pk)


def test_two_people_without_an_e_mail_address(client: Client) -> None:
    for number in ("13800138001", "13800138002"):
        assert Client().post("/accounts/signup/", FORM | {"phone": number}).status_code == 302
    assert User.objects.filter(email=None).count() == 2


@pytest.mark.parametrize("missing", ["name", "consent", "password1"])
def test_what_is_missing_is_said_and_nobody_is_made(client: Client, missing: str) -> None:
    form = {k: v for k, v in FORM.items() if k != missing} | {"email": "a@example.org"}
    assert client.post("/accounts/signup/", form).context["form"].errors[missing]
    assert not User.objects.exists()


def test_an_address_or_a_number_is_needed(client: Client) -> None:
    assert client.post("/accounts/signup/", FORM).context["form"].non_field_errors()


def test_signing_up_tells_nobody_who_has_an_account(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    make_user("known")
    User.objects.update(email="known@example.org", phone="+8613800138000", phone_verified=True)
    for known, unknown in (
        ({"email": "known@example.org"}, {"email": "unknown@example.org"}),
        ({"phone": "13800138000"}, {"phone": "13800138009"}),
    ):
        answers = [Client().post("/accounts/signup/", FORM | who) for who in (known, unknown)]
        assert answers[0].status_code == answers[1].status_code == 302
        assert answers[0]["Location"] == answers[1]["Location"]
    assert User.objects.filter(email="known@example.org").count() == 1
    assert {m.to[0] for m in mail.outbox} == {"known@example.org", "unknown@example.org"}
    assert capsys.readouterr().err.count("[to +86138001380") == 2


def test_a_wrong_password_and_an_unknown_account_look_alike(client: Client) -> None:
    user = make_user("known")
    pages = [
        client.post("/accounts/login/", {"login": address, "password": "wrong"}).context["form"].errors
        for address in (user.email, "unknown@example.org")
    ]
    assert pages[0] == pages[1] and pages[0]


def test_an_unproven_number_keeps_nobody_out(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    squatter = make_user("squatter")
    User.objects.filter(pk=squatter.pk).update(phone="+8613800138000")
    answer = client.post("/accounts/signup/", FORM | {"phone": "13800138000"})
    client.post(answer["Location"], {"code": _code(capsys.readouterr().err.replace("+8613800138000", ""))})
    squatter.refresh_from_db()
    assert squatter.phone is None and User.objects.get(phone="+8613800138000").name == "王工"


def _sign_in(client: Client, user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.77")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_sign_ins_are_logged_without_the_address_and_forgotten(client: Client, settings: Any) -> None:
    user = make_user("logged")
    _sign_in(client, user)
    record = LoginRecord.objects.get()
    assert record.user == user and "203" not in record.prefix_sha256
    assert record.prefix_sha256 == prefix_digest("203.0.113.1") != prefix_digest("203.0.114.77")
    assert (
        prefix_digest("2001:db8:1::1") == prefix_digest("2001:db8:1:f::9") != prefix_digest("2001:db8:2::1")
    )
    old = LoginRecord.objects.create(user=user, prefix_sha256="sha256:0")
    days = settings.LOGIN_LOG_DAYS
    LoginRecord.objects.filter(pk=old.pk).update(at=timezone.now() - dt.timedelta(days=days, minutes=1))
    assert do_purge_logins() == 1 and LoginRecord.objects.get() == record


def test_what_a_browser_answered_as_a_visitor_is_its_owners_after_signing_in(client: Client) -> None:
    answer = Answer.objects.create(visitor="v1", document={}, need_sha256="sha256:0", key="k")
    foreign = Answer.objects.create(visitor="v2", document={}, need_sha256="sha256:0", key="k")
    response = HttpResponse()
    response.set_signed_cookie(VISITOR_COOKIE, "v1")
    client.cookies[VISITOR_COOKIE] = response.cookies[VISITOR_COOKIE].value
    user = make_user("adopter")
    _sign_in(client, user)
    answer.refresh_from_db()
    foreign.refresh_from_db()
    assert answer.user == user and foreign.user is None


def test_account_pages_stand_in_our_look_and_in_chinese(cast: Cast) -> None:
    for path in ("login/", "signup/", "password/reset/"):
        page = Client().get(f"/accounts/{path}").content.decode()
        assert 'class="site-head"' in page and 'lang="zh-CN"' in page and "form-control" in page
    mine = cast.client("buyer")
    for path in (
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/phone/change/",
    ):
        answer = mine.get(path)
        assert answer.status_code in (200, 302), path
