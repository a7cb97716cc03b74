"""The nearest change: needs spoilt in one number on purpose, which the change must mend and nothing else."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import robotplus.robots
from robotplus.certificates.certificate import Certificate, Refusal, as_written
from robotplus.checking import check
from robotplus.matching.changes import CURES, LEVERS, changes, with_takt_of
from robotplus.matching.nearest import CLOSENESS, closest, nearest_change, nearest_changes, tally
from robotplus.proving import prove
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.task import Need

ARM = "fanuc_m20_25_18d"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def able(seam: Need, catalogue: Catalogue) -> Certificate:
    result = prove(seam, catalogue[ARM])
    assert isinstance(result, Certificate)
    return result


def spoilt(need: Need, table: str, **values: Any) -> Need:
    document = copy.deepcopy(need.document)
    document.pop("built_from", None)
    document[table].update(values)
    return need_from_document(document)


def refused(need: Need, catalogue: Catalogue, robot: str = ARM) -> Refusal:
    result = prove(need, catalogue[robot])
    assert isinstance(result, Refusal)
    return result


def differing(a: Any, b: Any, path: str = "") -> list[str]:
    """Where two documents differ; ``built_from`` is a record only."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = sorted((set(a) | set(b)) - {"built_from"})
        return [d for k in keys for d in differing(a.get(k), b.get(k), f"{path}.{k}")]
    return [] if a == b else [path]


def assert_mends(need: Need, refusal: Refusal, catalogue: Catalogue, lever: str) -> float:
    changed = nearest_change(need, catalogue, refusal)
    assert changed is not None and changed.change.lever == lever
    written = as_written(changed.certificate.to_document())
    assert check(written, catalogue, need=changed.change.need).holds
    assert not check(written, catalogue, need=need).holds  # it is no proof of the need as asked
    keys = {path.split(".")[2] for path in differing(need.document, changed.change.need.document)}
    assert (
        keys
        <= {
            "takt": {"takt_s"},
            "room": {"x_mm", "y_mm"},
            "pedestal": {"heights_mm"},
            "clearance": {"min_clearance_mm"},
            "tool_mass": {"mass_kg"},
            "tolerance": {"path_tolerance_mm"},
            "speed": {"speed_mm_s", "stroke"},
        }[lever]
    )
    return changed.change.becomes


def test_a_takt_too_short_is_lengthened_to_the_next_tenth(
    seam: Need, catalogue: Catalogue, able: Certificate
) -> None:
    high = able.claims["cycle_time_s"]["high"]
    need = spoilt(seam, "requirements", takt_s=round(0.9 * high, 2))
    refusal = refused(need, catalogue)
    assert refusal.constraint in ("takt", "cycle_interval")
    becomes = assert_mends(need, refusal, catalogue, "takt")
    assert high <= becomes < high + 0.1 + 1e-9


def test_a_takt_far_too_short_is_not_called_nearly(
    seam: Need, catalogue: Catalogue, able: Certificate
) -> None:
    need = spoilt(seam, "requirements", takt_s=round(0.5 * able.claims["cycle_time_s"]["high"], 2))
    assert with_takt_of(need, able) is None


def test_a_tool_too_heavy_is_lightened_by_what_is_missing(seam: Need, catalogue: Catalogue) -> None:
    rated = catalogue[ARM].payload_kg
    assert rated is not None
    need = spoilt(seam, "tool", mass_kg=rated.value + 0.42, com_mm=[0.0, 0.0, 20.0])
    becomes = assert_mends(need, refused(need, catalogue), catalogue, "tool_mass")
    assert becomes == pytest.approx(rated.value)


def test_a_tool_twice_too_heavy_has_no_change(seam: Need, catalogue: Catalogue) -> None:
    rated = catalogue[ARM].payload_kg
    assert rated is not None
    need = spoilt(seam, "tool", mass_kg=2.5 * rated.value)
    assert [*changes(need, refused(need, catalogue))] == []


def test_a_base_kept_too_far_away_gets_room(seam: Need, catalogue: Catalogue, able: Certificate) -> None:
    """The place that is known to do lies 0.2 m outside the region; heights and clearance do not help there."""
    x, y, z = (1000 * v for v in able.base.xyz)
    reach = catalogue[ARM].reach_m
    away = 1000 * (reach.value if reach else 2.0)
    side = 1.0 if x >= 0 else -1.0
    far = sorted((x + 200 * side, x + side * (200 + away)))
    need = spoilt(seam, "base", x_mm=far, y_mm=[y - 15, y + 15], heights_mm=[z])
    refusal = Refusal(ARM, catalogue[ARM].sha256, need.sha256, "not_found", "reach", None, None, None, "m")
    change = next(changes(need, refusal))
    assert change.lever == "room"
    assert change.need.program.base.x[0] <= able.base.xyz[0] <= change.need.program.base.x[1]
    assert_mends(need, refusal, catalogue, "room")


def test_a_tolerance_finer_than_the_robot_repeats_is_widened_to_it(seam: Need, catalogue: Catalogue) -> None:
    worst = max(
        (r for r in catalogue.values() if r.repeatability_mm and not r.repeatability_mm.needs_confirmation),
        key=lambda r: r.repeatability_mm.value if r.repeatability_mm else 0.0,
    )
    assert worst.repeatability_mm is not None
    need = spoilt(seam, "requirements", path_tolerance_mm=round(0.8 * worst.repeatability_mm.value, 4))
    refusal = Refusal(
        worst.id,
        worst.sha256,
        need.sha256,
        "impossible",
        "repeatability",
        need.document["requirements"]["path_tolerance_mm"],
        worst.repeatability_mm.value,
        0.01,
        "mm",
    )
    (change,) = changes(need, refusal)
    assert change.lever == "tolerance" and change.becomes >= worst.repeatability_mm.value
    assert change.becomes - worst.repeatability_mm.value <= 0.01 + 1e-9


def test_speeds_are_slowed_wherever_they_stand(seam: Need) -> None:
    refusal = Refusal(ARM, "", seam.sha256, "not_found", "tool_speed", None, None, None, "m/s")
    slower = [c for c in changes(seam, refusal) if c.lever == "speed"]
    assert [c.becomes for c in slower] == [90.0, 75.0, 50.0]
    wanted = [s.speed[1] for s in seam.program.stops if s.speed]
    assert [s.speed[1] for s in slower[-1].need.program.stops if s.speed] == pytest.approx(
        [v / 2 for v in wanted]
    )


def test_every_cure_has_words_and_a_turn(seam: Need, few: Catalogue) -> None:
    assert set(CURES) <= set(CLOSENESS)
    seen = set()
    for constraint in CURES:
        refusal = Refusal(ARM, "", seam.sha256, "not_found", constraint, 0.5, 0.6, 0.5, "")
        for change in changes(seam, refusal):
            seen.add(change.lever)
            assert all(str(f"{change.becomes:g}")[:3] in said for said in change.said)
            assert change.need.sha256 != seam.sha256
    assert seen == set(LEVERS) - {"takt"}  # which is tried apart


def test_the_same_changes_come_whatever_the_workers(seam: Need, few: Catalogue, able: Certificate) -> None:
    need = spoilt(seam, "requirements", takt_s=round(0.9 * able.claims["cycle_time_s"]["high"], 2))
    refusals = [r for r in (prove(need, robot) for robot in few.values()) if isinstance(r, Refusal)]
    one, three = (nearest_changes(need, few, refusals, limit=4, workers=n) for n in (1, 3))
    assert [c.to_document() for c in one] == [c.to_document() for c in three]
    assert one and sum(n for _, n in tally(one)) == len(one)
    assert len({r.robot_id for r in closest(few, refusals)}) == len(closest(few, refusals))


def test_the_command_writes_what_check_passes(tmp_path: Any, catalogue: Catalogue, able: Certificate) -> None:
    from robotplus.cli.main import app

    high = able.claims["cycle_time_s"]["high"]
    robots = tmp_path / "robots"
    robots.mkdir()
    (source,) = Path(robotplus.robots.__file__).parent.glob(f"data/**/{ARM}.json")
    shutil.copy(source, robots)
    need = tmp_path / "need.json"
    document = spoilt(_seam(), "requirements", takt_s=round(0.9 * high, 2)).document
    need.write_text(json.dumps(document), encoding="utf-8")
    run = CliRunner().invoke(
        app,
        ["answer", str(need), "--catalogue", str(robots), "--changes", "-o", str(tmp_path / "out"), "--json"],
    )
    assert run.exit_code == 0, run.output
    (change,) = json.loads(run.stdout)["changes"]
    assert change["change"]["lever"] == "takt"
    checked = CliRunner().invoke(app, ["check", str(tmp_path / "out" / f"change-{ARM}.json")])
    assert checked.exit_code == 0, checked.output
    assert "节拍" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def _seam() -> Need:
    from tests.matching.conftest import NEEDS

    from robotplus.scenarios.files import read_need

    return read_need(NEEDS / "bench_seam.toml")
