"""Asking for answers, sharing them, and what becomes of a visitor's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.engine import engine_digest
from robotplus.hashing import digest
from robotplus.portal.core.errors import LimitError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs.actions import do_enqueue
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.access import answers_for
from robotplus.portal.matches.catalogue import built_in, own_models
from robotplus.portal.matches.models import Answer, DeskRequest
from robotplus.portal.needs.models import NeedRevision
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need

PAGE_FORMAT = 1  # of the files that a result holds; a new one computes anew
ADDRESS_SHARE = 4  # browsers behind one address may together ask this many times what one may
ASK_DAYS = 7  # until the operator has looked for a supplier


def result_key(need: Need, own: Mapping[str, str], organisation: int | None, *, kind: str = "answer") -> str:
    """Everything an answer depends on, in one digest; private models add their owner."""
    catalogue = {robot.id: robot.sha256 for robot in built_in().values()} | dict(own)
    owner = organisation if own else None
    return digest([kind, PAGE_FORMAT, need.sha256, need.seed, digest(catalogue), engine_digest(), owner])


@transaction.atomic
def do_ask(
    reader: Reader,
    document: Mapping[str, Any],
    *,
    origin: str = "",
    previous: Answer | None = None,
    need_revision: NeedRevision | None = None,
) -> Answer:
    """Ask for an answer; one whose result is there already is answered at once.

    Args:
        document: a need file as parsed JSON.
        origin: keyed hash of the address, of a visitor.
        previous: the answer that a "what if" started from, which the reader may read.

    Raises:
        NeedError: what is wrong with the need.
        LimitError: the visitor's hour is used up, or the queue is full.
    """
    need = need_from_document(dict(document))
    own = own_models(reader.organisation_id)
    key = result_key(need, own, reader.organisation_id)
    again = answers_for(reader).filter(
        key=key, previous=previous, need_revision=need_revision, job__state__in=Job.UNFINISHED
    )
    if (same := again.first()) is not None:  # pressed twice
        return same
    job = None
    if not Result.objects.filter(key=key).exists():
        if reader.user is None:
            check_visitor(reader, origin)
        job = do_enqueue(reader, "answer", {"document": need.document, "models": own}, key=key)
    visiting = reader.user is None
    made = Answer.objects.create(
        organisation=reader.organisation,
        user=reader.user,
        visitor=reader.visitor if visiting else "",
        origin=origin if visiting else "",
        need_revision=need_revision,
        scenario=need.scenario if need.scenario != "custom" else "",
        document=dict(document),
        need_sha256=need.sha256,
        job=job,
        key=key,
        previous=previous,
        expires_at=timezone.now() + dt.timedelta(days=settings.VISITOR_ANSWER_DAYS) if visiting else None,
    )
    log_event(reader, "answer.ask", made, scenario=made.scenario, ready=job is None)
    return made


def check_visitor(reader: Reader, origin: str) -> None:
    """What is computed for a browser, and for all browsers behind an address, within an hour."""
    limit = settings.VISITOR_ANSWERS_PER_HOUR
    hour = timezone.now() - dt.timedelta(hours=1)
    lately = Answer.objects.filter(created_at__gt=hour, job__isnull=False)
    searches = Job.objects.filter(kind="changes", visitor=reader.visitor, created_at__gt=hour)
    asked = lately.filter(visitor=reader.visitor).count() + searches.count()
    together = lately.filter(origin=origin).count() if origin else 0
    if asked >= limit or together >= limit * ADDRESS_SHARE:
        raise LimitError(
            _("without an account %(n)d answers an hour are computed; sign in, or come back later")
            % {"n": limit}
        )


@transaction.atomic
def do_share(reader: Reader, answer: Answer, *, shared: bool) -> None:
    """Open an answer to whoever has its link, or close it again. The caller has the right to change it."""
    if Answer.objects.filter(pk=answer.pk).exclude(shared=shared).update(shared=shared):
        answer.shared = shared
        log_event(reader, "answer.share" if shared else "answer.unshare", answer)


@transaction.atomic
def do_adopt_answers(reader: Reader, visitor: str) -> int:
    """What a browser asked before signing up belongs to the person, and to their organisation, from now on.

    Called after sign-up, and again when an organisation is registered.
    """
    if reader.user is None:
        return 0
    mine = Answer.objects.filter(user=reader.user, organisation=None)
    if visitor:
        mine = mine | Answer.objects.filter(visitor=visitor, user=None, organisation=None)
    moved = list(mine.select_for_update())
    for answer in moved:
        if answer.job_id is not None:
            Job.objects.filter(pk=answer.job_id).update(organisation=reader.organisation, user=reader.user)
        answer.user, answer.organisation = reader.user, reader.organisation
        answer.visitor, answer.origin, answer.expires_at = "", "", None
        answer.save()
        log_event(reader, "answer.adopt", answer)
    return len(moved)


@transaction.atomic
def do_ask_supplier(reader: Reader, answer: Answer, robot: str) -> DeskRequest:
    """Nobody offers a proven model: the operator is asked to find who does, with a due date.

    Raises:
        RefusedError: not signed in.
    """
    if reader.user is None:
        raise RefusedError(_("sign in first, so that the operator can answer you"))
    made, new = DeskRequest.objects.get_or_create(
        kind="ask_offer",
        organisation=reader.organisation,
        user=reader.user,
        subject_type="catalogue.model",
        subject_id=robot,
        state="open",
        defaults={"due": timezone.localdate() + dt.timedelta(days=ASK_DAYS), "text": answer.slug},
    )
    if new:
        log_event(reader, "desk.ask_offer", made, model=robot)
    return made
