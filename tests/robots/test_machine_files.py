"""Every machine and part file reads, says where each figure comes from, and a wrong one says what is wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from robotplus.cli.main import app
from robotplus.errors import RobotError
from robotplus.robots import machine
from robotplus.robots.machine import NUMBERS, OTHERS, components, machines, read_component, read_machine

PAGE = (Path(__file__).parents[2] / "docs" / "machines.md").read_text(encoding="utf-8")
FILES = sorted((machine.HERE / "machine_data").glob("*/*.json"))


def scrubber() -> dict[str, Any]:
    path = machine.HERE / "machine_data" / "cleaning_scrubber" / "avidbots_neo2.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def test_all_files_are_in_the_collections() -> None:
    assert len(FILES) == len(machines()) >= 209
    assert len(components()) >= 188
    assert machines().sha256.startswith("sha256:") and machines().sha256 != components().sha256


def test_every_figure_names_its_source() -> None:
    for one in machines().values():
        assert one.source and one.fields
        for name, figure in one.figures.items():
            assert figure.source and figure.value is not None, (one.id, name)


def test_a_figure_from_memory_never_decides_alone() -> None:
    remembered = [
        figure
        for one in machines().values()
        for figure in one.figures.values()
        if "from memory" in figure.source
    ]
    assert len(remembered) > 500
    assert all(figure.needs_confirmation for figure in remembered)


def test_sizes_are_those_of_things_that_exist() -> None:
    """Metres, hours and kilograms, not millimetres, minutes and grams."""
    for one in machines().values():
        size = one.figures.get("dims_m")
        if size is not None:
            assert all(v is None or 0.01 < v < 60 for v in size.value), one.id
        for name, low, high in (
            ("max_speed_mps", 0.01, 80),
            ("runtime_h", 0.05, 100),
            ("mass_kg", 0.1, 200_000),
        ):
            figure = one.number(name)
            assert figure is None or low <= figure.value <= high, (one.id, name, figure)


def test_every_figure_is_documented() -> None:
    for name in (*NUMBERS, *OTHERS):
        assert f"`{name}`" in PAGE
    with pytest.raises(KeyError):
        machines()["avidbots_neo2"].number("turning")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: d.pop("maker"), "maker"),
        (lambda d: d.update(colour="red"), "colour"),
        (lambda d: d.update(format="robotplus.robot/1"), "robotplus.machine/1"),
        (lambda d: d.update(fields=["space"]), "space"),
        (lambda d: d.update(confidence="sure"), "sure"),
        (lambda d: d["figures"].update(wheels={"value": 4, "source": "x", "confidence": "low"}), "wheels"),
        (lambda d: d["figures"]["max_speed_mps"].update(value=-1), "max_speed_mps"),
        (lambda d: d["figures"]["max_speed_mps"].update(value=float("nan")), "max_speed_mps"),
        (lambda d: d["figures"]["max_speed_mps"].update(value=True), "max_speed_mps"),
        (lambda d: d["figures"]["max_speed_mps"].pop("source"), "source"),
        (lambda d: d["further"].update(reach=[float("inf")]), "not finite"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(spoil: Any, said: str) -> None:
    document = copy.deepcopy(scrubber())
    spoil(document)
    with pytest.raises(RobotError, match=said) as caught:
        read_machine(document, "neo")
    assert "\n" not in str(caught.value)


def test_a_wrong_part_says_what_is_wrong() -> None:
    path = next((machine.HERE / "part_data").glob("*/dh_ag95.json"))
    document = json.loads(path.read_text(encoding="utf-8"))
    assert read_component(document, "x").id == "dh_ag95"
    with pytest.raises(RobotError, match="mass_kg"):
        read_component({**document, "mass_kg": "heavy"}, "x")


def test_the_digest_is_of_the_facts() -> None:
    document = scrubber()
    shuffled = dict(reversed(document.items()))
    assert read_machine(document, "x").sha256 == read_machine(shuffled, "x").sha256
    document = copy.deepcopy(document)
    document["figures"]["max_speed_mps"]["value"] += 0.01
    assert read_machine(document, "x").sha256 != read_machine(shuffled, "x").sha256


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments])


def test_the_commands_list_and_show() -> None:
    rows = json.loads(run("machines", "--field", "agriculture", "--kind", "sprayer", "--json").stdout)
    assert {"dji_agras_t40"} <= {row["id"] for row in rows}
    assert all("agriculture" in row["fields"] and "sprayer" in row["kind"] for row in rows)
    shown = json.loads(run("machines", "show", "avidbots_neo2", "--json").stdout)
    assert shown["figures"]["runtime_h"]["value"] == 4
    assert "from memory" in run("machines", "show", "avidbots_neo2").stdout
    parts = json.loads(run("parts", "--maker", "dh-", "--json").stdout)
    assert len(parts) >= 10
    assert "stroke_mm: 95" in run("parts", "show", "dh_ag95").stdout


def test_a_wrong_id_names_the_nearest() -> None:
    result = run("machines", "show", "avidbots_neo")
    assert result.exit_code != 0 and "avidbots_neo2" in str(result.exception)
    assert run("machines", "--field", "space").exit_code != 0
