"""The ranking as its reader wants to see it, said by the address: filtered, sorted, and as a table to take away."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from robotplus.portal.matches.offers import Supply
from robotplus.portal.matches.templatetags.answers import pick
from robotplus.portal.offers.price import compare
from robotplus.reporting.strings import STRINGS

Row = dict[str, Any]
SORTS: Final[Mapping[str, tuple[Promise, Callable[[Row], Any]]]] = {
    "": (gettext_lazy("as ranked"), lambda row: row["place"]),
    "cycle": (gettext_lazy("shortest cycle"), lambda row: row["high"]),
    "clearance": (gettext_lazy("largest clearance"), lambda row: -(row["clearance_m"] or 0.0)),
    "price": (gettext_lazy("lowest price"), lambda row: row["net"]),
    "lead": (gettext_lazy("shortest lead time"), lambda row: _soonest(row["offers"])),
    "mass": (gettext_lazy("lightest"), lambda row: row["mass_kg"] or math.inf),
}
ONLY: Final[Mapping[str, tuple[Promise, Callable[[Row], bool]]]] = {
    "": (gettext_lazy("all found"), lambda row: True),
    "proven": (gettext_lazy("proven only"), lambda row: row["verdict"] == "proven"),
    "checked": (gettext_lazy("checked only"), lambda row: bool(row["certificate"])),
    "offered": (gettext_lazy("offered here only"), lambda row: bool(row["offers"])),
}


@dataclass(frozen=True)
class Wanted:
    """How the ranking is wanted; what the address names wrongly is as if it were not there."""

    sort: str = ""
    only: str = ""
    maker: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        sort, only = query.get("sort", ""), query.get("only", "")
        return cls(
            sort if sort in SORTS else "", only if only in ONLY else "", query.get("maker", "").strip()[:80]
        )

    @property
    def query(self) -> str:
        """For links that keep it, with nothing for what is as usual."""
        return urlencode({k: v for k, v in vars(self).items() if v})

    def of(self, rows: Sequence[Row]) -> list[Row]:
        kept = [r for r in rows if ONLY[self.only][1](r) and self.maker in ("", r["maker"])]
        if self.sort == "price":
            kept = _priced(kept)
        return sorted(kept, key=lambda row: (SORTS[self.sort][1](row), row["place"]))


def choices(wanted: Wanted, rows: Sequence[Row]) -> dict[str, Any]:
    """What the form above the ranking offers."""
    return {
        "wanted": wanted,
        "sorts": [(key, label) for key, (label, _key) in SORTS.items()],
        "onlys": [(key, label) for key, (label, _test) in ONLY.items()],
        "makers": sorted({row["maker"] for row in rows}, key=str.casefold),
    }


def table(rows: Sequence[Row], takt: float | None) -> Iterator[list[Any]]:
    """The ranking with a row of headings, in the language of the page."""
    yield [
        *(_("Place"), _("Maker"), _("Model"), _("Verdict")),
        *(f"{_('Cycle time')} {end} [s]" for end in ("min", "max")),
        *(f"{_('takt')} [s]", _("Tightest margin"), f"{_('Clearance')} [mm]", f"{_('Payload used')} [%]"),
        *(f"{_('Rated payload')} [kg]", f"{_('Reach')} [m]", f"{_('Mass')} [kg]", _("to confirm")),
        *(_("Offers"), _("Lowest price"), _("Currency"), f"{_('Lead time')} [d]", _("Certificate")),
    ]
    for row in rows:
        first: Supply | None = next(iter(row["offers"]), None)
        price = first.price if first is not None else None
        yield [
            *(row["place"], row["maker"], row["model"], pick(STRINGS[row["verdict"]])),
            *(round(row["low"], 3), round(row["high"], 3), takt, pick(row["tightest"])),
            *(_scaled(row["clearance_m"], 1000), _scaled(row["payload_used"], 100)),
            *(row["payload_kg"], row["reach_m"], row["mass_kg"]),
            "; ".join(pick(one) for one in row["confirm"]),
            "; ".join(dict.fromkeys(supply.organisation for supply in row["offers"])),
            *((float(price["amount"]), price["currency"]) if price else (None, None)),
            first.lead_time_d if first is not None else None,
            row["certificate"] or "",
        ]


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 2)


def _priced(rows: Sequence[Row]) -> list[Row]:
    """With ``net``, the lowest price before tax; infinite where there is none or it does not compare."""
    compared = compare([row["offers"][0].price if row["offers"] else None for row in rows])
    return [
        {**row, "net": float(c.net) if c.net is not None and c.comparable else math.inf}
        for row, c in zip(rows, compared, strict=True)
    ]


def _soonest(offers: Sequence[Supply]) -> float:
    return min((s.lead_time_d for s in offers if s.lead_time_d is not None), default=math.inf)
