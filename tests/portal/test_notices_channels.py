"""Who is told what, by which channel, when; and what the inbox shows."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from conftest import Cast, make_member, make_user
from django.core import mail
from django.core.management import call_command
from django.db import models, transaction
from django.template.loader import get_template

from robotplus import portal
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.deals.models import Deal
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties import notices as channels
from robotplus.portal.parties.access import reader_for, unread_count
from robotplus.portal.parties.actions.notices import do_choose_channels, do_send_digests
from robotplus.portal.parties.actions.organisations import MOVES
from robotplus.portal.parties.models import Grant, Notice, Organisation, User
from robotplus.portal.parties.notices import notify, operators, sentences

pytestmark = pytest.mark.django_db


def _plant(cast: Cast) -> Organisation:
    plant = cast.reader("buyer").organisation
    assert plant is not None
    return plant


def test_members_are_told_but_not_whoever_did_it(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    editor = make_member(_plant(cast), "editor")
    with django_capture_on_commit_callbacks(execute=True):
        notify(_plant(cast), "organisation.approve", _plant(cast), by=cast.reader("buyer"))
        assert mail.outbox == []
    assert [n.user for n in Notice.objects.all()] == [editor]  # neither the viewer nor the ex-member
    assert [m.to for m in mail.outbox] == [[editor.email]]
    assert "Seat Works" in mail.outbox[0].subject and Notice.objects.get().sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_nothing_goes_out_of_what_did_not_happen(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notify(cast.buyer, "member.end", _plant(cast))
        raise ZeroDivisionError
    assert mail.outbox == [] and not Notice.objects.exists()


def test_the_digest_is_one_message_and_goes_out_once(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            notify(cast.seller, "organisation.approve", _plant(cast), digest=True)
    assert mail.outbox == []
    call_command("digest")
    assert [m.to for m in mail.outbox] == [[cast.seller.email]]
    assert mail.outbox[0].body.count("Seat Works") == 3
    assert do_send_digests() == 0 and len(mail.outbox) == 1


def test_who_wants_it_daily_or_never_gets_it_so(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    do_choose_channels(cast.seller, rhythm="daily", channels=["email"])
    do_choose_channels(cast.rival, rhythm="never", channels=["email"])
    with django_capture_on_commit_callbacks(execute=True):
        notify([cast.seller, cast.rival], "organisation.approve", _plant(cast))
    assert mail.outbox == []
    assert do_send_digests() == 1
    assert [m.to for m in mail.outbox] == [[cast.seller.email]]
    assert unread_count(cast.reader("rival")) == 1


def test_a_channel_that_fails_undoes_nothing_and_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    def down(*args: object, **kwargs: object) -> int:
        raise OSError("mail server down")

    with monkeypatch.context() as patch:
        patch.setattr(channels, "send_mail", down)
        with django_capture_on_commit_callbacks(execute=True):
            notify(cast.seller, "organisation.approve", _plant(cast))
    assert Notice.objects.get().sent_at is None and "could not be sent" in caplog.text
    assert do_send_digests() == 1 and len(mail.outbox) == 1


def test_text_messages_and_wecom_go_through_their_adapters(
    cast: Cast, capsys: pytest.CaptureFixture[str], django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.filter(pk=cast.seller.pk).update(phone="+8613800138000", phone_verified=True)
    cast.seller.refresh_from_db()
    do_choose_channels(cast.seller, rhythm="at_once", channels=["sms", "wecom"], wecom="wang")
    with django_capture_on_commit_callbacks(execute=True):
        notify(cast.seller, "organisation.approve", _plant(cast))
    printed = capsys.readouterr().err
    assert "[to +8613800138000]" in printed and "[to wang]" in printed and mail.outbox == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"rhythm": "hourly", "channels": []},
        {"rhythm": "daily", "channels": ["pigeon"]},
        {"rhythm": "daily", "channels": ["sms"]},
        {"rhythm": "daily", "channels": ["wecom"], "wecom": " "},
    ],
)
def test_only_ways_that_reach_the_person_are_taken(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        do_choose_channels(cast.buyer, **wrong)


def test_the_language_is_the_recipients(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    for language, words in (("zh-hans", "已通过"), ("en", "is approved")):
        User.objects.filter(pk=cast.seller.pk).update(language=language)
        with django_capture_on_commit_callbacks(execute=True):
            notify(User.objects.get(pk=cast.seller.pk), "organisation.approve", _plant(cast))
        assert words in mail.outbox[-1].subject


def test_ex_members_see_nothing_of_it_any_more(cast: Cast) -> None:
    editor = make_member(_plant(cast), "editor")
    notify(_plant(cast), "organisation.approve", _plant(cast))
    notify(editor, "member.change", _plant(cast))
    assert unread_count(reader_for(editor)) == 2
    Grant.objects.filter(user=editor).update(end=_plant(cast).created_at)
    assert unread_count(reader_for(editor)) == 1
    do_send_digests()
    told = [m for m in mail.outbox if m.to == [editor.email]]
    assert len(told) == 1 and len(told[0].body.splitlines()) == 1


def test_the_inbox_counts_opens_and_reads(cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = cast.client("seller")
    for _ in range(40):
        notify(cast.seller, "organisation.approve", _plant(cast))
    client.get("/inbox/")
    with django_assert_max_num_queries(12):
        page = client.get("/inbox/")
    assert page.context["unread"] == 40 and len(page.context["rows"]) == 30
    first = page.context["rows"][0][0]
    answer = client.post(f"/inbox/{first.pk}")
    assert answer["Location"] == f"/organisations/{_plant(cast).pk}/"
    assert unread_count(cast.reader("seller")) == 39
    assert cast.client("rival").post(f"/inbox/{first.pk}").status_code == 404
    cast.client("rival").post("/inbox/read")
    assert unread_count(cast.reader("seller")) == 39
    client.post("/inbox/read")
    assert unread_count(cast.reader("seller")) == 0


def test_a_notice_of_what_is_gone_or_has_no_words_still_reads(cast: Cast) -> None:
    known = notify(cast.seller, "no.such.verb", _plant(cast))
    gone = notify(cast.seller, "organisation.approve", _plant(cast))
    gone[0].subject_id = "0"
    texts = sentences([*known, *gone])
    assert "Seat Works" in texts[0] and texts[1] and "Seat Works" not in texts[1]


def test_markup_in_a_name_stays_text(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    plant = _plant(cast)
    plant.name_zh = "<b>A & B</b>\nBcc: x@example.org"
    plant.save()
    with django_capture_on_commit_callbacks(execute=True):
        notify(cast.seller, "organisation.approve", plant)
    assert "<b>A & B</b> Bcc" in mail.outbox[0].subject
    page = cast.client("seller").get("/inbox/").content.decode()
    assert "<b>A" not in page and "&lt;b&gt;A &amp; B" in page


def test_operators_are_those_with_a_grant_in_force(cast: Cast) -> None:
    root = make_user("root")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    assert {u.pk for u in operators()} == {root.pk, cast.operator.pk}
    Grant.objects.filter(user=cast.operator).update(end=_plant(cast).created_at)
    assert [u.pk for u in operators()] == [root.pk]


def _verbs() -> set[str]:
    """Every verb that the portal's code gives to ``notify`` as plain text."""
    found = set()
    for path in Path(portal.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "notify" and len(node.args) > 1:
                verb = node.args[1]
                found |= {verb.value} if isinstance(verb, ast.Constant) else set()
    return found


def test_every_verb_has_its_words() -> None:
    verbs = _verbs() | {f"organisation.{move}" for move in MOVES}
    assert {"organisation.register", "content.moved"} <= verbs
    for verb in sorted(verbs):
        get_template(f"notices/{verb}.txt")


def test_whatever_people_are_told_of_says_its_name() -> None:
    """A notice puts its subject into a sentence: "Deal object (1)" would be no name."""
    for named in (Deal, Need, Offer, Organisation):
        assert named.__str__ is not models.Model.__str__, named
