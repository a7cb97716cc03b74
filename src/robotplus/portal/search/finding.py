"""The search: a reader's question and filters, the best entries that this reader may find.

Points of an entry are the sum over the question's terms of rarity times weight (whole numbers, so that the order is
the same on both databases; equal ones newest first). Of each term only its ``MOST_READ`` highest postings are read,
which the covering index gives without a sort. The ``WINDOW`` best entries are what can be paged through; what has less
than ``FAR`` of the best one's points is not shown.

Without words, figures alone order by how near an entry is to the figure, and facets alone by date.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.parties.models import Organisation
from robotplus.portal.search.documents import EVERYBODY
from robotplus.portal.search.filters import Filters, conditions, within
from robotplus.portal.search.models import Entry, Figure, Noun
from robotplus.portal.search.parsing import Bound, Question, read_question
from robotplus.portal.search.rarity import rarities
from robotplus.portal.search.tokens import EVERYTHING, term

PAGE = 20
WINDOW = 1_000
MOST_READ = 8_000
GENERAL = 0.25  # a term in more than this share of all entries is left out where there are rarer ones
FEW = 2_000  # entries that hold a term are never too many
FAR = 0.3
CANDIDATE_TOKENS = 10
COUNTED: Final = ("kind", "field", "maker", "scenario")
MOST_VALUES: Final = 12  # of a facet that are shown


@dataclass(frozen=True)
class Hit:
    """One thing found. ``owner`` is None where there is none, or it is not named to this reader.

    ``example``: it is of an invented organisation, named or not.
    """

    noun: str
    subject_id: str
    kind: str
    title: str
    text: str
    scenario: str
    area: str
    owner: Organisation | None
    points: int
    figures: Mapping[str, float] = field(default_factory=dict)
    example: bool = False


@dataclass(frozen=True)
class SearchPage:
    """A page of what was found.

    Attributes:
        count: how many can be paged through; ``more`` where there are others beyond.
        cursor: of the next page, empty on the last.
        facets: for each facet how many of ``count`` have each value.
    """

    question: Question
    hits: tuple[Hit, ...]
    count: int
    more: bool
    cursor: str
    facets: Mapping[str, Mapping[str, int]]


def search(
    reader: Reader,
    text: str,
    *,
    filters: Filters | None = None,
    cursor: str = "",
    size: int = PAGE,
) -> SearchPage:
    """The best entries that the reader may find.

    Raises:
        RefusedError: the cursor is none of ours.
    """
    question, filters = read_question(text), filters or Filters()
    after = _read_cursor(cursor) if cursor else None
    bounds = (*question.bounds, *filters.bounds)
    audiences = audiences_of(reader)
    tokens = question.tokens
    if tokens:
        found = _by_words(tokens, audiences, filters, bounds)
        found = [(e, p) for e, p in found if p >= FAR * found[0][1]]
    else:
        found = _by_facets(audiences, filters, bounds)
    known = _counted([e for e, _p in found])
    found = [(e, p) for e, p in found if e in known]
    start = 0 if after is None else next((i for i, f in enumerate(found) if f == after), len(found) - 1) + 1
    page = found[start : start + size]
    last = start + size >= len(found)
    return SearchPage(
        question,
        _hits(reader, page),
        len(found),
        len(found) == WINDOW,
        "" if last else _cursor(page[-1]),
        _facets(known.values()),
    )


def candidates(tokens: Mapping[str, int], noun: Noun, kinds: Sequence[str], count: int) -> list[str]:
    """Ids of the public things of these kinds that share most with some tokens; the rarest tokens are looked at."""
    if not tokens or not kinds:
        return []
    rare, _known = rarities([term(t) for t in tokens])
    rarest = sorted(tokens, key=lambda t: (-rare[term(t)], t))[:CANDIDATE_TOKENS]
    found = _by_words(
        {t: tokens[t] for t in rarest}, (EVERYBODY,), Filters(noun=noun.label, kinds=tuple(kinds)), ()
    )[:count]
    rows = dict(Entry.objects.filter(pk__in=[e for e, _p in found]).values_list("pk", "subject_id"))
    return [rows[e] for e, _p in found if e in rows]


def audiences_of(reader: Reader) -> tuple[int, ...]:
    """The audiences that a reader belongs to: see ``Posting.audience``."""
    own = reader.organisation
    if own is None:
        return (EVERYBODY,)
    approved = own.state == Organisation.State.APPROVED
    return (EVERYBODY, own.pk, -own.pk) if approved else (EVERYBODY, own.pk)


def _by_words(
    tokens: Mapping[str, int], audiences: Sequence[int], filters: Filters, bounds: Sequence[Bound]
) -> list[tuple[int, int]]:
    """Entries with their points, best first."""
    strengths = {term(token): strength for token, strength in tokens.items()}
    rare, known = rarities(strengths)
    total = max(known[term(EVERYTHING)], 1)
    terms = [t for t in strengths if known[t] <= max(GENERAL * total, FEW)] or list(strengths)
    points = {t: rare[t] * strengths[t] for t in terms}
    most = MOST_READ if len(terms) > 1 else WINDOW  # of one term the highest postings are the best entries
    arms: list[str] = []
    values: list[Any] = []
    for t in terms:
        where, given = conditions(filters, bounds, "p.entry_id", noun="p.noun", listed=known[t] > FEW)
        arms.append(
            f"SELECT * FROM (SELECT p.entry_id AS entry, p.weight * {points[t]} AS points FROM search_posting p "
            f"WHERE p.term = %s AND p.audience = {EVERYBODY}{where} "
            f"ORDER BY p.weight DESC, p.entry_id DESC LIMIT {most}) t{len(arms)}"
        )
        values += [t, *given]
    if others := [a for a in audiences if a != EVERYBODY]:
        cases = " ".join(f"WHEN {t} THEN {points[t]}" for t in terms)
        marks = ", ".join(["%s"] * len(terms))
        where, given = conditions(filters, bounds, "p.entry_id", noun="p.noun")
        arms.append(
            f"SELECT p.entry_id AS entry, p.weight * CASE p.term {cases} END AS points FROM search_posting p "
            f"WHERE p.term IN ({marks}) AND p.audience IN ({', '.join(map(str, others))}){where}"
        )
        values += [*terms, *given]
    return _rows(
        f"SELECT entry, SUM(points) AS score FROM ({' UNION ALL '.join(arms)}) found "
        f"GROUP BY entry ORDER BY score DESC, entry DESC LIMIT {WINDOW}",
        values,
    )


def _by_facets(audiences: Sequence[int], filters: Filters, bounds: Sequence[Bound]) -> list[tuple[int, int]]:
    """Entries without points: nearest to the first figure first (models before offers of them), else newest first.

    Visibility is counted row by row, not by EXISTS: PostgreSQL would join that with all that everybody may read,
    where walking the index that gives the order ends after a window. It is counted audience by audience, each a look
    into the key: with a list of audiences PostgreSQL reads all postings of the entry instead. CROSS JOIN and the plus
    keep SQLite to these walks, whatever it knows of the tables.
    """
    each = (
        f"(SELECT COUNT(*) FROM search_posting s WHERE s.term = {term(EVERYTHING)} AND s.weight = 1 "
        f"AND s.entry_id = e.id AND s.audience = {audience}) > 0"
        for audience in audiences
    )
    seen = f" AND ({' OR '.join(each)})"
    where, given = conditions(filters, bounds[1:], "e.id", noun="+e.noun", row="e")
    if bounds:
        span, values = within(bounds[0], "f")
        sign, order = (1, "ASC") if bounds[0].nearest_low else (-1, "DESC")
        sql = (
            "SELECT f.number, e.noun, e.id FROM search_figure f CROSS JOIN search_entry e "
            f"WHERE e.id = f.entry_id AND {span}{where}{seen} ORDER BY f.number {order}, f.entry_id LIMIT {WINDOW}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, *given])
            nearest = sorted((sign * number, n, -entry) for number, n, entry in cursor.fetchall())
        return [(-entry, 0) for _number, _noun, entry in nearest]
    sql = f"SELECT e.id, 0 FROM search_entry e WHERE 1 = 1{where}{seen} ORDER BY e.id DESC LIMIT {WINDOW}"
    return _rows(sql, given)


def _rows(sql: str, given: Sequence[Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [(int(entry), int(points)) for entry, points in cursor.fetchall()]


def _counted(entries: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """What is counted of each entry that is still there: its noun, then ``COUNTED``."""
    if not entries:
        return {}
    sql = f"SELECT id, noun, {', '.join(COUNTED)} FROM search_entry WHERE id IN ({', '.join(map(str, entries))})"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _hits(reader: Reader, page: Sequence[tuple[int, int]]) -> tuple[Hit, ...]:
    rows = Entry.objects.select_related("organisation").in_bulk([e for e, _p in page])
    figures: dict[int, dict[str, float]] = {e: {} for e in rows}
    numbers = Figure.objects.filter(entry__in=rows, number__isnull=False).order_by("pk")
    for e, name, number in numbers.values_list("entry_id", "name", "number"):
        if number is not None:  # which the filter says, but not to a type checker
            figures[e][name] = number
    return tuple(_hit(reader, rows[e], points, figures[e]) for e, points in page if e in rows)


def _hit(reader: Reader, entry: Entry, points: int, figures: Mapping[str, float]) -> Hit:
    own = entry.organisation_id == reader.organisation_id
    return Hit(
        Noun(entry.noun).label,
        entry.subject_id,
        entry.kind,
        entry.title,
        entry.text,
        entry.scenario,
        entry.area,
        entry.organisation if own or not entry.hidden else None,
        points,
        figures,
        entry.organisation is not None and entry.organisation.is_example,
    )


def _facets(rows: Iterable[Sequence[Any]]) -> dict[str, dict[str, int]]:
    """How many of the rows (noun, then ``COUNTED``) have each value."""
    columns = list(zip(*rows, strict=True)) or [()] * (1 + len(COUNTED))
    found = {"noun": {Noun(n).label: count for n, count in Counter(columns[0]).items()}}
    for name, column in zip(COUNTED, columns[1:], strict=True):
        found[name] = dict(Counter(v for v in column if v).most_common(MOST_VALUES))
    return found


def _cursor(after: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, int]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        entry, points = raw
        return int(entry), int(points)
    except (ValueError, TypeError):
        raise RefusedError(_("the place in the list is not known; start again"), field="cursor") from None
