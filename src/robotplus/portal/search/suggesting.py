"""What the search box suggests while one types: scenarios and models by their names, offers by their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.urls import reverse

from robotplus.portal.core.reader import Reader
from robotplus.portal.kinds.kind import Label
from robotplus.portal.search.filters import Filters
from robotplus.portal.search.finding import search
from robotplus.portal.search.models import Entry, Noun
from robotplus.portal.search.showing import NOUN_LABELS, in_one_language

EACH: Final = 3  # of a noun at most
LONGEST: Final = 80
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Suggestion:
    title: str
    noun: Label
    url: str


def suggestions(reader: Reader, text: str) -> list[Suggestion]:
    """A few of each noun, scenarios first; none for a single letter. Of offers only what the reader may find.

    Two bounded look-ups for the names, and one search.
    """
    if not text or (len(text) < 2 and not _HAN.search(text)):
        return []
    found = [
        Suggestion(in_one_language(title), NOUN_LABELS[name], reverse(name, args=[subject]))
        for name, noun in (("scenario", Noun.SCENARIO), ("model", Noun.MODEL))
        for title, subject in _named(noun, text)
    ]
    offers = search(reader, text, filters=Filters(noun="offer"), size=EACH).hits
    return [
        *found,
        *(Suggestion(o.title, NOUN_LABELS["offer"], reverse("offer", args=[o.subject_id])) for o in offers),
    ]


def _named(noun: Noun, text: str) -> list[tuple[str, str]]:
    """Public entries whose name holds every word, those that begin with the text first."""
    words = Q(noun=noun, organisation=None)
    for word in text.split()[:5]:
        words &= Q(title__icontains=word)
    rows = Entry.objects.filter(words).order_by("title").values_list("title", "subject_id")
    low = text.lower()
    return sorted(rows[: 10 * EACH], key=lambda row: (not row[0].lower().startswith(low), row[0]))[:EACH]
