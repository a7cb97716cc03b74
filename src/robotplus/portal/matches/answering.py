"""The job "answer": proves, checks, and writes everything that the pages, downloads and the player need.

Files of a result: ``answer.json``, ``need.json``, ``page.json`` (what the page shows), ``report.html``, and for
each checked solution, named by the hex digits of its certificate: ``.json`` (the certificate), ``.glb``,
``.profile.json`` (the player's curves) and ``.page.json``.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils import timezone

from robotplus.errors import RobotPlusError
from robotplus.matching.answer import Answer, Solution
from robotplus.matching.answering import Progress, answer
from robotplus.matching.workers import Crew, Failed
from robotplus.portal.catalogue.models import Capability, Model
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.jobs.handlers import Handler, Work
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.catalogue import built_in, open_catalogue
from robotplus.portal.matches.first import FirstRows
from robotplus.portal.matches.page import page_of, solution_of
from robotplus.portal.matches.reference import do_record_capabilities
from robotplus.reporting.glb import certificate_glb
from robotplus.reporting.report import write_report
from robotplus.scenarios.files import need_from_document


def stem(sha256: str) -> str:
    """What the files of a certificate are called."""
    return sha256.removeprefix("sha256:")


def _run(work: Work) -> dict[str, Any]:
    need = need_from_document(dict(work.params["document"]))
    catalogue = open_catalogue(work.params.get("models") or {})
    first = FirstRows(need)

    def progress(stage: str, done: int, of: int, found: int) -> None:
        told = {"stage": stage, "done": done, "of": of, "found": found}
        work.tell({**told, "takt": first.takt, "best": first.rows})

    result = answer(
        need,
        catalogue,
        workers=settings.WORKER_CORES,
        check_all=bool(work.params.get("check_all")),
        progress=progress,
        newly=first.add,
    )
    _write(result, work, progress)
    checked = _checked(result)
    return {
        "counts": result.counts,
        "found": len(result.solutions),
        "need_sha256": need.sha256,
        "scenario": need.scenario,
        "catalogue_sha256": result.catalogue_sha256,
        "certificates": [
            {
                "sha256": s.certificate_sha256,
                "model": s.robot.id,
                "model_sha256": s.robot.sha256,
                "verdict": s.verdict,
                "claims": s.certificate.claims,
            }
            for s in checked
        ],
    }


def _checked(result: Answer) -> list[Solution]:
    return [s for s in result.solutions if s.checked is not None and s.certificate_sha256]


def _write(result: Answer, work: Work, progress: Progress) -> None:
    """All files, the heavy ones shared out over the cores."""
    checked = _checked(result)
    found = len(result.solutions)

    def job(number: int) -> None:
        if number == len(checked):
            write_report(result, work.folder / "report.html")
        elif number > len(checked):
            _dump(work, "page.json", page_of(result))
        else:
            write_solution(checked[number], result, work)

    jobs = [len(checked), *range(len(checked)), len(checked) + 1]
    _dump(work, "answer.json", result.to_document())
    _dump(work, "need.json", result.need.document)
    with Crew(min(settings.WORKER_CORES, len(jobs)), job) as crew:
        for done, (_, end) in enumerate(crew.run(jobs), start=1):
            if isinstance(end, Failed):
                raise RobotPlusError(f"the files of an answer failed: {end.why}")
            progress("write", done, len(jobs), found)


def write_solution(solution: Solution, result: Answer, work: Work) -> None:
    """The files of one checked solution."""
    name = stem(str(solution.certificate_sha256))
    page, curves = solution_of(solution, result)
    _dump(work, f"{name}.json", solution.certificate.to_document())
    _dump(work, f"{name}.page.json", page)
    _dump(work, f"{name}.profile.json", curves)
    animation = certificate_glb(solution.certificate, solution.robot, result.need)
    (work.folder / f"{name}.glb").write_bytes(animation)


def _dump(work: Work, name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    (work.folder / name).write_text(text, encoding="utf-8")


def _commit(job: Job, result: Result) -> None:
    """A row for every certificate, so that it is found by its digest; one already there points to the new files.

    The portal's own answer to a reference case stands for what models can do until its survey is there.
    """
    made = {c["sha256"]: c for c in result.summary["certificates"]}
    now = timezone.now()
    there = Certificate.objects.filter(sha256__in=made)
    kept = set(there.values_list("sha256", flat=True))
    there.update(result=result, checked_at=now)
    models = set(
        Model.objects.filter(pk__in=[c["model"] for c in made.values()]).values_list("pk", flat=True)
    )
    Certificate.objects.bulk_create(
        Certificate(
            sha256=sha256,
            result=result,
            checked_at=now,
            model_id=c["model"] if c["model"] in models else None,
            model_sha256=c["model_sha256"],
            need_sha256=result.summary["need_sha256"],
            scenario=result.summary["scenario"],
            verdict=c["verdict"],
            claims=c["claims"],
        )
        for sha256, c in made.items()
        if sha256 not in kept
    )
    if job.asker == "" and not _surveyed(result):
        do_record_capabilities(result, result.summary["certificates"])


def _surveyed(result: Result) -> bool:
    scenario, catalogue = result.summary["scenario"], result.summary["catalogue_sha256"]
    return Capability.objects.filter(scenario=scenario, catalogue_sha256=catalogue).exists()


def _commit_survey(job: Job, result: Result) -> None:
    _commit(job, result)
    do_record_capabilities(result, result.summary["certificates"])


def _warm() -> None:
    import robotplus.checking  # noqa: F401

    assert built_in().sha256


HANDLER = Handler(_run, commit=_commit, warm=_warm)
SURVEY = Handler(_run, commit=_commit_survey)
