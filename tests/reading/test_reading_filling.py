"""From figures to a need: read, derived or from the reference case; what is missing; what contradicts."""

from __future__ import annotations

import math
import tomllib
from typing import Any

import pytest

from robotplus.reading import read
from robotplus.reading.asking import asks
from robotplus.reading.contradicting import contradictions
from robotplus.reading.deriving import takt_s
from robotplus.reading.filling import Filled, Filling, fill, library_scenario
from robotplus.reading.needfile import need_toml
from robotplus.reading.recognising import profiles
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.library import scenarios

SEATS = "我们想给座椅骨架做弧焊，焊枪3.5公斤，25秒一件，三班倒，场地3米见方，预算四十万，最好先租半年试试"


def filled(text: str) -> dict[str, Filled]:
    return {f.number.name: f for f in task(text).numbers}


def task(text: str) -> Filling:
    filling = fill(read(text))
    assert filling is not None
    return filling


def test_a_sentence_becomes_a_need_that_the_engine_reads() -> None:
    filling = task(SEATS)
    origins = {f.number.name: f.origin for f in filling.numbers}
    assert filling.scenario.id == "arc_welding"
    assert {name for name, origin in origins.items() if origin == "read"} == {"torch_mass_kg", "takt_s"}
    document: dict[str, Any] = tomllib.loads(need_toml(filling))
    assert document["numbers"] == {"torch_mass_kg": 3.5, "takt_s": 25}
    assert need_from_document(document).document["requirements"]["takt_s"] == 25
    assert need_from_document(filling.to_need("seats", "Seats")).document["requirements"]["takt_s"] == 25


def test_every_recognised_scenario_has_its_built_in_one() -> None:
    assert {p.library for p in profiles()} == {s.id for s in scenarios()}
    assert len(profiles()) == len({p.id for p in profiles()})
    for profile in profiles():
        assert library_scenario(profile.id).id == profile.library


def test_every_rule_of_filling_names_a_number_of_its_scenario() -> None:
    from robotplus.reading.filling import _rules

    for scenario_id, rules in _rules().items():
        scenario = next(s for s in scenarios() if s.id == scenario_id)
        assert set(rules) <= {n.name for n in scenario.numbers}


def test_requirements_besides_the_numbers() -> None:
    text = "喷漆喷涂机器人，防爆zone 1，防护等级IP65，环境温度5~40℃，重复定位精度±0.1mm"
    assert task(text).requirements == {
        "explosion_zone": "zone 1",
        "ip": "IP65",
        "temperature_c": [5.0, 40.0],
        "repeatability_mm": 0.1,
    }


def test_a_takt_from_an_hourly_rate() -> None:
    takt = filled("码垛，纸箱每箱12kg，每小时600箱")["takt_per_case_s"]
    assert (takt.origin, takt.value) == ("derived", 6.0)
    assert filled("码垛，纸箱每箱12kg")["case_mass_kg"].value == 12


def test_a_takt_from_a_year() -> None:
    derived = takt_s(read("装配纲领:5万/年;251天;双班;开动率85%").figures)
    assert derived is not None
    assert math.isclose(derived.value, 251 * 2 * 8 * 3600 * 0.85 / 50_000)
    assert "eight hours a shift assumed" in derived.how
    ten = takt_s(read("装配线年产5万件，全年工作251天，2班制，每班10小时，开动率85%").figures)
    assert ten is not None
    assert math.isclose(ten.value, 251 * 2 * 10 * 3600 * 0.85 / 50_000)


@pytest.mark.parametrize("text", ["分拣每小时3吨", "年产5万件", "产能每天690套", "没有数"])
def test_no_takt_is_made_of_too_little(text: str) -> None:
    assert takt_s(read(text).figures) is None


def test_what_lies_outside_a_number_is_shown_and_not_used() -> None:
    torch = filled("弧焊，焊枪350公斤")["torch_mass_kg"]
    assert (torch.origin, torch.value, torch.refused) == ("reference", 3.5, 350)


def test_what_another_role_says_is_not_used() -> None:
    assert filled("弧焊，目前人工焊一件要50秒")["takt_s"].origin == "reference"


def test_asks_leave_out_what_was_read_and_begin_with_what_decides() -> None:
    reading = read(SEATS)
    names = [ask.name for ask in asks(reading)]
    assert set(names) == {f.number.name for f in task(SEATS).numbers if f.origin == "reference"}
    assert names.index("seam_length_mm") < names.index("work_angle_deg")
    assert [ask.name for ask in asks(read("弧焊"))].index("takt_s") == 0


def test_asks_of_what_cannot_be_proven_yet_are_its_questions() -> None:
    reading = read("虾塘无人船投饵")
    assert reading.scenario == "agr_feeding"
    assert fill(reading) is None
    assert {ask.name for ask in asks(reading)} <= {q.name for q in library_scenario("agr_feeding").questions}
    assert asks(reading)


def test_nothing_recognised_asks_nothing() -> None:
    reading = read("你好")
    assert (reading.scenario, reading.runner_up, reading.figures) == (None, None, ())
    assert fill(reading) is None
    assert asks(reading) == ()


def test_contradictions_are_marked_and_agreement_is_not() -> None:
    pairs = contradictions(read("机器人额定负载≥20kg。附表：额定负载10kg。").figures)
    assert [(c.field, c.first.value, c.second.value) for c in pairs] == [("payload_kg", 20, 10)]
    for text in (
        "负载≥20kg，负载25kg",
        "自重≤300kg；自重250kg",
        "负载500~600kg，负载550kg",
        "速度1m/s，速度2m/s",
    ):
        assert contradictions(read(text).figures) == ()
