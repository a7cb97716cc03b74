"""``robotplus read``: JSON for programs, a table for people, one line for what cannot be read."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from robotplus.scenarios.files import read_need

WORDS = "弧焊座椅骨架，焊枪3.5公斤，25秒一件，预算四十万"
KEYS = {"field", "name", "dim", "op", "value", "unit", "canon", "quote", "start", "end", "role"}


def test_words_as_json(command: Command) -> None:
    outcome = command("read", WORDS, "--json")
    assert outcome.code == 0
    assert outcome.json["scenario"] == "mfg_welding_arc"
    assert outcome.json["library_scenario"] == "arc_welding"
    for figure in outcome.json["figures"]:
        assert set(figure) >= KEYS
        assert WORDS[figure["start"] : figure["end"]] == figure["quote"]
    assert {f["field"] for f in outcome.json["figures"]} == {"cycle_s", "budget_cny", "other"}
    assert outcome.json["asks"]


@pytest.mark.parametrize("coding", ["utf-8", "gb18030"])
def test_standard_input(command: Command, monkeypatch: pytest.MonkeyPatch, coding: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WORDS.encode(coding))))
    outcome = command("read", "--json", "-")
    assert outcome.code == 0
    assert len(outcome.json["figures"]) == 3


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_table_for_people(command: Command, lang: str) -> None:
    outcome = command("read", f"{WORDS}。机器人负载≥20kg，负载10kg", "--lang", lang)
    assert outcome.code == 0
    assert WORDS in outcome.out
    for word in ("payload_kg", "budget_cny", "contradiction" if lang == "en" else "矛盾"):
        assert word in outcome.out


def test_a_file_becomes_a_need(command: Command, tmp_path: Path) -> None:
    given, made = tmp_path / "需求.txt", tmp_path / "need.toml"
    given.write_text(WORDS, encoding="utf-8")
    assert command("read", given, "-o", made).code == 0
    assert read_need(made).document["requirements"]["takt_s"] == 25


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no text"),
        ("  \n", "no text"),
        ("missing.docx", "no such file"),
        ("弧焊20公斤。" * 20_000, "too long"),
    ],
)
def test_what_cannot_be_read_is_one_line(command: Command, text: str, said: str) -> None:
    outcome = command("read", text)
    assert outcome.code == 2
    assert outcome.out == ""
    assert said in outcome.err and outcome.err.count("\n") == 1


def test_no_need_is_written_for_what_cannot_be_proven(command: Command, tmp_path: Path) -> None:
    made = tmp_path / "need.toml"
    outcome = command("read", "植保无人机打药", "-o", made)
    assert outcome.code == 2
    assert "no need can be written yet" in outcome.err
    assert not made.exists()


def test_control_characters_of_a_text_do_not_reach_the_terminal(command: Command) -> None:
    outcome = command("read", "负载20kg\x1b[2J，臂展2m")
    assert outcome.code == 0
    assert "\x1b[2J" not in outcome.out
