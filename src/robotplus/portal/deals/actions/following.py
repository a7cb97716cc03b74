"""What became of an inquiry, asked after 30 and 90 days and answered in one click."""

from __future__ import annotations

from typing import Final

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from robotplus.portal.core.errors import AbsentError, ConflictError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.deals.models import OutcomeQuestion
from robotplus.portal.kinds import noun_kinds
from robotplus.portal.parties.notices import notify

OUTCOMES: Final[dict[str, Promise]] = {
    "signed": gettext_lazy("signed with this supplier"),
    "signed_elsewhere": gettext_lazy("signed elsewhere"),
    "still_talking": gettext_lazy("still talking"),
    "given_up": gettext_lazy("given up"),
}
SALT: Final = "deals.outcome"


@transaction.atomic
def do_ask_outcomes() -> int:
    """Ask the buyers whose question is due; runs again safely.

    Returns:
        how many were asked.
    """
    due = (
        OutcomeQuestion.objects.select_for_update(of=("self",))
        .filter(asked_at=None, due__lte=timezone.localdate())
        .exclude(ended("deal__"))
        .select_related("deal__buyer")
    )
    asked = 0
    for question in due:
        question.asked_at = timezone.now()
        question.save(update_fields=["asked_at"])
        notify(
            question.deal.buyer, "deal.outcome", question, days=question.days, token=outcome_token(question)
        )
        asked += 1
    return asked


def ended(path: str = "") -> Q:
    """Deals in a final state of their kind: nothing is left to ask.

    Args:
        path: from the rows to the deal.
    """
    found = Q(pk__in=())
    for kind in noun_kinds("deal"):
        final = [s.name for s in kind.states if s.final]
        found |= Q(**{f"{path}kind": kind.id, f"{path}state__in": final})
    return found


def outcome_token(question: OutcomeQuestion) -> str:
    """What the link of a question carries; whoever has it may answer, nothing else."""
    return signing.dumps(question.pk, salt=SALT)


def access_outcome(token: str) -> OutcomeQuestion:
    """
    Raises:
        AbsentError: not a link of ours.
    """
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise AbsentError(_("this link is not valid")) from None
    found = OutcomeQuestion.objects.select_related("deal__seller").filter(pk=pk).first()
    if found is None:
        raise AbsentError(_("this link is not valid"))
    return found


@transaction.atomic
def do_answer_outcome(
    token: str, *, answer: str, reason: str = "", reader: Reader = NOBODY
) -> OutcomeQuestion:
    """One answer a question; "given up" says why.

    Raises:
        AbsentError, RefusedError, ConflictError: see the checks.
    """
    question = access_outcome(token)
    if answer not in OUTCOMES:
        raise RefusedError(_("not one of the choices"), field="answer")
    if answer == "given_up" and not reason.strip():
        raise RefusedError(_("say why"), field="reason")
    facts = {"answer": answer, "reason": reason.strip()[:300], "answered_at": timezone.now()}
    if not OutcomeQuestion.objects.filter(pk=question.pk, answer="").update(**facts):
        raise ConflictError(_("this was answered already"))
    question.refresh_from_db()
    log_event(reader, "deal.outcome", question.deal, days=question.days, answer=answer)
    return question
