"""Invented organisations, offers and needs in great number, to measure the search: the same ones each time.

Organisations are marked as examples. Offers and needs are written in bulk with their revisions and their index entries;
no events are logged and nobody is told.
"""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from robotplus.hashing import digest
from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.models import Area, Visibility
from robotplus.portal.kinds import kind
from robotplus.portal.needs.models import Need, NeedInvitation, NeedRevision
from robotplus.portal.offers.models import Offer, OfferRevision
from robotplus.portal.parties.models import Organisation
from robotplus.portal.search.documents import model_figures, need_document, offer_document
from robotplus.portal.search.index import write
from robotplus.portal.search.inventions import NEEDS, OFFERS, Ground, common
from robotplus.portal.search.rarity import forget
from robotplus.scenarios.library import scenarios

FILE: Final = Path(__file__).parent / "data" / "many.toml"
SEED: Final = 20_261_124
ORGANISATIONS: Final = 600
BATCH: Final = 5_000
CODE: Final = "EXAMPLE"  # begins the register number of each
KINDS: Final = ("maker", "integrator", "lessor", "research", "test_centre", "finance", "school", "user")
SPAN_DAYS: Final = 700  # over which they were last changed


def do_load_many(offers: int, needs: int, tell: Callable[[str], None] = lambda line: None) -> None:
    """Write so many invented offers and needs.

    Raises:
        RefusedError: some are there already, or the catalogue is not.
    """
    if Organisation.objects.filter(country="XX", code__startswith=CODE).exists():
        raise RefusedError("the invented organisations are there already")
    if not Model.objects.exists() or not Area.objects.exists():
        raise RefusedError("load the catalogue and the areas first")
    dice = random.Random(SEED)
    ground = _ground(dice)
    ratings = {m.pk: model_figures(m.current.values) for m in ground.robots if m.current is not None}
    for start in range(0, offers, BATCH):
        made = _offers(dice, ground, min(BATCH, offers - start))
        _save(made, OfferRevision, "offer", [])
        write_in_transaction([offer_document(o, ratings) for o in made])
        tell(f"{start + len(made)} offers")
    for start in range(0, needs, BATCH):
        asked = _needs(dice, ground, min(BATCH, needs - start))
        invitations = [
            NeedInvitation(need=n, organisation=dice.choice(ground.organisations))
            for n in asked
            if n.visibility == Visibility.INVITED
        ]
        _save(asked, NeedRevision, "need", invitations)
        invited = {i.need_id: [i.organisation_id] for i in invitations}
        write_in_transaction([need_document(n, invited.get(n.pk, ())) for n in asked])
        tell(f"{start + len(asked)} needs")
    _settle()
    forget()


@transaction.atomic
def write_in_transaction(documents: Sequence[Any]) -> None:
    write(documents)


def _ground(dice: random.Random) -> Ground:
    words: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    Organisation.objects.bulk_create(
        Organisation(
            name_zh=f"{dice.choice(words['towns'])}{dice.choice(words['names'])}{dice.choice(words['trades'])}{i:03d}（示例）",
            name_en=f"Example Works {i:03d}",
            country="XX",
            code=f"{CODE}{i:05d}",
            kind=KINDS[i % len(KINDS)],
            state=Organisation.State.APPROVED,
            is_example=True,
        )
        for i in range(ORGANISATIONS)
    )
    areas = list(Area.objects.order_by("code"))
    organisations = list(Organisation.objects.filter(country="XX", code__startswith=CODE).order_by("code"))
    place = Organisation.areas.through
    place.objects.bulk_create(
        place(organisation_id=o.pk, area_id=areas[i % len(areas)].pk) for i, o in enumerate(organisations)
    )
    robots = list(Model.objects.filter(owner=None).select_related("current").order_by("pk"))
    return Ground(words, organisations, robots, areas, [s.id for s in scenarios()])


def _offers(dice: random.Random, ground: Ground, count: int) -> list[Offer]:
    first = (Offer.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    revision = (OfferRevision.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    robots = {m.pk: m for m in ground.robots}
    makers, weights = zip(*OFFERS, strict=True)
    out = []
    for i, make in enumerate(dice.choices(makers, weights, k=count)):
        kind_id, title, values = make(dice, ground)
        shared = common(dice, ground, kind_id)
        values = {**values, **{k: v for k, v in shared.items() if k not in values}}
        public = dice.random() < 0.95
        model = robots.get(values.get("model", ""))
        offer = Offer(
            pk=first + i,
            kind=kind_id,
            organisation=dice.choice(ground.organisations),
            title=title[:160],
            model=model,
            visibility=Visibility.PUBLIC if public else Visibility.PRIVATE,
            state="published" if dice.random() < 0.97 else "draft",
        )
        offer.current = OfferRevision(pk=revision + i, offer=offer, **_revision(kind_id, title, values))
        out.append(_dated(dice, offer))
    return out


def _needs(dice: random.Random, ground: Ground, count: int) -> list[Need]:
    first = (Need.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    revision = (NeedRevision.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    areas = {a.code: a for a in ground.areas}
    field_of = {s.id: s.field for s in scenarios()}
    makers, weights = zip(*NEEDS, strict=True)
    out = []
    for i, make in enumerate(dice.choices(makers, weights, k=count)):
        kind_id, title, values = make(dice, ground)
        if "area" in {f.name for f in kind(kind_id).fields}:
            values["area"] = dice.choice(ground.areas).code
        scenario = values.get("scenario", "")
        need = Need(
            pk=first + i,
            kind=kind_id,
            organisation=dice.choice(ground.organisations),
            title=title[:160],
            scenario=scenario,
            field=field_of.get(scenario, values.get("field", "")),
            area=areas.get(values.get("area", "")),
            visibility=dice.choices(("public", "invited", "private"), (80, 10, 10))[0],
            hide_organisation=dice.random() < 0.2,
            state=dice.choices(("open", "satisfied", "draft"), (85, 10, 5))[0],
        )
        need.current = NeedRevision(pk=revision + i, need=need, **_revision(kind_id, title, values))
        out.append(_dated(dice, need))
    return out


def _revision(kind_id: str, title: str, values: dict[str, Any]) -> dict[str, Any]:
    of = kind(kind_id)
    named = {"kind": kind_id, "kind_version": of.version, "title": title, "values": values}
    return {"number": 1, "values": values, "kind_version": of.version, "sha256": digest(named)}


def _dated(dice: random.Random, subject: Any) -> Any:
    subject.updated_at = timezone.now() - dt.timedelta(days=dice.random() * SPAN_DAYS)
    return subject


@transaction.atomic
def _save(
    made: Sequence[Any], revisions: type[models.Model], noun: str, invitations: list[NeedInvitation]
) -> None:
    """Subjects and their revisions point to each other; both are there when the transaction ends."""
    if not made:
        return
    dates = {m.pk: m.updated_at for m in made}
    type(made[0])._default_manager.bulk_create(made, batch_size=1000)
    revisions._default_manager.bulk_create([m.current for m in made], batch_size=1000)
    NeedInvitation.objects.bulk_create(invitations)
    for subject in made:
        subject.updated_at = dates[subject.pk]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [type(made[0]), revisions]):
            cursor.execute(statement)


def _settle() -> None:
    """Let the database look at what came in: planners need statistics, PostgreSQL's index-only reads the map."""
    with connection.cursor() as cursor:
        alone = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if alone else "ANALYZE")
