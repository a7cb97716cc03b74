"""What a "what if" changed: for each robot, for the numbers, and what was won and lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Page = Mapping[str, Any]
LEAST_S = 0.05  # a cycle time that differs by less is the same: the search took another way there


@dataclass(frozen=True)
class Changes:
    """From one answer to the next.

    ``of``: what is different for each robot that is still or newly found; ``lost``: robots that were found and are
    refused now, with the reason; ``won``, ``faster``, ``slower``: how many.
    """

    of: Mapping[str, dict[str, Any]]
    lost: tuple[dict[str, Any], ...] = ()
    won: int = 0
    faster: int = 0
    slower: int = 0


NOTHING = Changes({})


def changes(before: Page | None, page: Page) -> Changes:
    """What is different from the page of the answer before; nothing without one."""
    if before is None:
        return NOTHING
    old = {row["robot"]: (place, row) for place, row in enumerate(before["rows"], start=1)}
    found: dict[str, dict[str, Any]] = {}
    for place, row in enumerate(page["rows"], start=1):
        was = old.get(row["robot"])
        if was is None:
            refused = before["refused"].get(row["robot"], {})
            found[row["robot"]] = {"new": True, "was": refused.get("reason")}
            continue
        seconds = row["high"] - was[1]["high"]
        change = {
            "up": max(0, was[0] - place),
            "down": max(0, place - was[0]),
            "verdict": was[1]["verdict"] if was[1]["verdict"] != row["verdict"] else "",
            "seconds": round(seconds, 2) if abs(seconds) >= LEAST_S else None,
        }
        if any(change.values()):
            found[row["robot"]] = change
    refused = page["refused"]
    lost = tuple(
        {"maker": row["maker"], "model": row["model"], **refused[row["robot"]]}
        for row in before["rows"]
        if row["robot"] in refused
    )
    seconds = [c.get("seconds") or 0.0 for c in found.values()]
    return Changes(
        of=found,
        lost=lost,
        won=sum("new" in c for c in found.values()),
        faster=sum(s < 0 for s in seconds),
        slower=sum(s > 0 for s in seconds),
    )
