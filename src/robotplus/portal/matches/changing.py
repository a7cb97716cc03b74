"""The job "changes": for robots that an answer refuses, the nearest change of the need that lets them pass.

Files of its result: ``changes.json``, and each changed certificate by its robot's id. Nothing of it enters the
evidence: who wants to rely on a change asks for the answer to the changed need.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from robotplus.certificates.certificate import Refusal
from robotplus.hashing import digest
from robotplus.matching.nearest import Changed, nearest_changes, tally
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs import results
from robotplus.portal.jobs.access import asker_of
from robotplus.portal.jobs.actions import do_enqueue
from robotplus.portal.jobs.handlers import Handler, Work
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.actions import check_visitor, do_ask
from robotplus.portal.matches.catalogue import open_catalogue, own_models
from robotplus.portal.matches.models import Answer
from robotplus.portal.matches.visiting import Asking
from robotplus.reporting.refusals import reason
from robotplus.scenarios.files import need_from_document

FORMAT = 1  # of the files that a result holds


def changes_key(answer: Answer) -> str:
    """What the changes depend on: the answer's own key says all else."""
    return digest(["changes", FORMAT, answer.key])


@transaction.atomic
def do_ask_changes(asking: Asking, answer: Answer) -> Job | None:
    """Look for the nearest changes; None when they are known already. The caller may change the answer.

    Raises:
        AbsentError: the answer is not there yet.
        LimitError: the visitor's hour is used up, or the queue is full.
    """
    reader, key = asking.reader, changes_key(answer)
    if not Result.objects.filter(key=answer.key).exists():
        raise AbsentError(_("the answer is not there yet"))
    if Result.objects.filter(key=key).exists():
        return None
    running = unfinished(reader, answer)
    if running is not None:
        return running
    if reader.user is None:
        check_visitor(reader, asking.origin)
    params = {
        "answer": answer.key,
        "document": need_from_document(dict(answer.document)).document,
        "models": own_models(reader.organisation_id),
    }
    job = do_enqueue(reader, "changes", params, key=key)
    log_event(reader, "answer.changes", answer)
    return job


def unfinished(reader: Reader, answer: Answer) -> Job | None:
    """The reader's search for changes that still runs or waits."""
    jobs = Job.objects.filter(asker=asker_of(reader), key=changes_key(answer))
    return jobs.filter(state__in=Job.UNFINISHED).first()


def failed(reader: Reader, answer: Answer) -> Job | None:
    """The reader's last search, if it failed."""
    last = Job.objects.filter(asker=asker_of(reader), key=changes_key(answer)).order_by("-created_at").first()
    return last if last is not None and last.state == Job.State.FAILED else None


def changes_of(answer: Answer) -> dict[str, Any] | None:
    """What was found: ``sums`` [{"change", "robots"}] and ``rows``; None while nobody has looked."""
    try:
        path = results.file_of(changes_key(answer), "changes.json")
    except AbsentError:
        return None
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


@transaction.atomic
def do_ask_changed(asking: Asking, answer: Answer, need_sha256: str) -> Answer:
    """Ask for the whole answer to a changed need, compared with this one.

    Raises:
        AbsentError: not one of the changes found for this answer.
    """
    found = changes_of(answer) or {"sums": []}
    for entry in found["sums"]:
        if entry["change"]["need_sha256"] == need_sha256:
            document = dict(entry["document"])
            return do_ask(asking.reader, document, origin=asking.origin, previous=answer)
    raise AbsentError(_("no such change of this answer"))


def _run(work: Work) -> dict[str, Any]:
    need = need_from_document(dict(work.params["document"]))
    catalogue = open_catalogue(work.params.get("models") or {})
    answer = json.loads(results.file_of(work.params["answer"], "answer.json").read_bytes())
    refusals = [Refusal.from_document(r) for r in answer["refusals"]]
    found = nearest_changes(
        need,
        catalogue,
        refusals,
        workers=settings.WORKER_CORES,
        progress=lambda done, of, cured: work.tell(
            {"stage": "change", "done": done, "of": of, "found": cured}
        ),
    )
    for changed in found:
        _dump(work, f"change-{changed.robot.id}.json", changed.certificate.to_document())
    documents = {c.change.need.sha256: c.change.need.document for c in found}
    sums = [
        {"change": change.to_document(), "robots": n, "document": documents[change.need.sha256]}
        for change, n in tally(found)
    ]
    _dump(work, "changes.json", {"sums": sums, "rows": [_row(c) for c in found]})
    return {"changes": len(sums), "robots": len(found), "need_sha256": need.sha256}


def _row(changed: Changed) -> dict[str, Any]:
    zh, en = reason(changed.refusal.constraint, changed.refusal.verdict)
    cycle = changed.certificate.claims["cycle_time_s"]
    return {
        **changed.to_document(),
        "refused": [zh, en],
        "low": cycle["low"],
        "high": cycle["high"],
    }


def _dump(work: Work, name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    (work.folder / name).write_text(text, encoding="utf-8")


HANDLER = Handler(_run)
