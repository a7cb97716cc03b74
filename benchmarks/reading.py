"""How well texts are read: ``python -m benchmarks.reading [--texts FILE.jsonl] [--misses]``.

A figure is right when field, comparator, value and unit are the label's and its quote lies inside the label's. Counted
are figures of role requirement or workpiece and of another field than ``other``. A label flagged ``op_implied``, whose
quote has no comparator, is met by ``=`` too.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.labelled import LabelledText, labelled_lines, labelled_texts
from benchmarks.rows import Row, at_least, at_most, shown
from robotplus.reading import Figure, Reading, read

DATA = Path(__file__).parents[1] / "tests" / "reading" / "data"
ROLES = ("requirement", "workpiece")
F1_BAR, TOP1_BAR, TOP2_BAR, READ_MS_BAR = 0.93, 0.90, 0.97, 50.0


@dataclass
class Tally:
    """Right figures, wrong ones and missed ones."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """2 right / (2 right + wrong + missed); not a number without any."""
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else math.nan


def counted(text: LabelledText, reading: Reading, tally: Tally) -> None:
    """Add one text's figures to a tally; each label is met once."""
    labels = [label for label in text.labels if label["field"] != "other" and label["role"] in ROLES]
    figures = [f for f in reading.figures if f.field != "other" and f.role in ROLES]
    for label in labels:
        met = next((f for f in figures if meets(f, label)), None)
        if met is None:
            tally.missed += 1
            said = [label[key] for key in ("field", "op", "value", "unit", "quote")]
            tally.lines.append(f"{text.id} missed {said}")
        else:
            tally.right += 1
            figures.remove(met)
    tally.wrong += len(figures)
    tally.lines += [f"{text.id} wrong {[f.field, f.op, f.value, f.unit, f.quote]}" for f in figures]


def meets(figure: Figure, label: dict[str, Any]) -> bool:
    """Whether a figure is what a label says."""
    compared = figure.op == label["op"] or (label.get("op_implied") is True and figure.op == "=")
    same = figure.field == label["field"] and _plain(figure.value) == _plain(label["value"])
    return (
        compared and same and (figure.unit or "") == (label["unit"] or "") and figure.quote in label["quote"]
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return round(float(value), 6) if isinstance(value, (int, float)) else value


def measure(texts: Sequence[LabelledText], name: str) -> tuple[list[Row], list[str]]:
    """The rows of one set of texts, and what was missed or wrong."""
    whole, groups = Tally(), defaultdict(Tally)
    first = second = invented = 0
    for text in texts:
        reading = read(text.text)
        counted(text, reading, whole)
        for group in (text.lang, text.sector):
            counted(text, reading, groups[group])
        first += reading.scenario in text.scenarios
        second += bool({reading.scenario, reading.runner_up} & set(text.scenarios))
        invented += sum(f.quote != text.text[f.start : f.end] or not f.quote for f in reading.figures)
    rows = [at_least(f"{name}: F1", whole.f1, F1_BAR, "")]
    rows += [shown(f"{name}: F1 {group}", tally.f1, "") for group, tally in sorted(groups.items())]
    rows += [
        at_least(f"{name}: scenario first", first / len(texts), TOP1_BAR, ""),
        at_least(f"{name}: scenario first or second", second / len(texts), TOP2_BAR, ""),
        at_most(f"{name}: figures not in the text", invented, 0, ""),
        at_most(f"{name}: slowest text, CPU", slowest_ms(texts), READ_MS_BAR, "ms"),
    ]
    return rows, whole.lines


def slowest_ms(texts: Iterable[LabelledText]) -> float:
    """CPU time of the text that takes longest, the better of two warm readings of each."""
    worst = 0.0
    for text in texts:
        times = []
        for _ in range(2):
            began = time.process_time()
            read(text.text)
            times.append(time.process_time() - began)
        worst = max(worst, min(times))
    return worst * 1000


def main() -> None:
    """Parse the arguments and print the rows as JSON lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--texts", type=Path, action="append", default=[], help="labelled texts, one JSON object a line"
    )
    parser.add_argument("--misses", action="store_true", help="list what was missed or wrong")
    arguments = parser.parse_args()
    sets = {path.stem: labelled_texts(path) for path in sorted(DATA.glob("texts_*.txt"))}
    sets |= {path.stem: labelled_lines(path) for path in arguments.texts}
    for name, texts in sets.items():
        rows, lines = measure(texts, name)
        for row in rows:
            print(json.dumps(row.to_document(), ensure_ascii=False))
        for line in lines if arguments.misses else ():
            print(f"  {line}")


if __name__ == "__main__":
    main()
