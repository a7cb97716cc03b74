"""The members of the caller's organisation, and the caller's notices, jobs and documents."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import File, Path, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Cursor, Id, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Done, reader_of
from robotplus.portal.core.documents import access_document, do_store_document, open_document
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.jobs.access import access_job, jobs_for
from robotplus.portal.jobs.actions import do_cancel
from robotplus.portal.jobs.models import Job as JobRow
from robotplus.portal.parties.access import (
    access_grant,
    access_own_organisation,
    members_of,
    notices_for,
)
from robotplus.portal.parties.actions import members
from robotplus.portal.parties.actions.notices import do_read_notices
from robotplus.portal.parties.models import Notice as NoticeRow
from robotplus.portal.parties.notices import sentences

router = Router(tags=["organisations"], auth=ANYONE)
mine = Router(tags=["mine"], auth=MEMBERS)
Key = Annotated[Id, Path(...)]
FILE: dict[str, Any] = {"responses": {200: {"description": "the file", "content": {"*/*": {"schema": {}}}}}}


class Member(Schema):
    id: int
    name: str
    role: str
    start: dt.datetime


class Invitation(Sent):
    """By e-mail or mobile number."""

    address: str = Field(max_length=254)
    role: Literal["owner", "editor", "viewer"]


class Role(Sent):
    role: Literal["owner", "editor", "viewer"]


class Invited(Schema):
    id: int
    role: str
    expires_at: dt.datetime


class Notice(Schema):
    id: int
    verb: str
    sentence: str
    subject_type: str
    subject_id: str
    at: dt.datetime
    read: bool


class Job(Schema):
    id: uuid.UUID
    kind: str
    state: str
    progress: dict[str, Any]
    failure: str
    created_at: dt.datetime
    finished_at: dt.datetime | None


class Document(Schema):
    """A file that a value of type ``document`` may name, or that hangs on something."""

    id: uuid.UUID
    name: str
    media_type: str
    size: int
    sha256: str


@mine.get("/members", response={200: list[Member], **READS})
def list_members(request: HttpRequest) -> list[Member]:
    """Who belongs to the caller's organisation."""
    own = access_own_organisation(reader_of(request))
    return [Member(id=g.pk, name=str(g.user), role=g.role, start=g.start) for g in members_of(own)]


@mine.post("/members/invitations", response={201: Invited, **WRITES})
@once
def invite_member(request: HttpRequest, sent: Invitation) -> Invited:
    """Invite someone; owners of approved organisations do."""

    def link(raw: str) -> str:
        return request.build_absolute_uri(reverse("invitation", args=[raw]))

    made = members.do_invite(reader_of(request), address=sent.address, role=sent.role, link=link)
    return Invited(id=made.pk, role=made.role, expires_at=made.expires_at)


@mine.delete("/members/invitations/{invitation_id}", response={200: Done, **WRITES})
def revoke_invitation(request: HttpRequest, invitation_id: Key) -> Done:
    """Take an open invitation back."""
    members.do_revoke_invitation(reader_of(request), invitation_id)
    return Done()


@mine.put("/members/{member_id}", response={200: Member, **WRITES})
def change_role(request: HttpRequest, member_id: Key, sent: Role) -> Member:
    """Give a member another role; the membership gets a new id."""
    reader = reader_of(request)
    g = members.do_change_role(reader, access_grant(reader, member_id), sent.role)
    return Member(id=g.pk, name=str(g.user), role=g.role, start=g.start)


@mine.delete("/members/{member_id}", response={200: Done, **WRITES})
def end_membership(request: HttpRequest, member_id: Key) -> Done:
    """End a membership, or leave."""
    reader = reader_of(request)
    members.do_end_membership(reader, access_grant(reader, member_id))
    return Done()


@mine.get("/notices", response={200: Piece[Notice], **READS})
def list_notices(request: HttpRequest, cursor: Annotated[Cursor, Query(...)]) -> Piece[Notice]:
    """What the caller was told, newest first."""
    found, after = piece(notices_for(reader_of(request)), cursor)
    said = sentences(found)
    return Piece(items=[_notice(n, s) for n, s in zip(found, said, strict=True)], next=after)


@mine.post("/notices/read", response={200: Done, **WRITES})
def read_notices(request: HttpRequest) -> Done:
    """All are read."""
    do_read_notices(reader_of(request))
    return Done()


@mine.post("/notices/{notice_id}/read", response={200: Done, **WRITES})
def read_notice(request: HttpRequest, notice_id: Key) -> Done:
    """One of them is read; ``done`` says whether it was not yet."""
    reader = reader_of(request)
    if not notices_for(reader).filter(pk=notice_id).exists():
        raise AbsentError(_("there is no such thing"))
    return Done(done=do_read_notices(reader, pk=notice_id) > 0)


@mine.get("/jobs", response={200: list[Job], **READS})
def list_jobs(request: HttpRequest) -> list[Job]:
    """The newest hundred of the caller's jobs."""
    return [_job(j) for j in jobs_for(reader_of(request)).order_by("-created_at")[:100]]


@mine.get("/jobs/{job_id}", response={200: Job, **READS})
def read_job(request: HttpRequest, job_id: Annotated[uuid.UUID, Path(...)]) -> Job:
    """One job."""
    return _job(access_job(reader_of(request), job_id))


@mine.post("/jobs/{job_id}/cancel", response={200: Job, **WRITES})
def cancel_job(request: HttpRequest, job_id: Annotated[uuid.UUID, Path(...)]) -> Job:
    """Give a waiting or running job up; owners and editors do."""
    reader = reader_of(request)
    found = access_job(reader, job_id)
    if reader.organisation is not None and not reader.may_edit:
        raise ForbiddenError(_("only owners and editors of your organisation do this"))
    do_cancel(reader, found)
    found.refresh_from_db()
    return _job(found)


@mine.post("/documents", response={201: Document, **WRITES})
@once
def upload_document(request: HttpRequest, file: Annotated[UploadedFile, File(...)]) -> Document:
    """Keep a file of the organisation, to be named by a value; it is looked into before."""
    d = do_store_document(reader_of(request), file)
    return Document(id=d.pk, name=d.name, media_type=d.media_type, size=d.size, sha256=d.sha256)


@router.get("/documents/{document_id}", response={200: Any, **READS}, openapi_extra=FILE)
def read_document(request: HttpRequest, document_id: Annotated[uuid.UUID, Path(...)]) -> FileResponse:
    """A file, where the caller may read what it hangs on."""
    found = access_document(reader_of(request), document_id)
    response = FileResponse(
        open_document(found), as_attachment=True, filename=found.name, content_type=found.media_type
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _notice(n: NoticeRow, sentence: str) -> Notice:
    return Notice(
        id=n.pk,
        verb=n.verb,
        sentence=sentence,
        subject_type=n.subject_type,
        subject_id=n.subject_id,
        at=n.at,
        read=n.read_at is not None,
    )


def _job(j: JobRow) -> Job:
    return Job(
        id=j.pk,
        kind=j.kind,
        state=str(j.state),
        progress=j.progress,
        failure=j.failure,
        created_at=j.created_at,
        finished_at=j.finished_at,
    )
