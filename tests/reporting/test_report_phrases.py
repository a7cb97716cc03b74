"""Every phrase that the catalogue, the scenarios and the solver bring along exists in Chinese too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_report_html import Page

from robotplus.matching.answer import Answer
from robotplus.reporting.phrases import PATTERNS, WORDS, said
from robotplus.reporting.report import report_html
from robotplus.reporting.terminal import Words
from robotplus.robots.acceleration import estimate
from robotplus.robots.catalogue import load_catalogue
from robotplus.scenarios.files import need_from_document, read_need
from robotplus.scenarios.library import scenarios

NEEDS = sorted((Path(__file__).parents[2] / "examples" / "needs").glob("*.toml"))
CHINESE = re.compile("[\u4e00-\u9fff]")
ADDRESS = re.compile(r"[\w.-]+/[\w.-]+ .+")  # a repository and a file in it: a name, not a phrase
FIGURES = (
    *("payload_kg", "reach_m", "repeatability_mm", "mass_kg", "ip", "explosion_zone", "temperature_c"),
    *("mounting", "wrist_moment_nm", "wrist_inertia_kgm2", "rated_power_w", "velocity", "limits"),
)


def in_both(text: str) -> bool:
    zh, en = said(text)
    return bool(CHINESE.search(zh)) and not CHINESE.search(en)


def test_every_source_in_the_catalogue_is_said_or_an_address() -> None:
    sources = set()
    for robot in load_catalogue().values():
        figures = [figure for name in FIGURES if (figure := getattr(robot, name)) is not None]
        sources |= {robot.geometry_source, *(f.source for f in figures)}
    assert len(sources) > 400
    assert not [s for s in sources if not in_both(s) and not ADDRESS.fullmatch(s)]


def test_every_reading_of_limits_and_basis_of_accelerations_is_said() -> None:
    texts = set()
    for robot in load_catalogue().values():
        texts |= {c.note for c in robot.alternative_couplings}
        if all(j.velocity is not None for j in robot.joints) and robot.payload_kg is not None:
            texts.add(estimate(robot, 2.5).basis)
    assert len(texts) > 20
    assert not [t for t in texts if not in_both(t)]


@pytest.mark.parametrize("scenario", [s for s in scenarios() if s.family], ids=lambda s: s.id)
def test_tool_parts_and_stops_of_every_scenario_are_said(scenario: object) -> None:
    identity = scenario.id  # type: ignore[attr-defined]
    program = need_from_document({"id": "any", "title_en": "any", "scenario": identity}).program
    names = {program.tool.name, *(p.name for p in program.parts), *(s.name for s in program.stops)}
    where = {f"stop {i + 1}: {s.name}" for i, s in enumerate(program.stops)}
    assert not [n for n in names | where if not in_both(n)]


@pytest.mark.parametrize("path", NEEDS, ids=lambda p: p.stem)
def test_every_example_has_a_chinese_title(path: Path) -> None:
    assert CHINESE.search(read_need(path).title_zh)


def test_every_text_of_a_scenario_exists_twice() -> None:
    for s in scenarios():
        pairs = [(s.name_zh, s.name_en), (s.about_zh, s.about_en)]
        pairs += [(n.label_zh, n.label_en) for n in (*s.numbers, *s.questions)] + [
            (k.name_zh, k.name_en) for k in s.indicators
        ]
        assert not [p for p in pairs if not p[1] or not (CHINESE.search(p[0]) or p[0].isupper())]


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("link_2/link_4", "连杆 2 / 连杆 4", "link 2 / link 4"),
        ("link_4/tool", "连杆 4 / 工具", "link 4 / tool"),
        ("base, link_6", "底座、连杆 6", "base, link 6"),
        ("stop 38: place case 19", "第 38 处：放置 箱子 19", "stop 38: place case 19"),
        ("stop 2: Naht {0}", "第 2 处：Naht {0}", "stop 2: Naht {0}"),
        ("my/own/tool", "my/own/tool", "my/own/tool"),
        ("pick 2 × case", "抓取 2 × 箱子", "pick 2 × case"),
        ("IP65", "IP65", "IP65"),
    ],
)
def test_phrases_are_put_together(text: str, zh: str, en: str) -> None:
    assert said(text) == (zh, en)
    assert (Words("zh").phrase(text), Words("en").phrase(text)) == (zh, en)


def test_no_phrase_is_given_in_english_only() -> None:
    assert all(CHINESE.search(zh) for zh in WORDS.values())
    assert all(CHINESE.search(zh) or not re.search("[a-z]", zh) for _, zh in PATTERNS)


def test_a_chinese_report_holds_no_english(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left after names, addresses and digests are words of no language."""
    from robotplus.reporting import report

    monkeypatch.setattr(report, "player_script", lambda: None)
    text = Page(report_html(answer, language="zh")).text
    names = {answer.need.program.tool.name, answer.engine}
    names |= {name for pair in answer.names.values() for name in pair}
    names |= {
        name for s in answer.solutions for name in (s.robot.maker, s.robot.model, s.robot.geometry_source)
    }
    names |= {s.name for s in answer.need.program.stops} | {p.name for p in answer.need.program.parts}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    text = re.sub(r"sha256:[0-9a-f]{64}|robotplus|--all|quiet_1", " ", text)
    assert set(re.findall("[A-Za-z]{3,}", text)) <= {"ISO", "Robot", "html", "Node", "WebGL"}
