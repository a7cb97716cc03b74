"""Lists by pieces: each names the cursor of the next, whatever was added meanwhile."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from django.db import models
from ninja import Query, Schema
from pydantic import Field

WIDEST = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=WIDEST)]
Limit = Annotated[int, Field(ge=1, le=200)]
Item = TypeVar("Item")
Row = TypeVar("Row", bound=models.Model)


class Piece(Schema, Generic[Item]):
    """Some of a list. ``next``: what to give as ``after`` for more; null at the end."""

    items: list[Item]
    next: int | None


class Cursor(Schema):
    after: Id | None = Field(None, description="`next` of the piece before")
    limit: Limit = 50


Paging = Annotated[Cursor, Query(...)]


def piece(rows: models.QuerySet[Row], cursor: Cursor) -> tuple[list[Row], int | None]:
    """The next rows, newest first by id, and the cursor after them."""
    if cursor.after is not None:
        rows = rows.filter(pk__lt=cursor.after)
    found: list[Any] = list(rows.order_by("-pk")[: cursor.limit + 1])
    more = len(found) > cursor.limit
    found = found[: cursor.limit]
    return found, found[-1].pk if more else None
