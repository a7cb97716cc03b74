"""The chain around a need: technology, product, integration, scenario, and who could fill each link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import Kind, noun_kinds
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.access import listed, offers_for
from robotplus.portal.offers.models import Offer

LINKS: Final[dict[str, Promise]] = {
    "technology": _("technology"),
    "product": _("product"),
    "integration": _("integration"),
    "scenario": _("scenario"),
}
SHOWN = 4


@dataclass(frozen=True)
class Link:
    """One link with the offers that could fill it, those that name the need's scenario first.

    ``here``: it is the need's own place in the chain.
    """

    name: str
    label: Promise
    here: bool
    count: int
    offers: tuple[Offer, ...]


def chain_of(reader: Reader, need: Need, kind: Kind) -> tuple[Link, ...]:
    """The four links with what the reader may see; empty where the need's kind has no place in the chain."""
    if not kind.link:
        return ()
    return tuple(_link(reader, need, kind, name) for name in LINKS)


def _link(reader: Reader, need: Need, kind: Kind, name: str) -> Link:
    of = [k.id for k in noun_kinds("offer") if k.link == name]
    rows = offers_for(reader).filter(listed(), kind__in=of) if of else Offer.objects.none()
    if need.scenario and of:
        named = Q(current__values__scenario=need.scenario)
        proven = Q(
            model__capabilities__scenario=need.scenario,
            model__capabilities__verdict__in=("proven", "proven_if_confirmed"),
        )
        rows = rows.filter(named | proven).distinct()
    found = tuple(rows.order_by("-updated_at")[:SHOWN])
    return Link(
        name, LINKS[name], kind.link == name, rows.count() if len(found) == SHOWN else len(found), found
    )
