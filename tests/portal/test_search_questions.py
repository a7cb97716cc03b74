"""Questions are read: figures with their sense and unit, concepts of both languages, type names as words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotplus.portal.kinds import noun_kinds
from robotplus.portal.search.parsing import Bound, read_question
from robotplus.portal.search.quantities import UNITS, in_unit, quantities, quantity_of_field
from robotplus.portal.search.synonyms import broader, concepts, find_concepts
from robotplus.portal.search.tokens import plain, query_tokens, term, tokens

INF = math.inf


@pytest.mark.parametrize(
    ("text", "bounds", "words"),
    [
        ("负载≥10公斤 码垛机器人", [("payload", 10, INF)], "码垛机器人"),
        ("payload >= 10 kg palletising", [("payload", 10, INF)], "palletising"),
        ("reach 1.8m 以上", [("reach", 1.8, INF)], ""),
        ("10-20kg 协作机器人", [("payload", 10, 20)], "协作机器人"),
        ("负载10到20公斤", [("payload", 10, 20)], ""),
        ("三米臂展", [("reach", 3, INF)], ""),
        ("臂展1800", [("reach", 1.8, INF)], ""),
        ("臂展 1800毫米 以上", [("reach", 1.8, INF)], ""),
        ("at least 20 kg payload cobot", [("payload", 20, INF)], "cobot"),
        ("节拍15秒以内 上下料", [("takt", -INF, 15)], "上下料"),
        ("十公斤左右的协作机器人", [("payload", 8, 12)], "的协作机器人"),
        ("七轴机器人", [("axes", 7, 7)], "机器人"),
        ("７-axis robot", [("axes", 7, 7)], "robot"),
        ("重复定位精度 0.02mm", [("repeatability", -INF, 0.02)], ""),
        ("500万 贷款", [("amount", 5e6, INF)], "贷款"),
        ("交期30天以内", [("lead_time", -INF, 30)], ""),
        ("质保2年", [("warranty", 24, INF)], ""),
        ("负载2吨以上", [("payload", 2000, INF)], ""),
        ("payload over 100 kg and reach 2.5 m", [("payload", 100, INF), ("reach", 2.5, INF)], "and"),
        ("KR 10 R1100", [], "kr 10 r1100"),
        ("FANUC M-20iD/25", [], "fanuc m-20id/25"),
        ("R-2000iC/165F", [], "r-2000ic/165f"),
        ("GB/T 12642 检测", [], "gb/t 12642 检测"),
    ],
)
def test_figures_become_bounds_and_the_rest_words(
    text: str, bounds: list[tuple[str, float, float]], words: str
) -> None:
    found = read_question(text)
    assert [b.quantity for b in found.bounds] == [b[0] for b in bounds]
    for bound, (_name, low, high) in zip(found.bounds, bounds, strict=True):
        assert bound.low == pytest.approx(low) and bound.high == pytest.approx(high)
    assert found.words == words


@given(
    value=st.integers(1, 5000).map(lambda n: n / 10),
    unit=st.sampled_from(["kg", "公斤", "千克"]),
    name=st.sampled_from(["负载", "payload", "有效负载", ""]),
    sign=st.sampled_from(
        [("≥", "least"), ("至少", "least"), ("不超过", "most"), ("at most ", "most"), ("", "least")]
    ),
)
def test_a_payload_is_read_however_it_is_put(
    value: float, unit: str, name: str, sign: tuple[str, str]
) -> None:
    text = f"{name} {sign[0]}{value}{unit}" if name else f"{sign[0]}{value}{unit}"
    (bound,) = read_question(text).bounds
    low, high = (value, INF) if sign[1] == "least" else (-INF, value)
    assert bound == Bound("payload", low, high)


@given(st.text(max_size=300))
def test_whatever_is_typed_can_be_read(text: str) -> None:
    found = read_question(text)
    assert all(b.low <= b.high for b in found.bounds)
    assert all(0 <= term(t) < 2**63 for t in found.tokens)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("弧焊", "arc welding"),
        ("码垛", "palletizing"),
        ("cobots", "协作机器人"),
        ("发那科", "FANUC"),
        ("Stäubli", "史陶比尔"),
        ("揭榜挂帅", "technology challenge"),
        ("Ｍ－２０ｉＤ", "m20id"),
        ("KR10 R1100", "kr 10 r1100"),
    ],
)
def test_two_ways_to_say_a_thing_share_a_strong_token(one: str, other: str) -> None:
    shared = tokens(one).keys() & query_tokens(other).keys()
    assert any(tokens(one)[t] == 2 for t in shared)


def test_a_broader_word_finds_the_narrower_and_not_the_other_way_at_full_strength() -> None:
    assert "=welding" in tokens("弧焊") and "=arc_welding" not in tokens("焊接")
    assert tokens("弧焊")["=welding"] < tokens("焊接")["=welding"]


def test_every_concept_is_found_by_each_of_its_words() -> None:
    for concept in concepts().values():
        assert len(list(broader(concept.name))) < 5
        for word in concept.words:
            assert concept.name in [name for name, _span in find_concepts(plain(word))], word


def test_every_number_of_a_kind_is_a_quantity_in_its_unit() -> None:
    for noun in ("offer", "need"):
        for kind in noun_kinds(noun):
            for field in kind.fields:
                name, factor = quantity_of_field(field.name)
                if field.type == "number" and name in quantities():
                    unit = (
                        {"mm": "m", "": "axis"}.get(field.unit, field.unit)
                        if name != "repeatability"
                        else "mm"
                    )
                    assert unit == quantities()[name].unit, (kind.id, field.name)
                    assert factor == (1e-3 if field.unit == "mm" and name == "reach" else 1)


def test_units_are_converted_only_within_a_dimension() -> None:
    assert in_unit(1500, "mm", quantities()["reach"]) == pytest.approx(1.5)
    assert in_unit(0.02, "mm", quantities()["repeatability"]) == pytest.approx(0.02)
    assert in_unit(2, "kg", quantities()["reach"]) is None
    assert all(factor > 0 for _unit, factor in UNITS.values())
