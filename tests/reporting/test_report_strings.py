"""The string table is complete, used, and says the same in both languages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import robotplus.reporting
from robotplus.reporting.strings import ICONS, STRINGS, both

ROOM = Path(robotplus.reporting.__file__).parent
SOURCES = "\n".join(p.read_text() for p in sorted(ROOM.glob("*.py")) if p.name != "strings.py")
SCRIPT = (ROOM / "viewer" / "page.js").read_text()
WORDS_FROM_DATA = {  # looked up by names that come from certificates, refusals and needs
    *("floor", "wall", "ceiling", "high", "medium", "low", "self_pair", "wrist_moment", "wrist_inertia"),
    *(
        "acceleration",
        "payload_kg",
        "velocity",
        "limits",
        "joint_limits_reading",
        "geometry",
        "repeatability",
    ),
    *("repeatability_mm", "ip", "explosion_zone", "temperature_c", "wrist_moment_nm", "wrist_inertia_kgm2"),
    *("torque", "energy", "refused", "holds", "cannot_check", "not_found", "candidate", "impossible"),
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


def test_every_verdict_has_a_word_and_an_icon_of_its_own() -> None:
    assert set(ICONS) <= set(STRINGS)
    assert len(set(ICONS.values())) == len(ICONS)


def test_blanks_are_filled() -> None:
    assert both("models", n=3) == ("3 个型号", "3 models")
