"""`answer`: one need, every robot of a catalogue -> a Answer; only what is checked is called proven."""

from __future__ import annotations

import functools
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from robotplus import __version__
from robotplus.certificates.certificate import Certificate, Refusal, Verdict, VerdictName, as_written
from robotplus.matching.answer import Answer, Solution
from robotplus.matching.order import DEFAULT_ORDER
from robotplus.matching.parcels import Parcel, packed
from robotplus.matching.ranking import rank, tightest
from robotplus.matching.screening import heavy_first, screen
from robotplus.matching.workers import Crew, Failed, Workers, cores
from robotplus.proving import attempt, make_context
from robotplus.proving.certify import tolerating
from robotplus.proving.search import Place
from robotplus.robots.catalogue import Catalogue
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int, int], None]  # stage ("prove" or "check"), done, of how many, found so far
Newly = Callable[[Robot, Certificate], None]
CHECK_BEST = 10


def answer(
    need: Need,
    catalogue: Catalogue,
    *,
    workers: int | None = None,
    effort: float = 1.0,
    check_best: int = CHECK_BEST,
    check_all: bool = False,
    progress: Progress | None = None,
    newly: Newly | None = None,
    order: Sequence[str] = DEFAULT_ORDER,
    cluster: bool = False,
) -> Answer:
    """Every robot that can do a need's task, best first, and why the others cannot.

    The answer does not depend on the number of workers.

    Args:
        workers: processes; None takes one for each processor core this process may use.
        effort: multiplies the work budget of each search.
        check_best: how many of the best are checked; one that `check` refuses makes room for the next.
        check_all: check all that was found.
        progress: told how far the work is.
        newly: given each robot as it is found, before it is checked: a first result to show, nothing proven yet.
        order: keys of `robotplus.matching.order.KEYS`, the most important first.
        cluster: work over a Ray cluster instead of local processes.
    """
    started = time.perf_counter()
    context = make_context(need)
    survivors, refused = screen(catalogue.values(), context)
    timing = {"screen_s": time.perf_counter() - started}
    desk = _Desk(need, catalogue, effort, context)
    found: list[tuple[Robot, _Found]] = []
    checked: dict[str, _Judged] = {}
    if survivors:
        with _crew(desk, workers, len(survivors), cluster=cluster) as crew:
            mark = time.perf_counter()
            found, more = _prove_all(desk, crew, heavy_first(survivors), progress, newly)
            refused += more
            timing["prove_s"] = time.perf_counter() - mark
            mark = time.perf_counter()
            found = _ranked(found, order)
            checked, bad = _check_best(desk, crew, found, len(found) if check_all else check_best, progress)
            timing["check_s"] = time.perf_counter() - mark
        refused += bad
        dropped = {r.robot_id for r in bad}
        found = [(r, f) for r, f in found if r.id not in dropped]
    solutions = [_solution(robot, f, checked.get(robot.id), need) for robot, f in found]
    solutions.sort(key=lambda s: s.checked is None)  # stable: all that is checked first, then the candidates
    refusals = tuple(sorted(refused, key=lambda r: r.robot_id))
    counts = Counter([s.verdict for s in solutions] + [r.verdict for r in refusals])
    timing["total_s"] = time.perf_counter() - started
    return Answer(
        need=need,
        solutions=tuple(solutions),
        refusals=refusals,
        counts={name: counts[name] for name in get_args(VerdictName)},
        catalogue_sha256=catalogue.sha256,
        engine=f"robotplus {__version__}",
        seed=need.seed,
        order=tuple(order),
        timing=timing,
        names={i: (catalogue[i].maker, catalogue[i].model) for i in (r.robot_id for r in refusals)},
    )


@dataclass(frozen=True)
class _Found:
    certificate: Certificate
    parcel: Parcel
    places: tuple[Place, ...]


@dataclass(frozen=True)
class _Sent:
    """What a worker found."""

    parcel: Parcel
    places: tuple[Place, ...]


@dataclass(frozen=True)
class _Judged:
    """A check's outcome, and the claims complete with the base tolerance."""

    verdict: Verdict
    claims: dict[str, Any]
    certificate_sha256: str


class _Desk:
    """The two kinds of job, done in a worker: the id of a robot to prove, or the parcel of a certificate to check."""

    def __init__(self, need: Need, catalogue: Catalogue, effort: float, context: Any) -> None:
        self.need, self._catalogue, self._effort, self._context = need, catalogue, effort, context

    def __call__(self, job: str | Parcel) -> Any:
        return self._prove(job) if isinstance(job, str) else self._check(job)

    def elsewhere(self) -> Callable[[], _Desk]:
        """What another machine makes its own desk from: the context holds addresses of this process."""
        return functools.partial(_open_desk, self.need, self._catalogue, self._effort)

    def opened(self, parcel: Parcel) -> Certificate:
        return parcel.opened(self.need.document)

    def _prove(self, robot_id: str) -> _Sent | Refusal:
        proof = attempt(self._context, self._catalogue[robot_id], effort=self._effort, tolerance=False)
        if isinstance(proof.result, Refusal):
            return proof.result
        return _Sent(packed(proof.result), proof.places)

    def _check(self, parcel: Parcel) -> _Judged:
        """Complete a certificate's claims by its base tolerance, and check it as it reads from its file."""
        from robotplus.checking import check

        certificate = tolerating(self.opened(parcel), self._catalogue[parcel.robot_id], self._context)
        document = certificate.to_document()
        verdict = check(as_written(document), self._catalogue, need=self.need)
        return _Judged(verdict, certificate.claims, document["sha256"])


def _open_desk(need: Need, catalogue: Catalogue, effort: float) -> _Desk:
    return _Desk(need, catalogue, effort, make_context(need))


def _warm_up() -> None:
    """Load the checker while there is nothing else to do."""
    import robotplus.checking  # noqa: F401


def _crew(desk: _Desk, workers: int | None, jobs: int, *, cluster: bool) -> Workers:
    if cluster:
        from robotplus.matching.cluster import Cluster

        return Cluster(desk.elsewhere())
    return Crew(min(workers or cores(), jobs), desk, when_idle=_warm_up)


def _prove_all(
    desk: _Desk,
    crew: Workers,
    robots: Sequence[Robot],
    progress: Progress | None,
    newly: Newly | None,
) -> tuple[list[tuple[Robot, _Found]], list[Refusal]]:
    found: list[tuple[Robot, _Found]] = []
    refused: list[Refusal] = []
    for done, (index, result) in enumerate(crew.run([r.id for r in robots], ahead=2), start=1):
        robot = robots[index]
        if isinstance(result, Failed):
            log.error("%s could not be tried: %s", robot.id, result.why)
            refused.append(_our_fault(robot, desk.need, "engine_failure", result.why))
        elif isinstance(result, Refusal):
            refused.append(result)
        else:
            found.append((robot, _Found(desk.opened(result.parcel), result.parcel, result.places)))
            if newly is not None:
                newly(robot, found[-1][1].certificate)
        if progress is not None:
            progress("prove", done, len(robots), len(found))
    return found, refused


def _ranked(found: Sequence[tuple[Robot, _Found]], order: Sequence[str]) -> list[tuple[Robot, _Found]]:
    of = {robot.id: f for robot, f in found}
    return [(robot, of[robot.id]) for robot, _ in rank(((r, f.certificate) for r, f in found), order)]


def _check_best(
    desk: _Desk,
    crew: Workers,
    ranked: Sequence[tuple[Robot, _Found]],
    wanted: int,
    progress: Progress | None,
) -> tuple[dict[str, _Judged], list[Refusal]]:
    """Check from the best on until ``wanted`` hold or none is left."""
    good: dict[str, _Judged] = {}
    bad: list[Refusal] = []
    position = 0
    while len(good) < wanted and position < len(ranked):
        batch = ranked[position : position + wanted - len(good)]
        position += len(batch)
        batch = sorted(
            batch, key=lambda pair: -pair[1].parcel.way()
        )  # the longest first: no worker ends with it
        for index, result in crew.run([f.parcel for _, f in batch]):
            robot = batch[index][0]
            if isinstance(result, Failed):
                log.error("the certificate of %s could not be checked: %s", robot.id, result.why)
                bad.append(_our_fault(robot, desk.need, "engine_failure", result.why))
            elif not result.verdict.holds:
                why = "; ".join(f"{code}: {sentence}" for code, sentence in result.verdict.reasons)
                log.error("check refuses the certificate of %s: %s", robot.id, why)
                bad.append(_our_fault(robot, desk.need, "check_refused", why))
            else:
                good[robot.id] = result
            if progress is not None:
                progress("check", len(good) + len(bad), position, len(good))
    return good, bad


def _our_fault(robot: Robot, need: Need, constraint: str, why: str) -> Refusal:
    return Refusal(
        robot.id,
        robot.sha256,
        need.sha256,
        "not_found",
        constraint,
        needed=None,
        available=None,
        shortfall=None,
        unit="",
        where=why,
        budget={"attempts": 1},
    )


def _solution(robot: Robot, found: _Found, checked: _Judged | None, need: Need) -> Solution:
    certificate = found.certificate if checked is None else replace(found.certificate, claims=checked.claims)
    return Solution(
        robot=robot,
        verdict="candidate" if checked is None else certificate.verdict,
        certificate=certificate,
        checked=None if checked is None else checked.verdict,
        tightest=tightest(robot, certificate, need.program.requirements),
        placements=tuple(vars(place) for place in found.places),
        certificate_sha256=None if checked is None else checked.certificate_sha256,
    )
