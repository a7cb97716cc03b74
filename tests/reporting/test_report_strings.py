"""The string table is complete, used, and says the same in both languages."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import robotplus.reporting
from robotplus.certificates.certificate import Verdict, VerdictName
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.matching.order import KEYS, QUESTIONS
from robotplus.proving.questions import ASKED
from robotplus.reporting.strings import ICONS, STRINGS, both

ROOM = Path(robotplus.reporting.__file__).parent
SOURCES = "\n".join(p.read_text() for p in sorted(ROOM.glob("*.py")) if p.name != "strings.py")
SCRIPT = (ROOM / "viewer" / "page.js").read_text()
WORDS_FROM_DATA = {  # looked up by names that come from certificates, refusals, needs and orders
    *("floor", "wall", "ceiling", "high", "medium", "low", "self_pair", "wrist_moment", "wrist_inertia"),
    *("torque", "energy", "repeatability", "joint_limits_reading", "custom"),
    *(set(ASKED) - {"shape"}),
    *KEYS,
    *QUESTIONS.values(),
    *get_args(VerdictName),
    *(f"is_{word}" for word in ("current", "superseded", "unknown", "same", "different", "not given")),
    *get_args(get_type_hints(Verdict)["status"]),
}


@pytest.mark.parametrize("key", sorted(STRINGS))
def test_both_languages_are_there_with_the_same_blanks(key: str) -> None:
    zh, en = STRINGS[key]
    blanks = [sorted(f for _, f, _, _ in string.Formatter().parse(s) if f) for s in (zh, en)]
    assert zh and en and blanks[0] == blanks[1]
    assert not re.search("[\u4e00-\u9fff]", en)


@pytest.mark.parametrize("key", sorted(STRINGS))
def test_every_sentence_is_used(key: str) -> None:
    quoted = re.search(f"""['"]{key}['"]""", SOURCES + SCRIPT)
    assert quoted or key in WORDS_FROM_DATA or key.startswith(("premise_", "currency_"))


@pytest.mark.parametrize(
    "key", sorted(set(re.findall(r'(?:say|words|label|plain|both)\(["\'](\w+)["\'][,)]', SOURCES)))
)
def test_every_sentence_asked_for_exists(key: str) -> None:
    assert key in STRINGS


@pytest.mark.parametrize("key", sorted(WORDS_FROM_DATA))
def test_every_name_that_data_bring_has_words(key: str) -> None:
    assert key in STRINGS and re.search("[\u4e00-\u9fff]", STRINGS[key][0])


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_every_reason_is_said_in_both_languages(name: str) -> None:
    assert re.search("[\u4e00-\u9fff]", CONSTRAINTS[name].zh) and CONSTRAINTS[name].en.isascii()


def test_every_verdict_has_a_word_and_an_icon_of_its_own() -> None:
    assert set(ICONS) <= set(STRINGS)
    assert len(set(ICONS.values())) == len(ICONS)


def test_blanks_are_filled() -> None:
    assert both("models", n=3) == ("3 个型号", "3 models")
