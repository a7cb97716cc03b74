"""What is missing in what an organisation offers: facts that buyers ask for, figures that proofs wait for, dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.missing import missing_of
from robotplus.portal.catalogue.models import Model
from robotplus.portal.kinds import kind
from robotplus.portal.offers.access import listed
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.models import Organisation
from robotplus.portal.web.templatetags.ui import said

SOON_DAYS: Final = 14  # before a date of an offer comes
STALE_DAYS: Final = 180  # since an offer was last looked at
WANTED: Final = ("price", "lead_time_d", "service_areas", "delivery_areas")  # where its kind has them


@dataclass(frozen=True)
class Gap:
    """One thing to mend. ``kind``: fact, figure, date, stale; ``href``: where."""

    kind: str
    about: str
    text: str
    href: str


def gaps_of(organisation: Organisation, today: dt.date | None = None) -> list[Gap]:
    """All of an organisation's published offers, and of the models that it offers, owns or speaks for."""
    today = today or timezone.localdate()
    rows = Offer.objects.filter(listed(), organisation=organisation).select_related(
        "current", "model__current"
    )
    offers = list(rows.order_by("pk"))
    models = {o.model.pk: o.model for o in offers if o.model is not None}
    own = Model.objects.filter(owner=organisation) | Model.objects.filter(
        claims__organisation=organisation, claims__state="approved"
    )
    models |= {m.pk: m for m in own.select_related("current").distinct()}
    return [
        *(gap for offer in offers for gap in _of_offer(offer, today)),
        *(gap for _pk, model in sorted(models.items()) for gap in _of_model(model)),
    ]


def counted(gaps: Iterable[Gap]) -> Mapping[str, int]:
    """How many there are of each kind."""
    found = {"fact": 0, "figure": 0, "date": 0, "stale": 0}
    for gap in gaps:
        found[gap.kind] += 1
    return found


def _of_offer(offer: Offer, today: dt.date) -> list[Gap]:
    of, values = kind(offer.kind, "offer"), offer.current.values if offer.current else {}
    edit = reverse("offer_edit", args=[offer.pk])
    found = [
        Gap("fact", offer.title, _("not stated: %(what)s") % {"what": said(f.label)}, edit)
        for f in of.fields
        if f.name in WANTED and not values.get(f.name)
    ]
    dates = [(f, values[f.name]) for f in of.fields if f.type == "date" and values.get(f.name)]
    found += [
        Gap("date", offer.title, _date_said(said(f.label), dt.date.fromisoformat(day), today), edit)
        for f, day in dates
        if dt.date.fromisoformat(day) <= today + dt.timedelta(days=SOON_DAYS)
    ]
    days = (today - timezone.localdate(offer.updated_at)).days
    if days >= STALE_DAYS:
        text = _("not looked at for %(days)d days: does it still hold?") % {"days": days}
        found.append(Gap("stale", offer.title, text, edit))
    return found


def _date_said(what: str, day: dt.date, today: dt.date) -> str:
    if day < today:
        return _("%(what)s %(day)s is past") % {"what": what, "day": day}
    return _("%(what)s %(day)s is near") % {"what": what, "day": day}


def _of_model(model: Model) -> list[Gap]:
    """The figures that proofs wait for."""
    values: Mapping[str, Any] = model.current.values if model.current is not None else {}
    blocking: Sequence[str] = [str(m.label) for m in missing_of(values) if m.blocks] if values else []
    if not blocking:
        return []
    text = _("nothing can be proven without: %(figures)s") % {"figures": "、".join(blocking)}
    return [Gap("figure", f"{model.maker} {model.name}", text, reverse("model", args=[model.pk]))]
