"""Progress of long runs: a bar with the time left on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

T = TypeVar("T")
EVERY_S = 30.0  # between two lines in a log


class Watch:
    """Shows how far things are; ``with Watch() as watch: for x in watch.track(items, "what"): …``."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
        )
        self._bars = Progress(
            *columns, console=self.console, transient=True, disable=not self.console.is_terminal
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def track(self, items: Iterable[T], what: str, *, total: int, done: int = 0) -> Iterator[T]:
        """Hand on the items and show how many have been dealt with.

        Args:
            items: whatever comes one after the other.
            what: words beside the bar.
            total: how many items there are, those done before included.
            done: how many had been done before.
        """
        bar = self._bars.add_task(what, total=total, completed=done)
        start = said = time.monotonic()
        for number, item in enumerate(items, start=1):
            yield item
            self._bars.update(bar, advance=1)
            now = time.monotonic()
            if not self.console.is_terminal and now - said >= EVERY_S:
                said, left = now, (now - start) / number * (total - done - number)
                line = (
                    f"{what}: {done + number} of {total}, {now - start:.0f} s gone, about {left:.0f} s left"
                )
                self.console.print(line, soft_wrap=True)
        self._bars.remove_task(bar)
