"""What waits at the desk, and who may look into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.models import Correction, ModelClaim
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.models import Event
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.subjects import model_of, subject_type
from robotplus.portal.desk.scope import covered
from robotplus.portal.kinds import Kind, Move, noun_kinds
from robotplus.portal.matches.models import DeskRequest
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.access import require_operator
from robotplus.portal.parties.models import Organisation
from robotplus.portal.programmes.models import Programme

OPERATOR = frozenset({"operator"})
CONTENT: dict[str, type[models.Model]] = {"offer": Offer, "need": Need, "programme": Programme}
REPORTS = ("report_content", "complaint")  # what opens private content
LIST = 100  # rows of each list on the desk


@dataclass(frozen=True)
class Waiting:
    """Content that the operator can decide on, and the moves to choose from."""

    subject: Any
    type: str
    kind: Kind
    moves: tuple[Move, ...]


def waiting_content(reader: Reader) -> list[Waiting]:
    """Content of every kind in a state that is not shown yet and that the operator can move, oldest first.

    Raises:
        AbsentError: not the operator.
    """
    require_operator(reader)
    found: list[Waiting] = []
    for noun, table in CONTENT.items():
        for kind in noun_kinds(noun):  # type: ignore[arg-type]
            states = [
                s.name
                for s in kind.states
                if not s.listed and s.name != kind.initial and kind.moves_from(s.name, OPERATOR)
            ]
            rows: models.QuerySet[Any] = table._default_manager.filter(
                kind=kind.id, state__in=states
            ).select_related("organisation")
            found += [
                Waiting(s, subject_type(s), kind, kind.moves_from(s.state, OPERATOR))
                for s in rows.order_by("pk")[:LIST]
            ]
    return found


def waiting_organisations(reader: Reader) -> models.QuerySet[Organisation]:
    """Organisations to decide on, contested ones among them.

    Raises:
        AbsentError: not the operator.
    """
    require_operator(reader)
    waiting = (Organisation.State.PENDING, Organisation.State.REVIEW)
    return Organisation.objects.filter(state__in=waiting).order_by("created_at")


def waiting_claims(reader: Reader) -> models.QuerySet[ModelClaim]:
    require_operator(reader)
    return ModelClaim.objects.filter(state="pending").select_related("model", "organisation").order_by("at")


def waiting_corrections(reader: Reader) -> models.QuerySet[Correction]:
    require_operator(reader)
    return (
        Correction.objects.filter(state="open").select_related("model", "organisation").order_by("due", "pk")
    )


def requests_for(reader: Reader) -> models.QuerySet[DeskRequest]:
    """Requests at the desk: all for the operator; reports and complaints for an official (see ``in_scope``)."""
    if reader.is_operator:
        return DeskRequest.objects.order_by("due", "pk")
    if reader.is_official:
        return DeskRequest.objects.filter(kind__in=REPORTS).order_by("due", "pk")
    return DeskRequest.objects.none()


def access_desk_request(reader: Reader, pk: int) -> DeskRequest:
    """One request: at the desk, or one's own.

    Raises:
        AbsentError: there is none that the reader may know of.
    """
    found = DeskRequest.objects.filter(pk=pk).select_related("organisation", "user").first()
    if found is not None:
        own = reader.user is not None and found.user_id == reader.user.pk
        at_desk = reader.is_operator or (found.kind in REPORTS and in_scope(reader, found))
        if own or at_desk:
            return found
    raise AbsentError(_("there is no such request"))


def in_scope(reader: Reader, request: DeskRequest) -> bool:
    """Whether an official's grants cover what a request is about, which only what has a field and area can tell."""
    if not reader.is_official:
        return False
    scope = covered(reader)
    try:
        table = model_of(request.subject_type)
    except AbsentError:
        return False
    names = {f.name for f in table._meta.get_fields()}
    if scope is None or not {"field", "area"} <= names:
        return False
    return table._default_manager.filter(scope, pk=request.subject_id).exists()


def access_reported(reader: Reader, request: DeskRequest) -> Any:
    """What a report or complaint is about, private or not; only the desk asks, and it logs each time.

    Raises:
        AbsentError: the reader is not of the desk, the request is closed or of another kind, or the thing is gone.
    """
    allowed = reader.is_operator or in_scope(reader, request)
    if allowed and request.kind in REPORTS and request.state == "open":
        table = model_of(request.subject_type)
        if found := table._default_manager.filter(pk=request.subject_id).first():
            return found
    raise AbsentError(_("there is nothing to open"))


def owners_of(subject: Any) -> list[Organisation]:
    """Whose something is: of a deal, both parties."""
    found = (getattr(subject, name, None) for name in ("organisation", "owner", "buyer", "seller"))
    return [o for o in found if isinstance(o, Organisation)]


def events_for(reader: Reader) -> models.QuerySet[Event]:
    """The whole log, newest first.

    Raises:
        AbsentError: not the operator.
    """
    require_operator(reader)
    return Event.objects.order_by("-pk")
