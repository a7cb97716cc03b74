"""Prices beside each other: two compare only when currency, basis, tax and scope agree; what does not is named.

Tax never decides: every price is brought to its amount before tax, where its rate is stated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from robotplus.portal.web.templatetags.ui import PRICE_BASES, PRICE_SCOPE

CENT: Final = Decimal("0.01")
Price = Mapping[str, Any]
Terms = tuple[str, str, tuple[str, ...]]  # currency, basis, scope


@dataclass(frozen=True, slots=True)
class Compared:
    """A price among others.

    ``net``: its amount before tax, None where that is not known. ``differs``: why it does not compare, in words;
    empty where it does, or where there is nothing to compare it with. ``lowest``: of two or more that compare.
    """

    price: Price | None
    net: Decimal | None
    differs: tuple[str, ...]
    lowest: bool = False

    @property
    def comparable(self) -> bool:
        return self.net is not None and not self.differs

    @property
    def before_tax(self) -> dict[str, Any] | None:
        """The price as it would be stated before tax."""
        if self.price is None or self.net is None:
            return None
        return {**self.price, "amount": str(self.net), "tax_included": False, "tax_rate": "0"}


def net_amount(price: Price) -> Decimal | None:
    """The amount before tax; None where tax is included at a rate that is not stated."""
    amount, rate = Decimal(price["amount"]), Decimal(price.get("tax_rate") or 0)
    if not price.get("tax_included"):
        return amount
    return (amount / (1 + rate)).quantize(CENT, ROUND_HALF_UP) if rate else None


def terms(price: Price) -> Terms:
    """What must agree besides tax."""
    return str(price["currency"]), str(price["basis"]), tuple(sorted(price.get("scope") or ()))


def compare(prices: Sequence[Price | None]) -> list[Compared]:
    """Each price with what keeps it from comparing with the others, in the order given.

    The terms that most of them share are what the others are held against; of equally many, those that come first.
    """
    stated = [p for p in prices if p]
    nets = [None if not p else net_amount(p) for p in prices]
    if not stated:
        return [Compared(None, None, (_("no price stated"),)) for _p in prices]
    against = Counter(terms(p) for p in stated if p.get("scope")).most_common(1)
    common = against[0][0] if against else terms(stated[0])
    differs = [_differs(p, common, alone=len(stated) == 1) for p in prices]
    alike = [n for n, why in zip(nets, differs, strict=True) if n is not None and not why]
    least = min(alike) if len(alike) > 1 else None
    return [
        Compared(p or None, n, why, lowest=least is not None and not why and n == least)
        for p, n, why in zip(prices, nets, differs, strict=True)
    ]


def _differs(price: Price | None, common: Terms, *, alone: bool) -> tuple[str, ...]:
    if not price:
        return (_("no price stated"),)
    currency, basis, scope = terms(price)
    found: list[str] = []
    if not scope:
        found.append(_("what is included is not stated"))
    if net_amount(price) is None:
        found.append(_("the tax rate is not stated"))
    if alone:
        return tuple(found)
    if currency != common[0]:
        found.append(_("in %(this)s, others in %(other)s") % {"this": currency, "other": common[0]})
    if basis != common[1]:
        words = {"this": PRICE_BASES[basis], "other": PRICE_BASES[common[1]]}
        found.append(_("for %(this)s, others for %(other)s") % words)
    if scope:
        if lacking := [p for p in PRICE_SCOPE if p in common[2] and p not in scope]:
            found.append(_("without %(parts)s") % {"parts": _parts(lacking)})
        if extra := [p for p in PRICE_SCOPE if p in scope and p not in common[2]]:
            found.append(_("includes %(parts)s besides") % {"parts": _parts(extra)})
    return tuple(found)


def _parts(names: Sequence[str]) -> str:
    return "、".join(str(PRICE_SCOPE[name]) for name in names)


def by_price(priced: tuple[Price | None, int]) -> tuple[bool, str, str, Decimal, int]:
    """A key to sort (price, tie-breaker) by: stated prices first, like beside like, the lowest before tax first."""
    price, tie = priced
    if not price:
        return True, "", "", Decimal(0), tie
    net = net_amount(price)
    amount = Decimal(price["amount"]) if net is None else net
    return False, str(price["currency"]), str(price["basis"]), amount, tie
