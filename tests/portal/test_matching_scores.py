"""Scores: what must hold, what counts and what never does, each with its reason in both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotplus.portal.kinds import kind, noun_kinds
from robotplus.portal.matches.scoring import Asked, Offered, Score, Standing, score
from robotplus.portal.search.tokens import tokens

TODAY = dt.date(2026, 11, 24)


def need(kind_id: str, title: str = "需求", **values: Any) -> Asked:
    areas = frozenset({"500106", "500000"})
    scenario = values.get("scenario", "")
    return Asked(kind(kind_id, "need"), title, values, areas, frozenset({"500113"}), scenario, TODAY)


def offer(
    kind_id: str, title: str = "供给", ratings: dict[str, float] | None = None, **values: Any
) -> Offered:
    return Offered(kind(kind_id, "offer"), title, values, ratings=ratings)


def points(found: Score | None, rule: str) -> float:
    assert found is not None
    return next(r.points / r.of for r in found.reasons if r.rule == rule)


@pytest.mark.parametrize(
    ("amount", "low", "high", "fits"),
    [
        (5e6, 1e6, 1e7, True),
        (1e6, 1e6, 1e7, True),
        (1e7, 1e6, 1e7, True),
        (9e5, 1e6, 1e7, False),
        (2e7, 1e6, 1e7, False),
    ],
)
def test_an_amount_must_lie_within_the_limits(amount: float, low: float, high: float, fits: bool) -> None:
    asked = need("financing", purpose="购置", amount=amount)
    found = score(asked, offer("finance", amount_min=low, amount_max=high), {})
    assert (found is not None) == fits
    if found is not None:
        why = next(r.why for r in found.reasons if r.rule == "attribute:amount")
        assert f"{amount:,.0f}" in why.zh and f"{amount:,.0f}" in why.en


def test_a_limit_on_one_side_alone_is_a_limit() -> None:
    asked = need("financing", purpose="购置", amount=5e6)
    assert score(asked, offer("finance", amount_min=6e6), {}) is None
    assert points(score(asked, offer("finance", amount_min=1e6), {}), "attribute:amount") == 1
    assert points(score(asked, offer("finance"), {}), "attribute:amount") == 0.5


DECIDED: tuple[tuple[str, dict[str, Any], str, dict[str, Any], bool], ...] = (
    (
        "test_request",
        {"standards": "GB/T 12642"},
        "test_service",
        {"standards": "ISO 9283、GB/T 12642"},
        True,
    ),
    ("test_request", {"standards": "GB/T 12642"}, "test_service", {"standards": "GB 11291"}, False),
    ("test_request", {"standards": "ISO 9283"}, "test_service", {"standards": "ISO 10218"}, False),
    ("test_request", {"payload_kg": 50.0}, "test_service", {"payload_max_kg": 20.0}, False),
    ("job", {"skill": "焊接机器人编程"}, "talent", {"skill": "机器人焊接编程"}, True),
    ("job", {"experience_years": 5.0}, "talent", {"experience_years": 6.0}, True),
    ("job", {"experience_years": 5.0}, "talent", {"experience_years": 3.0}, False),
    ("job", {"skill": "视觉算法"}, "talent", {"skill": "财务会计"}, False),
    ("technology_challenge", {"topic": "焊缝跟踪"}, "technology", {"topic": "视觉焊缝跟踪"}, True),
    ("technology_challenge", {"topic": "焊缝跟踪"}, "technology", {"topic": "数字孪生"}, False),
    ("financing", {"amount": 1e6}, "policy", {"valid_until": "2026-11-24"}, True),
    ("financing", {"amount": 1e6}, "policy", {"valid_until": "2026-11-23"}, False),
    ("application", {"scenario": "palletising"}, "solution", {"scenario": "arc_welding"}, False),
    ("application", {"takt_s": 12.0}, "solution", {"takt_s": 10.0}, True),
    ("application", {"takt_s": 12.0}, "solution", {"takt_s": 15.0}, False),
    ("application", {"payload_kg": 20.0}, "product", {"ratings": {"payload": 25.0}}, True),
    ("application", {"payload_kg": 20.0}, "product", {"ratings": {"payload": 12.0}}, False),
    ("application", {"reach_mm": 1800.0}, "product", {"ratings": {"reach": 1.7}}, False),
    ("application", {"reach_mm": 1800.0}, "product", {"ratings": {"reach": 1.85}}, True),
)


@pytest.mark.parametrize(("need_kind", "asked", "offer_kind", "given", "fits"), DECIDED)
def test_what_must_hold_decides(
    need_kind: str, asked: dict[str, Any], offer_kind: str, given: dict[str, Any], fits: bool
) -> None:
    assert (score(need(need_kind, **asked), offer(offer_kind, **given), {}) is not None) == fits


def test_place_and_delivery_count() -> None:
    asked = need("test_request", subject="臂", standards="ISO 9283", wanted_by="2026-12-24")
    base = offer("test_service", standards="ISO 9283", lead_time_d=20.0, service_areas=["500106"])
    here = score(asked, base, {})
    city = score(asked, replace(base, values={**base.values, "service_areas": ["500000"]}), {})
    beside = score(asked, replace(base, values={**base.values, "service_areas": ["500113"]}), {})
    away = score(asked, replace(base, values={**base.values, "service_areas": ["110000"]}), {})
    late = score(asked, replace(base, values={**base.values, "lead_time_d": 60.0}), {})
    assert here and city and beside and away and late
    assert here.value == city.value > beside.value > away.value and here.value > late.value


def test_rare_words_in_common_count_more() -> None:
    asked = need("cooperation", "合作", topic="水下机器人密封", wanted="伙伴")
    rarity = dict.fromkeys(tokens("合作 水下机器人密封 伙伴"), 1.0) | {"水下": 9.0, "密封": 9.0}
    close = score(asked, offer("technology", topic="水下密封"), rarity)
    far = score(asked, offer("technology", topic="机器人"), rarity)
    assert close and far and points(close, "words") > points(far, "words")


@given(stars=st.floats(1, 5), reviews=st.integers(1, 200), hours=st.floats(0.1, 500))
def test_reputation_grows_with_stars_and_quickness_and_newcomers_stand_in_the_middle(
    stars: float, reviews: int, hours: float
) -> None:
    asked = need("job", skill="编程")

    def value(standing: Standing) -> float:
        return points(
            score(asked, replace(offer("talent", skill="编程"), standing=standing), {}), "reputation"
        )

    this = value(Standing(stars, reviews, hours))
    assert 0 <= this <= 1
    assert value(Standing(min(5.0, stars + 0.5), reviews, hours)) >= this
    assert value(Standing(stars, reviews, hours / 2)) >= this
    assert value(Standing(1.0, 50, 500.0)) < value(Standing()) < value(Standing(5.0, 50, 1.0))


def test_a_proven_model_counts_for_its_scenario_alone() -> None:
    asked = need("application", scenario="palletising")
    plain = score(asked, offer("product"), {})
    proven = score(asked, replace(offer("product"), proven=frozenset({"palletising"})), {})
    other = score(asked, replace(offer("product"), proven=frozenset({"arc_welding"})), {})
    assert plain and proven and other and proven.value > plain.value == other.value


def test_every_score_adds_up_and_says_why_in_both_languages() -> None:
    asked = need("test_request", subject="臂", standards="ISO 9283", payload_kg=10.0, wanted_by="2027-01-01")
    found = score(
        asked, offer("test_service", standards="ISO 9283", payload_max_kg=20.0, lead_time_d=9.0), {}
    )
    assert found is not None
    total, most = sum(r.points for r in found.reasons), sum(r.of for r in found.reasons)
    assert found.value == pytest.approx(100 * total / most, abs=0.01)
    for reason in found.reasons:
        assert 0 <= reason.points <= reason.of and reason.why.zh and reason.why.en
        assert any("\u4e00" <= c <= "\u9fff" for c in reason.why.zh) and reason.why.en.isascii()


def test_rules_name_fields_that_offers_have() -> None:
    fields = {k.id: {f.name for f in k.fields} for k in noun_kinds("offer")}
    for of in noun_kinds("need"):
        for rule in of.rules:
            assert any(set(rule.offer) <= fields[k] for k in of.answers), (of.id, rule)
