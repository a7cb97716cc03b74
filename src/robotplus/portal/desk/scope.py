"""What an official's grants cover: fields and areas, with the parts of an area and what lies in it."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from robotplus.portal.core.models import Area
from robotplus.portal.core.reader import Reader


def parts_of(code: str) -> set[int]:
    """Ids of an area and of everything below it; empty for an unknown code."""
    below: dict[int | None, list[int]] = defaultdict(list)
    wanted: set[int] = set()
    for pk, parent, own in Area.objects.values_list("pk", "parent_id", "code"):
        below[parent].append(pk)
        if own == code:
            wanted.add(pk)
    ahead = list(wanted)
    while ahead:
        new = [pk for pk in below[ahead.pop()] if pk not in wanted]
        wanted.update(new)
        ahead += new
    return wanted


def covered(reader: Reader) -> Q | None:
    """What of needs and deals (by ``field`` and ``area``) the reader may see counts of; None: nothing.

    A scope that names a programme says nothing of needs and deals, which belong to none.
    """
    if reader.is_operator:
        return Q()
    found: Q | None = None
    for scope in reader.scopes:
        if scope.programme:
            continue
        one = Q(field=scope.field) if scope.field else Q()
        if scope.area:
            one &= Q(area__in=parts_of(scope.area))
        if not one:  # all of it: nothing another scope adds
            return one
        found = one if found is None else found | one
    return found
