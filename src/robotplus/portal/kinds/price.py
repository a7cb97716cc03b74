"""A price as it must be stated to be comparable: amount, currency, tax, basis and what is included."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

CURRENCIES = ("CNY", "EUR", "USD", "JPY", "HKD")
BASES = ("unit", "month", "hour", "piece", "m2")
SCOPE = ("body", "cabinet", "tool", "integration", "transport", "training")
KEYS = frozenset({"amount", "currency", "tax_included", "tax_rate", "basis", "scope"})
LIMIT = Decimal("1e12")


def read_price(raw: Any) -> dict[str, Any]:
    """A price in its stored form: the amount and the tax rate as decimal text, the scope sorted.

    Raises:
        ValueError: with the sentence to show.
    """
    if not isinstance(raw, dict) or raw.keys() - KEYS:
        raise ValueError(_("a price has an amount, currency, tax, basis and scope"))
    try:
        amount = Decimal(str(raw["amount"]).replace(" ", "").replace("，", ",").replace(",", ""))
        rate = Decimal(str(raw.get("tax_rate") or "0"))
    except (InvalidOperation, KeyError):
        raise ValueError(_("the amount is not a number")) from None
    if not (amount.is_finite() and 0 < amount < LIMIT):
        raise ValueError(_("the amount must be more than nothing"))
    if not (rate.is_finite() and 0 <= rate < 1 and rate == round(rate, 6)):
        raise ValueError(_("the tax rate is a fraction such as 0.13"))
    if raw.get("currency") not in CURRENCIES:
        raise ValueError(_("unknown currency"))
    if raw.get("basis") not in BASES:
        raise ValueError(_("say what the price is for: a unit, month, hour, piece or m²"))
    scope = raw.get("scope") or []
    if not isinstance(scope, list) or any(part not in SCOPE for part in scope):
        raise ValueError(_("unknown part of the scope"))
    return {
        "amount": format(amount.quantize(Decimal("0.01")), "f"),
        "currency": raw["currency"],
        "tax_included": raw.get("tax_included") in (True, "on", "true", "1"),
        "tax_rate": format(rate.normalize(), "f"),
        "basis": raw["basis"],
        "scope": sorted(set(scope), key=SCOPE.index),
    }
