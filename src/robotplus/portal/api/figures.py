"""The funnel and its export, for the operator and for officials inside what their grants cover."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from robotplus.portal.api.callers import MEMBERS
from robotplus.portal.api.refusals import READS
from robotplus.portal.api.shapes import reader_of
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.sheets import XLSX, sheet_response
from robotplus.portal.desk.funnel import Wanted, funnel
from robotplus.portal.desk.rows import Funnel, Row, table
from robotplus.portal.desk.views.figures import labels

router = Router(tags=["desk"], auth=MEMBERS)
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
FILE: dict[str, Any] = {
    "responses": {
        200: {"description": "the table", "content": {"text/csv": {"schema": {}}, XLSX: {"schema": {}}}}
    }
}


class FunnelWanted(Schema):
    """``start`` and ``end``: months, both counted."""

    by: Literal["field", "area", "month"] = "field"
    field: str = Field("", max_length=20)
    area: str = Field("", max_length=20)
    start: Annotated[str, Field(pattern=MONTH)] | None = None
    end: Annotated[str, Field(pattern=MONTH)] | None = None


class Sum(Schema):
    """``basis``: declared by one side, confirmed by both, or contract seen."""

    basis: str
    currency: str
    amount: Decimal


class Counts(Schema):
    """``key``: the field, area or month; ``others``: rows of too few organisations, put together."""

    key: str
    needs: int
    answered: int
    proven: int
    inquiries: int
    deals: int
    amounts: list[Sum]


class FunnelNow(Schema):
    """``total``: null while too few organisations stand behind it."""

    by: str
    rows: list[Counts]
    total: Counts | None


@router.get("/desk/funnel", response={200: FunnelNow, **READS})
def read_funnel(request: HttpRequest, asked: Annotated[FunnelWanted, Query(...)]) -> FunnelNow:
    """Needs, answers, proofs, inquiries, deals and amounts."""
    found = _counted(request, asked)
    total = None if found.total is None else _counts(found.total)
    return FunnelNow(by=found.by, rows=[_counts(r) for r in found.rows], total=total)


@router.get("/desk/funnel/{sheet}", response={200: Any, **READS}, openapi_extra=FILE)
def export_funnel(
    request: HttpRequest,
    sheet: Annotated[Literal["csv", "xlsx"], Path(...)],
    asked: Annotated[FunnelWanted, Query(...)],
) -> HttpResponse:
    """The same as a table."""
    return sheet_response(table(_counted(request, asked), labels()), name="funnel", kind=sheet)


def _counted(request: HttpRequest, asked: FunnelWanted) -> Funnel:
    reader = reader_of(request)
    if not (reader.is_operator or reader.is_official):
        raise AbsentError(_("there is no such page"))
    start = _month(asked.start)
    end = _month(asked.end)
    if end is not None:  # the last month counts too
        end = (end + dt.timedelta(days=32)).replace(day=1)
    return funnel(reader, Wanted(by=asked.by, field=asked.field, area=asked.area, start=start, end=end))


def _month(said: str | None) -> dt.date | None:
    if said is None:
        return None
    year, month = map(int, said.split("-"))
    return dt.date(min(max(year, 1970), 2999), month, 1)  # no database reckons with much more


def _counts(row: Row) -> Counts:
    return Counts(
        key=row.key,
        needs=row.needs,
        answered=row.answered,
        proven=row.proven,
        inquiries=row.inquiries,
        deals=row.deals,
        amounts=[Sum(basis=b, currency=c, amount=a) for (b, c), a in sorted(row.amounts.items())],
    )
