"""The acceptance list of a delivery: the certificate's claims, each met or not, with what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from robotplus.portal.core.errors import ForbiddenError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.access import access_deal, deal_sides
from robotplus.portal.deals.models import Deal
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.kinds.values import read_number

CLAIMS: Final[dict[str, tuple[Promise, str, float]]] = {  # claim: label, unit shown, times the SI value
    "cycle_time_s": (gettext_lazy("cycle time"), "s", 1.0),
    "clearance_m": (gettext_lazy("clearance"), "mm", 1000.0),
    "payload_used": (gettext_lazy("share of the payload used"), "%", 100.0),
    "energy_j": (gettext_lazy("energy of a cycle"), "kJ", 0.001),
}


@dataclass(frozen=True)
class Line:
    """One line of the list; ``promised`` in the shown unit, an interval as (low, high)."""

    claim: str
    label: Promise
    unit: str
    promised: tuple[float, float]
    measured: float | None
    met: bool | None


def acceptance_list(deal: Deal) -> tuple[Line, ...]:
    """The lines of the deal's certificate, with what was recorded so far; empty without a certificate."""
    if deal.certificate is None:
        return ()
    lines = []
    for claim, (label, unit, factor) in CLAIMS.items():
        value = deal.certificate.claims.get(claim)
        ends = value if isinstance(value, list) else [value]
        if not ends or not all(isinstance(v, (int, float)) for v in ends):
            continue
        kept = deal.acceptance.get(claim, {})
        promised = (ends[0] * factor, ends[-1] * factor)
        lines.append(Line(claim, label, unit, promised, kept.get("measured"), kept.get("met")))
    return tuple(lines)


@transaction.atomic
def do_record_acceptance(reader: Reader, pk: int, given: Mapping[str, Mapping[str, Any]]) -> Deal:
    """The buyer records what was measured at acceptance; the judgement is theirs.

    Args:
        given: claim to {"measured": text, "met": "yes" or "no"}.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    deal = access_deal(reader, pk, edit=True, lock=True)
    if "owner" not in deal_sides(reader, deal):
        raise ForbiddenError(_("the buyer records the acceptance"))
    if not kind_of(deal.kind, "deal").state(deal.state).receiving:
        raise RefusedError(_("acceptance is recorded after delivery"))
    recorded: dict[str, Any] = {}
    problems: dict[str, object] = {}
    for line in acceptance_list(deal):
        row = given.get(line.claim, {})
        if row.get("met") not in ("yes", "no"):
            continue
        recorded[line.claim] = {"met": row["met"] == "yes", "measured": None}
        if row.get("measured"):
            try:
                recorded[line.claim]["measured"] = read_number(row["measured"], line.unit)
            except ValueError as e:
                problems[line.claim] = e.args[0]
    if problems:
        raise RefusedError(_("please look at the marked fields"), problems=problems)
    deal.acceptance = recorded
    deal.save(update_fields=["acceptance", "updated_at"])
    log_event(reader, "deal.record_acceptance", deal, lines=len(recorded))
    return deal
