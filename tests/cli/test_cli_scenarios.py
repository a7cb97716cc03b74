"""``robotplus scenarios``: counts over the catalogue, kept until anything they rest on changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command

from robotplus.cli import scenario_results
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.scenarios.library import scenarios

KEYS = {"id", "field", "family", "proven", "if_confirmed", "refused", "unknown", "asks"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROBOTPLUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def three(catalogue: Path) -> Catalogue:
    robots = load_catalogue(catalogue)
    return Catalogue([robots[name] for name in ("kuka_kr7_r900_3", "ur_ur3e", "dobot_nova5")])


def test_every_scenario_in_the_asked_form(
    three: Catalogue, cache: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robotplus.cli.catalogues.open_catalogue", lambda folder, added: three)
    rows = command("scenarios", "--json").json
    assert [row["id"] for row in rows] == [s.id for s in scenarios()]
    for row in rows:
        assert row.keys() >= KEYS
        counted = row["proven"] + row["if_confirmed"] + row["refused"] + row["unknown"]
        assert counted == (len(three) if row["family"] else 0)
    assert sum(row["proven"] + row["if_confirmed"] for row in rows) > 0
    painting = next(row for row in rows if row["id"] == "spray_painting")
    assert painting["asks"] == [{"what": "data_environment", "robots": painting["unknown"]}]
    kept = sorted(path.name for path in cache.iterdir())
    assert len(kept) == len([row for row in rows if row["family"]]) == 7

    monkeypatch.setattr(scenario_results, "answer", None)  # what is kept is not computed again
    assert command("scenarios", "--json").json == rows
    table = command("scenarios")
    assert table.code == 0 and all(row["id"] in table.out for row in rows)
    for row in rows:
        (line,) = [line for line in table.out.splitlines() if line.startswith(f"{row['id']} ")]
        assert ("not provable yet" in line) == (row["family"] == "")


def test_results_rest_on_engine_catalogue_and_need(
    three: Catalogue, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painting = next(s for s in scenarios() if s.id == "spray_painting")
    calls: list[int] = []
    true_answer = scenario_results.answer

    def counting(*arguments: Any, **settings: Any) -> Any:
        calls.append(1)
        return true_answer(*arguments, **settings)

    monkeypatch.setattr(scenario_results, "answer", counting)
    fewer = Catalogue([*three.values()][:2])
    for catalogue in (three, three, fewer, fewer):
        scenario_results.result_of(painting, catalogue)
    assert len(calls) == 2
    scenario_results.result_of(painting, three, fresh=True)
    monkeypatch.setattr(scenario_results, "engine_digest", lambda: "another engine")
    scenario_results.result_of(painting, three)
    assert len(calls) == 4


def test_a_broken_or_unwritable_cache_only_costs_time(
    three: Catalogue, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painting = next(s for s in scenarios() if s.id == "spray_painting")
    row = scenario_results.result_of(painting, three)
    (kept,) = cache.iterdir()
    kept.write_text("{")
    assert scenario_results.result_of(painting, three) == row
    monkeypatch.setenv("ROBOTPLUS_CACHE", "/dev/null/cache")
    assert scenario_results.result_of(painting, three) == row


def test_the_numbers_of_one_scenario(command: Command) -> None:
    said = command("scenarios", "palletising")
    for n in next(s for s in scenarios() if s.id == "palletising").numbers:
        (row,) = [line for line in said.out.splitlines() if line.startswith(f"{n.name} ")]
        assert row.split()[1:4] == [f"{n.default:g}", f"{n.low:g}", f"{n.high:g}"] and n.label_zh in row
    assert command("scenarios", "palletising", "--json").json["numbers"][0]["name"] == "case_mass_kg"
    asked = command("scenarios", "harvesting")
    assert "not provable yet" in asked.out and "takt_per_fruit_s" in asked.out and "行间净宽" in asked.out
    wrong = command("scenarios", "welding")
    assert wrong.code == 2 and "arc_welding" in wrong.err
