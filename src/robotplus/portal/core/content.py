"""Content of offers and needs: values checked against the kind, kept as immutable numbered revisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from robotplus.hashing import digest
from robotplus.portal.core.errors import ConflictError, ForbiddenError, RefusedError
from robotplus.portal.core.models import Visibility
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import Kind, noun_kinds
from robotplus.portal.kinds.kind import Noun
from robotplus.portal.kinds.values import check_values
from robotplus.portal.parties.models import Organisation

MAX_TITLE = 160


def check_content(
    kind: Kind, title: str, values: Mapping[str, Any], *, draft: bool
) -> tuple[str, dict[str, Any]]:
    """Title and values as they are stored.

    Raises:
        RefusedError: with a sentence for each field that is wrong.
    """
    clean, problems = check_values(kind, values, draft=draft)
    title = " ".join(title.split())
    if not 0 < len(title) <= MAX_TITLE:
        problems["title"] = _("a title of at most %(limit)d characters") % {"limit": MAX_TITLE}
    if problems:
        raise RefusedError(_("please look at the marked fields"), problems=problems)
    return title, clean


def add_revision(reader: Reader, subject: Any, kind: Kind, values: Mapping[str, Any], **more: Any) -> Any:
    """Append the next revision of a locked or new subject and make it the current one.

    Args:
        subject: has ``revisions`` and ``current``.
        more: further fields of the revision; they count in its hash.

    Raises:
        ConflictError: somebody revised it at the same moment.
    """
    number = (subject.revisions.aggregate(last=models.Max("number"))["last"] or 0) + 1
    named = {"kind": kind.id, "kind_version": kind.version, "title": subject.title, "values": values, **more}
    try:
        with transaction.atomic():
            revision = subject.revisions.create(
                number=number,
                values=dict(values),
                kind_version=kind.version,
                sha256=digest(named),
                author=reader.user,
                **more,
            )
    except IntegrityError as e:
        raise ConflictError(_("it was changed in the meantime; look again")) from e
    subject.current = revision
    subject.save(update_fields=["current", "title", "updated_at"])
    return revision


def sides_of(reader: Reader, organisation_id: int, kind: Kind | None = None) -> frozenset[str]:
    """On which sides of a state table the reader stands for something that an organisation owns.

    With its ``kind``, in which of the kind's own roles, too.
    """
    sides = set()
    if reader.may_edit and reader.organisation_id == organisation_id:
        sides.add("owner")
    if reader.is_operator:
        sides.add("operator")
    return with_roles(reader, kind, frozenset(sides)) if kind is not None else frozenset(sides)


def with_roles(reader: Reader, kind: Kind, sides: frozenset[str]) -> frozenset[str]:
    """These sides, and the roles of the kind's own that the reader has on them."""
    if reader.organisation is None or not reader.may_publish:
        return sides
    return sides | kind.roles_of(str(reader.organisation.kind), sides)


def seen_by_roles(reader: Reader, noun: Noun) -> models.Q:
    """Public things of a noun in states from which the reader has a move by a role of their kind."""
    found = models.Q(pk__in=())
    for kind in noun_kinds(noun):
        if roles := with_roles(reader, kind, frozenset()):
            found |= models.Q(kind=kind.id, state__in=kind.states_for(roles), visibility=Visibility.PUBLIC)
    return found


def begun(noun: Noun) -> models.Q:
    """Things of a noun that were never handed in: they are in the first state of their kind."""
    found = models.Q(pk__in=())
    for kind in noun_kinds(noun):
        found |= models.Q(kind=kind.id, state=kind.initial)
    return found


def check_may_edit(reader: Reader) -> Organisation:
    """The organisation that the reader acts for.

    Raises:
        ForbiddenError: the reader acts for no organisation, or only looks.
    """
    if reader.organisation is None or not reader.may_edit:
        raise ForbiddenError(_("join or register an organisation first"))
    return reader.organisation


def check_may_publish(reader: Reader) -> None:
    """
    Raises:
        ForbiddenError: the organisation waits for approval, or the reader may not act for it.
    """
    if not reader.may_publish:
        raise ForbiddenError(_("publishing and inviting wait for the approval of your organisation"))
