"""What is wrong with a robot file is said in one line that names the place."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.errors import RobotError
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.files import MAX_FILE_BYTES, format_document, load_robot, parse_robot, read_robot

SAMPLE: dict[str, Any] = load_catalogue()["ur_ur10e"].document
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    document = copy.deepcopy(SAMPLE)
    change(document)
    return document


def joint(key: str, value: object) -> Change:
    return lambda d: d["joints"][2].__setitem__(key, value)


def link(key: str, value: object) -> Change:
    return lambda d: d["links"][1].__setitem__(key, value)


def rating(key: str, value: object) -> Change:
    return lambda d: d["ratings"].__setitem__(key, {"value": value, "source": "s", "confidence": "high"})


def top(key: str, value: object) -> Change:
    return lambda d: d.__setitem__(key, value)


WRONG: list[tuple[str, Change, str]] = [
    ("other format", top("format", "robotplus.robot/9"), "robotplus.robot/1"),
    ("unknown key", top("paylod_kg", 3), "unknown key; got 'paylod_kg'"),
    ("unknown joint key", joint("limit", 3), "joints.2.: unknown key"),
    ("unknown rating", rating("payload", 3.0), "ratings: unknown key"),
    ("missing key", lambda d: d.pop("flange"), "flange is missing"),
    ("missing joint key", lambda d: d["joints"][0].pop("effort"), "joints.0.: effort is missing"),
    ("bad id", top("id", "../UR10"), "bad id"),
    ("bad kind", top("kind", "humanoid"), "kind: not a known word"),
    ("empty maker", top("maker", " "), "one line of text"),
    ("no joints", top("joints", []), "wrong number of joints"),
    ("one link too few", lambda d: d["links"].pop(), "one link more than joints"),
    ("joint twice", joint("name", "shoulder_pan_joint"), "given twice"),
    ("lower above upper", joint("lower", 6.0), "lower limit is not below"),
    ("one limit only", joint("upper", None), "both limits or neither"),
    ("limits in degrees", lambda d: d["joints"][2].update(lower=-160.0, upper=160.0), "rad, or degrees"),
    ("velocity in degrees", joint("velocity", 180.0), "degrees"),
    ("negative velocity", joint("velocity", -1.0), "positive number"),
    ("zero velocity", joint("velocity", 0.0), "null when unknown"),
    ("axis not unit", joint("axis", [0.0, 0.0, 1.1]), "no unit vector"),
    ("axis zero", joint("axis", [0.0, 0.0, 0.0]), "no unit vector"),
    ("NaN", joint("lower", math.nan), "finite number"),
    ("infinite", joint("origin_xyz", [0.0, math.inf, 0.0]), "finite number"),
    ("text for a number", joint("velocity", "fast"), "finite number"),
    ("true for a number", joint("velocity", True), "finite number"),
    ("origin in millimetres", joint("origin_xyz", [0.0, 181.0, 0.0]), "millimetres"),
    ("rpy in degrees", joint("origin_rpy", [90.0, 0.0, 0.0]), "degrees"),
    ("two coordinates", joint("origin_xyz", [0.0, 1.0]), "expected 3 numbers"),
    ("unknown joint kind", joint("kind", "ball"), "not a known word"),
    (
        "box without size",
        link("boxes", [{"xyz": [0, 0, 0], "rpy": [0, 0, 0], "size": [0.1, 0, 0.1]}]),
        "boxes.0.",
    ),
    ("boxes no list", link("boxes", {}), "expected a list"),
    ("negative mass", link("mass_kg", -2.0), "positive number"),
    ("inertia not definite", link("inertia", [1.0, 2.0, 0.0, 1.0, 0.0, 1.0]), "positive definite"),
    ("payload zero", rating("payload_kg", 0), "positive number"),
    ("IP code", rating("ip", "54"), "IEC 60529"),
    ("temperature", rating("temperature_c", [40, 0]), "lowest, highest"),
    ("mounting", rating("mounting", ["table"]), "floor, wall, ceiling"),
    ("wrist moment", rating("wrist_moment_nm", [1.0, 0.0, 2.0]), "positive numbers"),
    ("no source", lambda d: d["ratings"]["payload_kg"].update(source=""), "source"),
    ("no confidence", lambda d: d["ratings"]["payload_kg"].pop("confidence"), "confidence is missing"),
    ("confidence word", lambda d: d["limits"].update(confidence="sure"), "high, medium, low"),
    ("limits without source", top("limits", None), "source of the joint limits"),
    ("placeholder with values", lambda d: d["velocity"].update(value="placeholder"), "must be null"),
    (
        "coupling of another arm",
        top("couplings", [{"coefficients": [1.0], "lower": 0, "upper": 1, "note": "n"}]),
        "couplings.0..coefficients: expected 6 numbers",
    ),
    (
        "coupling of nothing",
        top("couplings", [{"coefficients": [0.0] * 6, "lower": 0, "upper": 1, "note": "n"}]),
        "without coefficients",
    ),
]


@pytest.mark.parametrize(("change", "message"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_content_is_refused_with_its_place(change: Change, message: str) -> None:
    with pytest.raises(RobotError, match=message) as caught:
        read_robot(changed(change), "ur_ur10e.json")
    assert str(caught.value).startswith("ur_ur10e.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe{}", "UTF-8"),
        (b"{", "not a JSON file"),
        (b"[" * 100_000, "not a JSON file"),
        (b'{"a": NaN}', "finite"),
        (b'{"a": 1, "a": 2}', "given twice"),
        (b"[]", "not a robot file"),
        (b"null", "not a robot file"),
        (b'{"format": "robotplus.robot/1"}', "is missing"),
    ],
)
def test_bytes_that_are_no_robot_file(content: bytes, message: str) -> None:
    with pytest.raises(RobotError, match=message):
        parse_robot(content, "x.json")


def test_a_file_is_named_after_its_id_and_of_sane_size(tmp_path: Path) -> None:
    good = tmp_path / "ur_ur10e.json"
    good.write_text(format_document(SAMPLE))
    assert load_robot(good).id == "ur_ur10e"
    with pytest.raises(RobotError, match="call it ur_ur10e"):
        load_robot(good.rename(tmp_path / "other.json"))
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(RobotError, match="too large"):
        load_robot(huge)
    with pytest.raises(RobotError, match="cannot be read"):
        load_robot(tmp_path / "nowhere.json")


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [prefix, *(path for key, item in inner for path in paths(item, (*prefix, key)))]


PLACES = [path for path in paths(SAMPLE) if path and path[0] != "checks"]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.text(max_size=4),
    st.just([]),
    st.just({}),
    st.lists(st.floats(), max_size=7),
)


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(PLACES), value=VALUES)
def test_any_value_anywhere_gives_a_robot_or_one_clear_line(place: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(SAMPLE)
    holder: Any = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    try:
        robot = read_robot(document, "x.json")
    except RobotError as e:
        assert "\n" not in str(e)
    else:
        assert all(math.isfinite(v) for j in robot.joints for v in (*j.origin_xyz, *j.origin_rpy, *j.axis))
        assert json.loads(format_document(document)) == document


@pytest.mark.parametrize("name", ["base_link", "tip_link"])
def test_the_names_of_the_source_are_text(name: str) -> None:
    document = copy.deepcopy(SAMPLE)
    document["geometry"][name] = float("nan")
    with pytest.raises(RobotError, match=name):
        read_robot(document, "x.json")
