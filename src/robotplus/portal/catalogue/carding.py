"""What an own model can do of the plan's scenarios: the job "card", its key, and what it leaves behind.

The built-in and public models are surveyed together; an own one is proven alone, as soon as nothing that a proof
needs is missing. What comes of it is its owner's: private certificates, and rows of `Capability`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from robotplus.engine import engine_digest
from robotplus.errors import RobotPlusError
from robotplus.hashing import digest
from robotplus.portal.catalogue.missing import missing_of
from robotplus.portal.catalogue.models import Capability, Model, ModelRevision
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.evidence.actions import close_certificates, open_certificates
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.jobs.actions import do_enqueue
from robotplus.portal.jobs.handlers import Handler, Work
from robotplus.portal.jobs.models import Job, Result
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.files import KINDS, read_robot
from robotplus.robots.model import Robot
from robotplus.scenarios.library import Scenario, scenarios

CARD_FORMAT = 1  # of what a card's result holds; a new one proves anew


def reference_cases() -> list[Scenario]:
    """The scenarios that an engine stands behind."""
    return [s for s in scenarios() if s.family]


def card_key(model: Model) -> str:
    """Everything that a model's card depends on, in one digest."""
    cases = [(s.id, digest(_document(s))) for s in reference_cases()]
    sha = "" if model.current is None else model.current.sha256
    return digest(["card", CARD_FORMAT, model.pk, sha, cases, engine_digest()])


def do_make_card(reader: Reader, model: Model) -> Job | None:
    """Have an own model proven for the reference cases; None: not an own one, incomplete, or done already."""
    if model.owner_id is None or model.current is None or model.category not in KINDS:
        return None
    if blocks(model):
        Capability.objects.filter(model=model).delete()
        return None
    key = card_key(model)
    if Result.objects.filter(key=key).exists():
        return None
    params = {"model": model.pk, "sha256": model.current.sha256}
    return do_enqueue(reader, "card", params, key=key)


def do_renew_cards() -> int:
    """Have the cards made anew that today's engine or scenarios have outdated; how many wait."""
    rows = Model.objects.filter(owner__isnull=False, current__isnull=False).select_related("current")
    return sum(do_make_card(NOBODY, model) is not None for model in rows)


def blocks(model: Model) -> bool:
    """Whether proofs wait for a figure of the model."""
    return model.current is None or any(m.blocks for m in missing_of(model.current.values))


def card_of(model: Model) -> dict[str, Any] | None:
    """What came of the card of the model as it is now; None: there is none yet."""
    found = Result.objects.filter(key=card_key(model)).first()
    return None if found is None else dict(found.summary)


def _document(scenario: Scenario) -> dict[str, Any]:
    from robotplus.portal.matches.documents import scenario_document

    return scenario_document(scenario, {})


def _run(work: Work) -> dict[str, Any]:
    """Prove and check each reference case with this one model; its files are named as an answer's are."""
    revision = ModelRevision.objects.get(model_id=work.params["model"], sha256=work.params["sha256"])
    robot = read_robot(revision.file, str(work.params["model"]))
    cases = reference_cases()
    lines: list[dict[str, Any]] = []
    for done, scenario in enumerate(cases):
        proven = sum("sha256" in line for line in lines)
        work.tell({"stage": "prove", "done": done, "of": len(cases), "found": proven})
        lines.append({"scenario": scenario.id, **_tried(scenario, robot, work)})
    return {"model": robot.id, "model_sha256": robot.sha256, "lines": lines}


def _tried(scenario: Scenario, robot: Robot, work: Work) -> dict[str, Any]:
    """One line of the card."""
    from robotplus.matching.answering import answer
    from robotplus.portal.matches.answering import write_solution
    from robotplus.reporting.refusals import reason
    from robotplus.scenarios.files import need_from_document

    try:
        need = need_from_document(_document(scenario))
        result = answer(need, Catalogue([robot]), workers=settings.WORKER_CORES)
    except RobotPlusError as e:  # a case of ours that does not work fails no other
        return {"verdict": "not_found", "reason": [str(e), str(e)]}
    checked = [s for s in result.solutions if s.checked is not None and s.certificate_sha256]
    if checked:
        best = checked[0]
        write_solution(best, result, work)
        return {
            "verdict": best.verdict,
            "sha256": best.certificate_sha256,
            "need_sha256": need.sha256,
            "claims": best.certificate.claims,
        }
    if not result.refusals:
        return {"verdict": "not_found", "reason": ["", ""]}
    no = result.refusals[0]
    return {
        "verdict": no.verdict,
        "reason": list(reason(no.constraint, no.verdict)),
        "needed": no.needed,
        "available": no.available,
        "unit": no.unit,
        "question": [no.question_zh, no.question_en],
    }


def _commit(job: Job, result: Result) -> None:
    """Certificates and capabilities of the model, unless it has been revised meanwhile."""
    summary = result.summary
    model = Model.objects.select_related("current").filter(pk=summary["model"]).first()
    if model is None or model.current is None or model.current.sha256 != summary["model_sha256"]:
        return
    found = [line for line in summary["lines"] if "sha256" in line]
    now = timezone.now()
    there = Certificate.objects.filter(sha256__in=[line["sha256"] for line in found])
    there.update(result=result, checked_at=now, organisation=model.owner)
    kept = set(there.values_list("sha256", flat=True))
    Certificate.objects.bulk_create(
        Certificate(
            sha256=line["sha256"],
            organisation=model.owner,
            result=result,
            checked_at=now,
            model=model,
            model_sha256=summary["model_sha256"],
            need_sha256=line["need_sha256"],
            scenario=line["scenario"],
            verdict=line["verdict"],
            claims=line["claims"],
        )
        for line in found
        if line["sha256"] not in kept
    )
    rows = dict(
        Certificate.objects.filter(sha256__in=[f["sha256"] for f in found]).values_list("sha256", "pk")
    )
    Capability.objects.filter(model=model).delete()
    Capability.objects.bulk_create(
        Capability(
            model=model,
            scenario=line["scenario"],
            verdict=line["verdict"],
            claims=line["claims"],
            certificate_id=rows[line["sha256"]],
            catalogue_sha256=digest({model.pk: summary["model_sha256"]}),
        )
        for line in found
    )
    share_card(model)


@transaction.atomic
def share_card(model: Model) -> None:
    """Let the certificates of the reference cases be read as far as the model: they hold the plan's own numbers."""
    from robotplus.portal.search.index import do_index

    if model.access == Model.Access.PRIVATE:
        close_certificates(Certificate.objects.filter(model=model))
    else:
        open_certificates(
            Certificate.objects.filter(pk__in=model.capabilities.values("certificate")), model.access
        )
    do_index(model)


def _warm() -> None:
    import robotplus.checking  # noqa: F401


HANDLER = Handler(_run, commit=_commit, warm=_warm)
