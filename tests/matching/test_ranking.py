"""The tightest margin is the smallest one planted; the order's keys sort as they say."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotplus.certificates.certificate import Certificate, Premise
from robotplus.errors import InputError
from robotplus.matching.answer import Answer
from robotplus.matching.order import (
    DEFAULT_ORDER,
    KEYS,
    OVERSIZED_WEIGHS,
    open_questions,
    oversized,
    payload_class,
    read_order,
    sort_key,
)
from robotplus.matching.ranking import rank, tightest
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Figure, Robot

PLENTY = {
    "takt_s": 1e6,
    "min_clearance_m": 1.0,
    "joint_range_used": 0.2,
    "payload_used": 0.2,
    "wrist_moment_used": 0.2,
    "wrist_inertia_used": 0.2,
}


@pytest.mark.parametrize(
    ("planted", "en", "zh"),
    [
        (
            {"takt_s": 20.0, "cycle_time_s": {"low": 1, "nominal": 2, "high": 19.8}},
            "takt: 0.20 s of 20 s",
            "0.20 s",
        ),
        ({"min_clearance_m": 0.0021}, "clearance: 0.1 mm above 2 mm", "多 0.1 mm"),
        ({"joint_range_used": 0.985}, "joint range: 1.5% left", "关节行程：余 1.5%"),
        ({"payload_used": 0.99}, "payload: 1.0% left", "负载：余 1.0%"),
        ({"wrist_moment_used": 0.98}, "wrist moment: 2.0% left", "腕部力矩"),
        ({"wrist_inertia_used": 0.97}, "wrist inertia: 3.0% left", "腕部惯量"),
    ],
)
def test_the_tightest_margin_is_named(planted: dict[str, Any], en: str, zh: str, answered: Answer) -> None:
    s = answered.solutions[0]
    asked = answered.need.program.requirements
    assert asked.tool_clearance == 0.002
    claims = {**s.certificate.claims, **PLENTY, **planted}
    said = tightest(s.robot, dataclasses.replace(s.certificate, claims=claims), asked)
    assert said[0].startswith(en) and zh in said[1]


def test_joint_speed_counts_on_strokes_only(answered: Answer) -> None:
    s = answered.solutions[0]
    strokes = [
        dataclasses.replace(m, qd=m.qd + 0.97 * s.robot.joints[0].velocity) if m.kind == "stroke" else m  # type: ignore[operator]
        for m in s.certificate.moves
    ]
    fast = dataclasses.replace(s.certificate, claims={**s.certificate.claims, **PLENTY}, moves=tuple(strokes))
    asked = answered.need.program.requirements
    assert tightest(s.robot, fast, asked)[0].startswith("joint speed on strokes")
    calm = dataclasses.replace(fast, moves=tuple(m for m in strokes if m.kind == "travel"))
    assert not tightest(s.robot, calm, asked)[0].startswith("joint speed")


def test_earlier_keys_outweigh_later_ones(answered: Answer) -> None:
    s = answered.solutions[0]
    worse = dataclasses.replace(s.certificate, verdict="proven_if_confirmed", claims={**s.certificate.claims})
    better = dataclasses.replace(
        s.certificate, verdict="proven", claims={**s.certificate.claims, "min_clearance_m": 0.0}
    )
    assert rank([(s.robot, worse), (s.robot, better)], DEFAULT_ORDER)[0][1] is better
    assert rank([(s.robot, worse), (s.robot, better)], ("clearance",))[0][1] is worse


def test_every_key_is_a_number_for_every_solution(answered: Answer) -> None:
    for s in answered.solutions:
        key = sort_key(s.robot, s.certificate, order=tuple(KEYS))
        assert all(isinstance(v, (int, float)) for v in key[:-1]) and key[-1] == s.robot.id


def candidate(
    answered: Answer, *, rated: float, load: float, ask: tuple[str, ...]
) -> tuple[Robot, Certificate]:
    """A robot of a rating [kg] under a load [kg], proven but for the figures to be confirmed."""
    first = answered.solutions[0]
    robot = dataclasses.replace(first.robot, payload_kg=Figure(rated, "data sheet", "high"))
    asked = tuple(Premise(name, 1.0, "data sheet, from memory", "medium", True) for name in ask)
    certificate = dataclasses.replace(
        first.certificate,
        claims={**first.certificate.claims, "payload_used": load / rated},
        premises=asked,
        not_shown=(),
        verdict="proven_if_confirmed" if ask else "proven",
    )
    return robot, certificate


def test_figures_of_one_page_are_one_question(answered: Answer) -> None:
    def count(*ask: str, unstated: tuple[str, ...] = ()) -> int:
        _, certificate = candidate(answered, rated=10, load=5, ask=ask)
        entries = tuple({"what": what, "detail": "", "demand": None} for what in (*unstated, "self_pair"))
        return open_questions(dataclasses.replace(certificate, not_shown=entries))

    assert count() == 0
    assert count("payload_kg", "wrist_moment_nm", "wrist_inertia_kgm2") == 1
    assert count("payload_kg", unstated=("wrist_moment", "wrist_inertia")) == 1
    assert count("payload_kg", "repeatability_mm") == count("payload_kg", unstated=("repeatability",)) == 2
    assert count("velocity", "limits", "geometry") == 2


@pytest.mark.parametrize("ask", [("payload_kg",), ("payload_kg", "wrist_moment_nm"), ("velocity",)])
def test_one_question_does_not_rank_a_robot_of_ten_times_the_size_first(
    answered: Answer, ask: tuple[str, ...]
) -> None:
    fit = candidate(answered, rated=7, load=5, ask=ask)
    huge = candidate(answered, rated=165, load=5, ask=())
    apt = candidate(answered, rated=12, load=5, ask=())
    assert rank([huge, fit, apt], DEFAULT_ORDER) == [apt, fit, huge]
    doubtful = candidate(answered, rated=7, load=5, ask=("payload_kg", "repeatability_mm", "velocity"))
    assert rank([doubtful, huge], DEFAULT_ORDER) == [huge, doubtful]


@given(st.floats(0.1, 300), st.floats(1, 1000))
def test_oversized_is_ten_times_the_load_but_never_small(load: float, rated: float) -> None:
    certificate = Certificate.__new__(Certificate)
    object.__setattr__(certificate, "claims", {"payload_used": load / rated})
    robot = Robot.__new__(Robot)
    object.__setattr__(robot, "payload_kg", Figure(rated, "", "high"))
    assert oversized(robot, certificate) == (rated > 20 and load / rated * 10 < 1)
    assert OVERSIZED_WEIGHS > 1


def test_payload_classes_grow_with_the_payload(few: Catalogue) -> None:
    rated = sorted((r for r in few.values() if r.payload_kg), key=lambda r: r.payload_kg.value)  # type: ignore[union-attr]
    classes = [payload_class(r) for r in rated]
    assert classes == sorted(classes) and len(set(classes)) > 3


@given(st.lists(st.sampled_from(sorted(KEYS)), unique=True, min_size=1))
def test_an_order_reads_as_it_is_written(names: list[str]) -> None:
    assert read_order(", ".join(names)) == tuple(names)


@pytest.mark.parametrize("text", ["", "price", "verdict,,mass", "mass,mass"])
def test_a_wrong_order_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_order(text)
