"""What a deal brings outside the portal: the parameter sheet, the result of a tender, the contract that was seen."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router, Schema
from pydantic import Field

from robotplus.portal.api.bodies import Sent
from robotplus.portal.api.callers import MEMBERS
from robotplus.portal.api.deals import Amount, DealId, amount_of
from robotplus.portal.api.paging import Id
from robotplus.portal.api.refusals import READS, WRITES
from robotplus.portal.api.shapes import reader_of
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.deals.access import access_deal, access_ledger_line
from robotplus.portal.deals.actions.outside import do_record_outside
from robotplus.portal.deals.actions.settling import do_see_contract
from robotplus.portal.deals.beside import quotations_beside
from robotplus.portal.deals.models import Deal
from robotplus.portal.deals.parameters import parameter_sheet
from robotplus.portal.matches.catalogue import built_in

router = Router(tags=["deals"], auth=MEMBERS)
LineId = Annotated[Id, Path(...)]


class Parameter(Schema):
    """A requirement, and how many makers and models of the catalogue meet it.

    ``unknown``: models without the figure.
    """

    name: str
    asked: str
    makers: int
    models: int
    unknown: int


class OutsideResult(Schema):
    """Empty where none is recorded. ``result``: this, other, void."""

    result: str = ""
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""


class NewOutsideResult(Sent):
    result: Literal["this", "other", "void"]
    reference: str = Field(min_length=1, max_length=200, description="number or address of the notice")
    amount: Decimal | None = Field(None, strict=False, gt=0, lt=10**12)
    currency: Literal["CNY", "EUR", "USD", "JPY", "HKD"] = "CNY"


class Beside(Schema):
    """A quotation among others: ``net`` before tax; ``differs`` says why it does not compare."""

    deal: int
    number: int
    net: Decimal | None
    lowest: bool
    differs: list[str]


class Contract(Amount):
    """``document``: the contract that was handed in."""

    deal: int
    document: str | None


@router.get("/deals/{deal_id}/parameters", response={200: list[Parameter], **READS})
def read_parameters(request: HttpRequest, deal_id: DealId) -> list[Parameter]:
    """The brand-neutral parameter sheet of the deal's need; the last line is for all together."""
    found = access_deal(reader_of(request), deal_id)
    if found.need_revision is None or found.need_revision.document is None:
        raise RefusedError(_("the need of this deal holds no task to take parameters from"))
    return [
        Parameter(name=x.name, asked=x.asked, makers=x.makers, models=x.models, unknown=x.unknown)
        for x in parameter_sheet(found.need_revision.document, built_in())
    ]


@router.get("/deals/{deal_id}/comparison", response={200: list[Beside], **READS})
def compare_quotations(request: HttpRequest, deal_id: DealId) -> list[Beside]:
    """Its quotations side by side; for the buyer with those that others gave for the same need."""
    reader = reader_of(request)
    return [
        Beside(
            deal=b.quotation.deal_id,
            number=b.quotation.number,
            net=b.compared.net,
            lowest=b.compared.lowest,
            differs=list(b.compared.differs),
        )
        for b in quotations_beside(reader, access_deal(reader, deal_id))
    ]


@router.get("/deals/{deal_id}/outside-result", response={200: OutsideResult, **READS})
def read_outside_result(request: HttpRequest, deal_id: DealId) -> OutsideResult:
    """How a procurement or tender that was held elsewhere ended."""
    return _outside(access_deal(reader_of(request), deal_id))


@router.put("/deals/{deal_id}/outside-result", response={200: OutsideResult, **WRITES})
def record_outside_result(request: HttpRequest, deal_id: DealId, sent: NewOutsideResult) -> OutsideResult:
    """The buyer records it; what this supplier won counts as an amount declared by one side."""
    return _outside(do_record_outside(reader_of(request), deal_id, sent.model_dump()))


@router.get("/amounts/{line_id}", response={200: Contract, **READS})
def read_amount(request: HttpRequest, line_id: LineId) -> Contract:
    """An amount: for the two parties, and for the operator once its contract was handed in."""
    line = access_ledger_line(reader_of(request), line_id)
    document = None if line.document_id is None else str(line.document_id)
    return Contract(**amount_of(line).model_dump(), deal=line.deal_id, document=document)


@router.post("/desk/amounts/{line_id}/contract", response={200: Amount, **WRITES})
def see_contract(request: HttpRequest, line_id: LineId) -> Amount:
    """The operator has seen that the contract says this amount."""
    reader = reader_of(request)
    access_ledger_line(reader, line_id)
    return amount_of(do_see_contract(reader, line_id))


def _outside(deal: Deal) -> OutsideResult:
    return OutsideResult(**deal.outside_result)
