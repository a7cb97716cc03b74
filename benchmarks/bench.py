"""Time the engine against the peer pipeline and against its own bars; writes build/bench.json.

python -m benchmarks.bench                    everything
python -m benchmarks.bench cells commands     only these sections
python -m benchmarks.bench peer               the peer alone
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import bench_cells, bench_commands
from benchmarks.rows import report

SECTIONS = {
    "peer": bench_cells.peer_stages,
    "cells": bench_cells.evaluation,
    "agreement": bench_cells.agreement,
    "checks": bench_commands.checks,
    "commands": bench_commands.commands,
    "answers": bench_commands.answers,
}


def main() -> None:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", help=", ".join(SECTIONS))
    parser.add_argument("--cells", type=int, default=200, help="varied cells compared (default 200)")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    args = parser.parse_args()
    unknown = set(args.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    rows = []
    for name, section in SECTIONS.items():
        if not args.sections or name in args.sections:
            rows += [row.to_document() for row in section(args.cells)]
    report("bench", rows, args.out)


if __name__ == "__main__":
    main()
