"""``robotplus robots``: conditions against the files themselves, one model, and imports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.cli.conftest import Command

from robotplus.cli.conditions import read_condition
from robotplus.errors import InputError
from robotplus.robots.catalogue import DATA

FILES = [json.loads(path.read_text("utf-8")) for path in sorted(DATA.glob("*/*.json"))]
URDF = """<robot name="Two Axes">
  <link name="base"><collision><geometry><box size="0.2 0.2 0.2"/></geometry></collision></link>
  <link name="upper"><collision><geometry><box size="0.1 0.1 0.4"/></geometry></collision></link>
  <link name="tool0"><collision><geometry><box size="0.1 0.1 0.3"/></geometry></collision></link>
  <joint name="a" type="revolute"><parent link="base"/><child link="upper"/><axis xyz="0 0 1"/>
    <limit lower="-2" upper="2" velocity="3" effort="10"/></joint>
  <joint name="b" type="revolute"><parent link="upper"/><child link="tool0"/><origin xyz="0 0 0.4"/>
    <axis xyz="0 1 0"/><limit lower="-1" upper="1" velocity="2" effort="5"/></joint>
</robot>"""


def rating(document: dict[str, Any], name: str) -> Any:
    figure = document["ratings"].get(name)
    return None if figure is None else figure["value"]


def test_all_are_listed(command: Command) -> None:
    assert [r["id"] for r in command("robots", "--json").json] == sorted(d["id"] for d in FILES)


def test_conditions_against_the_files(command: Command) -> None:
    listed = command("robots", "--payload", ">=10", "--dof", "6", "--reach", "1.2..2.5", "--json").json
    expected = [
        d["id"]
        for d in FILES
        if (rating(d, "payload_kg") or 0) >= 10
        and len(d["joints"]) == 6
        and 1.2 <= (rating(d, "reach_m") or 0) <= 2.5
    ]
    assert expected and [r["id"] for r in listed] == sorted(expected)


def test_words_against_the_files(command: Command) -> None:
    listed = command("robots", "--maker", "fanuc", "--kind", "industrial", "--ip", "IP67", "--json").json
    expected = [
        d["id"]
        for d in FILES
        if d["maker"] == "FANUC"
        and d["kind"] == "industrial"
        and (rating(d, "ip") or "IP00")[2] >= "6"
        and (rating(d, "ip") or "IP00")[3] >= "7"
    ]
    assert expected and [r["id"] for r in listed] == sorted(expected)


def test_what_lacks_blocking_data_says_so(command: Command) -> None:
    for row in command("robots", "--json").json:
        (document,) = (d for d in FILES if d["id"] == row["id"])
        shapeless = any(link["boxes"] is None for link in document["links"])
        assert ("link shapes" in row["lacks"]) == shapeless
        assert ("payload" in row["lacks"]) == (rating(document, "payload_kg") is None)


def test_the_table_and_the_model(command: Command) -> None:
    assert "9 robots" not in command("robots", "--maker", "no such maker").out
    said = command("robots", "show", "ur_ur10e")
    assert said.code == 0 and "12.5" in said.out and "payload_kg" in said.out
    document = command("robots", "show", "ur_ur10e", "--json").json
    del document["sha256"]
    assert document in FILES


@given(st.sampled_from([">=", "<=", ">", "<", "=", ""]), st.integers(0, 50), st.integers(0, 50))
def test_comparisons(sign: str, bound: int, value: int) -> None:
    expected = eval(f"value {({'=': '==', '': '=='}).get(sign, sign)} bound")
    assert read_condition(f" {sign} {bound}", "payload")(value) == expected


@pytest.mark.parametrize("text", ["", ">", ">=x", "1..", "nan", "1e9", ">=-3", "5..x"])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(InputError):
        read_condition(text, "payload")


def test_import_and_use(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("arm.urdf").write_text(URDF)
    said = command("robots", "import", "arm.urdf", "--payload", 7, "--mounting", "floor", "--json")
    assert said.code == 0 and said.json["file"] == "two_axes.json" and said.json["lacks"] == []
    shown = command("robots", "show", "two_axes", "--add", "two_axes.json", "--json").json
    assert rating(shown, "payload_kg") == 7 and len(shown["joints"]) == 2
    assert rating(shown, "mounting") == ["floor"]
    assert command("robots", "import", "arm.urdf", "-o", "other.json").code == 2
    assert not Path("other.json").exists()


@pytest.mark.parametrize("kind", ["need", "robot", "certificate"])
def test_schemas_are_schemas(kind: str, command: Command) -> None:
    Draft202012Validator.check_schema(command("schema", kind).json)


def test_the_robot_schema_fits_every_file_and_refuses_wrong_ones(command: Command) -> None:
    validator = Draft202012Validator(command("schema", "robot").json)
    assert [d["id"] for d in FILES if not validator.is_valid(d)] == []
    for wrong in ({"kind": "magic"}, {"colour": "red"}, {"joints": []}, {"id": "Upper Case"}):
        assert not validator.is_valid({**FILES[0], **wrong})


def test_the_certificate_schema_fits_and_refuses(certificate: Path, command: Command) -> None:
    validator = Draft202012Validator(command("schema", "certificate").json)
    document = json.loads(certificate.read_text("utf-8"))
    validator.validate(document)
    for wrong in ({"verdict": "impossible"}, {"moves": []}, {"sha256": "0"}, {"extra": 1}):
        assert not validator.is_valid({**document, **wrong})


def test_names_in_a_robot_file_are_only_text(command: Command, tmp_path: Path) -> None:
    document = {
        **json.loads((DATA / "universal_robots" / "ur_ur10e.json").read_text("utf-8")),
        "maker": "[/b] :smile: [red]M[/red]",
        "model": "a\x1b]0;title\x07\x9b2J",
    }
    (tmp_path / "ur_ur10e.json").write_text(json.dumps(document), "utf-8")
    for words in ([], ["show", "ur_ur10e"]):
        outcome = command("robots", *words, "--catalogue", tmp_path)
        assert outcome.code == 0, outcome.err
        assert "[/b] :smile: [red]M[/red]" in outcome.out and "a\\x1b]0;title" in outcome.out
        assert not set(outcome.out) & {"\x1b", "\x07", "\x9b"}
        shown = command("robots", *words, "--catalogue", tmp_path, "--json")
        assert "\x9b" not in shown.out and "\x9b2J" in json.dumps(shown.json, ensure_ascii=False)
