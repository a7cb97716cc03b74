"""Registering an organisation, and the operator's decision on it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.documents import do_store_document
from robotplus.portal.core.errors import ConflictError, ForbiddenError, LimitError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Area
from robotplus.portal.core.reader import Reader
from robotplus.portal.matches import actions as matches
from robotplus.portal.parties.access import access_organisation, reader_for, require_operator, require_user
from robotplus.portal.parties.checks import check_organisation, check_profile
from robotplus.portal.parties.models import Grant, Organisation, Role
from robotplus.portal.parties.notices import notify, operators

State = Organisation.State
PAPERS = frozenset({"pdf", "png", "jpg"})
MAX_WAITING = 3  # organisations that one person may have waiting for approval
OPEN = (State.PENDING, State.REVIEW)


@transaction.atomic
def do_register_organisation(
    reader: Reader,
    given: dict[str, Any],
    *,
    licence: UploadedFile[Any] | None = None,
    authorisation: UploadedFile[Any] | None = None,
) -> Organisation:
    """Register an organisation with its papers; the person becomes its owner, and the operator is told.

    It may do everything but publish and invite until it is approved. A code that another organisation holds or
    claims sends this one to review. What the browser answered as a visitor moves into it.

    Args:
        given: ``name_zh``, ``name_en``, ``country``, ``code``, ``kind``, ``areas`` (codes), ``about``, ``website``.

    Raises:
        RefusedError: what is wrong, field by field.
        LimitError: too many wait already.
    """
    user = require_user(reader)
    waiting = Organisation.objects.filter(grants__in=Grant.objects.today().filter(user=user), state__in=OPEN)
    if waiting.distinct().count() >= MAX_WAITING:
        raise LimitError(_("wait until your other organisations are approved"))
    clean = check_organisation(given)
    if not licence:
        raise RefusedError(_("the licence or register extract is missing"), field="licence")
    organisation = Organisation.objects.create(**clean, state=_first_state(clean["country"], clean["code"]))
    organisation.areas.set(Area.objects.filter(code__in=given.get("areas") or []))
    Grant.objects.create(user=user, organisation=organisation, role=Role.OWNER)
    owner = reader_for(user, organisation_id=organisation.pk, visitor=reader.visitor)
    _keep_papers(owner, organisation, licence=licence, authorisation=authorisation)
    log_event(owner, "organisation.register", organisation, state=organisation.state)
    notify(operators(), "organisation.register", organisation, by=owner)
    matches.do_adopt_answers(owner, reader.visitor)
    return organisation


@transaction.atomic
def do_correct_organisation(
    reader: Reader,
    organisation: Organisation,
    given: dict[str, Any],
    *,
    licence: UploadedFile[Any] | None = None,
    authorisation: UploadedFile[Any] | None = None,
) -> None:
    """Correct what was registered, before approval or after a rejection; it waits for the operator again.

    Raises:
        RefusedError: what is wrong, field by field; or it is approved, and its names and code stay as reviewed.
    """
    access_organisation(reader, organisation.pk, edit=True)
    if organisation.state not in (*OPEN, State.REJECTED):
        raise RefusedError(_("names and code of an approved organisation are changed by the operator"))
    clean = check_organisation(given)
    state = _first_state(clean["country"], clean["code"], but=organisation.pk)
    before = organisation.state
    changed = Organisation.objects.filter(pk=organisation.pk, state=before).update(**clean, state=state)
    if not changed:
        raise ConflictError(_("the operator has decided in the meantime; look again"))
    organisation.refresh_from_db()
    organisation.areas.set(Area.objects.filter(code__in=given.get("areas") or []))
    _keep_papers(reader, organisation, licence=licence, authorisation=authorisation)
    log_event(reader, "organisation.correct", organisation, before=before, after=state)
    notify(operators(), "organisation.register", organisation, by=reader)


@transaction.atomic
def do_describe_organisation(reader: Reader, organisation: Organisation, given: dict[str, Any]) -> None:
    """Change how an organisation describes itself, which needs no approval.

    Raises:
        RefusedError: what is wrong, field by field.
    """
    access_organisation(reader, organisation.pk, edit=True)
    clean = check_profile(given)
    Organisation.objects.filter(pk=organisation.pk).update(**clean)
    organisation.areas.set(Area.objects.filter(code__in=given.get("areas") or []))
    log_event(reader, "organisation.describe", organisation)


MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "approve": ((State.PENDING, State.REVIEW, State.REJECTED), State.APPROVED),
    "reject": ((State.PENDING, State.REVIEW), State.REJECTED),
    "suspend": ((State.APPROVED,), State.SUSPENDED),
    "reinstate": ((State.SUSPENDED,), State.APPROVED),
}


@transaction.atomic
def do_review_organisation(reader: Reader, organisation: Organisation, *, move: str, note: str = "") -> None:
    """Approve, reject, suspend or reinstate; the reviewer, the date and the note are kept.

    Raises:
        RefusedError: no such move from this state, or the reason is missing.
        ConflictError: somebody else decided, or an approved organisation has this code.
    """
    user = require_operator(reader)
    starts, end = MOVES.get(move, ((), ""))
    before, note = organisation.state, note.strip()
    if before not in starts:
        raise RefusedError(_("this cannot be done now"))
    if end in (State.REJECTED, State.SUSPENDED) and not note:
        raise RefusedError(_("say why"), field="note")
    facts = {"state": end, "reviewed_by": user, "reviewed_at": timezone.now(), "review_note": note}
    try:
        with transaction.atomic():
            changed = Organisation.objects.filter(pk=organisation.pk, state=before).update(**facts)
    except IntegrityError:
        raise ConflictError(_("an approved organisation has this code already")) from None
    if not changed:
        raise ConflictError(_("somebody else decided in the meantime; look again"))
    organisation.refresh_from_db()
    log_event(reader, f"organisation.{move}", organisation, before=before, after=end)
    notify(organisation, f"organisation.{move}", organisation, by=reader)


def _first_state(country: str, code: str, *, but: int | None = None) -> str:
    """``review`` when another organisation holds or claims the code."""
    others = Organisation.objects.filter(country=country, code=code)
    if but is not None:
        others = others.exclude(pk=but)
    return State.REVIEW if others.exclude(state=State.REJECTED).exists() else State.PENDING


def _keep_papers(
    reader: Reader,
    organisation: Organisation,
    *,
    licence: UploadedFile[Any] | None,
    authorisation: UploadedFile[Any] | None,
) -> None:
    for name, upload in (("licence", licence), ("authorisation", authorisation)):
        if not upload:
            continue
        try:
            kept = do_store_document(reader, upload, subject=organisation, allow=PAPERS)
        except RefusedError as e:
            raise RefusedError(str(e), field=name) from e
        setattr(organisation, name, kept)
    organisation.save(update_fields=["licence", "authorisation"])


def require_approved(reader: Reader) -> None:
    """Publishing and inviting are for approved organisations.

    Raises:
        ForbiddenError: it is not approved, or the reader may not act for it.
    """
    if not reader.may_publish:
        raise ForbiddenError(_("this is possible once the operator has approved your organisation"))
