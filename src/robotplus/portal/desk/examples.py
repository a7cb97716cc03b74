"""Invented organisations that trade with each other, for a newcomer to look at; marked as examples wherever they show.

They go through the same actions as real ones. Two accounts with random passwords are made to look at their deals.
No funnel counts them, and they and real organisations cannot inquire at each other.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from robotplus.portal.core.models import Area, Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.actions.moving import do_move_deal
from robotplus.portal.deals.actions.quoting import do_quote
from robotplus.portal.deals.actions.reviewing import do_reply, do_review
from robotplus.portal.deals.actions.talking import do_say
from robotplus.portal.matches.documents import scenario_document
from robotplus.portal.needs.actions import do_create_need, do_move_need
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.parties.models import Grant, Organisation, Role, User
from robotplus.portal.programmes.actions import (
    do_add_target,
    do_create_programme,
    do_measure,
    do_move_programme,
)
from robotplus.scenarios.library import get_scenario

FILE: Final = Path(__file__).parent / "data" / "examples.toml"
CODE: Final = "DEMO"  # begins the register number of each
MARK: Final = ("（示例）", " (example)")
ACCOUNTS: Final = ("seats", "arms")  # a buyer and a seller
DESK: Final = Reader(is_operator=True)  # whoever loads the examples approves them
_DAYS = re.compile(r"([+-]\d{1,4})d")


@dataclass(frozen=True)
class Account:
    """``password``: shown once, to whoever loads the examples."""

    organisation: str
    email: str
    password: str


@transaction.atomic
def do_load_examples() -> list[Account]:
    """Make what the file says; nothing where it was made before. The accounts to look at it with."""
    if Organisation.objects.filter(country="XX", code__startswith=CODE).exists():
        return []
    raw: dict[str, Any] = _dated(tomllib.loads(FILE.read_text(encoding="utf-8")))
    with translation.override("zh-hans"):
        readers = {o["key"]: _organisation(n, o) for n, o in enumerate(raw["organisation"], start=1)}
        for offer in raw["offer"]:
            _offer(readers[offer["by"]], offer)
        needs = {need["key"]: _need(readers[need["by"]], need) for need in raw["need"]}
        owners = {need["key"]: readers[need["by"]] for need in raw["need"]}
        for deal in raw["deal"]:
            _deal(owners[deal["need"]], readers[deal["seller"]], needs[deal["need"]], deal)
        for programme in raw["programme"]:
            _programme(readers[programme["by"]], programme)
    return [_account(key, readers[key]) for key in ACCOUNTS]


def _dated(value: Any) -> Any:
    """Dates that count from today, wherever they stand, as days of the calendar."""
    if isinstance(value, dict):
        return {k: _dated(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_dated(v) for v in value]
    if isinstance(value, str) and (match := _DAYS.fullmatch(value)):
        return (timezone.localdate() + dt.timedelta(days=int(match[1]))).isoformat()
    return value


def _organisation(number: int, said: Mapping[str, Any]) -> Reader:
    made = Organisation.objects.create(
        name_zh=said["zh"] + MARK[0],
        name_en=said["en"] + MARK[1],
        country="XX",
        code=f"{CODE}{number:05d}",
        kind=said["kind"],
        about=said["about"],
        state=Organisation.State.APPROVED,
        is_example=True,
    )
    made.areas.set(Area.objects.filter(code__in=said["areas"]))
    return Reader(organisation=made, roles=frozenset({"owner"}))


def _offer(reader: Reader, said: Mapping[str, Any]) -> None:
    made = do_create_offer(reader, kind=said["kind"], title=said["title"], values=said["values"])
    do_move_offer(reader, made.pk, "submit")
    do_move_offer(DESK, made.pk, "publish")


def _need(reader: Reader, said: Mapping[str, Any]) -> Need:
    scenario = said.get("scenario", "")
    made = do_create_need(
        reader,
        kind=said["kind"],
        title=said["title"],
        values=said["values"] | ({"scenario": scenario} if scenario else {}),
        document=scenario_document(get_scenario(scenario), {}) if scenario else None,
        scenario=scenario,
        visibility=Visibility.PUBLIC,
    )
    do_move_need(reader, made.pk, "submit")
    return do_move_need(DESK, made.pk, "publish")


def _deal(buyer: Reader, seller: Reader, need: Need, said: Mapping[str, Any]) -> None:
    first, *more = said["says"]
    made = do_inquire(
        buyer,
        kind=said.get("kind", "purchase"),
        text=first,
        key=uuid.uuid4(),
        seller_id=seller.organisation_id,
        need_id=need.pk,
    )
    for text in more:
        do_say(seller, made.pk, text=text, key=uuid.uuid4())
    if "quote" in said:
        valid = timezone.localdate() + dt.timedelta(days=60)
        do_quote(seller, made.pk, values=said["quote"], valid_until=valid)
    for move in said.get("moves", ()):
        do_move_deal(seller if move in ("deliver", "hand_over") else buyer, made.pk, move)
    if review := said.get("review"):
        do_review(buyer, made.pk, stars=review["stars"], text=review["text"])
        do_reply(seller, made.pk, text=review["reply"])


def _programme(reader: Reader, said: Mapping[str, Any]) -> None:
    desk = Reader(organisation=reader.organisation, is_operator=True)
    made = do_create_programme(desk, kind=said["kind"], title=said["title"], values=said["values"])
    for target in said.get("target", ()):
        promised = do_add_target(desk, made.pk, target)
        for period in target["measured"]:
            do_measure(desk, made.pk, promised.pk, period)
    for move in said["moves"]:
        do_move_programme(desk, made.pk, move)


def _account(key: str, reader: Reader) -> Account:
    assert reader.organisation is not None
    email, password = f"{key}@example.invalid", secrets.token_urlsafe(12)
    user = User.objects.create_user(
        email, password, name=reader.organisation.name_zh, consent_version=settings.SITE["privacy_version"]
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    User.objects.filter(pk=user.pk).update(channels=[])  # nothing is sent to addresses that do not exist
    Grant.objects.create(user=user, organisation=reader.organisation, role=Role.OWNER)
    return Account(reader.organisation.name_zh, email, password)
