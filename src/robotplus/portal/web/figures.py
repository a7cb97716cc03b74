"""The live figures of the home page and of the scenarios: proven robots, open needs, playbacks to show."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.utils import timezone

from robotplus.portal.catalogue.models import Capability, Model
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.desk.funnel import Wanted, funnel
from robotplus.portal.desk.rows import Row
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.needs.access import needs_for
from robotplus.portal.web.fields import PLAN_FIELDS, PlanField
from robotplus.scenarios.library import Scenario, scenarios

PROVEN, IF_CONFIRMED = "proven", "proven_if_confirmed"
FUNNEL_S = 600  # the home page's funnel is counted anew after this [s]


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """One field today. ``proven``: models proven for at least one of its scenarios' reference cases."""

    field: PlanField
    scenarios: int
    proven: int
    if_confirmed: int
    needs: int


@dataclass(frozen=True, slots=True)
class Playback:
    """A proven answer to a scenario's reference case, to be watched."""

    scenario: Scenario
    model: Model
    capability: Capability

    @property
    def newness(self) -> tuple[bool, float]:
        """Sorts what is proven before what is to be confirmed, and the latest first."""
        return self.capability.verdict != PROVEN, -self.capability.at.timestamp()

    @property
    def cycle_s(self) -> float | None:
        """Nominal cycle time [s]."""
        span = self.capability.claims.get("cycle_time_s") or {}
        return span.get("nominal")


def field_figures() -> list[FieldFigures]:
    """The five fields with what is there today; a model that is proven counts no second time as to confirm."""
    of_field = {s.id: s.field for s in scenarios()}
    models: dict[str, dict[str, set[str]]] = {f.id: {PROVEN: set(), IF_CONFIRMED: set()} for f in PLAN_FIELDS}
    rows = Capability.objects.filter(verdict__in=(PROVEN, IF_CONFIRMED), model__access=Model.Access.PUBLIC)
    for model, scenario, verdict in rows.values_list("model_id", "scenario", "verdict"):
        if scenario in of_field:
            models[of_field[scenario]][verdict].add(model)
    needs = _needs_by("field")
    for scenario, count in _needs_by("scenario", field="").items():
        needs[of_field.get(scenario, "")] += count
    counts = Counter(of_field.values())
    return [
        FieldFigures(
            field=f,
            scenarios=counts[f.id],
            proven=len(models[f.id][PROVEN]),
            if_confirmed=len(models[f.id][IF_CONFIRMED] - models[f.id][PROVEN]),
            needs=needs[f.id],
        )
        for f in PLAN_FIELDS
    ]


def month_funnel() -> Row | None:
    """This month's needs, answers, proofs, inquiries and deals; None while too few organisations stand behind it.

    Only the total is public. It is counted at most every ten minutes.
    """
    start = timezone.localdate().replace(day=1)
    key = f"home-funnel-{start}"
    found: tuple[Row | None] | None = cache.get(key)
    if found is None:
        everything = Reader(is_operator=True)
        found = (funnel(everything, Wanted(start=start)).total,)
        cache.set(key, found, FUNNEL_S)
    return found[0]


def _needs_by(key: str, **only: Any) -> Counter[str]:
    """Open public needs, counted by one of their columns; examples do not count."""
    rows = (
        needs_for(NOBODY)
        .filter(**only, organisation__is_example=False)
        .order_by()
        .values_list(key)
        .annotate(n=Count("pk"))
    )
    return Counter(dict(rows))


def verdicts_of(ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many public models have which verdict on the reference case, by scenario id."""
    out: dict[str, dict[str, int]] = {i: {} for i in ids}
    rows = Capability.objects.filter(scenario__in=list(out), model__access=Model.Access.PUBLIC).order_by()
    for scenario, verdict, count in rows.values_list("scenario", "verdict").annotate(n=Count("pk")):
        out[scenario][verdict] = count
    return out


def playbacks(chosen: Sequence[Scenario]) -> dict[str, Playback]:
    """For each scenario the fastest proven answer whose files may be shown, by scenario id."""
    rows = Capability.objects.filter(
        scenario__in=[s.id for s in chosen],
        verdict__in=(PROVEN, IF_CONFIRMED),
        model__access=Model.Access.PUBLIC,
        certificate__access=Certificate.Access.PUBLIC,
        certificate__result__isnull=False,
    ).values_list("scenario", "verdict", "claims__cycle_time_s__nominal", "pk")
    best: dict[str, tuple[bool, float, int]] = {}
    for scenario, verdict, cycle, pk in rows:
        rank = (verdict != PROVEN, float(cycle or math.inf), pk)
        best[scenario] = min(rank, best.get(scenario, rank))
    known = {s.id: s for s in chosen}
    found = Capability.objects.filter(pk__in=[pk for _, _, pk in best.values()]).select_related(
        "model__current", "certificate__result"
    )
    return {c.scenario: Playback(known[c.scenario], c.model, c) for c in found}
