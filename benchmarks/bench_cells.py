"""One robot at one base before one seam: the engine against the peer, in time and in what they say."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks import ours
from benchmarks.cells import OUT_OF_REACH, STANDARD, Case, standard, varied
from benchmarks.peer import STRATEGIES, Peer, PeerResult
from benchmarks.peer_geometry import self_pairs
from benchmarks.rows import Row, at_least, at_most, shown
from robotplus.certificates.certificate import Certificate
from robotplus.robots.acceleration import estimate

SEED = 20261124
REPEATS = 5
TIMED_VARIED = 20  # feasible varied cells timed beside the fixed ones
FINER = 20  # configurations per step when a peer's yes is looked at closely
# What these stages cost where the peers were first measured, IRB 2400 [ms]; the peer here may not be slower.
MEASURED_MS = {"ik": 99.0, "collision": 403.0, "path": 51.0, "between": 19.0, "timing": 13.0, "torques": 0.54}


def build(case: Case) -> Peer:
    """The peer for a case: same boxes, limits, pairs and accelerations as the engine."""
    cell = case.cell
    load = cell.program.tool.mass_kg
    return Peer(cell, self_pairs(cell.robot, cell.program.tool), acceleration=estimate(cell.robot, load).low)


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


def peer_stages() -> list[Row]:
    """The peer on the fixed cells, stage by stage beside what the stages cost elsewhere."""
    rows = []
    for case in standard(ours.catalogue(), STANDARD):
        peer, robot = build(case), case.cell.robot.model
        for strategy in STRATEGIES:
            result = best_of(peer, strategy)
            said = "yes" if result.feasible else f"no: {result.reason}"
            rows.append(shown(f"peer {strategy}, {robot} ({said})", result.seconds * 1e3, "ms"))
            if strategy == "eager" and robot.startswith("IRB 2400"):
                for stage, bound in MEASURED_MS.items():
                    rows.append(
                        at_most(f"peer stage {stage}, {robot}", result.stages[stage] * 1e3, bound, "ms")
                    )
    return rows


def best_lazy(peer: Peer) -> PeerResult:
    """The fastest lazy variant; ``confirm`` does not search on after a hit and is left out."""
    lazy = [best_of(peer, s) for s in STRATEGIES if s.startswith("lazy")]
    return min(lazy, key=lambda r: r.seconds)


def evaluation() -> list[Row]:
    """Ratios of time for one full evaluation, and for turning down a place out of reach."""
    rows = []
    ratios: dict[str, list[float]] = {"eager": [], "eager_broad": [], "lazy": []}
    own: list[float] = []
    cases = [*standard(ours.catalogue(), STANDARD), *varied(ours.catalogue(), 8 * TIMED_VARIED, SEED + 1)]
    for number, case in enumerate(cases):
        peer, fixed = build(case), number < len(STANDARD)
        if len(own) >= TIMED_VARIED + len(STANDARD) or not peer.run("eager_broad").feasible:
            continue
        ask = ours.evaluation(case.need, case.cell)
        if not ask():
            continue
        mine = best_seconds(ask)
        own.append(mine)
        found = {
            "eager": best_of(peer, "eager", 3).seconds,
            "eager_broad": best_of(peer, "eager_broad", 3).seconds,
            "lazy": best_lazy(peer).seconds,
        }
        for name, seconds in found.items():
            ratios[name].append(seconds / mine)
        if fixed:
            robot = case.cell.robot.model
            rows.append(shown(f"one full evaluation, {robot}", mine * 1e3, "ms"))
            anew = best_seconds(ours.evaluation(case.need, case.cell, prepared=False))
            rows.append(shown(f"the same with task and robot prepared anew, {robot}", anew * 1e3, "ms"))
            rows.append(at_least(f"peer eager / ours, {robot}", found["eager"] / mine, 100, "x"))
            rows.append(
                shown(f"peer eager behind a broad phase / ours, {robot}", found["eager_broad"] / mine, "x")
            )
            rows.append(shown(f"peer best lazy / ours, {robot}", found["lazy"] / mine, "x"))
    rows.append(
        shown(f"one full evaluation, median of {len(own)} feasible cells", float(np.median(own)) * 1e3, "ms")
    )
    rows.append(at_least("peer eager / ours, median", float(np.median(ratios["eager"])), 100, "x"))
    rows.append(
        shown("peer eager behind a broad phase / ours, median", float(np.median(ratios["eager_broad"])), "x")
    )
    rows.append(shown("peer best lazy / ours, median", float(np.median(ratios["lazy"])), "x"))
    for case in standard(ours.catalogue(), OUT_OF_REACH):
        peer, ask = build(case), ours.evaluation(case.need, case.cell)
        if ask() or peer.run("eager").feasible:
            raise RuntimeError(f"{case.cell.robot.id} was meant to be out of reach")
        ratio = best_of(peer, "eager").seconds / best_seconds(ask)
        rows.append(
            at_least(
                f"turning down a place out of reach: peer / ours, {case.cell.robot.model}", ratio, 300, "x"
            )
        )
    return rows


def agreement(count: int) -> list[Row]:
    """Yes and no on varied cells: ours against `check` and against the peer."""
    said = {"both yes": 0, "both no": 0, "only ours": 0, "only the peer": 0}
    refused = 0
    for case in varied(ours.catalogue(), count, SEED):
        peer = build(case)
        theirs = peer.run("eager_broad")
        peer_yes = theirs.feasible and stands(peer, theirs)
        proof = ours.prove(case.need, case.cell.robot, case.cell.base)
        our_yes = isinstance(proof, Certificate)
        if isinstance(proof, Certificate) and not ours.judge(proof, case.need).holds:
            refused, our_yes = refused + 1, False
        both = "both yes" if our_yes else "both no"
        said[both if our_yes == peer_yes else ("only ours" if our_yes else "only the peer")] += 1
    rows = [shown(f"{count} varied cells, {name}", number, "cells") for name, number in said.items()]
    rows.append(at_most("varied cells: yes that check refuses", refused, 0, "cells"))
    missed = at_most(
        "varied cells: false no (the peer's beside it)", said["only the peer"], said["only ours"], "cells"
    )
    return [*rows, missed]


def stands(peer: Peer, result: PeerResult) -> bool:
    """Whether a peer's yes holds when its path is looked at more finely."""
    q = result.path
    if q is None:
        return False
    finer = np.concatenate([q[:-1] + (q[1:] - q[:-1]) * k / FINER for k in range(FINER)])
    return bool(peer.geometry.free(finer, broad=True).all())
