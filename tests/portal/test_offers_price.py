"""Prices compare only when currency, basis and scope agree, before tax; what keeps them apart is named."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from conftest import Cast
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.actions.quoting import do_quote
from robotplus.portal.deals.beside import quotations_beside
from robotplus.portal.kinds.price import BASES, CURRENCIES, SCOPE, read_price
from robotplus.portal.needs.actions import do_create_need
from robotplus.portal.offers.price import compare, net_amount, terms


def price(amount: str, **more: Any) -> dict[str, Any]:
    given = {"currency": "CNY", "basis": "unit", "tax_included": True, "tax_rate": "0.13"}
    return read_price({**given, "scope": ["body", "cabinet"], **more, "amount": amount})


prices = st.builds(
    price,
    st.decimals(1, 10**6, places=2).map(str),
    currency=st.sampled_from(CURRENCIES[:2]),
    basis=st.sampled_from(BASES[:2]),
    tax_included=st.booleans(),
    tax_rate=st.sampled_from(["0", "0.06", "0.13"]),
    scope=st.lists(st.sampled_from(SCOPE[:3]), unique=True),
)


def test_tax_never_decides() -> None:
    with translation.override("en"):
        with_tax, without, cheaper = price("113"), price("100", tax_included=False), price("112.99")
        found = compare([with_tax, without, cheaper])
        assert [c.net for c in found] == [Decimal("100.00"), Decimal("100.00"), Decimal("99.99")]
        assert [c.lowest for c in found] == [False, False, True]
        assert all(c.comparable for c in found)
        assert found[0].before_tax is not None and read_price(found[0].before_tax)["amount"] == "100.00"


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"scope": ["body"]}, "without controller cabinet"),
        ({"scope": ["body", "cabinet", "training"]}, "includes training besides"),
        ({"scope": []}, "what is included is not stated"),
        ({"basis": "month"}, "for a month, others for a unit"),
        ({"currency": "EUR"}, "in EUR, others in CNY"),
        ({"tax_rate": "0"}, "the tax rate is not stated"),
    ],
)
def test_what_is_missing_is_named(odd: dict[str, Any], said: str) -> None:
    with translation.override("en"):
        found = compare([price("200"), price("1", **odd), price("150"), None])
        assert found[1].differs == (said,) and not found[1].comparable and not found[1].lowest
        assert found[2].lowest and found[3].differs == ("no price stated",)


def test_one_alone_is_not_compared() -> None:
    assert compare([]) == []
    assert [c.lowest for c in compare([price("5"), None])] == [False, False]
    assert compare([price("5", basis="month")])[0].comparable


@given(st.lists(st.none() | prices, max_size=7), st.randoms(use_true_random=False))
def test_whatever_is_called_lowest_is_beside_others_on_the_same_terms(
    given_prices: list[dict[str, Any] | None], chance: Any
) -> None:
    found = compare(given_prices)
    assert [c.price for c in found] == given_prices
    alike = [c for c in found if c.comparable]
    assert len({terms(c.price) for c in alike if c.price}) <= 1
    assert all(c.net == net_amount(c.price) for c in alike if c.price)
    lowest = [c for c in found if c.lowest]
    if len(alike) > 1:
        nets = [c.net for c in alike if c.net is not None]
        assert lowest and {c.net for c in lowest} == {min(nets)}
    else:
        assert not lowest
    mixed = list(given_prices)
    chance.shuffle(mixed)
    groups: dict[Any, int] = {}
    for p in given_prices:
        if p and p["scope"]:
            groups[terms(p)] = groups.get(terms(p), 0) + 1
    most = sorted(groups.values(), reverse=True)
    if len(most) > 1 and most[0] > most[1]:  # one set of terms prevails, in whatever order they come
        assert sorted(str(c.net) for c in compare(mixed) if c.lowest) == sorted(str(c.net) for c in lowest)


@pytest.mark.django_db
def test_the_buyer_sees_others_quotations_for_the_same_need_and_a_seller_its_own(cast: Cast) -> None:
    buyer, seller, rival = (cast.reader(n) for n in ("buyer", "seller", "rival"))
    need = do_create_need(buyer, kind="cooperation", title="x", values={"topic": "x", "wanted": "x"})
    soon = dt.date.today() + dt.timedelta(days=9)

    def quoted(by: Any, amount: str, need_id: int | None) -> Any:
        deal = do_inquire(
            buyer, kind="purchase", text="?", key=uuid.uuid4(), seller_id=by.organisation_id, need_id=need_id
        )
        do_quote(by, deal.pk, values={"price": price(amount), "lead_time_d": 30}, valid_until=soon)
        return deal

    ours, theirs, another = (
        quoted(seller, "113", need.pk),
        quoted(rival, "226", need.pk),
        quoted(rival, "1", None),
    )
    seen = quotations_beside(buyer, ours)
    assert [(b.quotation.deal_id, b.here) for b in seen] == [(ours.pk, True), (theirs.pk, False)]
    assert [b.compared.lowest for b in seen] == [True, False]
    assert [b.quotation.deal_id for b in quotations_beside(seller, ours)] == [ours.pk]
    page = cast.client("buyer").get(f"/deals/{ours.pk}/").content.decode()
    assert f"/deals/{theirs.pk}/" in page and f"/deals/{another.pk}/" not in page and "可比" in page
    assert f"/deals/{theirs.pk}/" not in cast.client("seller").get(f"/deals/{ours.pk}/").content.decode()
