"""Time the engine against the peer pipeline and against its own bars; writes build/bench.json.

python -m benchmarks.bench                    everything
python -m benchmarks.bench cells commands     only these sections
python -m benchmarks.bench peer               the peer alone
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import bench_cells, bench_commands
from benchmarks.rows import Row, report

SECTIONS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "peer": lambda _: bench_cells.peer_stages(),
    "cells": lambda _: bench_cells.evaluation(),
    "agreement": lambda args: bench_cells.agreement(args.cells),
    "commands": lambda _: bench_commands.commands(),
    "checks": lambda args: bench_commands.checks(args.need),
    "answers": lambda args: bench_commands.answers(args.need),
}


def main() -> None:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", help=", ".join(SECTIONS))
    parser.add_argument("--cells", type=int, default=200, help="varied cells compared (default 200)")
    parser.add_argument("--need", action="append", help="only this example need; may be given again")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    args = parser.parse_args()
    unknown = set(args.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    rows = []
    for name, section in SECTIONS.items():
        if not args.sections or name in args.sections:
            rows += [row.to_document() for row in section(args)]
    report("bench", rows, args.out)


if __name__ == "__main__":
    main()
