"""Checks tours over a network: every machine's clock, battery and load are run anew from the need and its file.

Nothing here comes from the solver; the timing formula is the one of docs/routes.md, written down a second time.
The bound of a round's time is worked out anew from the certificate's weights.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from robotplus.certificates.certificate import Verdict
from robotplus.certificates.route import Action, Rolling, RouteCertificate
from robotplus.checking.route_machine import Ends, ends_of, premises_found, rolling_found, ways_found
from robotplus.checking.subject import Finding, subject_of
from robotplus.robots.machine import Machine
from robotplus.scenarios.plans import RouteNeed, route_from_document
from robotplus.scenarios.route import RouteTask, Way

SLACK = 1e-5  # seconds, metres, kilograms


def check_route(
    certificate: RouteCertificate, machines: Mapping[str, Machine], *, need: RouteNeed | None = None
) -> Verdict:
    """Whether every claim of the tours follows from their need and the machine's file.

    Args:
        certificate: the claim.
        machines: today's machines by id.
        need: demand that the certificate is about this very need.
    """
    subject = subject_of(certificate, machines, read=route_from_document, need=need)
    if isinstance(subject, Verdict):
        return subject
    asked, machine, findings = subject.need, subject.machine, subject.findings
    findings += rolling_found(certificate, machine)
    findings += ways_found(certificate, machine, asked.task)
    findings += premises_found(certificate, machine, asked.task)
    measured: dict[str, Any] = {}
    if not any(code in ("speed", "estimates", "no_way") for code, _ in findings):
        findings += _toured(certificate, machine, asked.task, measured)
        findings += _bounded(certificate, asked.task, measured)
    return subject.verdict(measured)


@dataclass
class _Walk:
    """One machine's tour while it is walked; clocks and battery in seconds, the load in kilograms."""

    task: RouteTask
    rolling: Rolling
    ways: Ends
    room: float
    payload: float
    recharge: float | None
    at: str
    low: float = 0.0
    high: float = 0.0
    used: float = 0.0
    carried: float = 0.0
    round: int | None = None  # of the trip under way
    spent: float = 0.0  # driving and dwelling of the trip under way
    loaded: bool = False  # since the trip before
    metres: float = 0.0
    trips: int = 0
    charges: int = 0
    served: list[tuple[int, int]] = field(default_factory=list)
    rounds: Counter[int] = field(default_factory=Counter)
    found: list[Finding] = field(default_factory=list)

    def say(self, code: str, sentence: str) -> None:
        if code not in {known for known, _ in self.found}:
            self.found.append((code, sentence))

    def act(self, action: Action) -> None:
        if action.kind == "go":
            self._go(action)
        elif action.kind == "serve":
            self._serve(action)
        else:
            self._stay(action)
        if self.used > self.room + SLACK:
            self.say("battery", f"it runs {self.used:.0f} s on one charge, {self.room:.0f} s are there")

    def _go(self, action: Action) -> None:
        if action.nodes[0] != self.at:
            self.say("jump", f"it leaves {action.nodes[0]} but stands at {self.at}")
        if self.at == self.depot and not self.loaded and self.task.loading > 0:
            self.say("loading", "a trip begins without its loading")
        low, high = leg_seconds(self.task, self.ways, action.nodes, self.rolling)
        self.low, self.high, self.used = self.low + low, self.high + high, self.used + high
        self.spent += high
        self.metres += math.fsum(self.ways[pair].length for pair in itertools.pairwise(action.nodes))
        self.at = action.nodes[-1]
        if self.at == self.depot:
            self._home()

    @property
    def depot(self) -> str:
        return self.task.ids[self.task.depot]

    def _home(self) -> None:
        self.trips += 1
        self.loaded, self.carried = False, 0.0
        number, self.round = self.round, None
        if number is None:
            self.say("idle_trip", "a trip serves no stop")
            return
        self.rounds[number] += 0
        self.rounds[number] = self.rounds[number] + round(1e6 * self.spent)
        self.spent = 0.0
        if self.high > self.task.ends(number) + SLACK:
            self.say(
                "time_limit",
                f"it is home {self.high - self.task.ends(number):.0f} s after round {number} ends",
            )

    def _serve(self, action: Action) -> None:
        if action.stop >= len(self.task.stops) or action.round >= self.task.rounds:
            self.say("visits", "a stop or round that the need does not ask for")
            return
        stop = self.task.stops[action.stop]
        if self.task.ids[stop.node] != self.at:
            self.say("elsewhere", f"stop {action.stop} is served at {self.at}")
        if self.round not in (None, action.round):
            self.say("mixed_trip", "one trip serves two rounds")
        self.round = action.round
        opens, closes = (self.task.begins(action.round) + t for t in (stop.opens, stop.closes))
        if self.high > closes + SLACK:
            self.say("window", f"stop {action.stop} is reached {self.high - closes:.0f} s after it closes")
        self.used += max(0.0, opens - self.low) + stop.dwell
        self.spent += stop.dwell
        self.low, self.high = (max(t, opens) + stop.dwell for t in (self.low, self.high))
        self.carried += stop.load
        if self.carried + self.task.carry > self.payload + SLACK:
            self.say(
                "payload", f"{self.carried + self.task.carry:g} kg are carried, {self.payload:g} kg can be"
            )
        self.served.append((action.stop, action.round))

    def _stay(self, action: Action) -> None:
        if self.at != self.depot:
            self.say("depot", f"it stands still to {action.kind} at {self.at}, not at the depot")
        if action.kind == "until":
            self.low, self.high = (max(t, action.seconds) for t in (self.low, self.high))
            return
        self.low, self.high = self.low + action.seconds, self.high + action.seconds
        if action.kind == "load":
            self.used += action.seconds
            self.loaded = True
            if action.seconds < self.task.loading - SLACK or action.seconds < 0:
                self.say("loading", "a loading is shorter than the need says")
        else:
            self.charges += 1
            self.used = 0.0
            if self.recharge is None or action.seconds < self.recharge - SLACK:
                self.say("charging", "a charge is shorter than the charging time, or that is unknown")


def _toured(
    c: RouteCertificate, machine: Machine, task: RouteTask, measured: dict[str, Any]
) -> list[Finding]:
    runtime, charge, payload = (machine.number(n) for n in ("runtime_h", "charge_h", "payload_kg"))
    if runtime is None:
        return [("runtime", "the run time of one charge is unknown")]
    recharge = task.swap if task.swap is not None else None if charge is None else 3600 * charge.value
    loads = task.carry > 0 or any(stop.load > 0 for stop in task.stops)
    most = math.inf if not loads else 0.0 if payload is None else payload.value
    room = 3600 * runtime.value * (1 - task.reserve)
    walks, out = [], list[Finding]()
    for tour in c.tours:
        walk = _Walk(task, c.rolling, ends_of(task), room, most, recharge, at=task.ids[task.depot])
        for action in tour:
            walk.act(action)
        if walk.at != walk.depot or walk.round is not None:
            walk.say("not_home", "a tour does not end at the depot")
        walks.append(walk)
        out += walk.found
    visits = Counter(visit for walk in walks for visit in walk.served)
    asked = Counter(itertools.product(range(len(task.stops)), range(task.rounds)))
    if visits != asked:
        wrong = next(iter(sorted((asked - visits) + (visits - asked))))
        out.append(("visits", f"stop {wrong[0]} in round {wrong[1]} is served {visits[wrong]} times"))
    if not walks:
        return out
    if len(walks) > task.max_machines:
        out.append(("fleet", f"{len(walks)} machines, {task.max_machines} are allowed"))
    spent: Counter[int] = sum((walk.rounds for walk in walks), Counter())
    found = {
        "time_s": {"low": max(w.low for w in walks), "high": max(w.high for w in walks)},
        "machines": len(walks),
        "travel_m": math.fsum(w.metres for w in walks),
        "trips": sum(w.trips for w in walks),
        "charges": sum(w.charges for w in walks),
        "round_s": max(spent.values(), default=0) / 1e6,
    }
    measured.update(found)
    return out + _claimed(c, task, found)


def _claimed(c: RouteCertificate, task: RouteTask, found: dict[str, Any]) -> list[Finding]:
    out: list[Finding] = []
    low, high = found["time_s"]["low"], found["time_s"]["high"]
    if c.claims["time_s"]["low"] > low + SLACK or c.claims["time_s"]["high"] < high - SLACK:
        out.append(("time", f"the work takes {low:.3f} to {high:.3f} s"))
    if c.claims["within_s"] != task.within:
        out.append(("time_limit", "the time limit is not the need's"))
    for name in ("machines", "trips", "charges"):
        if c.claims[name] != found[name]:
            out.append((name, f"{name}: {found[name]}"))
    for name in ("travel_m", "round_s"):
        if c.claims[name] < found[name] - SLACK:
            out.append((name, f"{name}: {found[name]:.3f}"))
    return out


def leg_seconds(task: RouteTask, ways: Ends, nodes: tuple[str, ...], rolling: Rolling) -> tuple[float, float]:
    """The least and most seconds of a go: see docs/routes.md."""
    place = dict(zip(task.ids, task.places, strict=True))
    low, high = 0.0, math.pi / rolling.turn_rate[0]
    before: tuple[float, bool] | None = None
    for a, b in itertools.pairwise(nodes):
        way = ways[a, b]
        heading = math.atan2(place[b][1] - place[a][1], place[b][0] - place[a][0])
        if before is not None:
            angle = abs(math.remainder(heading - before[0], math.tau))
            high += (angle if way.straight and before[1] else math.pi) / rolling.turn_rate[0]
        before = heading, way.straight
        low += way.length / _speed(way, rolling)
        high += _rest_to_rest(way, rolling)
    return low, high


def _speed(way: Way, rolling: Rolling) -> float:
    return min(rolling.speed, math.inf if way.speed is None else way.speed)


def _rest_to_rest(way: Way, rolling: Rolling) -> float:
    speed, a = _speed(way, rolling), rolling.acceleration[0]
    if way.length < speed**2 / a:
        return 2 * math.sqrt(way.length / a)
    return way.length / speed + speed / a


def _bounded(c: RouteCertificate, task: RouteTask, measured: dict[str, Any]) -> list[Finding]:
    """The one-tree of the certificate's weights over quickest chains without turns, on all ways of the need.

    More ways than the machine can take only make the bound smaller, never wrong.
    """
    places = [task.depot, *(stop.node for stop in task.stops)]
    if len(c.weights) != len(places):
        return [("bound", "there is not one weight for the depot and each stop")]
    away = {node: _away(task, c.rolling, node) for node in set(places)}
    half = math.pi / c.rolling.turn_rate[0]
    n = len(places)

    def link(i: int, j: int) -> float:
        a, b = places[i], places[j]
        return 0.0 if a == b else half + min(away[a][b], away[b][a])

    if n == 2:
        total = 2 * half + away[places[0]][places[1]] + away[places[1]][places[0]]
    else:
        w = c.weights
        near = heapq.nsmallest(2, (link(0, j) + w[0] + w[j] for j in range(1, n)))
        total = math.fsum(near) - 2 * math.fsum(w)
        nearest = {j: link(1, j) + w[1] + w[j] for j in range(2, n)}
        while nearest:
            j = min(nearest, key=lambda k: (nearest[k], k))
            total += nearest.pop(j)
            for k in nearest:
                nearest[k] = min(nearest[k], link(j, k) + w[j] + w[k])
    total += math.fsum(stop.dwell for stop in task.stops)
    measured["bound_s"] = total
    if c.claims["bound_s"] > total + SLACK:
        return [("bound", f"the weights show a bound of {total:.3f} s")]
    return []


def _away(task: RouteTask, rolling: Rolling, start: int) -> list[float]:
    """Seconds to every node without turns, each way from rest to rest."""
    leaving: dict[int, list[tuple[int, float]]] = {}
    for way in task.ways:
        seconds = _rest_to_rest(way, rolling)
        leaving.setdefault(way.a, []).append((way.b, seconds))
        if not way.one_way:
            leaving.setdefault(way.b, []).append((way.a, seconds))
    best = [math.inf] * len(task.ids)
    best[start] = 0.0
    queue = [(0.0, start)]
    while queue:
        clock, node = heapq.heappop(queue)
        if clock > best[node]:
            continue
        for other, seconds in leaving.get(node, ()):
            if clock + seconds < best[other]:
                best[other] = clock + seconds
                heapq.heappush(queue, (clock + seconds, other))
    return best
