"""Time the engine against the peer pipeline and against its own bars; writes build/bench.json.

python -m benchmarks.bench                    everything
python -m benchmarks.bench cells commands     only these sections, into build/bench-cells-commands.json
python -m benchmarks.bench peer               the peer alone

Rows are printed and written as they come: a run that is stopped keeps what it measured.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import bench_commands
from benchmarks.place import place
from benchmarks.rows import Row, Sheet, shown
from benchmarks.watch import Watch

Section = Callable[[argparse.Namespace, Watch], Iterator[Row]]


def peer(_: argparse.Namespace, watch: Watch) -> Iterator[Row]:
    """The peer's ways and stages."""
    from benchmarks import bench_cells  # the peer's libraries are asked for only where they are needed

    yield from bench_cells.peer_stages(watch)


def cells(args: argparse.Namespace, watch: Watch) -> Iterator[Row]:
    """One evaluation, and turning a place down, against the peer."""
    from benchmarks import bench_cells

    yield from bench_cells.evaluation(watch, args.timed)
    yield from bench_cells.rejecting()


def agreement(args: argparse.Namespace, watch: Watch) -> Iterator[Row]:
    """Yes and no on varied cells."""
    from benchmarks import bench_cells

    yield from bench_cells.agreement(watch, args.cells, args.workers)


SECTIONS: dict[str, Section] = {
    "peer": peer,
    "cells": cells,
    "agreement": agreement,
    "commands": lambda _, __: bench_commands.commands(),
    "answers": lambda args, watch: bench_commands.answers(watch, args.need, args.workers),
}


def bench(args: argparse.Namespace, watch: Watch) -> None:
    """The sections asked for, one after the other."""
    start = time.monotonic()
    sheet = Sheet("bench", args.out, watch.console)
    sheet.add(place())
    for name, section in SECTIONS.items():
        if not args.sections or name in args.sections:
            watch.console.print(f"{name} …")
            sheet.add(section(args, watch))
    sheet.add([shown("time of this run", time.monotonic() - start, "s")])
    sheet.finish()


def main() -> None:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", help=", ".join(SECTIONS))
    parser.add_argument("--cells", type=int, default=200, help="varied cells compared (default 200)")
    parser.add_argument("--timed", type=int, default=20, help="feasible varied cells timed (default 20)")
    parser.add_argument("--need", action="append", help="only this example need; may be given again")
    parser.add_argument(
        "--workers", type=int, default=len(os.sched_getaffinity(0)), help="processes where nothing is timed"
    )
    parser.add_argument("--out", type=Path, help="default: build/bench.json")
    args = parser.parse_args()
    unknown = set(args.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    args.out = args.out or Path("build") / f"{'-'.join(['bench', *args.sections])}.json"
    try:
        with Watch() as watch:
            bench(args, watch)
    except KeyboardInterrupt:
        sys.exit(f"stopped; what was measured is in {args.out}")


if __name__ == "__main__":
    main()
