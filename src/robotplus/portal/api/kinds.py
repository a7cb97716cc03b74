"""Who one is to the portal, and what kinds of offers, needs, deals and programmes there are."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema

from robotplus.portal.api.callers import ANYONE
from robotplus.portal.api.refusals import READS
from robotplus.portal.api.shapes import Label, Party, label, party, reader_of
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.kinds.kind import Field as KindField
from robotplus.portal.kinds.kind import Kind as KindFile
from robotplus.portal.kinds.kind import Noun

router = Router(tags=["kinds"], auth=ANYONE)


class Me(Schema):
    """``roles``: what the caller may do in the organisation with this token or session."""

    organisation: Party | None
    organisation_state: str | None
    roles: list[str]
    may_edit: bool
    may_publish: bool
    is_operator: bool
    is_official: bool


class Option(Schema):
    value: str
    label: Label


class FieldOfKind(Schema):
    name: str
    label: Label
    type: str
    required: bool
    unit: str
    low: float | None
    high: float | None
    options: list[Option]


class StateOfKind(Schema):
    name: str
    label: Label
    listed: bool
    final: bool


class MoveOfKind(Schema):
    name: str
    label: Label
    start: list[str]
    end: str
    who: list[str]
    reason: bool
    publishes: bool
    does: str


class RoleOfKind(Schema):
    """A role of the kind's own: members of approved organisations of these kinds, on one side or on any."""

    name: str
    label: Label
    organisations: list[str]
    side: str


class Kind(Schema):
    id: str
    noun: str
    version: int
    label: Label
    about: Label
    fields: list[FieldOfKind]
    states: list[StateOfKind]
    moves: list[MoveOfKind]
    roles: list[RoleOfKind]


@router.get("/me", response={200: Me, **READS})
def who_am_i(request: HttpRequest) -> Me:
    """Who the caller is."""
    reader = reader_of(request)
    return Me(
        organisation=party(reader.organisation),
        organisation_state=None if reader.organisation is None else str(reader.organisation.state),
        roles=sorted(reader.roles),
        may_edit=reader.may_edit,
        may_publish=reader.may_publish,
        is_operator=reader.is_operator,
        is_official=reader.is_official,
    )


@router.get("/kinds/{noun}", response={200: list[Kind], **READS})
def list_kinds(request: HttpRequest, noun: Noun) -> list[Kind]:
    """The kinds of a noun with their fields and state tables: what ``values`` and ``move`` may be."""
    return [_kind(k) for k in noun_kinds(noun)]


def _kind(kind: KindFile) -> Kind:
    return Kind(
        id=kind.id,
        noun=kind.noun,
        version=kind.version,
        label=label(kind.label),
        about=label(kind.about),
        fields=[_field(f) for f in kind.fields],
        states=[
            StateOfKind(name=s.name, label=label(s.label), listed=s.listed, final=s.final)
            for s in kind.states
        ],
        moves=[
            MoveOfKind(
                name=m.name,
                label=label(m.label),
                start=list(m.start),
                end=m.end,
                who=list(m.who),
                reason=m.reason,
                publishes=m.publishes,
                does=m.does,
            )
            for m in kind.moves
        ],
        roles=[
            RoleOfKind(name=r.name, label=label(r.label), organisations=list(r.organisations), side=r.side)
            for r in kind.roles
        ],
    )


def _field(field: KindField) -> FieldOfKind:
    return FieldOfKind(
        name=field.name,
        label=label(field.label),
        type=field.type,
        required=field.required,
        unit=field.unit,
        low=field.low,
        high=field.high,
        options=[Option(value=o.value, label=label(o.label)) for o in field.options],
    )
