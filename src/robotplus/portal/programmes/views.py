"""Programmes that anyone may follow: the list, and one with its targets and what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds import kind, noun_kinds
from robotplus.portal.programmes.access import access_programme, measurements_of, programmes_for
from robotplus.portal.programmes.models import Measurement, Programme, Target

PAGE = 25


@dataclass(frozen=True, slots=True)
class Followed:
    """A target with the latest measurement of its indicator in its unit, if there is one."""

    target: Target
    latest: Measurement | None


@require_GET
def programme_list(request: HttpRequest) -> HttpResponse:
    reader: Reader = request.reader  # type: ignore[attr-defined]
    chosen = request.GET.get("kind", "")
    found = programmes_for(reader).filter(**({"kind": chosen} if chosen else {}))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [(one, kind(one.kind)) for one in page.object_list]
    context = {"page": page, "rows": rows, "kinds": noun_kinds("programme"), "chosen": chosen}
    return render(request, "programmes/list.html", context)


@require_GET
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found: Programme = access_programme(reader, pk)
    seen = list(measurements_of(found))
    context = {
        "programme": found,
        "kind": kind(found.kind),
        "followed": followed(found.targets.order_by("due", "pk"), seen),
        "measurements": seen,
    }
    return render(request, "programmes/programme.html", context)


def followed(targets: Iterable[Target], seen: Sequence[Measurement]) -> list[Followed]:
    """Each target beside what was seen last of it; ``seen`` comes latest first."""
    latest: dict[tuple[str, str], Measurement] = {}
    for one in seen:
        latest.setdefault((one.indicator, one.unit), one)
    return [Followed(t, latest.get((t.indicator, t.unit))) for t in targets]
