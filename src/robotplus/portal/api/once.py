"""What is sent twice is done once: the header ``Idempotency-Key`` of calls that create something.

The key's row is written in the transaction of the change. A second call waits for the first, finds its row and is
given the same answer; after a refusal there is no row, and the same key may be tried again.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema, Status
from ninja.params.models import Header
from ninja.signature.utils import get_typed_signature
from ninja.utils import contribute_operation_args
from pydantic import Field

from robotplus.hashing import digest
from robotplus.portal.api.models import KeyedCall
from robotplus.portal.api.shapes import reader_of
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.jobs.access import asker_of

KEPT_DAYS = 2
Given = Annotated[str | None, Field(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")]
Operation = TypeVar("Operation", bound=Callable[..., Any])


def once(operation: Operation) -> Operation:
    """Give an operation that creates something (201) the key; it returns a schema."""

    @functools.wraps(operation)
    def keyed(request: HttpRequest, *args: Any, idempotency_key: str | None = None, **kwargs: Any) -> Any:
        asker = asker_of(reader_of(request))
        if idempotency_key is None or not asker:
            return Status(201, operation(request, *args, **kwargs))
        named = digest([operation.__name__, request.get_full_path(), _content(request)])
        try:
            with transaction.atomic():
                call = KeyedCall.objects.create(asker=asker, key=idempotency_key, call_sha256=named)
                made: Schema = operation(request, *args, **kwargs)
                call.answer = made.model_dump(mode="json")
                call.save(update_fields=["answer"])
                do_forget_calls()
                return Status(201, made)
        except IntegrityError:
            earlier = KeyedCall.objects.filter(asker=asker, key=idempotency_key).first()
            if earlier is None:
                raise
        if earlier.call_sha256 != named:
            raise RefusedError(
                _("this key was used for another call"), problems={"Idempotency-Key": _("choose a new one")}
            )
        return Status(201, earlier.answer)

    keyed.__signature__ = get_typed_signature(operation)  # type: ignore[attr-defined]
    header = Header(None, alias="Idempotency-Key")
    contribute_operation_args(keyed, "idempotency_key", Given, header)  # type: ignore[arg-type]
    return keyed  # type: ignore[return-value]


def _content(request: HttpRequest) -> list[Any]:
    """What was sent; of files their names and sizes, which tell one call from another."""
    if (request.content_type or "").startswith("multipart/"):
        files = [[f.name, f.size] for _name, several in request.FILES.lists() for f in several]
        return [sorted(request.POST.lists()), files]
    return [request.body.decode("utf-8", "replace")]


def do_forget_calls() -> int:
    """Delete the keys that nobody repeats any more; how many went."""
    oldest = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    return KeyedCall.objects.filter(at__lt=oldest).delete()[0]
