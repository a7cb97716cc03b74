"""Every kind file reads, is complete in both languages and can be walked from its first state."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotplus.portal.kinds import kinds
from robotplus.portal.kinds.kind import Kind, KindError
from robotplus.portal.kinds.registry import read_kind
from robotplus.portal.kinds.values import check_values, read_number

NOUNS = {"offer": 14, "need": 6, "deal": 4, "programme": 6}


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda k: f"{k.noun}-{k.id}")
def test_a_kind_is_complete(kind: Kind) -> None:
    labels = [kind.label, kind.about, *(f.label for f in kind.fields), *(s.label for s in kind.states)]
    labels += [m.label for m in kind.moves] + [o.label for f in kind.fields for o in f.options]
    assert all(label.zh and label.en for label in labels)
    assert all(kinds()[a].noun == "offer" for a in kind.answers)
    assert kind.moves_from(kind.initial, {"owner", "counterpart", "operator"})


def test_the_plans_kinds_are_there() -> None:
    for noun, least in NOUNS.items():
        assert sum(k.noun == noun for k in kinds().values()) >= least


KIND = """
version = 1
label = { zh = "甲", en = "A" }
about = { zh = "甲", en = "A" }
[[field]]
name = "mass_kg"
type = "number"
unit = "kg"
range = [0, 10]
required = true
label = { zh = "质量", en = "Mass" }
[[state]]
name = "new"
label = { zh = "新", en = "new" }
[[state]]
name = "old"
label = { zh = "旧", en = "old" }
final = true
[[move]]
name = "age"
label = { zh = "老", en = "Age" }
from = ["new"]
to = "old"
who = ["owner"]
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('to = "old"', 'to = "gone"'),
        ('who = ["owner"]', 'who = ["nobody"]'),
        ('type = "number"', 'type = "numbre"'),
        ('type = "number"', 'type = "choice"'),
        ('from = ["new"]', 'from = ["old"]'),
        ("version = 1", 'table = "../../secret"'),
        ('label = { zh = "质量", en = "Mass" }', 'label = { zh = "质量" }'),
    ],
)
def test_a_wrong_kind_file_says_so(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(KIND, encoding="utf-8")
    assert read_kind(path, "offer").initial == "new"
    path.write_text(KIND.replace(before, after), encoding="utf-8")
    with pytest.raises(KindError, match=r"a\.toml"):
        read_kind(path, "offer")


@pytest.mark.parametrize(
    ("given_text", "value"),
    [
        ("3,5", 3.5),
        ("3.5 公斤", 3.5),
        ("500 g", 0.5),
        ("１２", None),
        ("0.002t", 2.0),
        (7, 7.0),
        ("1e400", None),
        ("-1", None),
    ],
)
def test_numbers_as_people_write_them(tmp_path: Path, given_text: object, value: float | None) -> None:
    path = tmp_path / "a.toml"
    path.write_text(KIND, encoding="utf-8")
    clean, problems = check_values(read_kind(path, "offer"), {"mass_kg": given_text})
    assert (clean.get("mass_kg"), bool(problems)) == (value, value is None)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.8米", "mm", 800.0),
        ("2,3 m", "mm", 2300.0),
        ("80 厘米", "mm", 800.0),
        ("3500克", "kg", 3.5),
        ("7斤", "kg", 3.5),
        ("12 KG", "kg", 12.0),
        ("2 分钟", "s", 120.0),
        ("1小时", "s", 3600.0),
        ("48小时", "d", 2.0),
        ("45天", "d", 45.0),
        ("45°", "deg", 45.0),
        ("45 度", "deg", 45.0),
        ("2.4米/分", "mm/s", 40.0),
        ("2.4 m/min", "mm/s", 40.0),
        ("40毫米/秒", "mm/s", 40.0),
        ("1,200", "mm", 1200.0),
        ("12 case/min", "case/min", 12.0),
        ("3 kg", "mm", None),
        ("1e308 t", "kg", None),
        ("3 m", "mm/s", None),
        ("3 m/kg", "mm/s", None),
        ("3 mm", "", None),
        ("3 furlongs", "mm", None),
    ],
)
def test_units_as_people_write_them(text: str, unit: str, value: float | None) -> None:
    if value is None:
        with pytest.raises(ValueError):
            read_number(text, unit)
    else:
        assert read_number(text, unit) == value


@given(st.one_of(st.text(max_size=30), st.floats(), st.booleans(), st.none(), st.lists(st.integers())))
def test_any_input_is_a_number_or_a_sentence(raw: object) -> None:
    try:
        assert abs(read_number(raw, "kg")) < float("inf")
    except ValueError as e:
        assert str(e.args[0])
