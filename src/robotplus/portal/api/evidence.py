"""Certificates and evidence: list, read, have checked by digest or as a file, open to others."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Path, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.paging import Cursor, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Party, party, reader_of
from robotplus.portal.catalogue.access import access_model
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.evidence.access import access_certificate, evidence_of, listed, may_have_file
from robotplus.portal.evidence.actions import check_key, do_check, do_check_file, do_set_access
from robotplus.portal.evidence.models import Certificate as CertificateRow
from robotplus.portal.evidence.models import Evidence
from robotplus.portal.evidence.redaction import redacted
from robotplus.portal.jobs import results
from robotplus.portal.jobs.access import access_job, jobs_for
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.visiting import who_asks

router = Router(tags=["evidence"], auth=ANYONE)
Digest = Annotated[str, Path(pattern=r"^(sha256:)?[0-9a-f]{64}$", max_length=71)]
FILE: dict[str, Any] = {
    "responses": {200: {"description": "the file", "content": {"application/json": {"schema": {}}}}}
}


class Certificate(Schema):
    sha256: str
    model: str | None
    model_sha256: str
    need_sha256: str
    scenario: str
    verdict: str
    claims: dict[str, Any]
    access: str
    organisation: int | None
    has_file: bool
    checked_at: dt.datetime | None
    at: dt.datetime


class Checked(Schema):
    """``state``: none, queued, running, done, failed or cancelled; ``verdict`` once it is done.

    ``id`` is of the check of a file, to follow it by; a certificate's own check is followed by its digest.
    """

    state: str
    id: uuid.UUID | None = None
    failure: str = ""
    verdict: dict[str, Any] | None = None


class EvidenceRecord(Schema):
    """Why a claim on a model is to be believed: from level 0, declared, to 4, in operation.

    ``certificate``: its digest.
    """

    id: int
    model_sha256: str
    claim: str
    value: Any
    conditions: dict[str, Any]
    basis: str
    level: int
    issuer: Party | None
    certificate: str | None
    issued_at: dt.datetime
    valid_until: dt.date | None
    status: str


class CertificatesWanted(Cursor):
    scenario: str = Field("", max_length=60)


class Opening(Sent):
    access: Literal["public", "check_only", "private"]


@router.get("/models/{model_id}/evidence", response={200: list[EvidenceRecord], **READS})
def list_evidence(
    request: HttpRequest, model_id: Annotated[str, Path(max_length=80)]
) -> list[EvidenceRecord]:
    """The evidence records of a model, the highest level first; at most two hundred."""
    reader = reader_of(request)
    rows = evidence_of(reader, access_model(reader, model_id))
    return [_record(e) for e in rows[:200]]


@router.get("/certificates", response={200: Piece[Certificate], **READS})
def list_certificates(
    request: HttpRequest, wanted: Annotated[CertificatesWanted, Query(...)]
) -> Piece[Certificate]:
    """Those that anyone may at least have checked, newest first."""
    rows = listed()
    if wanted.scenario:
        rows = rows.filter(scenario=wanted.scenario)
    found, after = piece(rows, wanted)
    return Piece(items=[_certificate(request, c) for c in found], next=after)


@router.get("/certificates/{sha256}", response={200: Certificate, **READS})
def read_certificate(request: HttpRequest, sha256: Digest) -> Certificate:
    """What a certificate claims."""
    return _certificate(request, access_certificate(reader_of(request), sha256))


@router.get("/certificates/{sha256}/file", response={200: Any, **READS}, openapi_extra=FILE)
def read_certificate_file(request: HttpRequest, sha256: Digest) -> FileResponse:
    """The whole file with geometry and motion, for whoever may have it."""
    found = access_certificate(reader_of(request), sha256, file=True)
    name = f"cert-{found.sha256.removeprefix('sha256:')[:12]}.json"
    path = _path(found)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/json")


@router.get("/certificates/{sha256}/redacted", response={200: dict[str, Any], **READS})
def read_redacted(request: HttpRequest, sha256: Digest) -> dict[str, Any]:
    """Claims, hashes and premises, without geometry and motion."""
    return redacted(json.loads(_path(access_certificate(reader_of(request), sha256)).read_bytes()))


@router.post("/certificates/{sha256}/check", response={200: Checked, **WRITES})
def check_certificate(request: HttpRequest, response: HttpResponse, sha256: Digest) -> Checked:
    """Have it checked anew by the independent checker, once a day for everyone."""
    asking = who_asks(request)
    found = access_certificate(asking.reader, sha256)
    do_check(asking.reader, found)
    asking.keep(response)
    job = jobs_for(asking.reader).filter(key=check_key(found)).order_by("-created_at").first()
    return _checked(check_key(found), job)


@router.get("/certificates/{sha256}/check", response={200: Checked, **READS})
def follow_check(request: HttpRequest, sha256: Digest) -> Checked:
    """What came of today's check."""
    reader = reader_of(request)
    key = check_key(access_certificate(reader, sha256))
    return _checked(key, jobs_for(reader).filter(key=key).order_by("-created_at").first())


@router.put("/certificates/{sha256}/access", response={200: Certificate, **WRITES}, auth=MEMBERS)
def open_certificate(request: HttpRequest, sha256: Digest, sent: Opening) -> Certificate:
    """Say who may read it; at least check-only, it is evidence of level E1 for its model."""
    reader = reader_of(request)
    found = access_certificate(reader, sha256, edit=True)
    do_set_access(reader, found, sent.access)
    return _certificate(request, found)


@router.post("/check", response={200: Checked, **WRITES}, auth=MEMBERS)
def check_file(request: HttpRequest, file: Annotated[UploadedFile, File(...)]) -> Checked:
    """Have a certificate file checked that is not kept here; follow the job by its id."""
    limit = 64 * 2**20  # more than the action takes, which says so
    job = do_check_file(reader_of(request), file.read(limit))
    return _checked(job.key, job)


@router.get("/check/{job_id}", response={200: Checked, **READS}, auth=MEMBERS)
def follow_file_check(request: HttpRequest, job_id: Annotated[uuid.UUID, Path(...)]) -> Checked:
    """What came of the check of a file."""
    job = access_job(reader_of(request), job_id)
    if job.kind != "check":
        raise AbsentError(_("no such job"))
    return _checked(job.key, job)


def _checked(key: str, job: Job | None) -> Checked:
    done = Result.objects.filter(key=key, kind="check").first()
    state = "done" if done else "none" if job is None else str(job.state)
    return Checked(
        state=state,
        id=None if job is None else job.pk,
        failure="" if job is None else job.failure,
        verdict=None if done is None else done.summary,
    )


def _record(e: Evidence) -> EvidenceRecord:
    return EvidenceRecord(
        id=e.pk,
        model_sha256=e.subject_sha256,
        claim=e.claim,
        value=e.value,
        conditions=e.conditions,
        basis=e.basis,
        level=e.level,
        issuer=party(e.issuer),
        certificate=None if e.certificate is None else e.certificate.sha256,
        issued_at=e.issued_at,
        valid_until=e.valid_until,
        status=str(e.status),
    )


def _path(found: CertificateRow) -> Any:
    if found.result is None:
        raise AbsentError(_("the file of this certificate is no longer kept"))
    return results.file_of(found.result.key, f"{found.sha256.removeprefix('sha256:')}.json")


def _certificate(request: HttpRequest, c: CertificateRow) -> Certificate:
    return Certificate(
        sha256=c.sha256,
        model=c.model_id,
        model_sha256=c.model_sha256,
        need_sha256=c.need_sha256,
        scenario=c.scenario,
        verdict=c.verdict,
        claims=c.claims,
        access=c.access,
        organisation=c.organisation_id,
        has_file=c.result_id is not None and may_have_file(reader_of(request), c),
        checked_at=c.checked_at,
        at=c.at,
    )
