"""What stands round a figure: its clause before and behind, the sentence, a table's heading and row."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

_STOP = r"(?<!min)(?<!max)(?<!approx)(?<!no)(?<!sq)\.(?=\s|$)"
_HARD = re.compile(rf"[。;\n!?]|{_STOP}")
_SOFT = re.compile(rf"[,、。;\n|!?]|{_STOP}")
_COMPARED = re.compile(
    r"up ?to|max\.?(?:imum)?|min\.?(?:imum)?|at (?:least|most)|不[小大少多低高]于|不超过|至少|最[大多小少]|约"
)
_RULE = re.compile(r"[|:\- ]+")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Folded text round a figure.

    ``before`` and ``behind`` reach to the end of the clause or to the next figure; ``wider`` is the sentence before the
    figure, past other figures; ``heading`` a table column's first cell; ``earlier`` what came before the sentence;
    ``begins`` is where ``before`` begins in the text.
    """

    before: str
    behind: str
    wider: str
    heading: str
    earlier: str
    begins: int


class Page:
    """A folded text with its boundaries and tables, asked for the surroundings of spans."""

    def __init__(self, folded: str, spans: list[tuple[int, int]]) -> None:
        self.folded = folded
        self.ends = [end for _, end in spans]
        self.starts = [start for start, _ in spans]
        self.hard = [0, *(m.end() for m in _HARD.finditer(folded))]
        self.soft = [0, *(m.end() for m in _SOFT.finditer(folded))]
        self.headings = _headings(folded)

    def around(self, start: int, end: int) -> Surroundings:
        """The surroundings of the figure at a span."""
        sentence = self.hard[bisect.bisect_right(self.hard, start) - 1]
        line = self.folded.rfind("\n", 0, start) + 1
        row = self.folded.find("|", line, start) >= 0
        soft = self.soft[bisect.bisect_right(self.soft, start) - 1]
        index = bisect.bisect_right(self.ends, start)
        last = self.ends[index - 1] if index else 0
        begin = max(soft, last)
        if not _says_something(self.folded[begin:start]):
            begin = max(line if row else sentence, last)
        if not _says_something(self.folded[begin:start]) and last < begin:
            begin = max(self._line_before(begin), last)
        following = bisect.bisect_left(self.starts, end)
        stop = self.starts[following] if following < len(self.starts) else len(self.folded)
        closed = _SOFT.search(self.folded, end)
        stop = min(stop, closed.start() if closed else len(self.folded))
        return Surroundings(
            before=self.folded[max(begin, start - 60) : start],
            behind=self.folded[end : min(stop, end + 40)],
            wider=self.folded[max(sentence, line, start - 120) : start],
            heading=self._heading(line, start),
            earlier=self.folded[max(0, start - 400) : max(sentence, line)],
            begins=max(begin, start - 60),
        )

    def _line_before(self, begin: int) -> int:
        """Where the label on the line above a bare figure begins (``节拍:`` over ``180秒/台``)."""
        if begin == 0 or self.folded[begin - 1] != "\n":
            return begin
        above = self.folded.rfind("\n", 0, begin - 1) + 1
        label = self.folded[above : begin - 1].strip()
        return above if len(label) <= 24 else begin

    def _heading(self, line: int, start: int) -> str:
        cells = self.headings.get(line)
        if not cells:
            return ""
        column = self.folded.count("|", line, start) - (self.folded[line : line + 1] == "|")
        return cells[column] if 0 <= column < len(cells) else ""


def _says_something(part: str) -> bool:
    """Whether more than a comparator stands there."""
    return bool(re.search(r"[a-z\u4e00-\u9fff]", _COMPARED.sub("", part)))


def _headings(folded: str) -> dict[int, list[str]]:
    """For each line of a table after its first: the first line's cells, when they hold words rather than figures."""
    out: dict[int, list[str]] = {}
    heading: list[str] = []
    place = 0
    for line in folded.split("\n"):
        if line.count("|") >= 1:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not heading:
                heading = cells if not re.search(r"\d", re.sub(r"\([^)]*\)", "", line)) else ["-"]
            elif not _RULE.fullmatch(line) and heading != ["-"]:
                out[place] = heading
        else:
            heading = []
        place += len(line) + 1
    return out
