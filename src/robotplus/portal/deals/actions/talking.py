"""Messages of a deal, with files; what is sent twice is kept once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from robotplus.portal.core.content import check_may_edit
from robotplus.portal.core.documents import do_store_document
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.access import access_deal
from robotplus.portal.deals.models import Message
from robotplus.portal.deals.notices import tell_other_side

MAX_TEXT = 5000
MAX_FILES = 10


@transaction.atomic
def do_say(
    reader: Reader, pk: int, *, text: str, key: uuid.UUID, files: Sequence[UploadedFile[Any]] = ()
) -> Message:
    """Say something to the other side.

    Raises:
        AbsentError, ForbiddenError, RefusedError: see the checks.
    """
    organisation = check_may_edit(reader)
    deal = access_deal(reader, pk, edit=True, lock=True)
    if (earlier := deal.messages.filter(key=key, organisation=reader.organisation).first()) is not None:
        return earlier
    text = text.strip()
    if not text and not files:
        raise RefusedError(_("write something, or attach a file"), field="text")
    if len(text) > MAX_TEXT or len(files) > MAX_FILES:
        raise RefusedError(_("too long, or too many files"), field="text")
    message = Message.objects.create(
        deal=deal, organisation=organisation, author=reader.user, text=text, key=key
    )
    for upload in files:
        do_store_document(reader, upload, subject=message)
    log_event(reader, "deal.say", deal, message=message.pk)
    tell_other_side(reader, deal, "deal.say")
    return message
