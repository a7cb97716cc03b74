"""Validate the engine: published cycle times, tampering, planted truth, honesty; writes build/validate.json.

    python -m benchmarks.validate                         the full size, as the bars ask
    python -m benchmarks.validate --each 5 --pairs 200    a quick look

A stopped run is gone on with by the same command: what was finished lies in build/validate.jsonl, one line a piece
with its raw outcomes, and is used as long as the sources are the same. What went wrong is listed in
build/validate.txt.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks import honesty, pieces, planted, tampering
from benchmarks.cycle_cases import cases, published
from benchmarks.pieces import Journal
from benchmarks.place import place
from benchmarks.published_cycles import bars, judge
from benchmarks.rows import Row, Sheet, from_document, shown
from benchmarks.watch import Watch
from robotplus.robots.catalogue import load_catalogue


def cycles() -> list[Row]:
    """The bars of predicted against published cycle times."""
    return [from_document(row) for row in bars(judge(cases(load_catalogue()), published()))]


def validate(args: argparse.Namespace, watch: Watch) -> None:
    """All four, the quick ones first; rows are written as they come."""
    start = time.monotonic()
    sheet = Sheet("validation", args.out, watch.console)
    journal = Journal(args.out.with_suffix(".jsonl"))
    sheet.add(place())
    watch.console.print("published cycle times: fitting without each maker …")
    sheet.add(cycles())
    if args.tampering:
        watch.console.print("tampering: running the tests of it …")
        sheet.add(tampering.rows(tampering.results()))
    found = pieces.run(
        planted.cut(args.each, args.seed),
        workers=args.workers,
        watch=watch,
        what="planted truth",
        journal=journal,
    )
    sheet.add(planted.rows(found))
    told = pieces.run(
        honesty.cut(args.pairs, args.replays, args.seed),
        workers=args.workers,
        watch=watch,
        what="random pairs",
        journal=journal,
    )
    sheet.add(honesty.rows(told, args.pairs))
    lines = [*planted.missed(found), *honesty.wrong(told)]
    args.out.with_suffix(".txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    sheet.add([shown("time of this run", time.monotonic() - start, "s")])
    sheet.finish()


def main() -> None:
    """Run everything and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=100, help="planted tasks of each kinematic class")
    parser.add_argument("--pairs", type=int, default=10_000, help="random pairs of robot and task")
    parser.add_argument("--replays", type=int, default=200, help="certificates replayed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=Path("build/validate.json"))
    parser.add_argument("--no-tampering", dest="tampering", action="store_false", help="leave its tests out")
    args = parser.parse_args()
    try:
        with Watch() as watch:
            validate(args, watch)
    except KeyboardInterrupt:
        sys.exit(f"stopped; the same command goes on from {args.out.with_suffix('.jsonl')}")


if __name__ == "__main__":
    main()
