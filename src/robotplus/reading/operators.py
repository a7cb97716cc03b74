"""The comparator that a field makes of the words: what is wanted of a load is a floor, of an error a bound."""

from __future__ import annotations

from typing import Any

from robotplus.reading.comparing import Comparison
from robotplus.reading.quantity import Quantity


def operator(
    quantity: Quantity, compared: Comparison, *, sense: str, field: str
) -> tuple[str, dict[str, Any]]:
    """The comparator the field makes of the words.

    Accuracy is always a bound; a load "not over 25 kg" that must be carried is a floor; the largest load, reach or
    slope is what is wanted, the largest size or mass a bound.
    """
    flags: dict[str, Any] = {}
    if compared.approx:
        flags["approx"] = True
    if quantity.pm:
        flags["pm"] = True
    if quantity.shape == "range":
        if quantity.tolerance is not None:
            amount, relative = quantity.tolerance
            flags |= {
                "nominal": round(sum(quantity.values) / 2, 9),
                ("tol_pct" if relative else "tol"): amount,
            }
        return "range", flags
    op = compared.op
    if op == "up to" or (not op and compared.far == "max"):
        op = "<=" if sense in ("limit", "error", "budget", "speed") else "="
    elif not op and compared.far == "min" and sense != "error":
        op = ">="
    if sense == "error":
        if op != "<=":
            flags["op_implied"] = True
        op = "<="
    elif field == "payload_kg" and op == "<=":
        op = ">="
    elif not op and quantity.odd:
        op, flags["approx"] = ">=", True
    elif (not op and compared.nearly) or (not op and quantity.pm):
        op = "<="
    if compared.strict and op in (">=", "<="):
        flags["strict"] = True
    if not op and quantity.shape == "list" and compared.roomy:
        op, flags["op_implied"] = "<=", True
    if not op:
        op = "set" if quantity.shape == "list" and len(quantity.values) == 3 else "="
    return op, flags
