"""Answers that a reader may open: their organisation's, their own, their browser's, and those with a link."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.reader import Reader
from robotplus.portal.matches.models import Answer


def answers_for(reader: Reader) -> models.QuerySet[Answer]:
    """The reader's own answers, as a list shows them; links are not listed."""
    own = models.Q(pk__in=())
    if reader.organisation_id is not None:
        own |= models.Q(organisation_id=reader.organisation_id)
    if reader.user is not None:
        own |= models.Q(user=reader.user, organisation=None, visitor="")
    if reader.visitor:
        own |= models.Q(visitor=reader.visitor)
    return _live().filter(own)


def access_answer(reader: Reader, slug: str, *, edit: bool = False) -> Answer:
    """One answer by its link.

    Whoever has the unguessable link of a visitor's answer or of a shared one may read it.

    Raises:
        AbsentError: there is none, it has expired, or the reader may not know of it.
        ForbiddenError: it may be read, but it is not the reader's to change.
    """
    found = answers_for(reader).filter(slug=slug).first()
    if found is not None:
        if edit and found.organisation_id is not None and not reader.may_edit:
            raise ForbiddenError(_("only owners and editors of your organisation do this"))
        return found
    found = linked_answers().filter(slug=slug).first()
    if found is None:
        raise AbsentError(_("no such answer, or it has expired"))
    if edit:
        raise ForbiddenError(_("it is somebody else's answer; ask it again with your own numbers"))
    return found


def linked_answers() -> models.QuerySet[Answer]:
    """Answers that whoever has their link may read: visitors', and shared ones."""
    return _live().filter(models.Q(shared=True) | models.Q(organisation=None, user=None))


def is_own(reader: Reader, answer: Answer) -> bool:
    """Whether the answer is the reader's, not only read by its link."""
    return answers_for(reader).filter(pk=answer.pk).exists()


def _live() -> models.QuerySet[Answer]:
    unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now())
    return Answer.objects.filter(unexpired).select_related("job", "organisation", "previous")
