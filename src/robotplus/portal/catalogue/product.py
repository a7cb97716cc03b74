"""What the product page shows beside the figures: evidence by level, who supplies it how, its history, its like."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from robotplus.portal.catalogue.access import models_for
from robotplus.portal.catalogue.facts import FIGURES, in_words
from robotplus.portal.catalogue.models import Correction, Model
from robotplus.portal.core.reader import Reader
from robotplus.portal.evidence.access import certificates_for
from robotplus.portal.evidence.models import Evidence
from robotplus.portal.matches.offers import Supply
from robotplus.portal.offers.access import listed, offers_for
from robotplus.portal.web.templatetags.ui import said
from robotplus.scenarios.library import Scenario, scenarios

LEVELS: Final = range(5)
SHOWN: Final = 12  # records of a level, offers of a way of supply
SIMILAR: Final = 3
WAYS: Final[Mapping[str, tuple[Promise, tuple[str, ...]]]] = {  # a way to get it: the kinds of offer
    "sell": (_("Sell it"), ("product",)),
    "integrate": (_("Integrate it"), ("solution", "service")),
    "lease": (_("Lease or share it"), ("lease", "shared", "operated")),
    "other": (_("Other offers for it"), ()),
}


@dataclass(frozen=True)
class Rung:
    """A level of evidence. ``records``: the newest of what counts there, ``latest``: when that was."""

    level: int
    count: int
    latest: dt.datetime | None
    records: tuple[Evidence, ...]


@dataclass(frozen=True)
class Proof:
    """A scenario whose reference case the model was proven for; ``certificate``: digest in hex where it may be read."""

    scenario: Scenario
    verdict: str
    certificate: str
    at: dt.datetime


@dataclass(frozen=True)
class Change:
    """A correction in words."""

    correction: Correction
    label: Promise | str
    old: str
    new: str


def ladder(model: Model) -> list[Rung]:
    """Levels E0 to E4 with the valid public records of each; today's figures of the maker are E0."""
    found: dict[int, list[Evidence]] = {level: [] for level in LEVELS}
    rows = Evidence.objects.filter(
        Q(certificate=None) | ~Q(certificate__access="private"),
        subject_type="catalogue.model",
        subject_id=model.pk,
        status=Evidence.Status.VALID,
    )
    for record in rows.select_related("certificate", "issuer").order_by("-issued_at"):
        found[record.level].append(record)
    rungs = [
        Rung(level, len(of), of[0].issued_at if of else None, tuple(of[:SHOWN]))
        for level, of in found.items()
    ]
    if model.current is not None and not rungs[0].count:
        rungs[0] = Rung(0, 1, model.current.at, ())
    return rungs


def proofs_of(reader: Reader, model: Model) -> list[Proof]:
    """What it was proven for; a certificate is named where the reader may know of it."""
    known = {s.id: s for s in scenarios()}
    rows = model.capabilities.order_by("scenario")
    open_to = dict(
        certificates_for(reader)
        .filter(pk__in=model.capabilities.values("certificate"))
        .values_list("pk", "sha256")
    )
    return [
        Proof(
            known[c.scenario],
            c.verdict,
            open_to.get(c.certificate_id or 0, "").removeprefix("sha256:"),
            c.at,
        )
        for c in rows
        if c.scenario in known
    ]


def supplies_of(reader: Reader, model: Model) -> list[tuple[Promise, list[Supply]]]:
    """The live offers of a model by what they supply; a way without offers is left out."""
    kinds = {kind: way for way, (_label, several) in WAYS.items() for kind in several}
    found: dict[str, list[Supply]] = {way: [] for way in WAYS}
    rows = offers_for(reader).filter(listed(), model=model).select_related("organisation", "current")
    for offer in rows.order_by("pk"):
        values: Mapping[str, Any] = {} if offer.current is None else offer.current.values
        found[kinds.get(offer.kind, "other")].append(
            Supply(
                offer.pk,
                offer.title,
                said(offer.organisation),
                offer.organisation_id,
                values.get("price"),
                values.get("lead_time_d"),
            )
        )
    return [(WAYS[way][0], several[:SHOWN]) for way, several in found.items() if several]


def changes_of(corrections: Sequence[Correction], document: Mapping[str, Any]) -> list[Change]:
    """Corrections in words, each value in its figure's unit."""
    out = []
    for one in corrections:
        label, unit = FIGURES.get(one.figure, (one.figure, ""))
        old, new = (in_words(document, one.figure, value) for value in (one.old, one.new))
        out.append(Change(one, label, old, f"{new} {unit}".strip()))
    return out


def similar(reader: Reader, model: Model) -> list[Model]:
    """The models nearest in payload and reach, to hold beside this one."""
    ratings = {} if model.current is None else model.current.values.get("ratings", {})
    payload, reach = ((ratings.get(name) or {}).get("value") for name in ("payload_kg", "reach_m"))
    if not payload or not reach:
        return []
    rows = models_for(reader).filter(access=Model.Access.PUBLIC, category=model.category).exclude(pk=model.pk)
    off: dict[str, float] = {}
    for name, value in (("payload_kg", payload), ("reach_m", reach)):
        at = f"current__values__ratings__{name}__value"
        rows = rows.filter(**{f"{at}__gte": value / 2, f"{at}__lte": value * 2})
        for pk, other in rows.values_list("pk", at):
            off[pk] = off.get(pk, 0.0) + abs(math.log(other / value))
    near = sorted(rows.values_list("pk", flat=True), key=lambda pk: (off[pk], pk))[:SIMILAR]
    found = rows.in_bulk(near)
    return [found[pk] for pk in near]
