"""Honesty: random robots and tasks, every certificate checked, some replayed by a third, independent opinion.

    python -m benchmarks.honesty --pairs 10000 --replays 200

What goes wrong is listed one by one; ``--list`` lists every pair.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import ours, pieces
from benchmarks.oracle import replay_certificate
from benchmarks.pieces import Piece
from benchmarks.random_tasks import random_need
from benchmarks.rows import Row, at_least, at_most, report, shown
from benchmarks.watch import Watch
from robotplus.certificates.certificate import Certificate
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need

PIECE = 50  # pairs drawn with one seed
NO = ("impossible", "not_found", "unknown")
BROKEN = "broken"  # the verdict written down when the engine itself failed


@dataclass(frozen=True)
class Outcome:
    """What became of one pair. ``short``: what the robot certainly lacks; ``refused``: what check said, or how
    the engine failed; ``violations``: what the replay found, None when it was not replayed."""

    name: str
    robot: str
    family: str
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
        outcome = _judged(need, robot, replay=replays > 0)
        replays -= outcome.violations is not None
        out.append(outcome)
    return out


def _judged(need: Need, robot: Robot, *, replay: bool) -> Outcome:
    """One pair; an engine that fails is an outcome like any other, or the rest would never be looked at."""
    told, refused, violations = BROKEN, "", None
    try:
        result = ours.prove(need, robot)
        told = str(result.verdict)
        if isinstance(result, Certificate):
            verdict = ours.judge(result, need)
            refused = "" if verdict.holds else "; ".join(f"{code}: {text}" for code, text in verdict.reasons)
            if replay:
                found = replay_certificate(result.to_document(), robot.document, need.program)
                violations = tuple(f"{kind}: {detail}" for kind, detail in found.violations.items())
    except Exception as error:
        told, refused = BROKEN, f"{type(error).__name__}: {error}"
    return Outcome(need.id, robot.id, need.family, told, surely_short(need, robot), refused, violations)


def rows(outcomes: Iterable[Outcome], pairs: int) -> list[Row]:
    """The counts, on the raw output before any filter."""
    outcomes = list(outcomes)
    certified = [o for o in outcomes if o.verdict not in (*NO, BROKEN)]
    replayed = [o for o in outcomes if o.violations is not None]
    hits = [o for o in replayed if any(v.startswith("collision") for v in o.violations or ())]
    others = [o for o in replayed if o.violations and o not in hits]
    short = {what: [o for o in outcomes if o.short == what] for what in ("payload", "reach")}
    told = ", ".join(f"{n} {verdict}" for verdict, n in Counter(o.verdict for o in outcomes).most_common())
    families = ", ".join(f"{n} {family}" for family, n in Counter(o.family for o in certified).most_common())
    out = [shown("honesty: random pairs", len(outcomes), "pairs"), shown("honesty: verdicts", told, "")]
    out.append(at_least("honesty: certificates among them", len(certified), pairs / 5, "certificates"))
    out.append(shown("honesty: families of the certificates", families, ""))
    refused = sum(bool(o.refused) for o in certified)
    out.append(at_most("honesty: certificates that check refuses", refused, 0, "certificates"))
    broken = sum(o.verdict == BROKEN for o in outcomes)
    out.append(at_most("honesty: pairs on which the engine fails", broken, 0, "pairs"))
    out.append(shown("honesty: certificates replayed at 1 ms", len(replayed), "certificates"))
    out.append(at_most("honesty: replays with a collision", len(hits), 0, "certificates"))
    out.append(
        at_most("honesty: replays that leave limits, path or clearance", len(others), 0, "certificates")
    )
    for what, lacking in short.items():
        proven = sum(o in certified for o in lacking)
        out.append(at_most(f"honesty: proven though short of {what}, of {len(lacking)}", proven, 0, "pairs"))
    return out


def wrong(outcomes: Iterable[Outcome]) -> list[str]:
    """A line for each pair that should not have ended as it did."""
    out = []
    for o in outcomes:
        short = o.short if o.verdict not in (*NO, BROKEN) else ""
        what = "; ".join(filter(None, [o.refused, *(o.violations or ()), short and f"short of {short}"]))
        if what:
            out.append(f"{o.verdict}: {o.name} on {o.robot}: {what}")
    return out


def cut(pairs: int, replays: int, seed: int) -> list[Piece[Outcome]]:
    """The pairs in pieces; replays are spread over all of them, and the seeds of runs do not overlap."""
    counts = [min(PIECE, pairs - first) for first in range(0, pairs, PIECE)]
    share, more = divmod(replays, len(counts))
    return [
        Piece(attempt, (count, seed * 100_000 + k, share + (k < more)), Outcome)
        for k, count in enumerate(counts)
    ]


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--replays", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--list", action="store_true", help="print every pair")
    parser.add_argument("--out", type=Path, default=Path("build/honesty.json"))
    args = parser.parse_args()
    work = cut(args.pairs, args.replays, args.seed)
    with Watch() as watch:
        outcomes = pieces.run(work, workers=args.workers, watch=watch, what="random pairs")
    for o in outcomes if args.list else ():
        print(f"{o.name} {o.robot} {o.family} {o.verdict} {o.short}".rstrip())
    print("\n".join(wrong(outcomes)))
    report("honesty", [row.to_document() for row in rows(outcomes, args.pairs)], args.out)


if __name__ == "__main__":
    main()
