"""The comparison with the peer, on few cells: rows of every kind, and a disagreement is told."""

from io import StringIO

import pytest

pytest.importorskip("eaik", reason="the bench extra is not installed")
pytest.importorskip("toppra", reason="the bench extra is not installed")

from benchmarks.bench_cells import Said, agreement, compare, evaluation, rejecting
from benchmarks.cells import STANDARD, seam_alone, standing
from benchmarks.watch import Watch
from rich.console import Console

from benchmarks import bench_cells, ours
from robotplus.certificates.certificate import Certificate


def quiet() -> Watch:
    return Watch(Console(file=StringIO(), width=200))


def test_cells_are_timed_and_the_engine_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_cells, "STANDARD", STANDARD[:1])
    rows = {r.name: r for r in evaluation(quiet(), 0)}
    ratio = rows["peer eager / ours, median of 1 feasible cells"]
    assert ratio.bar == ">= 100" and isinstance(ratio.value, float) and ratio.value > 10


def test_places_out_of_reach_are_turned_down_faster() -> None:
    assert [r.value > 10 for r in rejecting() if isinstance(r.value, float)] == [True, True]


def test_both_sides_are_asked_about_the_same_cells() -> None:
    said = compare(6, 3)
    assert len(said) == 6 and not [s for s in said if s.refused]
    assert {True, False} == {s.peer for s in said}
    assert said == compare(6, 3)


@pytest.mark.parametrize(
    ("robot", "x", "y", "z", "yaw_deg"),
    [
        # only with the tool turned on the approach
        ("fanuc_m20ia10l", -0.5729323673972107, -0.6235525256071474, 0.0, 70.36),
        # the arm's corners pass a corner of the table, 10 mm away along no axis of either
        ("ur_ur30", 0.03159753896046113, 0.44279961792634226, 0.6, -92.77),
    ],
)
def test_cells_with_little_room_are_done(robot: str, x: float, y: float, z: float, yaw_deg: float) -> None:
    """The peer does these too; what made them hard is not special to them."""
    case = standing(seam_alone("bench_seam"), ours.catalogue()[robot], x, y, z, yaw_deg)
    proof = ours.prove(case.need, case.cell.robot, case.cell.base)
    assert isinstance(proof, Certificate)
    assert ours.judge(proof, case.need).holds


def test_disagreements_are_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [Said("a", True, True, ""), Said("b", False, True, ""), Said("c", False, False, "takt: too slow")]
    monkeypatch.setattr(bench_cells, "compare", lambda count, seed: told[:count])
    watch = quiet()
    rows = {r.name: r for r in agreement(watch, 3, 1)}
    assert rows["3 varied cells, only the peer"].value == 1
    assert [r.passed for r in rows.values() if r.passed is not None] == [False, False]
    printed = watch.console.file.getvalue()  # type: ignore[attr-defined]
    assert "b: the peer alone says yes" in printed and "c: takt: too slow" in printed
