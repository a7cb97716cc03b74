"""The plan's five fields are all there; those without a task family keep their facts and prove nothing."""

from __future__ import annotations

import re

import pytest

from robotplus.errors import NeedError
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.library import FIELDS, Scenario, scenarios

PLAN = {  # sections 2 (1) to (5) of the plan; in public service the last five are robots that it names
    "manufacturing": "智能检测 装配 搬运 焊接 喷涂",
    "agriculture": "投放 收获 分拣 清污 消毒 生产环境监测 农产品初加工",
    "construction": "混凝土摊铺 路面与楼地面整平 墙板安装 装饰装修 测量测绘 管道修补 地面铺装",
    "public_service": "移动平台 智能发育 多媒体识别与理解 自动诊疗 精准定位 辅助医疗 康养照护 "
    "教学 解说 手术 养老康复 残障辅助",
    "special": "应急救援 地质探测 电厂巡检 无人运输 城市巡逻",
}
WAITING = [s for s in scenarios() if not s.family]
SUFFIX = {"%": "pct", "°C": "c", "dB": "db"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMES = re.compile(r"[A-Z0-9/., -]+|H7/g6")  # a standard, a fit or a degree of protection reads alike in both


def figures(text: str) -> set[float]:
    """The figures of a sentence, without those of units such as m2."""
    return {float(n) for n in re.findall(r"(?<!m)\d+(?:\.\d+)?", text)}


def test_every_scenario_of_the_plan_is_there_under_its_own_word() -> None:
    found = {f: {s.plan_name for s in scenarios() if s.field == f} for f in FIELDS}
    assert found == {field: set(names.split()) for field, names in PLAN.items()}
    assert len(WAITING) == 31 and len({s.id for s in scenarios()}) == len(scenarios()) == 38
    assert {s.field for s in WAITING} == set(FIELDS) - {"manufacturing"}


@pytest.mark.parametrize("scenario", WAITING, ids=lambda s: s.id)
def test_a_scenario_without_family_asks_and_proves_nothing(scenario: Scenario) -> None:
    assert (scenario.layout, scenario.numbers) == ("", ())
    need = {"id": "x", "title_en": "x", "scenario": scenario.id}
    with pytest.raises(NeedError, match=r"no task family yet.*尚不能证明") as caught:
        need_from_document(need, "need.toml")
    assert "\n" not in str(caught.value) and caught.value.where == "need.toml: scenario"
    assert 5 <= len(scenario.questions) <= 8
    assert len({q.name for q in scenario.questions}) == len(scenario.questions)
    for q in scenario.questions:
        unit = SUFFIX.get(q.unit, q.unit).replace("/", "_").lower()
        assert not unit or q.name.endswith(f"_{unit}"), q.name
        assert q.low < q.high and q.label_en and CHINESE.search(q.label_zh)
        assert q.default is None or q.low <= q.default <= q.high, q.name
        assert not q.whole or q.default is None or q.default == int(q.default)


@pytest.mark.parametrize("scenario", WAITING, ids=lambda s: s.id)
def test_a_default_is_a_figure_of_a_case_and_never_an_assumption(scenario: Scenario) -> None:
    given = [q for q in scenario.questions if q.default is not None]
    assert given
    for q in given:
        assert q.source and not re.search("assum|no reference case", q.source), q.name
    for q in scenario.questions:
        assert (
            q.default is not None
            or "no reference case" in q.source
            or re.search("reading|memory|over|hand", q.source)
        )


@pytest.mark.parametrize("scenario", WAITING, ids=lambda s: s.id)
def test_a_scenario_without_family_keeps_its_facts(scenario: Scenario) -> None:
    assert 3 <= len(scenario.cases) <= 5 and len({c.title for c in scenario.cases}) == len(scenario.cases)
    assert all(c.source and c.where and c.evidence and c.numbers for c in scenario.cases)
    assert 3 <= len(scenario.indicators) <= 6
    for k in scenario.indicators:
        assert k.source and k.basis and k.direction in ("higher", "lower", "target")
        assert k.typical[0] <= k.typical[1]
    assert all(re.search("memory|retrieved|cited", s) for s in scenario.standards if "no mandatory" not in s)
    assert scenario.credentials and all(
        re.search("named in|to be confirmed", c) for c in scenario.credentials
    )
    assert any(re.match("data grade [ABC]: ", n) for n in scenario.notes)
    assert any(n.startswith("Kind of work: ") for n in scenario.notes)
    assert scenario.human_baseline


@pytest.mark.parametrize("scenario", WAITING, ids=lambda s: s.id)
def test_every_sentence_is_there_in_chinese(scenario: Scenario) -> None:
    lists = (scenario.constraints, scenario.credentials, scenario.standards, scenario.notes)
    texts = {t for found in lists for t in found} | {scenario.human_baseline} - {"none found"}
    assert texts <= scenario.chinese.keys()
    for en in texts:
        zh = scenario.chinese[en]
        assert ("memory" in en) == ("凭记忆" in zh), (en, zh)
        assert figures(en) == figures(zh), (en, zh)


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.id)
def test_where_a_case_was_and_what_it_said_is_there_in_chinese(scenario: Scenario) -> None:
    for one in scenario.cases:
        said = [v for v in one.numbers.values() if isinstance(v, str) and not NAMES.fullmatch(v)]
        assert all(text in scenario.chinese for text in (one.where, *said))
    for en, zh in scenario.chinese.items():
        assert CHINESE.search(zh) and not CHINESE.search(en), (en, zh)


def test_what_speaks_against_robots_is_kept() -> None:
    said = {s.id: " ".join(s.notes) for s in WAITING}
    negative = {i for i, notes in said.items() if "Negative result" in notes}
    assert negative == {
        "barn_cleaning",
        "surveying",
        "child_development",
        "rehabilitation_care",
        "teaching_robot",
    }
    assert "770 patients" in said["rehabilitation_care"] and "0.33 m" in said["surveying"]
