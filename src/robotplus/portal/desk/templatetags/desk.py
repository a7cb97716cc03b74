"""``{% load desk %}{% featured %}``: the offers that the operator features now, with who, why and until when."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from robotplus.portal.offers.access import offers_for
from robotplus.portal.offers.models import Featuring

register = template.Library()
SHOWN = 6


@register.inclusion_tag("desk/featured.html", takes_context=True)
def featured(context: template.RequestContext) -> dict[str, Any]:
    """Those in force of offers that the reader may see, the newest first."""
    now = Featuring.objects.filter(end__gt=timezone.now(), offer__in=offers_for(context["request"].reader))
    rows = now.select_related("offer__organisation", "by").order_by("-pk")[:SHOWN]
    return {"featured": list(rows)}
