"""Validate the engine: planted truth, honesty, published cycle times; writes build/validate.json.

python -m benchmarks.validate                         the full size, as the bars ask
python -m benchmarks.validate --each 5 --pairs 200    a quick look
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks import honesty, planted
from benchmarks.cycle_cases import cases, published
from benchmarks.published_cycles import bars, judge
from benchmarks.rows import report
from robotplus.robots.catalogue import load_catalogue


def main() -> None:
    """Run all three and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=100, help="planted tasks of each kinematic class")
    parser.add_argument("--pairs", type=int, default=10_000, help="random pairs of robot and task")
    parser.add_argument("--replays", type=int, default=200, help="certificates replayed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=Path("build/validate.json"))
    args = parser.parse_args()
    rows = bars(judge(cases(load_catalogue()), published()))
    found = planted.run(args.each, args.seed, args.workers)
    rows += [row.to_document() for row in planted.rows(found)]
    told = honesty.run(args.pairs, args.replays, args.seed, args.workers)
    rows += [row.to_document() for row in honesty.rows(told, args.pairs)]
    report("validation", rows, args.out)


if __name__ == "__main__":
    main()
