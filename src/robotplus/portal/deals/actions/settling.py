"""Amounts of a deal: declared by one side, confirmed by the other, the contract seen by the operator."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.core.documents import do_store_document
from robotplus.portal.core.errors import AbsentError, ConflictError, ForbiddenError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.subjects import subject_type
from robotplus.portal.deals.access import access_deal
from robotplus.portal.deals.models import LedgerLine
from robotplus.portal.matches.models import DeskRequest

SEEN_WITHIN_DAYS = 10


@transaction.atomic
def do_confirm_amount(reader: Reader, pk: int, line_id: int) -> LedgerLine:
    """The other side agrees with a declared amount.

    Raises:
        AbsentError, ForbiddenError, ConflictError: see the checks.
    """
    deal = access_deal(reader, pk, edit=True, lock=True)
    line = deal.ledger.filter(pk=line_id).first()
    if line is None:
        raise AbsentError(_("no such amount"))
    if line.declared_by_id == reader.organisation_id:
        raise ForbiddenError(_("the other side confirms what you declared"))
    if line.basis != LedgerLine.Basis.DECLARED:
        raise ConflictError(_("it is confirmed already"))
    line.basis = LedgerLine.Basis.CONFIRMED
    line.save(update_fields=["basis"])
    log_event(reader, "deal.confirm_amount", deal, line=line.pk)
    return line


@transaction.atomic
def do_show_contract(reader: Reader, pk: int, line_id: int, upload: UploadedFile[Any]) -> LedgerLine:
    """Hand in the contract behind an amount; the operator looks at it.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    deal = access_deal(reader, pk, edit=True, lock=True)
    line = deal.ledger.filter(pk=line_id).first()
    if line is None:
        raise AbsentError(_("no such amount"))
    line.document = do_store_document(reader, upload, subject=line)
    line.save(update_fields=["document"])
    DeskRequest.objects.create(
        kind="contract",
        organisation=reader.organisation,
        user=reader.user,
        subject_type=subject_type(line),
        subject_id=str(line.pk),
        due=timezone.localdate() + dt.timedelta(days=SEEN_WITHIN_DAYS),
    )
    log_event(reader, "deal.show_contract", deal, line=line.pk)
    return line


@transaction.atomic
def do_see_contract(reader: Reader, line_id: int) -> LedgerLine:
    """The operator has seen that the contract says this amount.

    Raises:
        ForbiddenError: not the operator.
        AbsentError: no such amount with a contract handed in.
    """
    if not reader.is_operator:
        raise ForbiddenError(_("only the operator does this"))
    line = LedgerLine.objects.select_for_update().filter(pk=line_id, document__isnull=False).first()
    if line is None:
        raise AbsentError(_("no such amount with a contract"))
    line.basis = LedgerLine.Basis.CONTRACT
    line.save(update_fields=["basis"])
    asked = DeskRequest.objects.filter(
        kind="contract", subject_type=subject_type(line), subject_id=str(line.pk), state="open"
    )
    asked.update(state="done", closed_at=timezone.now())
    log_event(reader, "deal.see_contract", line.deal, line=line.pk)
    return line
