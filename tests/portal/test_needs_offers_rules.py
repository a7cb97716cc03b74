"""Who may read, change, publish and invite; what is public was reviewed first; revisions never change."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROLES, Cast

from robotplus.portal.core.errors import AbsentError, ForbiddenError, RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.core.models import AppendOnlyError
from robotplus.portal.needs.access import access_need, needs_for, owner_shown
from robotplus.portal.needs.actions import (
    do_create_need,
    do_invite,
    do_move_need,
    do_revise_need,
    do_uninvite,
)
from robotplus.portal.offers.access import access_offer, offers_for
from robotplus.portal.offers.actions import do_create_offer, do_move_offer, do_revise_offer

pytestmark = pytest.mark.django_db

NEED: dict[str, Any] = {"kind": "application", "title": "座椅骨架弧焊", "scenario": "arc_welding"}
OFFER: dict[str, Any] = {"kind": "service", "title": "焊接集成", "values": {"service": ["integration"]}}


def readers_of_need(cast: Cast, pk: int) -> set[str]:
    return {role for role in ROLES if needs_for(cast.reader(role)).filter(pk=pk).exists()}


def test_a_private_need_is_its_organisations_alone(cast: Cast) -> None:
    need = do_create_need(cast.reader("buyer"), **NEED, values={"takt_s": "25秒", "area": "500106"})
    assert (need.field, need.area.code, need.current.values["takt_s"]) == ("manufacturing", "500106", 25.0)
    do_move_need(cast.reader("buyer"), need.pk, "open")
    assert readers_of_need(cast, need.pk) == {"buyer", "buyer_viewer"}
    with pytest.raises(ForbiddenError):
        access_need(cast.reader("buyer_viewer"), need.pk, edit=True)
    with pytest.raises(AbsentError):
        do_revise_need(cast.reader("rival"), need.pk, title="x", values={})
    assert [e.verb for e in events_of(need)] == ["need.create", "need.open"]


def test_invited_suppliers_read_and_lose_it(cast: Cast) -> None:
    buyer, seller = cast.reader("buyer"), cast.reader("seller")
    need = do_create_need(buyer, **NEED, values={}, visibility="invited")
    do_invite(buyer, need.pk, seller.organisation_id)
    assert "seller" not in readers_of_need(cast, need.pk)  # still a draft
    do_move_need(buyer, need.pk, "open")
    assert readers_of_need(cast, need.pk) == {"buyer", "buyer_viewer", "seller"}
    do_uninvite(buyer, need.pk, seller.organisation_id)
    assert "seller" not in readers_of_need(cast, need.pk)
    with pytest.raises(RefusedError):
        do_invite(buyer, need.pk, buyer.organisation_id)


def test_what_is_public_was_reviewed(cast: Cast) -> None:
    buyer, operator = cast.reader("buyer"), cast.reader("operator")
    need = do_create_need(buyer, **NEED, values={}, visibility="public", hide_organisation=True)
    with pytest.raises(RefusedError):
        do_move_need(buyer, need.pk, "open")
    do_move_need(buyer, need.pk, "submit")
    assert readers_of_need(cast, need.pk) == {"buyer", "buyer_viewer", "operator"}
    with pytest.raises(RefusedError):
        do_move_need(buyer, need.pk, "publish")
    do_move_need(operator, need.pk, "publish")
    assert readers_of_need(cast, need.pk) == set(ROLES)
    assert owner_shown(cast.reader("seller"), need) is None and owner_shown(buyer, need) == buyer.organisation
    with pytest.raises(RefusedError):  # taking it down needs a reason
        do_move_need(operator, need.pk, "take_down")
    do_move_need(operator, need.pk, "take_down", reason="test")
    assert "visitor" not in readers_of_need(cast, need.pk)


def test_an_open_need_does_not_become_public_by_a_revision(cast: Cast) -> None:
    need = do_create_need(cast.reader("buyer"), **NEED, values={})
    do_move_need(cast.reader("buyer"), need.pk, "open")
    with pytest.raises(RefusedError):
        do_revise_need(cast.reader("buyer"), need.pk, title="t", values={}, visibility="public")
    assert "visitor" not in readers_of_need(cast, need.pk)


def test_while_approval_is_pending_everything_but_publishing_and_inviting(cast: Cast) -> None:
    newcomer = cast.reader("newcomer")
    need = do_create_need(newcomer, **NEED, values={}, visibility="public")
    with pytest.raises(ForbiddenError):
        do_move_need(newcomer, need.pk, "submit")
    with pytest.raises(ForbiddenError):
        do_invite(newcomer, need.pk, cast.reader("seller").organisation_id)
    offer = do_create_offer(newcomer, **OFFER)
    with pytest.raises(ForbiddenError):
        do_move_offer(newcomer, offer.pk, "submit")
    with pytest.raises(ForbiddenError):
        do_create_need(cast.reader("ex_member"), **NEED, values={})


def test_an_offer_from_draft_to_public(cast: Cast) -> None:
    seller = cast.reader("seller")
    offer = do_create_offer(seller, **OFFER)
    assert not offers_for(cast.reader("rival")).exists()
    do_move_offer(seller, offer.pk, "submit")
    do_move_offer(cast.reader("operator"), offer.pk, "publish")
    assert access_offer(cast.reader("visitor"), offer.pk) == offer
    with pytest.raises(ForbiddenError):
        do_revise_offer(cast.reader("rival"), offer.pk, title="mine", values={})
    with pytest.raises(RefusedError) as refused:
        do_revise_offer(seller, offer.pk, title="", values={"colour": "red"})
    assert set(refused.value.problems) == {"title", "colour", "service"}
    price = {"amount": "120000", "currency": "CNY", "tax_included": "on", "tax_rate": "0.13", "basis": "unit"}
    do_revise_offer(seller, offer.pk, title="焊接集成", values={**OFFER["values"], "price": price})
    first, second = offer.revisions.order_by("number")
    assert (first.number, second.number) == (1, 2) and first.sha256 != second.sha256
    assert second.values["price"]["amount"] == "120000.00"
    with pytest.raises(AppendOnlyError):
        first.save()
