"""Scores how well an offer answers a need: named rules with points, each said in Chinese and English.

What must hold comes from the need's kind file (``[[match]]``): an offer that states otherwise is no match, one that
does not state it gets half the points. Beside that count how much of the need's words the offer has, whether it serves
the place, whether it delivers in time, and what buyers said of the supplier. Nothing else counts: neither where the
supplier is registered nor whether an offer is featured. A rule that has nothing to say of a pair is left out, and the
score is the share of the points that the others could give.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robotplus.portal.kinds import Kind
from robotplus.portal.kinds.kind import Label, MatchRule
from robotplus.portal.search.tokens import FULL, plain, tokens

HOLDS, WORDS, AREA, DELIVERY, REPUTATION, PROVEN = 40.0, 25.0, 15.0, 10.0, 10.0, 20.0
NEXT_DOOR = 0.4  # share of the points for serving another district of the same city
_NUMBERS = re.compile(r"\d{3,}")  # of standards: the letters of their publishers tell nothing
NOT_STATED = 0.5  # share of the points where an offer does not say
USUAL_STARS, USUAL_REVIEWS = 3.5, 5  # few reviews tell little: they are mixed with so many usual ones
QUICK_H, SLOW_H = 4.0, 72.0  # hours to a first answer that give all and none of its points
ENOUGH_WORDS = 0.6  # share of the need's information that gives all points


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's points out of how many, and why."""

    rule: str
    points: float
    of: float
    why: Label

    def to_document(self) -> dict[str, Any]:
        why = {"zh": self.why.zh, "en": self.why.en}
        return {"rule": self.rule, "points": round(self.points, 2), "of": self.of, "why": why}


@dataclass(frozen=True)
class Score:
    """0 to 100, with its reasons."""

    value: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Standing:
    """What buyers' reviews and the supplier's answers show; ``answer_h``: hours to a first answer, None: not known."""

    stars: float = 0.0
    reviews: int = 0
    answer_h: float | None = None


@dataclass(frozen=True)
class Asked:
    """A need as it is scored. ``areas``: its district and those above it; ``near``: those beside; empty: anywhere."""

    kind: Kind
    title: str
    values: Mapping[str, Any]
    areas: frozenset[str]
    near: frozenset[str]
    scenario: str
    today: dt.date


@dataclass(frozen=True)
class Offered:
    """An offer as it is scored. ``proven``: scenarios that its model is proven for; ``ratings``: of its model."""

    kind: Kind
    title: str
    values: Mapping[str, Any]
    standing: Standing = Standing()
    proven: frozenset[str] = frozenset()
    ratings: Mapping[str, float] | None = None


def score(need: Asked, offer: Offered, rarity: Mapping[str, float]) -> Score | None:
    """The score of a pair; None: something that must hold does not.

    Args:
        rarity: of each of the need's tokens, what is not named counts as much as the rarest.
    """
    held = [_attribute(rule, need, offer) for rule in need.kind.rules if _applies(rule, need, offer)]
    held += _rated(need, offer)
    if any(share is None for share, _why, _rule in held):
        return None
    each = HOLDS / max(len(held), 1)
    reasons = [
        Reason(f"attribute:{rule}", share * each, each, why) for share, why, rule in held if share is not None
    ]
    reasons.append(_words(need, offer, rarity))
    for reason in (_area(need, offer), _delivery(need, offer), _proven(need, offer)):
        if reason is not None:
            reasons.append(reason)
    reasons.append(_reputation(offer.standing))
    value = 100 * sum(r.points for r in reasons) / sum(r.of for r in reasons)
    return Score(round(value, 2), tuple(reasons))


Judged = tuple[float | None, Label, str]  # share of the points (None: it does not hold), why, the rule's name


def _applies(rule: MatchRule, need: Asked, offer: Offered) -> bool:
    """Whether the need says something and offers of this kind could."""
    known = {f.name for f in offer.kind.fields}
    return set(rule.offer) <= known and (not rule.need or need.values.get(rule.need) not in (None, "", []))


def _attribute(rule: MatchRule, need: Asked, offer: Offered) -> Judged:
    asked = need.values.get(rule.need)
    given = [offer.values.get(name) for name in rule.offer]
    label = need.kind.field(rule.need).label if rule.need else offer.kind.field(rule.offer[0]).label
    unit = need.kind.field(rule.need).unit if rule.need else ""
    name = rule.need or rule.offer[0]
    if all(g in (None, "", []) for g in given):
        return NOT_STATED, Label(f"{label.zh}：供给未说明", f"{label.en}: the offer does not say"), name
    share, said = _test(rule, asked, given, need.today)
    zh, en = (
        (f"{label.zh}：{said.zh}", f"{label.en}: {said.en}") if not unit else _with_unit(label, said, unit)
    )
    if share < 1 and rule.must:
        return None, Label(zh, en), name
    return share, Label(zh, en), name


def _with_unit(label: Label, said: Label, unit: str) -> tuple[str, str]:
    return f"{label.zh}（{unit}）：{said.zh}", f"{label.en} [{unit}]: {said.en}"


def _test(rule: MatchRule, asked: Any, given: Sequence[Any], today: dt.date) -> tuple[float, Label]:
    """The share of the points, and what was compared."""
    first = given[0]
    match rule.test:
        case "within":
            low, high = (-math.inf if first is None else first), (math.inf if given[1] is None else given[1])
            ok = low <= asked <= high
            span = f"{_number(low)}–{_number(high)}"
            return float(ok), Label(
                f"需要 {_number(asked)}，可提供 {span}", f"{_number(asked)} asked, {span} offered"
            )
        case "at_most":
            return float(asked <= first), _compared(asked, first)
        case "at_least":
            return float(asked >= first), _compared(asked, first)
        case "same":
            ok = asked == first
            return float(ok), Label("一致", "the same") if ok else Label("不一致", "not the same")
        case "codes":
            both = sorted(set(_NUMBERS.findall(str(asked))) & set(_NUMBERS.findall(str(first))))
            zh, en = "、".join(both), ", ".join(both)
            return float(bool(both)), (
                Label(f"都有 {zh}", f"both name {en}")
                if both
                else Label("没有相同的标准", "no standard in common")
            )
        case "words":
            shared = _shared(str(asked), str(first))
            found = "、".join(shared[:3])
            return float(bool(shared)), (
                Label(f"都有“{found}”", f"both name {', '.join(shared[:3])}")
                if shared
                else Label("没有共同的内容", "nothing in common")
            )
    return _by(asked, first, today)


def _by(asked: Any, given: Any, today: dt.date) -> tuple[float, Label]:
    """A lead time in days against the date wanted, or an offer's own date against today."""
    if isinstance(given, str):
        ok = dt.date.fromisoformat(given) >= today
        return float(ok), Label(f"{given} 前有效", f"valid until {given}")
    ready = today + dt.timedelta(days=float(given))
    ok = ready <= dt.date.fromisoformat(asked)
    return float(ok), Label(f"最早 {ready}，希望 {asked}", f"by {ready}, wanted by {asked}")


def _compared(asked: float, given: float) -> Label:
    a, g = _number(asked), _number(given)
    return Label(f"需要 {a}，可提供 {g}", f"{a} asked, {g} offered")


def _number(value: float) -> str:
    if math.isinf(value):
        return "∞"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def _shared(one: str, other: str) -> list[str]:
    """Words and concepts of full strength that two texts share, each once, longest first."""
    both = {t for t, s in tokens(one).items() if s == FULL} & {
        t for t, s in tokens(other).items() if s == FULL
    }
    return sorted((t.strip("=").replace("_", " ") for t in both), key=lambda t: (t.isascii(), -len(t), t))


def _rated(need: Asked, offer: Offered) -> list[Judged]:
    """What the need asks of a robot against the ratings of the offer's model: bounds that no proof can undo."""
    if offer.ratings is None:
        return []
    out: list[Judged] = []
    for field, rating, factor in (("payload_kg", "payload", 1.0), ("reach_mm", "reach", 1000.0)):
        asked = need.values.get(field)
        if asked is None or field not in {f.name for f in need.kind.fields}:
            continue
        label = need.kind.field(field).label
        if rating not in offer.ratings:
            why = Label(f"{label.zh}：型号资料未说明", f"{label.en}: the model's data do not say")
            out.append((NOT_STATED, why, field))
            continue
        has = offer.ratings[rating] * factor
        zh, en = _with_unit(label, _compared(asked, has), need.kind.field(field).unit)
        out.append((1.0 if asked <= has else None, Label(zh, en), field))
    return out


def _words(need: Asked, offer: Offered, rarity: Mapping[str, float]) -> Reason:
    """How much of the need's information the offer's words have."""
    text = _text(need.kind, need.title, need.values)
    asked = {t for t, s in tokens(text).items() if s == FULL}
    has = tokens(_text(offer.kind, offer.title, offer.values)).keys()
    rarest = max(rarity.values(), default=1.0)
    weights = {t: rarity.get(t, rarest) for t in asked}
    shared = sorted((t for t in asked if t in has), key=lambda t: (-weights[t], t))
    total = sum(weights.values())
    share = sum(weights[t] for t in shared) / total if total else 0.0
    written = plain(text)
    said = [t for t in shared if t in written] or [t.strip("=").replace("_", " ") for t in shared]
    named = said[:4]
    why = (
        Label(f"文字相近：{'、'.join(named)}", f"words in common: {', '.join(named)}")
        if named
        else Label("文字没有共同之处", "no words in common")
    )
    return Reason("words", WORDS * min(1.0, share / ENOUGH_WORDS), WORDS, why)


def _text(kind: Kind, title: str, values: Mapping[str, Any]) -> str:
    """Title and what was written in the fields; choices by their labels."""
    parts = [title]
    for f in kind.fields:
        value = values.get(f.name)
        if value in (None, "", []):
            continue
        if f.type in ("text", "prose"):
            parts.append(str(value))
        elif f.type in ("choice", "choices"):
            chosen = value if isinstance(value, list) else [value]
            parts += [f"{o.label.zh} {o.label.en}" for o in f.options if o.value in chosen]
    return "\n".join(parts)


def _area(need: Asked, offer: Offered) -> Reason | None:
    """Whether the offer serves the need's district, itself or by naming what it lies in."""
    fields = [f.name for f in offer.kind.fields if f.type == "areas"]
    if not need.areas or not fields:
        return None
    served = {code for name in fields for code in offer.values.get(name) or ()}
    if not served:
        return Reason(
            "area", AREA * NOT_STATED, AREA, Label("服务区域未说明", "the area served is not stated")
        )
    if served & need.areas:
        return Reason(
            "area", AREA, AREA, Label("服务区域包含需求所在地", "the need's place is in the area served")
        )
    if served & need.near:
        why = Label("服务同城其他区县", "serves other districts of the same city")
        return Reason("area", AREA * NEXT_DOOR, AREA, why)
    return Reason(
        "area", 0.0, AREA, Label("服务区域不含需求所在地", "the need's place is outside the area served")
    )


def _delivery(need: Asked, offer: Offered) -> Reason | None:
    """Lead time against the date wanted; without a date, sooner is better."""
    if "lead_time_d" not in {f.name for f in offer.kind.fields}:
        return None
    days = offer.values.get("lead_time_d")
    if days is None:
        return Reason(
            "delivery", DELIVERY * NOT_STATED, DELIVERY, Label("交货期未说明", "no lead time stated")
        )
    wanted = need.values.get("wanted_by") or need.values.get("deadline")
    if wanted:
        share, said = _by(wanted, days, need.today)
        return Reason(
            "delivery", DELIVERY * share, DELIVERY, Label(f"交付：{said.zh}", f"delivery: {said.en}")
        )
    share = max(0.0, 1 - float(days) / 180)
    return Reason(
        "delivery", DELIVERY * share, DELIVERY, Label(f"交货期 {days:g} 天", f"lead time {days:g} days")
    )


def _proven(need: Asked, offer: Offered) -> Reason | None:
    """Whether the offer's model is proven for the need's scenario; that it is not says nothing against it."""
    if not need.scenario or need.scenario not in offer.proven:
        return None
    why = Label(
        "该型号已有此场景参考案例的验证（E1）", "its model is proven for the scenario's reference case (E1)"
    )
    return Reason("proven", PROVEN, PROVEN, why)


def _reputation(standing: Standing) -> Reason:
    """Reviews drawn towards the usual while they are few, and how soon the supplier answers."""
    mean = (standing.stars * standing.reviews + USUAL_STARS * USUAL_REVIEWS) / (
        standing.reviews + USUAL_REVIEWS
    )
    stars = 0.7 * (mean - 1) / 4
    if standing.answer_h is None:
        quick, zh, en = 0.5, "答复时间尚无记录", "no record of how soon it answers"
    else:
        quick = min(1.0, max(0.0, (SLOW_H - standing.answer_h) / (SLOW_H - QUICK_H)))
        zh, en = (
            f"通常 {standing.answer_h:.0f} 小时内答复",
            f"usually answers within {standing.answer_h:.0f} h",
        )
    said = (
        Label(
            f"{standing.reviews} 条评价，平均 {standing.stars:.1f} 星；{zh}",
            f"{standing.reviews} reviews, {standing.stars:.1f} stars; {en}",
        )
        if standing.reviews
        else Label(f"尚无评价；{zh}", f"no reviews yet; {en}")
    )
    return Reason("reputation", REPUTATION * (stars + 0.3 * quick), REPUTATION, said)
