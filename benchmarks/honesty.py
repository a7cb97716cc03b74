"""Honesty: random robots and tasks, every certificate checked, some replayed by a third, independent opinion.

python -m benchmarks.honesty --pairs 10000 --replays 200
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import ours
from benchmarks.oracle import replay_certificate
from benchmarks.random_tasks import random_need
from benchmarks.rows import Row, at_least, at_most, report, shown
from robotplus.certificates.certificate import Certificate
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need

PIECE = 50


@dataclass(frozen=True)
class Outcome:
    """What became of one pair. ``short``: what the robot certainly lacks; ``refused``: what check said;
    ``violations``: what the replay found, None when it was not replayed."""

    name: str
    robot: str
    verdict: str
    short: str
    refused: str
    violations: tuple[str, ...] | None


def heaviest(need: Need) -> float:
    """[kg] tool with the heaviest part."""
    program = need.program
    return program.tool.mass_kg + max((p.mass_kg for p in program.parts), default=0.0)


def surely_short(need: Need, robot: Robot) -> str:
    """What a robot lacks by the plainest of bounds: "payload", "reach" or nothing.

    Reach: the summed lengths of the chain and the tool, against the distance of a path point from the base
    rectangle at the nearest allowed height.
    """
    if robot.payload_kg is not None and heaviest(need) > robot.payload_kg.value * (1 + 1e-9):
        return "payload"
    chain = sum(float(np.linalg.norm(j.origin_xyz)) for j in robot.joints)
    chain += sum(max(abs(j.lower or 0.0), abs(j.upper or 0.0)) for j in robot.joints if j.kind == "prismatic")
    chain += float(np.linalg.norm(robot.flange_xyz)) + float(np.linalg.norm(need.program.tool.tcp_xyz))
    region = need.program.base
    for stop in need.program.stops:
        points = stop.curve.frames(np.linspace(0.0, stop.curve.length, 50))[0]
        x = np.maximum(np.maximum(region.x[0] - points[:, 0], points[:, 0] - region.x[1]), 0.0)
        y = np.maximum(np.maximum(region.y[0] - points[:, 1], points[:, 1] - region.y[1]), 0.0)
        z = np.abs(points[:, 2:] - np.array(region.heights)).min(axis=1)
        if np.sqrt(x**2 + y**2 + z**2).max() > chain + 0.01:
            return "reach"
    return ""


def attempt(count: int, seed: int, replays: int) -> list[Outcome]:
    """Random pairs; the first ``replays`` certificates among them are replayed."""
    rng = np.random.default_rng(seed)
    robots = list(ours.catalogue().values())
    out: list[Outcome] = []
    for number in range(count):
        robot = robots[rng.integers(len(robots))]
        need = random_need(robot, rng, f"random-{seed}-{number}")
        result = ours.prove(need, robot)
        refused, violations = "", None
        if isinstance(result, Certificate):
            verdict = ours.judge(result, need)
            refused = "" if verdict.holds else "; ".join(f"{code}: {text}" for code, text in verdict.reasons)
            if replays > 0:
                replays -= 1
                found = replay_certificate(result.to_document(), robot.document, need.program)
                violations = tuple(f"{kind}: {detail}" for kind, detail in found.violations.items())
        out.append(Outcome(need.id, robot.id, result.verdict, surely_short(need, robot), refused, violations))
    return out


def rows(outcomes: Iterable[Outcome], pairs: int) -> list[Row]:
    """The counts, on the raw output before any filter."""
    outcomes = list(outcomes)
    certified = [o for o in outcomes if o.verdict not in ("impossible", "not_found", "unknown")]
    replayed = [o for o in outcomes if o.violations is not None]
    hits = [o for o in replayed if any(v.startswith("collision") for v in o.violations or ())]
    others = [o for o in replayed if o.violations and o not in hits]
    short = {what: [o for o in outcomes if o.short == what] for what in ("payload", "reach")}
    out = [shown("random pairs", len(outcomes), "pairs")]
    out.append(at_least("certificates among them", len(certified), pairs / 5, "certificates"))
    out.append(
        at_most("certificates that check refuses", sum(bool(o.refused) for o in certified), 0, "certificates")
    )
    out.append(shown("certificates replayed at 1 ms", len(replayed), "certificates"))
    out.append(at_most("replays with a collision", len(hits), 0, "certificates"))
    out.append(at_most("replays that leave limits, path or clearance", len(others), 0, "certificates"))
    for what, pairs_short in short.items():
        proven = sum(o in certified for o in pairs_short)
        out.append(at_most(f"proven though short of {what}, of {len(pairs_short)}", proven, 0, "pairs"))
    return out


def run(pairs: int, replays: int, seed: int, workers: int) -> list[Outcome]:
    """All pairs, over some processes; replays are spread over all of them."""
    counts = [min(PIECE, pairs - first) for first in range(0, pairs, PIECE)]
    each = -(-replays // len(counts))
    seeds = [seed * 100_000 + k for k in range(len(counts))]
    if workers == 1:
        return [o for c, s in zip(counts, seeds, strict=True) for o in attempt(c, s, each)]
    with ProcessPoolExecutor(workers) as pool:
        return [o for part in pool.map(attempt, counts, seeds, [each] * len(counts)) for o in part]


def main() -> None:
    """Run and report; what went wrong is listed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--replays", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=Path("build/honesty.json"))
    args = parser.parse_args()
    outcomes = run(args.pairs, args.replays, args.seed, args.workers)
    for o in outcomes:
        if o.refused or o.violations:
            print(f"{o.name} on {o.robot}: {o.refused or '; '.join(o.violations or ())}")
    report("honesty", [row.to_document() for row in rows(outcomes, args.pairs)], args.out)


if __name__ == "__main__":
    main()
