"""What invented offers and needs are made of: a function for each kind, drawing from words and records."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.models import Area
from robotplus.portal.kinds import kind
from robotplus.portal.parties.models import Organisation
from robotplus.scenarios.library import scenarios

FIELDS: Final = ("manufacturing", "agriculture", "construction", "public_service", "special")


@dataclass(frozen=True)
class Ground:
    """What the inventions draw from."""

    words: dict[str, list[str]]
    organisations: Sequence[Organisation]
    robots: Sequence[Model]
    areas: Sequence[Area]
    scenarios: Sequence[str]


Maker = Callable[[random.Random, Ground], tuple[str, str, dict[str, Any]]]  # kind, title, values


def common(dice: random.Random, ground: Ground, kind_id: str) -> dict[str, Any]:
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
