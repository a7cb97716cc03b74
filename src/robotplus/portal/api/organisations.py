"""Organisations: list, read, describe, register with papers, correct what was registered; and areas."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import File, Form, Path, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import ANYONE, MEMBERS
from robotplus.portal.api.once import once
from robotplus.portal.api.paging import Cursor, Id, Piece, piece
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import Label, Party, party, reader_of
from robotplus.portal.core.models import Area as AreaRow
from robotplus.portal.parties.access import access_organisation, organisations_for
from robotplus.portal.parties.actions.organisations import (
    do_correct_organisation,
    do_describe_organisation,
    do_register_organisation,
)
from robotplus.portal.parties.models import Organisation as OrganisationRow
from robotplus.portal.parties.models import OrganisationKind

router = Router(tags=["organisations"], auth=ANYONE)
Key = Annotated[Id, Path(...)]


class Organisation(Party):
    kind: str
    country: str
    state: str
    about: str
    website: str
    areas: list[str]


class OrganisationsWanted(Cursor):
    kind: str = Field("", max_length=20)
    q: str = Field("", max_length=80)


class Description(Sent):
    about: str = Field("", max_length=4000)
    website: str = Field("", max_length=200)
    areas: list[Annotated[str, Field(max_length=20)]] = Field(default_factory=list, max_length=100)


class Registration(Schema):
    """``code``: unified social credit code, or the number in the country's register; ``areas``: their codes."""

    name_zh: str = Field(max_length=120)
    name_en: str = Field("", max_length=160)
    country: str = Field("CN", max_length=2)
    code: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    about: str = Field("", max_length=4000)
    website: str = Field("", max_length=200)
    areas: str = Field("", max_length=1000, description="codes, separated by spaces")


class Area(Schema):
    code: str
    name: Label
    parent: str | None


@router.get("/organisations", response={200: Piece[Organisation], **READS})
def list_organisations(
    request: HttpRequest, wanted: Annotated[OrganisationsWanted, Query(...)]
) -> Piece[Organisation]:
    """Approved organisations."""
    rows = organisations_for(reader_of(request)).filter(state=OrganisationRow.State.APPROVED)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind if wanted.kind in OrganisationKind.values else "")
    if text := wanted.q.strip():
        rows = rows.filter(name_zh__icontains=text) | rows.filter(name_en__icontains=text)
    found, after = piece(rows.prefetch_related("areas"), wanted)
    return Piece(items=[whole_organisation(o) for o in found], next=after)


@router.get("/organisations/{organisation_id}", response={200: Organisation, **READS})
def read_organisation(request: HttpRequest, organisation_id: Key) -> Organisation:
    """One organisation."""
    return whole_organisation(access_organisation(reader_of(request), organisation_id))


@router.put("/organisations/{organisation_id}", response={200: Organisation, **WRITES}, auth=MEMBERS)
def describe_organisation(request: HttpRequest, organisation_id: Key, sent: Description) -> Organisation:
    """Change how one's own organisation describes itself."""
    reader = reader_of(request)
    found = access_organisation(reader, organisation_id, edit=True)
    do_describe_organisation(reader, found, sent.model_dump())
    found.refresh_from_db()
    return whole_organisation(found)


@router.get("/areas", response={200: list[Area], **READS})
def list_areas(request: HttpRequest) -> list[Area]:
    """Districts and zones by code, which values of type ``area`` name."""
    rows = AreaRow.objects.select_related("parent")
    return [
        Area(code=a.code, name=Label(zh=a.name_zh, en=a.name_en), parent=a.parent.code if a.parent else None)
        for a in rows
    ]


@router.post("/organisations", response={201: Organisation, **WRITES}, auth=MEMBERS)
@once
def register_organisation(
    request: HttpRequest,
    given: Annotated[Registration, Form(...)],
    licence: Annotated[UploadedFile, File(...)],
    authorisation: Annotated[UploadedFile | None, File()] = None,
) -> Organisation:
    """Register; the caller becomes its owner. All but publishing and inviting works until it is approved."""
    made = do_register_organisation(
        reader_of(request), _given(given), licence=licence, authorisation=authorisation
    )
    return whole_organisation(made)


@router.post(
    "/organisations/{organisation_id}/correction", response={200: Organisation, **WRITES}, auth=MEMBERS
)
def correct_organisation(
    request: HttpRequest,
    organisation_id: Key,
    given: Annotated[Registration, Form(...)],
    licence: Annotated[UploadedFile | None, File()] = None,
    authorisation: Annotated[UploadedFile | None, File()] = None,
) -> Organisation:
    """Correct what was registered, before approval or after a rejection; it waits for the operator again."""
    reader = reader_of(request)
    found = access_organisation(reader, organisation_id, edit=True)
    do_correct_organisation(reader, found, _given(given), licence=licence, authorisation=authorisation)
    return whole_organisation(found)


def _given(given: Registration) -> dict[str, object]:
    return {**given.model_dump(), "areas": given.areas.split()}


def whole_organisation(o: OrganisationRow) -> Organisation:
    named = party(o)
    assert named is not None
    return Organisation(
        **named.model_dump(),
        kind=o.kind,
        country=o.country,
        state=o.state,
        about=o.about,
        website=o.website,
        areas=[a.code for a in o.areas.all()],
    )
