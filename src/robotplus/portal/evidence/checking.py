"""The job "check": checks a certificate anew, as anybody could with the engine alone."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from robotplus.certificates.certificate import read_certificate
from robotplus.errors import CertificateError
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.jobs import results
from robotplus.portal.jobs.handlers import Handler, Work
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.catalogue import RevisionStore


def _run(work: Work) -> dict[str, Any]:
    from robotplus.checking import check

    text = str(work.params["text"]) if "text" in work.params else _kept(str(work.params["certificate"]))
    certificate = read_certificate(text)
    verdict = check(certificate, RevisionStore())
    return {
        "certificate": json.loads(text)["sha256"],
        "model": certificate.robot_id,
        "holds": verdict.holds,
        "status": verdict.status,
        "reasons": [{"code": code, "sentence": sentence} for code, sentence in verdict.reasons],
        "currency": verdict.currency,
    }


def _kept(sha256: str) -> str:
    """The text of a certificate that the portal keeps."""
    found = Certificate.objects.select_related("result").filter(sha256=sha256).first()
    if found is None or found.result is None:
        raise CertificateError("this certificate is no longer kept here", value=sha256)
    path = results.file_of(found.result.key, f"{sha256.removeprefix('sha256:')}.json")
    text = path.read_text(encoding="utf-8")
    if json.loads(text)["sha256"] != sha256:
        raise CertificateError("the kept file is another certificate", value=path.name)
    return text


def _commit(job: Job, result: Result) -> None:
    if result.summary["holds"] and "certificate" in job.params:
        Certificate.objects.filter(sha256=result.summary["certificate"]).update(checked_at=timezone.now())


def _warm() -> None:
    import robotplus.checking  # noqa: F401


HANDLER = Handler(_run, commit=_commit, warm=_warm)
