"""Matches as they are kept: of a need when it opens, and of a new offer against the needs that are open.

The second is a job of the portal's own (``reverse``), last in the queue: scores first, the model's ratings against what
a need asks of a robot (bounds that cost nothing), and for what is left of the needs that an engine can answer a proof
with that one model. Its suppliers and, once a need opens, the suppliers of its matches are told in the daily digest.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from robotplus.errors import RobotPlusError
from robotplus.hashing import digest
from robotplus.matching.answering import answer
from robotplus.matching.screening import screen
from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import NOBODY
from robotplus.portal.jobs.actions import do_enqueue
from robotplus.portal.jobs.handlers import Handler, Work
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.kinds import kind, noun_kinds
from robotplus.portal.matches.models import Match
from robotplus.portal.matches.pairing import Pair, needs_for_offer, offers_for_need
from robotplus.portal.needs.access import listed as open_needs
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.access import listed
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.notices import notify
from robotplus.proving import make_context
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.files import KINDS, read_robot
from robotplus.robots.model import Robot
from robotplus.scenarios.files import need_from_document

log = logging.getLogger(__name__)
TELL_FROM: Final = 50.0  # a score from which suppliers are told
TOLD: Final = 30  # suppliers told of one need
PROOFS: Final = 10  # needs that one offer is proven against
REFUSED: Final = "impossible"  # a verdict that ends a match
DISCOURAGING: Final = ("not_found",)  # kept and shown, but nobody is told


@transaction.atomic
def do_match(need: Need, *, tell: bool = False) -> list[Match]:
    """Find and keep the matches of a need's current revision anew; those proven before keep their verdict.

    Args:
        tell: the need has just become public: its suppliers hear of it in the digest.
    """
    if need.current is None:
        return []
    revision = need.current
    known = dict(revision.matches.exclude(verdict="").values_list("offer_revision_id", "verdict"))
    pairs = offers_for_need(need)
    revision.matches.all().delete()
    made = Match.objects.bulk_create(_match(p, known.get(p.offer.current_id or 0, "")) for p in pairs)
    if tell and need.visibility == Visibility.PUBLIC:
        suppliers = {
            p.offer.organisation_id: p.offer.organisation
            for p in pairs
            if p.score.value >= TELL_FROM and _both_real_or_not(p)
        }
        for supplier in list(suppliers.values())[:TOLD]:
            notify(supplier, "match.need", need, digest=True)
    return made


def _both_real_or_not(pair: Pair) -> bool:
    """Invented examples match for all to see, but nobody real is told of them, nor they of anybody."""
    return pair.offer.organisation.is_example == pair.need.organisation.is_example


def _match(pair: Pair, verdict: str) -> Match:
    return Match(
        need_revision=pair.need.current,
        offer_revision=pair.offer.current,
        model=pair.offer.model,
        score=pair.score.value,
        reasons=[r.to_document() for r in pair.score.reasons],
        verdict=verdict,
    )


def do_match_opened(need: Need) -> Job | None:
    """Have the matches of a need that has just opened found, and their suppliers told, by the worker."""
    if need.current is None or not kind(need.kind, "need").answers:
        return None
    key = digest(["match", need.pk, need.current.sha256, need.visibility])
    if Result.objects.filter(key=key).exists():
        return None
    return do_enqueue(NOBODY, "match", {"need": need.pk}, key=key)


def do_match_offer(offer: Offer) -> Job | None:
    """Have a published offer matched against the open needs, when nobody waits for the worker; None: not published."""
    public = Offer.objects.filter(listed(), pk=offer.pk, visibility=Visibility.PUBLIC).exists()
    if not public or offer.current is None or not any(offer.kind in k.answers for k in noun_kinds("need")):
        return None
    key = digest(["reverse", offer.pk, offer.current.sha256])
    if Result.objects.filter(key=key).exists():
        return None
    return do_enqueue(NOBODY, "reverse", {"offer": offer.pk}, key=key)


def _run(work: Work) -> dict[str, Any]:
    """Scores, bounds and proofs; ids and figures alone come back."""
    offer = Offer.objects.select_related("organisation", "current", "model__current").get(
        pk=work.params["offer"]
    )
    pairs = needs_for_offer(offer)
    robot = _robot(offer.model)
    found: list[dict[str, Any]] = []
    proofs = 0
    for done, pair in enumerate(pairs, start=1):
        document = pair.need.current.document if pair.need.current is not None else None
        verdict = ""
        if robot is not None and document and proofs < PROOFS:
            verdict, tried = _verdict(document, robot)
            proofs += tried
        if verdict != REFUSED:
            found.append({"need": pair.need.pk, "revision": pair.need.current_id, "verdict": verdict})
        work.tell({"stage": "match", "done": done, "of": len(pairs), "found": len(found)})
    return {"offer": offer.pk, "revision": offer.current_id, "found": found, "counts": dict(_counts(found))}


def _counts(found: Sequence[Mapping[str, Any]]) -> Counter[str]:
    return Counter(f["verdict"] or "scored" for f in found)


def _robot(model: Model | None) -> Robot | None:
    """The robot to prove with: a public one that the engine knows how to move."""
    if (
        model is None
        or model.current is None
        or model.access != Model.Access.PUBLIC
        or model.category not in KINDS
    ):
        return None
    return read_robot(model.current.values, model.pk)


def _verdict(document: Mapping[str, Any], robot: Robot) -> tuple[str, bool]:
    """The verdict of one robot on one need, and whether it took a proof; empty when it could not be had."""
    try:
        need = need_from_document(dict(document))
        survivors, refused = screen([robot], make_context(need))
        if not survivors:
            return str(refused[0].verdict), False
        result = answer(need, Catalogue([robot]), workers=1)
    except RobotPlusError as e:
        log.warning("a match was not proven: %s", e)
        return "", False
    if result.solutions:
        return str(result.solutions[0].verdict), True
    return str(result.refusals[0].verdict) if result.refusals else "not_found", True


def _commit(job: Job, result: Result) -> None:
    """Keep what still stands: the offer's revision and the needs as they were scored."""
    summary = result.summary
    offer = (
        Offer.objects.filter(listed(), pk=summary["offer"], current=summary["revision"])
        .select_related("organisation", "current", "model")
        .first()
    )
    if offer is None:
        return
    verdicts = {f["revision"]: f["verdict"] for f in summary["found"]}
    pairs = [p for p in needs_for_offer(offer) if p.need.current_id in verdicts]
    Match.objects.filter(offer_revision=offer.current, need_revision__in=verdicts).delete()
    Match.objects.bulk_create(_match(p, verdicts[p.need.current_id]) for p in pairs)
    good = [
        p
        for p in pairs
        if p.score.value >= TELL_FROM
        and verdicts[p.need.current_id] not in DISCOURAGING
        and _both_real_or_not(p)
    ]
    if good:
        notify(offer.organisation, "match.offer", offer, digest=True, count=len(good))
    for pair in good:
        notify(pair.need.organisation, "match.answer", pair.need, digest=True, offer=offer.pk)


def _commit_opened(job: Job, result: Result) -> None:
    need = Need.objects.filter(open_needs(), pk=result.summary["need"]).select_related("current").first()
    if need is not None:
        do_match(need, tell=True)


REVERSE = Handler(_run, commit=_commit)
OPENED = Handler(lambda work: {"need": work.params["need"]}, commit=_commit_opened)
