"""One robot at one base before one seam: the engine against the peer, in time and in what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks import ours, pieces
from benchmarks.cells import OUT_OF_REACH, STANDARD, Case, standard, varied
from benchmarks.peer import STRATEGIES, Peer, PeerResult
from benchmarks.peer_geometry import self_pairs
from benchmarks.pieces import Piece
from benchmarks.rows import Row, at_least, at_most, shown
from benchmarks.watch import Watch
from robotplus.certificates.certificate import Certificate
from robotplus.robots.acceleration import estimate

SEED = 20261124
REPEATS = 5
TIMED_VARIED = 20  # feasible varied cells timed beside the fixed ones
TIMED_REPEATS = 3
TRIED = 8  # varied cells drawn at most for each that is timed
CELLS_PIECE = 5  # varied cells drawn with one seed
FINER = 20  # configurations per step when a peer's yes is looked at closely
VERDICT = "eager_broad"  # the peer's way of least time over cells of all kinds when only its yes or no counts
# What these stages cost where the peers were first measured, IRB 2400 [ms]; the peer here may not be slower.
MEASURED_MS = {"ik": 99.0, "collision": 403.0, "path": 51.0, "between": 19.0, "timing": 13.0, "torques": 0.54}


def build(case: Case, *, lines: bool = False) -> Peer:
    """The peer for a case: same boxes, limits, pairs and accelerations as the engine.

    The seam alone is what is timed; with ``lines`` approach and retract are asked for too, as of the engine.
    """
    cell = case.cell
    load = cell.program.tool.mass_kg
    return Peer(
        cell,
        self_pairs(cell.robot, cell.program.tool),
        acceleration=estimate(cell.robot, load).low,
        lines=lines,
    )


def best_of(peer: Peer, strategy: str, repeats: int = REPEATS) -> PeerResult:
    """The fastest of some runs: what the pipeline can do when nothing disturbs it."""
    return min((peer.run(strategy) for _ in range(repeats)), key=lambda r: r.seconds)


def best_seconds(run: Callable[[], object], repeats: int = 4 * REPEATS) -> float:
    """The fastest of some calls, after one that warms up."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def peer_stages(watch: Watch) -> Iterator[Row]:
    """The peer on the fixed cells, stage by stage beside what the stages cost elsewhere."""
    asked = [(build(case), case, s) for case in standard(ours.catalogue(), STANDARD) for s in STRATEGIES]
    for peer, case, strategy in watch.track(asked, "the peer's ways", total=len(asked)):
        result, robot = best_of(peer, strategy), case.cell.robot.model
        said = "yes" if result.feasible else f"no: {result.reason}"
        yield shown(f"peer {strategy}, {robot} ({said})", result.seconds * 1e3, "ms")
        if strategy == "eager" and robot.startswith("IRB 2400"):
            for stage, bound in MEASURED_MS.items():
                yield at_most(f"peer stage {stage}, {robot}", result.stages[stage] * 1e3, bound, "ms")


def best_lazy(peer: Peer, repeats: int = TIMED_REPEATS) -> PeerResult:
    """The fastest lazy way's fastest run; ``confirm`` does not search on after a hit and is left out."""
    first = {s: peer.run(s) for s in STRATEGIES if s.startswith("lazy")}
    fastest = min(first, key=lambda s: first[s].seconds)
    return min(first[fastest], best_of(peer, fastest, repeats - 1), key=lambda r: r.seconds)


@dataclass(frozen=True)
class Timed:
    """Seconds for one cell that both sides call feasible."""

    own: float
    eager: float
    eager_broad: float
    lazy: float

    def ratio(self, way: str) -> float:
        """How many times as long as ours a peer's way takes."""
        return float(getattr(self, way)) / self.own


def timed(case: Case) -> Timed | None:
    """Ours and the peer's ways; None where one of them says no."""
    peer, ask = build(case), ours.evaluation(case.need, case.cell)
    if not ask() or not peer.run(VERDICT).feasible:
        return None
    eager, broad = (best_of(peer, way, TIMED_REPEATS).seconds for way in ("eager", "eager_broad"))
    return Timed(best_seconds(ask), eager, broad, best_lazy(peer).seconds)


WAYS = {"eager": "peer eager", "eager_broad": "peer eager behind a broad phase", "lazy": "peer best lazy"}


def ratios(name: str, times: list[Timed]) -> Iterator[Row]:
    """Rows of the median ratios; the bar is on the eager peer."""
    for way, title in WAYS.items():
        ratio = float(np.median([t.ratio(way) for t in times]))
        title = f"{title} / ours, {name}"
        yield at_least(title, ratio, 100, "x") if way == "eager" else shown(title, ratio, "x")


def evaluation(watch: Watch, count: int = TIMED_VARIED) -> Iterator[Row]:
    """Ratios of time for one full evaluation, on the fixed cells and on feasible varied ones."""
    every: list[Timed] = []
    for case in standard(ours.catalogue(), STANDARD):
        found, robot = timed(case), case.cell.robot.model
        if found is None:
            yield Row(f"one full evaluation, {robot}", "called infeasible", "feasible", "", False)
            continue
        every.append(found)
        yield shown(f"one full evaluation, {robot}", found.own * 1e3, "ms")
        anew = best_seconds(ours.evaluation(case.need, case.cell, prepared=False))
        yield shown(f"the same with task and robot prepared anew, {robot}", anew * 1e3, "ms")
        yield from ratios(robot, [found])
    drawn = (timed(case) for case in varied(ours.catalogue(), TRIED * count, SEED + 1))
    feasible = (found for found in drawn if found is not None)
    few = (found for found, _ in zip(feasible, range(count), strict=False))
    every += watch.track(few, "feasible varied cells, timed", total=count)
    if every:
        name = f"median of {len(every)} feasible cells"
        yield shown(f"one full evaluation, {name}", float(np.median([t.own for t in every])) * 1e3, "ms")
        yield from ratios(name, every)


def rejecting() -> Iterator[Row]:
    """Ratios of time for turning down a place out of reach."""
    for case in standard(ours.catalogue(), OUT_OF_REACH):
        peer, ask, robot = build(case), ours.evaluation(case.need, case.cell), case.cell.robot.model
        title = f"turning down a place out of reach: peer / ours, {robot}"
        if ask() or peer.run("eager").feasible:
            yield Row(title, "not turned down", "turned down", "", False)
        else:
            ratio = best_of(peer, "eager").seconds / best_seconds(ask)
            yield at_least(title, ratio, 300, "x")


@dataclass(frozen=True)
class Said:
    """Yes or no of both sides on one varied cell; ``refused``: what check said of our yes."""

    cell: str
    ours: bool
    peer: bool
    refused: str


def compare(count: int, seed: int) -> list[Said]:
    """Ask both sides about varied cells; a yes counts when it stands."""
    out = []
    for case in varied(ours.catalogue(), count, seed):
        peer = build(case, lines=True)
        theirs = peer.run(VERDICT)
        proof = ours.prove(case.need, case.cell.robot, case.cell.base)
        yes, refused = isinstance(proof, Certificate), ""
        if isinstance(proof, Certificate):
            verdict = ours.judge(proof, case.need)
            yes = verdict.holds
            refused = "; ".join(f"{code}: {text}" for code, text in verdict.reasons)
        base = case.cell.base
        cell = f"{case.cell.robot.id} in {case.need.id} at {base.xyz}, yaw {base.yaw}"
        out.append(Said(cell, yes, theirs.feasible and stands(peer, theirs), refused))
    return out


def agreement(watch: Watch, count: int, workers: int) -> Iterator[Row]:
    """Yes and no on varied cells: ours against `check` and against the peer. Not timed, so over all cores."""
    counts = [min(CELLS_PIECE, count - first) for first in range(0, count, CELLS_PIECE)]
    work = [Piece(compare, (n, SEED * 1000 + k), Said) for k, n in enumerate(counts)]
    said = pieces.run(work, workers=workers, watch=watch, what="varied cells compared")
    names = {
        (True, True): "both yes",
        (False, False): "both no",
        (True, False): "only ours",
        (False, True): "only the peer",
    }
    numbers = {name: sum((s.ours, s.peer) == key for s in said) for key, name in names.items()}
    for name, number in numbers.items():
        yield shown(f"{len(said)} varied cells, {name}", number, "cells")
    yield at_most("varied cells: yes that check refuses", sum(bool(s.refused) for s in said), 0, "cells")
    title = "varied cells: false no, against the peer's false no"
    yield at_most(title, numbers["only the peer"], numbers["only ours"], "cells")
    for s in said:
        if s.refused or (s.peer and not s.ours):
            watch.console.print(f"  {s.cell}: {s.refused or 'the peer alone says yes'}", soft_wrap=True)


def stands(peer: Peer, result: PeerResult) -> bool:
    """Whether a peer's yes holds when its path is looked at more finely."""
    q = result.path
    if q is None:
        return False
    finer = np.concatenate([q[:-1] + (q[1:] - q[:-1]) * k / FINER for k in range(FINER)])
    return bool(peer.geometry.free(finer, broad=True).all())
