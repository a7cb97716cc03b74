"""How often one may call within a minute, in each process of the server.

What costs real work has limits of its own in the database: answers of visitors, waiting jobs, reports a day.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from robotplus.portal.jobs.access import asker_of
from robotplus.portal.matches.visiting import who_asks

WINDOW_S = 60


class PerMinute(BaseThrottle):
    """Counts an account's calls together, and those of all visitors behind one address."""

    def allow_request(self, request: HttpRequest) -> bool:
        asking = who_asks(request)
        member = asking.reader.user is not None
        who = asker_of(asking.reader) if member else asking.origin
        limit = settings.API_CALLS_PER_MINUTE if member else settings.API_VISITOR_CALLS_PER_MINUTE
        name = f"api-calls:{who}:{int(time.time()) // WINDOW_S}"
        cache.add(name, 0, timeout=2 * WINDOW_S)
        try:
            return int(cache.incr(name)) <= limit
        except ValueError:  # evicted between the two
            return True

    def wait(self) -> float:
        return WINDOW_S - time.time() % WINDOW_S
