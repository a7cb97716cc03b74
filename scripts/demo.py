"""Answer the example needs against the built-in catalogue: ``python scripts/demo.py [FOLDER]``.

Reports go to FOLDER/<need>/report.html (build/demo when no folder is given).
"""

from __future__ import annotations

import functools
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the workers share the cores between them

from robotplus.cli.answer import write
from robotplus.cli.output import bar
from robotplus.matching.answer import Answer
from robotplus.matching.answering import answer
from robotplus.robots.catalogue import load_catalogue
from robotplus.scenarios.files import read_need
from robotplus.scenarios.library import scenarios

ROOT = Path(__file__).parent.parent
NEEDS = ROOT / "examples" / "needs"


def main(folder: Path) -> None:
    """One line a need while it is answered, then where the reports are."""
    catalogue = load_catalogue()
    print(f"{len(catalogue)} robots in the catalogue, {os.cpu_count()} processor cores")
    reports = []
    for scenario in (s for s in scenarios() if s.family):
        need = read_need(NEEDS / f"{scenario.id}.toml")
        started = time.perf_counter()
        with bar() as show:

            def progress(stage: str, done: int, of: int, found: int, name: str = need.id) -> None:
                show(f"{name}: {stage} ({found})", done, of)

            result = answer(need, catalogue, progress=progress)
            answered = time.perf_counter() - started
            write(result, folder / need.id, show=functools.partial(show, f"{need.id}: writing"))
        print(f"{need.id:20} {answered:5.1f} s  {told(result)}", flush=True)
        reports.append(folder / need.id / "report.html")
    print("\nOpen a report by double click:")
    for report in reports:
        print(f"  {os.path.relpath(report)}")


def told(result: Answer) -> str:
    """Counts by verdict, and the best robot."""
    counts = ", ".join(f"{n} {verdict.replace('_', ' ')}" for verdict, n in result.counts.items() if n)
    best = result.solutions[0].robot if result.solutions else None
    return counts + (f"; best: {best.maker} {best.model}" if best else "")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "demo")
