"""Planted truth: are tasks found that are known to be feasible, when the base pose is withheld?

    python -m benchmarks.planted --each 100

A task counts by the share of its base region in which the robot could stand. The share is estimated by moving
the planted base about, in rings round its true place, and following the path from there; it is a lower bound,
for postures far from the planted ones are not sought.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks import ours, pieces
from benchmarks.oracle_boxes import Array
from benchmarks.pieces import Piece
from benchmarks.planting import FLOOR, Planted, planted
from benchmarks.postures import closer, overlapping, standing
from benchmarks.rows import Row, at_least, at_most, report, shown, write
from benchmarks.watch import Watch
from robotplus.certificates.certificate import Certificate
from robotplus.proving.classify import classify
from robotplus.proving.pack import chain
from robotplus.robots.acceleration import estimate
from robotplus.robots.frames import inverse
from robotplus.robots.model import Robot

CLASSES = ("OPW", "UR-like", "other 6R", "7R", "fewer axes")
SHARES = ((0.01, "share >= 1 %"), (0.001, "share 0.1-1 %"), (0.0, "share below 0.1 %"))
BARS = {"share >= 1 %": 0.99, "share 0.1-1 %": 0.90}
PIECE = 10  # tasks drawn with one seed
RINGS, PER_RING = 6, 24
STEPS = 31  # waypoints of a path at which a place is tried
COLLISIONS = 6  # of them: every so many are looked at for collisions
FEWEST = 10  # tasks from which on a share is judged


@dataclass(frozen=True)
class Outcome:
    """What became of one planted task."""

    kind: str
    share: float
    verdict: str
    name: str
    robot: str
    seconds: float
    why: str  # of a no, or of what check refused


def kinematic_class(robot: Robot) -> str:
    """The class a robot is tabled under."""
    if robot.dof != 6:
        return "7R" if robot.dof == 7 else "fewer axes"
    origins, tip, _ = chain(robot)
    sliding = sum(1 << k for k, j in enumerate(robot.joints) if j.kind != "revolute")
    return {"opw": "OPW", "ur": "UR-like"}.get(classify(origins, tip, prismatic=sliding).name, "other 6R")


def usable(robot: Robot) -> bool:
    """Whether the model holds what a proof needs, without placeholders, and may stand on the floor."""
    complete = all(None not in (j.lower, j.upper, j.velocity) for j in robot.joints)
    complete = complete and all(link.boxes for link in robot.links) and robot.payload_kg is not None
    stands = robot.mounting is None or "floor" in robot.mounting.value
    return complete and stands and robot.velocity is not None and robot.velocity.value == "data"


def share(task: Planted, rng: np.random.Generator) -> float:
    """Share of the base region's area at which the planted robot could stand, from below."""
    region = task.need.program.base
    (x0, x1), (y0, y1) = region.x, region.y
    width = x1 - x0
    total = 0.0
    outer = 0.0
    for ring in range(RINGS):
        inner, outer = outer, width * 2.0 ** (ring + 1 - RINGS)
        side = rng.uniform(-outer, outer, (PER_RING * 8, 2))
        side = side[np.abs(side).max(axis=1) >= inner]
        side = side[
            (side + task.base[:2] >= (x0, y0)).all(axis=1) & (side + task.base[:2] <= (x1, y1)).all(axis=1)
        ]
        area = _overlap(task.base[:2], outer, region.x, region.y) - _overlap(
            task.base[:2], inner, region.x, region.y
        )
        if len(side) and area > 0:
            total += area * float(_stands(task, side[:PER_RING]).mean())
    return total / (width * (y1 - y0))


def _overlap(
    centre: tuple[float, float], half: float, x: tuple[float, float], y: tuple[float, float]
) -> float:
    wide = min(x[1], centre[0] + half) - max(x[0], centre[0] - half)
    high = min(y[1], centre[1] + half) - max(y[0], centre[1] - half)
    return max(wide, 0.0) * max(high, 0.0)


def _stands(task: Planted, offsets: Array) -> np.ndarray:
    """(n,) whether the path can be followed at the speed asked, free of collision, with the base moved by ``offsets``
    (n, 2)."""
    index = np.unique(np.linspace(0, len(task.q) - 1, STEPS).astype(int))
    planted_tcp = task.arm.tcp(task.q[index])
    place = np.eye(4)
    c, s = math.cos(task.base[3]), math.sin(task.base[3])
    place[:2, :2], place[:3, 3] = [[c, -s], [s, c]], task.base[:3]
    moved = np.repeat(place[None], len(offsets), axis=0)
    moved[:, :2, 3] += offsets
    to_moved = np.array([inverse(m) @ place for m in moved])
    ok = np.ones(len(offsets), dtype=bool)
    q = np.repeat(task.q[index[:1]], len(offsets), axis=0)
    q[:, 0] += _turned(planted_tcp[0], to_moved)
    q = np.clip(q, task.arm.lower, task.arm.upper)
    path = []
    for k, tcp in enumerate(planted_tcp):
        rounds = 25 if k == 0 or len(index) == 2 else 5
        q, there = task.arm.reach_for(to_moved @ tcp, q, free_spin=task.free_spin, rounds=rounds)
        ok &= there
        if not ok.any():
            break
        if k % COLLISIONS == 0 or k == len(index) - 1:
            ok[ok] &= ~_hits(task, q[ok], moved[ok])
        path.append(q)
    if ok.any() and len(index) > 2:
        ok[ok] &= _in_time(task, planted_tcp, np.array(path)[:, ok])
    return ok


def _in_time(task: Planted, tcp: Array, q: Array) -> np.ndarray:
    """(n,) whether joints q (k, n, dof) at poses ``tcp`` (k, 4, 4) keep within speed and acceleration at the tool speed
    asked, on average between neighbours."""
    speed = task.need.program.stops[0].speed
    assert speed is not None
    t = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(tcp[:, :3, 3], axis=0), axis=1))]) / speed[1]
    rate = np.diff(q, axis=0) / np.diff(t)[:, None, None]
    bend = 2 * np.diff(rate, axis=0) / (t[2:] - t[:-2])[:, None, None]
    most = estimate(task.arm.robot, task.arm.tool.mass_kg).low
    return np.asarray(
        (np.abs(rate) <= task.arm.speed).all(axis=(0, 2)) & (np.abs(bend) <= most).all(axis=(0, 2))
    )


def _turned(tcp: Array, to_moved: Array) -> Array:
    """(n,) by how much the first joint turns to face the work again."""
    seen = (to_moved @ tcp)[:, :2, 3]
    turn = np.arctan2(seen[:, 1], seen[:, 0]) - math.atan2(tcp[1, 3], tcp[0, 3])
    return np.asarray((turn + math.pi) % (2 * math.pi) - math.pi)


def _hits(task: Planted, q: Array, moved: Array) -> np.ndarray:
    bodies = task.arm.bodies(q, moved)
    need = task.need.program.requirements
    hit = overlapping(bodies, task.pairs)
    cell = [b for o in task.need.program.obstacles if o.role != "floor" for b in o.boxes]
    for box in cell:
        fixed = standing(box, len(q))
        for body in bodies:
            hit |= closer(
                body.boxes,
                fixed,
                need.min_clearance if body.name.startswith("link_") else need.tool_clearance,
            )
    floor = standing(FLOOR, len(q))
    for body in bodies:
        if body.number >= 2:
            hit |= closer(body.boxes, floor, need.min_clearance)
    return hit


def attempt(kind: str, count: int, seed: int) -> list[Outcome]:
    """Plant tasks of one class and ask the engine for them."""
    rng = np.random.default_rng(seed)
    robots = [r for r in ours.catalogue().values() if usable(r) and kinematic_class(r) == kind]
    out = []
    for task in planted(robots, count, rng, f"planted-{CLASSES.index(kind)}-{seed}"):
        feasible = share(task, rng.spawn(1)[0])  # the tasks do not depend on how the share is found
        start = time.perf_counter()
        result = ours.prove(task.need, task.arm.robot)
        seconds = time.perf_counter() - start
        verdict, why = str(result.verdict), ""
        if isinstance(result, Certificate):
            checked = ours.judge(result, task.need)
            verdict = "found" if checked.holds else "refused by check"
            why = "; ".join(f"{code}: {text}" for code, text in checked.reasons)
        else:
            why = f"{result.constraint}, {result.where}".strip(", ")
        out.append(Outcome(kind, feasible, verdict, task.need.id, task.arm.robot.id, seconds, why))
    return out


def rows(outcomes: Iterable[Outcome]) -> list[Row]:
    """Found, not found and wrongly impossible, by class and share."""
    outcomes = list(outcomes)
    out = []
    for kind in CLASSES:
        for bound, name in SHARES:
            above = next((b for b, _ in reversed(SHARES) if b > bound), math.inf)
            here = [o for o in outcomes if o.kind == kind and bound <= o.share < above]
            found = sum(o.verdict == "found" for o in here)
            title = f"planted, {kind}, {name}: found of {len(here)}"
            if name in BARS and len(here) >= FEWEST:
                out.append(at_least(title, found / len(here), BARS[name], ""))
            else:
                out.append(shown(title, found / len(here) if here else None, ""))
    verdicts = Counter(o.verdict for o in outcomes)
    out.append(at_most("planted: called impossible", verdicts["impossible"], 0, "tasks"))
    out.append(at_most("planted: certificates that check refuses", verdicts["refused by check"], 0, "tasks"))
    return out


def cut(each: int, seed: int) -> list[Piece[Outcome]]:
    """``each`` tasks of every class, as pieces of work."""
    firsts = [(kind, first) for first in range(0, each, PIECE) for kind in CLASSES]
    return [Piece(attempt, (kind, min(PIECE, each - first), seed + first), Outcome) for kind, first in firsts]


def missed(outcomes: Iterable[Outcome]) -> list[str]:
    """A line for every task that was not found."""
    return [
        f"{o.verdict}: {o.name} on {o.robot} ({o.kind}, share {o.share:.2%}): {o.why}"
        for o in outcomes
        if o.verdict != "found"
    ]


def main() -> None:
    """Run and report; tasks that were not found are listed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=100, help="tasks of each kinematic class (default 100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", action="store_true", help="print every task as a line of JSON, no table")
    parser.add_argument("--out", type=Path, default=Path("build/planted.json"))
    args = parser.parse_args()
    with Watch(Console(stderr=True, highlight=False)) as watch:
        outcomes = pieces.run(
            cut(args.each, args.seed), workers=args.workers, watch=watch, what="planted truth"
        )
    if args.json:
        print("\n".join(json.dumps(asdict(o)) for o in outcomes))
        write([row.to_document() for row in rows(outcomes)], args.out)
        return
    print("\n".join(missed(outcomes)))
    report("planted truth", [row.to_document() for row in rows(outcomes)], args.out)


if __name__ == "__main__":
    main()
