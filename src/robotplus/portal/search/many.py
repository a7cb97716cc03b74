"""Invented organisations, offers and needs in great number, to measure the search: the same ones each time.

Organisations are marked as examples. Offers and needs are written in bulk with their revisions and their index entries;
no events are logged and nobody is told.
"""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from robotplus.portal.search.rarity import forget
from robotplus.scenarios.library import scenarios

FILE: Final = Path(__file__).parent / "data" / "many.toml"
SEED: Final = 20_261_124
ORGANISATIONS: Final = 600
BATCH: Final = 5_000
CODE: Final = "EXAMPLE"  # begins the register number of each
KINDS: Final = ("maker", "integrator", "lessor", "research", "test_centre", "finance", "school", "user")
FIELDS: Final = ("manufacturing", "agriculture", "construction", "public_service", "special")
SPAN_DAYS: Final = 700  # over which they were last changed


@dataclass(frozen=True)
class Ground:
    """What the inventions draw from."""

    words: dict[str, list[str]]
    organisations: Sequence[Organisation]
    robots: Sequence[Model]
    areas: Sequence[Area]
    scenarios: Sequence[str]


Maker = Callable[[random.Random, Ground], tuple[str, str, dict[str, Any]]]  # kind, title, values


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
        common = _common(dice, ground, kind_id)
        values = {**values, **{k: v for k, v in common.items() if k not in values}}
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


def _common(dice: random.Random, ground: Ground, kind_id: str) -> dict[str, Any]:
    """What many kinds have: areas, lead time, price, description."""
    known = {f.name: f for f in kind(kind_id, "offer").fields}
    codes = sorted({dice.choice(ground.areas).code for _ in range(dice.randint(1, 2))})
    values: dict[str, Any] = {a: codes for a in ("service_areas", "delivery_areas", "areas") if a in known}
    if "lead_time_d" in known:
        values["lead_time_d"] = float(dice.randint(5, 120))
    if "description" in known:
        values["description"] = _text(dice, ground)
    if "price" in known and dice.random() < 0.6:
        values["price"] = {
            "amount": f"{dice.randint(5, 900) * 1000}.00",
            "currency": "CNY",
            "tax_included": True,
            "tax_rate": "0.13",
            "basis": {"lease": "month", "shared": "hour", "operated": "piece"}.get(kind_id, "unit"),
            "scope": ["body"],
        }
    return values


def _text(dice: random.Random, ground: Ground) -> str:
    w = ground.words
    trade, part, work, trait = (dice.choice(w[k]) for k in ("industries", "parts", "works", "traits"))
    return f"面向{trade}的{part}{work}，{trait}。" + "".join(dice.sample(w["phrases"], 2))


def _robot(dice: random.Random, ground: Ground) -> Model:
    return dice.choice(ground.robots)


def _product(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    robot = _robot(dice, ground)
    tail = dice.choice(("本体现货", "含控制柜", "整机销售", "二次开发套装", "robot with controller"))
    values = {"model": robot.pk, "warranty_months": float(dice.choice((12, 18, 24, 36)))}
    return "product", f"{robot.maker} {robot.name} {tail}", values


def _lease(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    robot = _robot(dice, ground)
    values = {
        "model": robot.pk,
        "term_min_months": float(dice.randint(1, 24)),
        "units": float(dice.randint(1, 30)),
    }
    return "lease", f"{robot.maker} {robot.name} 租赁", values


def _solution(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    w, i = ground.words, dice.randrange(len(ground.words["works"]))
    english = dice.random() < 0.2
    title = (
        f"{w['works_en'][i].capitalize()} cell for {dice.choice(w['industries'])}"
        if english
        else f"{dice.choice(w['industries'])}{dice.choice(w['parts'])}{w['works'][i]}{dice.choice(w['traits'])}工作站"
    )
    values = {"scenario": ground.scenarios[i % len(ground.scenarios)], "takt_s": float(dice.randint(5, 300))}
    return "solution", title, values


def _service(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    w = ground.words
    does = dice.choice(("integration", "installation", "maintenance", "consulting", "programming"))
    zh = {
        "integration": "系统集成",
        "installation": "安装调试",
        "maintenance": "维护保养",
        "consulting": "咨询",
        "programming": "离线编程",
    }[does]
    return "service", f"{dice.choice(w['industries'])}{dice.choice(w['works'])}{zh}服务", {"service": [does]}


def _component(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    part = dice.choice(ground.words["components"])
    load = float(dice.choice((3, 5, 7, 10, 12, 20, 35, 50, 100, 165)))
    values = {"category": "other", "rated_load_kg": load, "mass_kg": round(load / 9, 1)}
    return (
        "component",
        f"{dice.choice(ground.words['traits'])}{part} {dice.choice('ABCDEFGH')}{load:g}",
        values,
    )


def _technology(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    topic = dice.choice(ground.words["technologies"])
    values = {
        "topic": topic,
        "field": dice.choice(FIELDS),
        "readiness": float(dice.randint(3, 9)),
        "terms": ["licence"],
    }
    return "technology", f"{dice.choice(ground.words['works'])}{topic}技术", values


def _finance(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    low = float(dice.choice((1, 5, 10, 50, 100))) * 1e4
    values = {
        "product": dice.choice(("loan", "finance_lease", "equity", "insurance")),
        "amount_min": low,
        "amount_max": low * dice.choice((10, 50, 100)),
        "term_months": float(dice.choice((12, 24, 36, 60))),
    }
    return (
        "finance",
        f"{dice.choice(ground.words['industries'])}{dice.choice(ground.words['finance'])}",
        values,
    )


def _test_service(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    named = dice.sample(ground.words["standards"], 2)
    values = {"standards": "、".join(named), "payload_max_kg": float(dice.choice((20, 50, 200, 1000)))}
    return "test_service", f"{dice.choice(ground.words['works'])}机器人检测 {named[0]}", values


def _talent(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    skill = dice.choice(ground.words["skills"])
    values = {"skill": skill, "experience_years": float(dice.randint(1, 20)), "terms": ["project"]}
    return "talent", f"{skill}团队", values


def _course(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    skill = dice.choice(ground.words["skills"])
    return "course", f"{skill}培训班", {"topic": skill, "hours": float(dice.choice((16, 40, 80)))}


def _application(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    w, i = ground.words, dice.randrange(len(ground.scenarios))
    from_scenario = scenarios()[i]
    values = {
        "scenario": from_scenario.id,
        "takt_s": float(dice.randint(5, 300)),
        "payload_kg": float(dice.choice((3, 5, 10, 20, 50, 120))),
        "description": _text(dice, ground),
    }
    return (
        "application",
        f"{dice.choice(w['industries'])}{dice.choice(w['parts'])}{from_scenario.name_zh}需求",
        values,
    )


def _challenge(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    topic = dice.choice(ground.words["technologies"])
    values = {
        "topic": topic,
        "field": dice.choice(FIELDS),
        "problem": _text(dice, ground),
        "targets": f"误差减小 {dice.randint(10, 60)} %。",
        "award": float(dice.randint(20, 900)) * 1e4,
        "deadline": "2027-06-30",
    }
    return "technology_challenge", f"{dice.choice(ground.words['works'])}{topic}揭榜挂帅", values


def _financing(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    values = {
        "purpose": f"购置{dice.choice(ground.words['works'])}机器人",
        "amount": float(dice.randint(10, 3000)) * 1e4,
        "term_months": float(dice.choice((12, 24, 36))),
    }
    return "financing", f"{dice.choice(ground.words['industries'])}技改融资", values


def _job(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    skill = dice.choice(ground.words["skills"])
    values = {
        "skill": skill,
        "experience_years": float(dice.randint(0, 10)),
        "positions": float(dice.randint(1, 9)),
    }
    return "job", f"招聘{skill}工程师", values


def _test_request(dice: random.Random, ground: Ground) -> tuple[str, str, dict[str, Any]]:
    standard = dice.choice(ground.words["standards"])
    values = {
        "subject": f"{dice.choice(ground.words['works'])}机器人",
        "standards": standard,
        "payload_kg": 20.0,
    }
    return "test_request", f"按 {standard} 检测{dice.choice(ground.words['works'])}机器人", values


OFFERS: Final[tuple[tuple[Maker, int], ...]] = (
    (_product, 26),
    (_solution, 24),
    (_service, 14),
    (_component, 12),
    (_lease, 8),
    (_technology, 5),
    (_talent, 4),
    (_finance, 3),
    (_test_service, 2),
    (_course, 2),
)
NEEDS: Final[tuple[tuple[Maker, int], ...]] = (
    (_application, 60),
    (_challenge, 12),
    (_financing, 10),
    (_job, 12),
    (_test_request, 6),
)
