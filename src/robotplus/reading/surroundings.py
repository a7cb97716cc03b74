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
    figure, past other figures; ``heading`` a table column's first cell; ``earlier`` what came before the sentence.
    """

    before: str
    behind: str
    wider: str
    heading: str
    earlier: str


class Page:
    """A folded text with its boundaries and tables, asked for the surroundings of spans.

    Boundaries are lists of places, so that asking takes no longer in a long text than in a short one.
    """

    def __init__(self, folded: str, spans: list[tuple[int, int]]) -> None:
        self.folded = folded
        self.ends = [end for _, end in spans]
        self.starts = [start for start, _ in spans]
        self.hard = [0, *(m.end() for m in _HARD.finditer(folded))]
        self.soft = [0, *(m.end() for m in _SOFT.finditer(folded))]
        self.stops = [m.start() for m in _SOFT.finditer(folded)]
        self.lines = [0, *(m.end() for m in re.finditer("\n", folded))]
        self.bars = [m.start() for m in re.finditer(r"\|", folded)]
        self.headings = _headings(folded)

    def around(self, start: int, end: int) -> Surroundings:
        """The surroundings of the figure at a span."""
        sentence, line, soft = (_last(places, start) for places in (self.hard, self.lines, self.soft))
        row = bisect.bisect_left(self.bars, line) < bisect.bisect_left(self.bars, start)
        last = _last(self.ends, start)
        begin = max(soft, last)
        if not self._says_something(begin, start):
            begin = max(line if row else sentence, self._after_its_words(last, start))
        if not self._says_something(begin, start) and last < begin:
            begin = max(self._line_before(begin), last)
        following = bisect.bisect_left(self.starts, end)
        stop = self.starts[following] if following < len(self.starts) else len(self.folded)
        closed = bisect.bisect_left(self.stops, end)
        stop = min(stop, self.stops[closed] if closed < len(self.stops) else len(self.folded))
        return Surroundings(
            before=self.folded[max(begin, start - 60) : start],
            behind=self.folded[end : min(stop, end + 40)],
            wider=self.folded[max(sentence, line, start - 240) : start],
            heading=self._heading(line, start),
            earlier=self.folded[max(0, start - 400) : max(sentence, line)],
        )

    def _after_its_words(self, last: int, start: int) -> int:
        """Where the clause of the figure before ends: ``25cm台阶、60cm`` leaves the steps to the first."""
        stop = bisect.bisect_left(self.stops, last)
        return self.stops[stop] if stop < len(self.stops) and self.stops[stop] < start else last

    def _says_something(self, begin: int, start: int) -> bool:
        """Whether more than a comparator stands between two places."""
        part = self.folded[max(begin, start - 60) : start]
        return bool(re.search(r"[a-z\u4e00-\u9fff]", _COMPARED.sub("", part)))

    def _line_before(self, begin: int) -> int:
        """Where the label on the line above a bare figure begins (``节拍:`` over ``180秒/台``)."""
        if begin == 0 or self.folded[begin - 1] != "\n":
            return begin
        above = _last(self.lines, begin - 1)
        label = self.folded[above : begin - 1].strip()
        return above if len(label) <= 24 else begin

    def _heading(self, line: int, start: int) -> str:
        cells = self.headings.get(line)
        if not cells:
            return ""
        before = bisect.bisect_left(self.bars, start) - bisect.bisect_left(self.bars, line)
        column = before - (self.folded[line : line + 1] == "|")
        return cells[column] if 0 <= column < len(cells) else ""


def _last(places: list[int], start: int) -> int:
    """The last of the places that is not after ``start``; 0 without any."""
    index = bisect.bisect_right(places, start)
    return places[index - 1] if index else 0


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
