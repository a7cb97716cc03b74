"""The nearest change: for robots that just fail, the smallest change of one number with which they are proven."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from robotplus.certificates.certificate import Certificate, Refusal, Verdict, as_written
from robotplus.matching.changes import CURES, Change, changes, takt_may_help, with_takt_of, without_takt
from robotplus.matching.order import payload_class
from robotplus.matching.workers import Crew, Failed, cores
from robotplus.proving import Context, attempt, make_context
from robotplus.proving.certify import tolerating
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need

TRIED = 24  # robots, unless said otherwise
CLOSENESS = (  # what is closest to a yes first: the cycle is there, then the tool is right, then a place is missing
    "cycle_interval",
    "takt",
    "repeatability",
    "payload",
    "tool_speed",
    "travel",
    "placement",
    "reach",
)


@dataclass(frozen=True)
class Changed:
    """A robot that is *proven with a change*: the certificate is of the changed need, and `check` passed it."""

    robot: Robot
    refusal: Refusal
    change: Change
    certificate: Certificate
    checked: Verdict

    def to_document(self) -> dict[str, Any]:
        return {
            "robot": self.robot.id,
            "maker": self.robot.maker,
            "model": self.robot.model,
            "verdict": "proven_with_a_change",
            "once_changed": self.certificate.verdict,
            "refused_for": self.refusal.constraint,
            "change": self.change.to_document(),
            "claims": self.certificate.claims,
            "certificate_sha256": self.certificate.to_document()["sha256"],
        }


def nearest_change(
    need: Need, catalogue: Catalogue, refusal: Refusal, *, effort: float = 1.0
) -> Changed | None:
    """The nearest change of a need with which one refused robot is proven; None when no change tried suffices."""
    return _Trial(need, catalogue, effort)(refusal)


def nearest_changes(
    need: Need,
    catalogue: Catalogue,
    refusals: Iterable[Refusal],
    *,
    limit: int | None = TRIED,
    workers: int | None = None,
    effort: float = 1.0,
    progress: Callable[[int, int, int], None] | None = None,
) -> tuple[Changed, ...]:
    """As `nearest_change` for the refused robots that are closest to a yes.

    Args:
        limit: how many robots are tried; None tries all that a change may cure.
        workers: processes; None takes one for each processor core this process may use.
        effort: multiplies the work budget of each search.
        progress: told robots done, of how many, and how many of them a change cures.
    """
    tried = closest(catalogue, refusals)[:limit]
    cured: dict[int, Changed] = {}
    if tried:
        with Crew(min(workers or cores(), len(tried)), _Trial(need, catalogue, effort)) as crew:
            for done, (index, result) in enumerate(crew.run(tried), start=1):
                if isinstance(result, Changed):
                    cured[index] = result
                elif isinstance(result, Failed):
                    raise RuntimeError(f"{tried[index].robot_id} could not be tried: {result.why}")
                if progress is not None:
                    progress(done, len(tried), len(cured))
    return tuple(cured[index] for index in sorted(cured))


def closest(catalogue: Catalogue, refusals: Iterable[Refusal]) -> list[Refusal]:
    """Those a change may cure: the closest to a yes of every reason in turn, so that no reason is left out."""
    by_reason: dict[str, list[Refusal]] = {constraint: [] for constraint in CLOSENESS}
    for refusal in curable(refusals):
        by_reason[refusal.constraint].append(refusal)
    for group in by_reason.values():
        group.sort(key=lambda r: _distance(r, catalogue[r.robot_id]))
    rounds = itertools.zip_longest(*by_reason.values())
    return [refusal for turn in rounds for refusal in turn if refusal is not None]


def _distance(refusal: Refusal, robot: Robot) -> tuple[float, int, str]:
    """By the share that is missing, then the smaller robot."""
    missing = 0.0
    if refusal.shortfall is not None and isinstance(refusal.needed, (int, float)) and refusal.needed:
        missing = refusal.shortfall / refusal.needed
    elif refusal.budget is not None:
        missing = 1 - float(refusal.budget.get("best_share_of_key_waypoints", 0.0))
    return round(missing, 2), payload_class(robot), robot.id


def curable(refusals: Iterable[Refusal]) -> list[Refusal]:
    """The refusals whose reason a changed number of the need may cure."""
    return [r for r in refusals if r.constraint in CURES or takt_may_help(r)]


def tally(changed: Sequence[Changed]) -> list[tuple[Change, int]]:
    """The changes by how many robots each of them cures, the most first."""
    first = {(c.change.lever, c.change.becomes): c.change for c in reversed(changed)}
    count = Counter((c.change.lever, c.change.becomes) for c in changed)
    return [(first[key], n) for key, n in sorted(count.items(), key=lambda item: (-item[1], item[0]))]


class _Trial:
    """Done in a worker: a refusal in, the robot cured or None out."""

    def __init__(self, need: Need, catalogue: Catalogue, effort: float) -> None:
        self._need, self._catalogue, self._effort = need, catalogue, effort
        self._context = functools.lru_cache(maxsize=64)(_context)

    def __call__(self, refusal: Refusal) -> Changed | None:
        robot = self._catalogue[refusal.robot_id]
        if takt_may_help(refusal):
            open_end = self._prove(robot, without_takt(self._need))
            change = None if open_end is None else with_takt_of(self._need, open_end)
            return None if change is None else self._proven(robot, refusal, change)
        for change in changes(self._need, refusal):
            changed = self._proven(robot, refusal, change)
            if changed is not None:
                return changed
        return None

    def _prove(self, robot: Robot, need: Need) -> Certificate | None:
        result = attempt(self._context(_Hashed(need)), robot, effort=self._effort, tolerance=False).result
        return None if isinstance(result, Refusal) else result

    def _proven(self, robot: Robot, refusal: Refusal, change: Change) -> Changed | None:
        from robotplus.checking import check

        found = self._prove(robot, change.need)
        if found is None:
            return None
        certificate = tolerating(found, robot, self._context(_Hashed(change.need)))
        verdict = check(as_written(certificate.to_document()), self._catalogue, need=change.need)
        return Changed(robot, refusal, change, certificate, verdict) if verdict.holds else None


class _Hashed:
    """A need as a key of a cache."""

    def __init__(self, need: Need) -> None:
        self.need = need

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and self.need.sha256 == other.need.sha256

    def __hash__(self) -> int:
        return hash(self.need.sha256)


def _context(key: _Hashed) -> Context:
    return make_context(key.need)
