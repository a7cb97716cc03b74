"""What is refused before any search: the reason, its figures, and a witness or a question, never both."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proving_cases import CATALOGUE, handling_need, seam_need

from robotplus.certificates.certificate import Certificate, Refusal
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.checking import check_refusal, ratings
from robotplus.proving import gates, make_context, prove
from robotplus.robots.model import Figure, Joint, Robot

ROBOT = CATALOGUE["yaskawa_ar2010"]
SHEET, MEMORY = "data sheet", "data sheet, from memory"


def sure(**figures: Any) -> Robot:
    """The robot with figures that need no confirmation."""
    known = {name: Figure(value, SHEET, "high") for name, value in figures.items()}
    return dataclasses.replace(ROBOT, **known)


def joint_without(field: str) -> tuple[Joint, ...]:
    first: Any = dataclasses.replace(ROBOT.joints[0], **{field: None})
    return (first, *ROBOT.joints[1:])


def shapeless() -> Robot:
    links = (*ROBOT.links[:2], dataclasses.replace(ROBOT.links[2], boxes=None), *ROBOT.links[3:])
    return dataclasses.replace(ROBOT, links=links)


def less(**fields: Any) -> Robot:
    return dataclasses.replace(sure(payload_kg=12.0), **fields)


MISSING: list[tuple[str, Robot, dict[str, Any]]] = [
    ("data_limits", less(joints=joint_without("upper")), {}),
    ("data_velocity", less(joints=joint_without("velocity")), {}),
    ("data_velocity", less(velocity=Figure("placeholder", SHEET, "high")), {}),
    ("data_velocity", less(velocity=None), {}),
    ("data_shape", shapeless(), {}),
    ("data_payload", less(payload_kg=None), {}),
    ("data_environment", less(ip=None), {"requirements__ip": "IP54"}),
    ("data_environment", less(explosion_zone=None), {"requirements__explosion_zone": "zone 1"}),
    ("data_environment", less(temperature_c=None), {"requirements__temperature_c": [5.0, 40.0]}),
    ("data_repeatability", less(repeatability_mm=None), {"requirements__repeatability_mm": 0.1}),
    ("data_mounting", less(mounting=None), {"base__mounting": "ceiling", "base__heights_mm": [2500.0]}),
]


@pytest.mark.parametrize(("constraint", "robot", "asked"), MISSING)
def test_what_is_not_known_is_asked_for(constraint: str, robot: Robot, asked: dict[str, Any]) -> None:
    need = seam_need(**asked)
    result = prove(need, robot)
    assert isinstance(result, Refusal)
    assert (result.verdict, result.constraint) == ("unknown", constraint)
    assert robot.model in result.question_en and robot.model in result.question_zh
    assert result.witness is None and result.constraint in CONSTRAINTS
    assert check_refusal(result, robot, need).holds


def test_the_shapeless_link_is_named() -> None:
    result = prove(seam_need(), shapeless())
    assert isinstance(result, Refusal) and result.where == ROBOT.links[2].name


SHORT: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("payload", "payload_kg", 0.9, {}),
    ("repeatability", "repeatability_mm", 1.2, {}),
    ("repeatability", "repeatability_mm", 0.2, {"requirements__repeatability_mm": 0.1}),
    ("ip", "ip", "IP54", {"requirements__ip": "IP65"}),
    ("ip", "ip", "IP6X", {"requirements__ip": "IP61"}),
    ("explosion_zone", "explosion_zone", "zone 2", {"requirements__explosion_zone": "zone 1"}),
    ("explosion_zone", "explosion_zone", "zone 21", {"requirements__explosion_zone": "zone 1"}),
    ("temperature", "temperature_c", (5.0, 40.0), {"requirements__temperature_c": [0.0, 30.0]}),
    ("temperature", "temperature_c", (5.0, 40.0), {"requirements__temperature_c": [10.0, 45.0]}),
    ("mounting", "mounting", ("floor",), {"base__mounting": "wall", "base__heights_mm": [900.0]}),
]


@pytest.mark.parametrize(("constraint", "figure", "value", "asked"), SHORT)
def test_a_rating_that_is_short_is_a_witness_only_when_it_is_sure(
    constraint: str, figure: str, value: Any, asked: dict[str, Any]
) -> None:
    need = seam_need(**asked)
    robot = dataclasses.replace(sure(payload_kg=12.0), **{figure: Figure(value, SHEET, "high")})
    result = prove(need, robot)
    assert isinstance(result, Refusal)
    assert (result.verdict, result.constraint) == ("impossible", constraint)
    assert result.witness == {"kind": "rating", "figure": figure} and not result.question_en
    assert result.needed is not None and result.available is not None
    assert result.shortfall is None or result.shortfall > 0
    assert check_refusal(result, robot, need).holds

    for source, confidence in ((MEMORY, "medium"), (SHEET, "low")):
        doubtful = dataclasses.replace(robot, **{figure: Figure(value, source, confidence)})  # type: ignore[arg-type]
        result = prove(need, doubtful)
        assert isinstance(result, Refusal)
        assert (result.verdict, result.constraint) == ("unknown", constraint)
        assert result.witness is None and result.question_en and result.question_zh
        assert check_refusal(result, doubtful, need).holds


def test_the_part_counts_towards_the_load() -> None:
    """The gripper weighs 0.8 kg and the block 0.4 kg."""
    result = prove(handling_need(), sure(payload_kg=1.0))
    assert isinstance(result, Refusal) and result.constraint == "payload"
    assert (result.needed, result.available) == (pytest.approx(1.2), 1.0)
    assert result.shortfall == pytest.approx(0.2)


def test_no_motion_beats_the_takt() -> None:
    """200 mm at 25 mm/s at most take 8 s; 1 mm of tolerance at either end may be left out."""
    for takt, refused in ((7.9, True), (7.95, False)):
        need = seam_need(requirements__takt_s=takt)
        result = prove(need, sure(payload_kg=12.0))
        early = isinstance(result, Refusal) and result.verdict == "impossible"
        assert early is refused
        if isinstance(result, Refusal) and early:
            assert result.constraint == "takt" and result.witness == {"kind": "takt"}
            assert result.available == pytest.approx(198 / 25) and check_refusal(result, ROBOT, need).status
            assert check_refusal(result, sure(payload_kg=12.0), need).holds


def test_a_takt_inside_the_interval_asks_for_the_accelerations() -> None:
    robot = sure(payload_kg=12.0)
    free = prove(seam_need(), robot)
    assert isinstance(free, Certificate)
    cycle = free.claims["cycle_time_s"]
    assert cycle["low"] < cycle["nominal"] < cycle["high"]
    seen = set()
    for takt in (cycle["high"] + 0.05, (cycle["low"] + cycle["high"]) / 2, cycle["low"] - 0.05):
        result = prove(seam_need(requirements__takt_s=takt), robot)
        if isinstance(result, Certificate):
            assert result.claims["takt_s"] == takt >= result.claims["cycle_time_s"]["high"]
            seen.add("met")
        else:
            seen.add(f"{result.verdict} {result.constraint}")
            assert bool(result.question_en) == (result.constraint == "cycle_interval")
    assert seen == {"met", "unknown cycle_interval", "not_found takt"}


def test_figures_to_confirm_are_premises() -> None:
    """Nothing decides quietly: what suffices from memory is a premise with its question."""
    need = seam_need(requirements__ip="IP54")
    robot = dataclasses.replace(
        sure(ip="IP67", velocity="data", limits="data", repeatability_mm=0.05, payload_kg=12.0),
        geometry_confidence="high",
        wrist_moment_nm=None,
        wrist_inertia_kgm2=None,
    )
    certificate = prove(need, robot)
    assert isinstance(certificate, Certificate)
    assert certificate.verdict == "proven", [q.name for q in certificate.premises if q.confirm]
    for name, value in (("payload_kg", 12.0), ("repeatability_mm", 0.05), ("ip", "IP67")):
        doubtful = dataclasses.replace(robot, **{name: Figure(value, MEMORY, "medium")})
        certificate = prove(need, doubtful)
        assert isinstance(certificate, Certificate)
        assert certificate.verdict == "proven_if_confirmed"
        (premise,) = [q for q in certificate.premises if q.confirm]
        assert premise.name == name and premise.value == value
        assert robot.model in premise.question_en and robot.model in premise.question_zh


def test_a_wrist_rating_from_memory_that_is_short_is_asked_for() -> None:
    free = dataclasses.replace(sure(payload_kg=12.0), wrist_moment_nm=None, wrist_inertia_kgm2=None)
    certificate = prove(seam_need(), free)
    assert isinstance(certificate, Certificate)
    demands = {n["what"]: n["demand"] for n in certificate.not_shown}
    for name, field in (("wrist_moment", "wrist_moment_nm"), ("wrist_inertia", "wrist_inertia_kgm2")):
        for share, source in ((0.5, SHEET), (0.5, MEMORY), (2.0, MEMORY), (2.0, SHEET)):
            rating = tuple(share * max(float(v), 1e-3) for v in demands[name])
            figure: Any = Figure(rating, source, "high" if source == SHEET else "medium")
            result = prove(seam_need(), dataclasses.replace(free, **{field: figure}))
            if share > 1:
                assert isinstance(result, Certificate)
                assert 0 < result.claims[f"{name}_used"] <= 1
                asked = [q.name for q in result.premises if q.confirm]
                assert (field in asked) == (source == MEMORY)
                continue
            assert isinstance(result, Refusal) and result.constraint == name
            assert result.verdict == ("unknown" if source == MEMORY else "not_found")
            assert bool(result.question_en) == (source == MEMORY)
            assert result.shortfall is not None and result.shortfall > 0


def test_the_checker_agrees_on_every_refusal_of_the_gates() -> None:
    """Over the whole catalogue, for a need that asks much."""
    need = seam_need(
        tool__mass_kg=9.0,
        requirements__ip="IP65",
        requirements__repeatability_mm=0.04,
        requirements__temperature_c=[5.0, 40.0],
    )
    context = make_context(need)
    seen = set()
    for robot in CATALOGUE.values():
        refused = gates.missing_data(robot, context) or gates.rating_short(robot, context)
        if refused is not None:
            verdict = check_refusal(refused, robot, need)
            assert verdict.holds, (robot.id, verdict.reasons)
            seen.add((refused.verdict, refused.constraint))
    assert len(seen) >= 4, seen


CODES = st.one_of(
    st.from_regex(r"\AIP ?[0-9X][0-9X]K?\Z"), st.sampled_from(["", "none", "IP", "IP6", "NEMA 4"])
)
ZONES = st.sampled_from(["zone 0", "zone 1", "Zone 2", "zone 20", "21", "zone 22", "", "none", "ATEX zone 1"])


@given(CODES, CODES)
def test_prover_and_checker_read_ip_codes_alike(rated: str, needed: str) -> None:
    assert gates.ip_covers(rated, needed) == ratings.ip_covers(rated, needed)


@given(ZONES, ZONES)
def test_prover_and_checker_read_zones_alike(rated: str, needed: str) -> None:
    assert gates.zone_covers(rated, needed) == ratings.zone_covers(rated, needed)


def test_every_reason_of_the_gates_is_a_documented_constraint() -> None:
    named = {constraint for constraint, *_ in MISSING} | {constraint for constraint, *_ in SHORT}
    assert named <= set(CONSTRAINTS)
    data = {name for name in CONSTRAINTS if name.startswith("data_")}
    assert data - {"data_machine"} == {constraint for constraint, *_ in MISSING}  # that one is of plans
