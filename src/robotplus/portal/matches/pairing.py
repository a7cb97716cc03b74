"""Finds the offers that may answer a need, and the needs that an offer may answer, and scores each pair.

The index gives candidates by shared words (the rarest count most) and by the need's scenario; scoring.py judges them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Avg, Count
from django.utils import timezone

from robotplus.portal.catalogue.models import Capability, Model
from robotplus.portal.core.models import Area, Visibility
from robotplus.portal.deals.models import Review
from robotplus.portal.kinds import Kind, kind, noun_kinds
from robotplus.portal.matches.scoring import Asked, Offered, Score, Standing, score
from robotplus.portal.needs.access import listed as open_needs
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.access import listed as live_offers
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.models import Organisation
from robotplus.portal.parties.speed import answer_time
from robotplus.portal.search.documents import PROVEN, model_figures
from robotplus.portal.search.finding import candidates
from robotplus.portal.search.models import Noun
from robotplus.portal.search.rarity import rarities
from robotplus.portal.search.tokens import FULL, term, tokens

CANDIDATES: Final = 300  # pairs that are scored
LEAST: Final = 20.0  # a lower score is no match
KEPT: Final = 50  # matches kept of a need


@dataclass(frozen=True)
class Pair:
    need: Need
    offer: Offer
    score: Score


def offers_for_need(need: Need) -> list[Pair]:
    """The best of the public offers for a need, best first. No organisation answers its own need."""
    of = kind(need.kind, "need")
    if not of.answers or need.current is None:
        return []
    found = candidates(_words(of, need.title, need.current.values), Noun.OFFER, of.answers, CANDIDATES)
    rows = Offer.objects.filter(live_offers(), visibility=Visibility.PUBLIC, kind__in=of.answers)
    rows = rows.exclude(organisation=need.organisation_id).select_related("organisation", "current", "model")
    offers = list(rows.filter(pk__in=[int(pk) for pk in found]).order_by("pk"))
    if need.scenario:
        named = rows.filter(current__values__scenario=need.scenario).order_by("-updated_at", "-pk")
        known = {o.pk for o in offers}
        offers += [o for o in named[: CANDIDATES // 2] if o.pk not in known]
    return _best(_scored([need], offers))[:KEPT]


def needs_for_offer(offer: Offer) -> list[Pair]:
    """The public open needs that an offer may answer, best first.

    Beside those that share words or a scenario, an offer of a model is held against the newest needs that the engine
    can answer: there ratings and proof decide, not words.
    """
    kinds = [k.id for k in noun_kinds("need") if offer.kind in k.answers]
    if not kinds or offer.current is None:
        return []
    of = kind(offer.kind, "offer")
    found = candidates(_words(of, offer.title, offer.current.values), Noun.NEED, kinds, CANDIDATES)
    rows = Need.objects.filter(open_needs(), visibility=Visibility.PUBLIC, kind__in=kinds).exclude(
        state="satisfied"
    )
    rows = rows.exclude(organisation=offer.organisation_id).select_related("organisation", "current", "area")
    needs = list(rows.filter(pk__in=[int(pk) for pk in found]).order_by("pk"))
    scenarios = {offer.current.values.get("scenario", ""), *proven_scenarios([offer]).get(offer.pk, ())} - {
        ""
    }
    if scenarios:
        known = {n.pk for n in needs}
        named = rows.filter(scenario__in=scenarios).order_by("-updated_at", "-pk")
        needs += [n for n in named[: CANDIDATES // 2] if n.pk not in known]
    if offer.model_id:
        known = {n.pk for n in needs}
        answerable = rows.filter(current__document__isnull=False).order_by("-updated_at", "-pk")
        needs += [n for n in answerable[: CANDIDATES // 3] if n.pk not in known]
    return _best(_scored(needs, [offer]))


def _best(pairs: Iterable[Pair]) -> list[Pair]:
    kept = [p for p in pairs if p.score.value >= LEAST]
    return sorted(kept, key=lambda p: (-p.score.value, p.offer.pk, p.need.pk))


def _scored(needs: Sequence[Need], offers: Sequence[Offer]) -> Iterable[Pair]:
    """Every pair that what must hold allows."""
    asked = {n.pk: _asked(n) for n in needs}
    offered = _offered(offers)
    words = {n.pk: _rarity(asked[n.pk]) for n in needs}
    for need in needs:
        for offer in offers:
            if offer.kind in asked[need.pk].kind.answers:
                found = score(asked[need.pk], offered[offer.pk], words[need.pk])
                if found is not None:
                    yield Pair(need, offer, found)


def _asked(need: Need) -> Asked:
    above: list[str] = []
    area = need.area
    while area is not None:
        above.append(area.code)
        area = area.parent
    beside = Area.objects.filter(parent=need.area.parent_id) if need.area and need.area.parent_id else ()
    values = need.current.values if need.current is not None else {}
    near = frozenset(a.code for a in beside) - {*above}
    today = timezone.localdate()
    return Asked(kind(need.kind, "need"), need.title, values, frozenset(above), near, need.scenario, today)


def _offered(offers: Sequence[Offer]) -> dict[int, Offered]:
    """The offers with what is known of their models and suppliers, in a few queries."""
    models = {o.model_id for o in offers if o.model_id}
    ratings = {
        pk: {
            name: number
            for name, number, _text in model_figures({"ratings": found or {}})
            if number is not None
        }
        for pk, found in Model.objects.filter(pk__in=models, access=Model.Access.PUBLIC).values_list(
            "pk", "current__values__ratings"
        )
    }
    proven = proven_scenarios(offers)
    standing = _standings({o.organisation_id: o.organisation for o in offers})
    return {
        o.pk: Offered(
            kind(o.kind, "offer"),
            o.title,
            o.current.values if o.current is not None else {},
            standing[o.organisation_id],
            frozenset(proven.get(o.pk, ())),
            ratings.get(o.model_id) if o.model_id else None,
        )
        for o in offers
    }


def proven_scenarios(offers: Sequence[Offer]) -> dict[int, set[str]]:
    """For each offer of a model the scenarios that the model is proven for."""
    by_model: dict[str, set[str]] = defaultdict(set)
    rows = Capability.objects.filter(model__in={o.model_id for o in offers if o.model_id}, verdict__in=PROVEN)
    for model, scenario in rows.values_list("model_id", "scenario"):
        by_model[model].add(scenario)
    return {o.pk: by_model[o.model_id] for o in offers if o.model_id and o.model_id in by_model}


def _standings(suppliers: Mapping[int, Organisation]) -> dict[int, Standing]:
    """Reviews of all, in one query; how soon they answer, of those with reviews, who alone have deals enough."""
    reviews = Review.objects.filter(deal__seller__in=suppliers).values("deal__seller")
    found = {
        r["deal__seller"]: (float(r["mean"]), r["count"])
        for r in reviews.annotate(mean=Avg("stars"), count=Count("pk"))
    }
    out = {}
    for pk, supplier in suppliers.items():
        stars, count = found.get(pk, (0.0, 0))
        time = answer_time(supplier) if count else None
        out[pk] = Standing(stars, count, None if time is None else time.total_seconds() / 3600)
    return out


def _words(of: Kind, title: str, values: Mapping[str, Any]) -> dict[str, int]:
    """The tokens of full strength of a title and the one-line fields; scenario names too."""
    said = [title, *(str(values[f.name]) for f in of.fields if f.type == "text" and values.get(f.name))]
    return {t: s for t, s in tokens("\n".join(said)).items() if s == FULL}


def _rarity(need: Asked) -> dict[str, float]:
    """How much each of the need's tokens tells."""
    texts = [need.title, *(str(v) for v in need.values.values() if isinstance(v, str))]
    by_token = {t: term(t) for t in tokens("\n".join(texts))}
    points, _counts = rarities(list(by_token.values()))
    return {t: math.sqrt(points[h]) for t, h in by_token.items()}
