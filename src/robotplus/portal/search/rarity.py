"""How rare each term is, counted in the postings that everybody may read and kept for some minutes.

Counting when asked, instead of keeping counts with each change, costs a query on cold terms and spares all writers
from locking the rows of common words. What is private never changes what others find.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection

from django.db import connection

from robotplus.portal.search.documents import EVERYBODY
from robotplus.portal.search.tokens import EVERYTHING, term

KEPT_S = 300.0
MOST_KEPT = 50_000
FINEST = 16  # points of one step of the natural logarithm
_counts: dict[int, tuple[float, int]] = {}


def forget() -> None:
    """Count anew: after a reindex, and between tests."""
    _counts.clear()


def counts(terms: Collection[int]) -> dict[int, int]:
    """How many public entries hold each term, as counted within the last minutes; one query at most."""
    now = time.monotonic()
    fresh = [t for t in terms if _counts.get(t, (0.0, 0))[0] < now]
    if fresh:
        if len(_counts) > MOST_KEPT:
            _counts.clear()
        marks = ", ".join(["%s"] * len(fresh))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT term, COUNT(*) FROM search_posting WHERE audience = {EVERYBODY} AND term IN ({marks}) "
                "GROUP BY term",
                fresh,
            )
            found = dict(cursor.fetchall())
        for t in fresh:
            _counts[t] = (now + KEPT_S, found.get(t, 0))
    return {t: _counts[t][1] for t in terms}


def rarities(terms: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Inverse document frequency of each term as whole points, and the counts behind it."""
    everything = term(EVERYTHING)
    found = counts({*terms, everything})
    total = max(found[everything], 1)
    return {t: 1 + round(FINEST * math.log1p(total / max(found[t], 1))) for t in terms}, found
