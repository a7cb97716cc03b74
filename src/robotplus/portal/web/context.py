"""What every page knows: the site, its reader, the five words of the navigation and the person's corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import pgettext_lazy

from robotplus import __version__
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.jobs.models import Job
from robotplus.portal.parties.access import unread_count

WORDS: Final[tuple[tuple[str, Promise], ...]] = (
    ("/scenarios/", pgettext_lazy("navigation", "Scenarios")),
    ("/needs/", pgettext_lazy("navigation", "Needs")),
    ("/offers/", pgettext_lazy("navigation", "Offers")),
    ("/evidence/", pgettext_lazy("navigation", "Evidence")),
    ("/programmes/", pgettext_lazy("navigation", "Programmes")),
)


@dataclass(frozen=True, slots=True)
class Corner:
    """What waits for a person: unread notices, and jobs of theirs that are not finished."""

    notices: int
    jobs: int


def corner_of(reader: Reader) -> Corner:
    if reader.user is None:
        return Corner(0, 0)
    live = (Job.State.QUEUED, Job.State.RUNNING)
    return Corner(
        notices=unread_count(reader),
        jobs=Job.objects.filter(user=reader.user, state__in=live).count(),
    )


def site(request: HttpRequest) -> dict[str, Any]:
    """The context processor. The corner is counted only where a template shows it."""
    reader: Reader = getattr(request, "reader", NOBODY)

    here = [(path, word, request.path.startswith(path)) for path, word in WORDS]
    return {
        "site": settings.SITE,
        "reader": reader,
        "words": here,
        "corner": SimpleLazyObject(lambda: corner_of(reader)),
        "engine_version": __version__,
    }
