"""Who offers the models of an answer, at what price: read each time, under the reader's permissions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from robotplus.portal.core.reader import Reader
from robotplus.portal.offers.access import listed, offers_for
from robotplus.portal.offers.price import by_price
from robotplus.portal.web.templatetags.ui import said


@dataclass(frozen=True)
class Supply:
    """One offer of a model.

    ``organisation``: its name in the language of the page; ``price``: as stored, None is "ask";
    ``lead_time_d`` [days]; ``example``: of an invented organisation.
    """

    offer: int
    title: str
    organisation: str
    organisation_id: int
    price: Mapping[str, Any] | None
    lead_time_d: float | None
    example: bool = False


def offers_by_model(reader: Reader, models: Collection[str]) -> dict[str, list[Supply]]:
    """The live offers of each model, in one query: priced ones first, like beside like, the lowest before tax first."""
    found: dict[str, list[Supply]] = {}
    rows = offers_for(reader).filter(listed(), model_id__in=list(models)).order_by("pk")
    for offer in rows:
        values = {} if offer.current is None else offer.current.values
        found.setdefault(str(offer.model_id), []).append(
            Supply(
                offer.pk,
                offer.title,
                said(offer.organisation),
                offer.organisation_id,
                values.get("price"),
                values.get("lead_time_d"),
                offer.organisation.is_example,
            )
        )
    for supplies in found.values():
        supplies.sort(key=lambda s: by_price((s.price, s.offer)))
    return found
