"""Keeps the index up to date: called by the actions that change something, inside their transaction.

Why postings of our own on both databases instead of FTS5 and tsvector: words, ranking and order are then the same by
construction; visibility is part of the key, not a filter behind it; and a common word costs no more than its best
postings, which neither FTS5 nor a GIN index gives. docs/search.md has what was measured.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection, models, transaction

from robotplus.portal.catalogue.models import Capability, Model
from robotplus.portal.needs.models import Need, NeedInvitation
from robotplus.portal.offers.models import Offer
from robotplus.portal.search import documents
from robotplus.portal.search.documents import Document, FigureRow, known_kind
from robotplus.portal.search.models import Entry, Figure, Noun, Posting
from robotplus.portal.search.rarity import forget
from robotplus.scenarios.library import scenarios

BATCH = 2_000
NOUNS = {Model: Noun.MODEL, Offer: Noun.OFFER, Need: Noun.NEED}
_POSTING = "term, audience, weight, entry_id, noun"


def do_index(subject: Model | Offer | Need) -> None:
    """Bring the entry of a model, offer or need up to date, whoever may find it now."""
    do_index_many([subject])


@transaction.atomic
def do_index_many(subjects: Sequence[Model | Offer | Need]) -> None:
    """The same for several of one type."""
    if subjects:
        pks = [s.pk for s in subjects]
        write(list(_documents(type(subjects[0]), type(subjects[0])._default_manager.filter(pk__in=pks))))


@transaction.atomic
def do_unindex(subject: Model | Offer | Need) -> None:
    """Take something out, before it is deleted."""
    Entry.objects.filter(noun=NOUNS[type(subject)], subject_id=str(subject.pk)).delete()


def do_reindex(tell: Callable[[str], None] = lambda line: None) -> int:
    """Write every entry anew, in batches, while the portal runs; how many there are."""
    count = do_index_scenarios()
    for table, noun in NOUNS.items():
        seen: set[str] = set()
        last: Any = None
        while True:
            rows = table._default_manager.order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            pks = list(rows.values_list("pk", flat=True)[:BATCH])
            if not pks:
                break
            with transaction.atomic():
                found = list(_documents(table, table._default_manager.filter(pk__in=pks)))
                write(found)
            seen |= {d.subject_id for d in found}
            last = pks[-1]
        stale = Entry.objects.filter(noun=noun).values_list("pk", "subject_id")
        gone = [pk for pk, subject_id in stale.iterator() if subject_id not in seen]
        for start in range(0, len(gone), BATCH):
            Entry.objects.filter(pk__in=gone[start : start + BATCH]).delete()
        count += len(seen)
        tell(f"{noun.label}: {len(seen)}")
    forget()
    return count


@transaction.atomic
def do_index_scenarios() -> int:
    """The scenarios of the library; those that are no longer there go."""
    found = [documents.scenario_document(s) for s in scenarios()]
    gone = Entry.objects.filter(noun=Noun.SCENARIO).exclude(subject_id__in=[d.subject_id for d in found])
    gone.delete()
    write(found)
    return len(found)


def _documents(table: type[models.Model], rows: models.QuerySet[Any]) -> Iterator[Document]:
    """The documents of a few subjects, with a bounded number of queries."""
    if table is Model:
        proven: dict[str, list[str]] = defaultdict(list)
        capable = Capability.objects.filter(model__in=rows, verdict__in=documents.PROVEN).order_by("scenario")
        for model, scenario in capable.values_list("model_id", "scenario"):
            proven[model].append(scenario)
        for one in rows.select_related("current"):
            yield documents.model_document(one, proven[one.pk])
    elif table is Offer:
        ratings = _ratings(rows)
        for one in rows.select_related("organisation", "current", "model"):
            if known_kind("offer", one.kind):
                yield documents.offer_document(one, ratings)
    else:
        invited: dict[int, list[int]] = defaultdict(list)
        for need, organisation in NeedInvitation.objects.filter(need__in=rows).values_list(
            "need_id", "organisation_id"
        ):
            invited[need].append(organisation)
        for one in rows.select_related("organisation", "current", "area"):
            if known_kind("need", one.kind):
                yield documents.need_document(one, invited[one.pk])


def _ratings(offers: models.QuerySet[Offer]) -> dict[str, tuple[FigureRow, ...]]:
    """Figures of the models of some offers; of a closed file none."""
    rows = Model.objects.filter(pk__in=offers.values("model"), access=Model.Access.PUBLIC)
    found = rows.annotate(
        ratings=models.F("current__values__ratings"), joints=models.F("current__values__joints")
    )
    return {
        pk: documents.model_figures({"ratings": ratings or {}, "joints": joints or ()})
        for pk, ratings, joints in found.values_list("pk", "ratings", "joints")
    }


def write(found: Sequence[Document]) -> None:
    """Replace the entries of these documents, inside a transaction."""
    for noun in {d.noun for d in found}:
        _write([d for d in found if d.noun == noun], noun)


def _write(found: Sequence[Document], noun: Noun) -> None:
    rows = [
        Entry(
            noun=d.noun,
            subject_id=d.subject_id,
            kind=d.kind,
            title=d.title[:200],
            text=d.text[: documents.SHOWN_TEXT],
            field=d.field,
            scenario=d.scenario,
            area=d.area,
            maker=d.maker,
            organisation_id=d.organisation_id,
            hidden=d.hidden,
            updated_at=d.updated_at,
        )
        for d in found
    ]
    changing = ["kind", "title", "text", "field", "scenario", "area", "maker"]
    Entry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["noun", "subject_id"],
        update_fields=[*changing, "organisation", "hidden", "updated_at"],
    )
    ids = dict(
        Entry.objects.filter(noun=noun, subject_id__in=[d.subject_id for d in found]).values_list(
            "subject_id", "pk"
        )
    )
    Figure.objects.filter(entry__in=ids.values()).delete()
    Figure.objects.bulk_create(
        Figure(entry_id=ids[d.subject_id], name=name, number=number, text=text)
        for d in found
        for name, number, text in d.figures
    )
    Posting.objects.filter(entry__in=ids.values()).delete()
    _insert(
        sorted(
            (t, audience, weight, ids[d.subject_id], int(noun))
            for d in found
            for audience in d.audiences
            for t, weight in d.terms.items()
        )
    )


def _insert(rows: Sequence[tuple[int, int, int, int, int]]) -> None:
    """Postings, as quickly as each database takes them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY search_posting ({_POSTING}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO search_posting ({_POSTING}) VALUES (%s, %s, %s, %s, %s)", rows)
