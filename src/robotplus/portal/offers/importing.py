"""Imports a table of offers: every row is checked first; with any error nothing is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from robotplus.portal.core.content import check_content, check_may_edit
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.offers.actions import do_create_offer
from robotplus.portal.offers.models import Offer
from robotplus.portal.offers.tables import Row


@dataclass(frozen=True)
class CellProblem:
    """What is wrong, by row (as a spreadsheet counts) and column."""

    row: int
    column: str
    text: str


class TableError(RefusedError):
    """Some rows are wrong; nothing was imported."""

    def __init__(self, cells: Sequence[CellProblem]) -> None:
        self.cells = tuple(cells)
        super().__init__(
            _("nothing was imported: %(n)d cells are wrong") % {"n": len(cells)},
            problems={f"{c.row}:{c.column}": c.text for c in cells},
        )


def check_rows(kind_id: str, rows: Sequence[Row]) -> list[CellProblem]:
    """Every problem of every row."""
    kind = kind_of(kind_id, "offer")
    found: list[CellProblem] = []
    for row in rows:
        try:
            check_content(kind, row.title, row.values, draft=False)
        except RefusedError as e:
            found += [CellProblem(row.number, column, text) for column, text in e.problems.items()]
    return found


@transaction.atomic
def do_import_offers(reader: Reader, kind_id: str, rows: Sequence[Row]) -> list[Offer]:
    """All rows as drafts, or none.

    Raises:
        TableError: the problems by row and column.
        ForbiddenError: the reader acts for no organisation.
    """
    check_may_edit(reader)
    if problems := check_rows(kind_id, rows):
        raise TableError(problems)
    made: list[Offer] = []
    for row in rows:
        try:
            made.append(do_create_offer(reader, kind=kind_id, title=row.title, values=row.values))
        except RefusedError as e:
            problems += [CellProblem(row.number, column, text) for column, text in e.problems.items()]
    if problems:
        raise TableError(problems)
    return made
