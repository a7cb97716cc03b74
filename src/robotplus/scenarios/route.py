"""Routes: machines visit stops over a network of ways, such as patrols, inspections, transport and guided tours.

The network is a graph of nodes in plan coordinates, x east, y north [m], and ways between them. The need file's
table is ``[route]``; its keys end with their unit, lowering turns all of it into SI (angles stay in degrees, as
the machines' files state them).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from robotplus.scenarios.coverage import Metres
from robotplus.scenarios.schema import Flag, Name, Table

Amount = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=100_000)]
Above = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=100_000)]
Small = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=10)]
Node = Annotated[str, Field(min_length=1, max_length=60)]
LENGTH_SLACK = 1e-6


class NodeTable(Table):
    """A place in the network."""

    id: Node
    x_m: Metres
    y_m: Metres


class WayTable(Table):
    """A way between two nodes; ``length_m`` is the straight distance unless the way is longer."""

    a: Node
    b: Node
    length_m: Above | None = None
    slope_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=90)] = 0.0
    width_m: Above | None = None
    step_m: Small = 0.0
    gap_m: Small = 0.0
    speed_m_s: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=60)] | None = None
    one_way: Flag = False


class StopTable(Table):
    """A node to visit in every round; the window counts from the round's beginning."""

    node: Node
    dwell_s: Amount = 0.0
    open_min: Amount = 0.0
    close_min: Amount | None = None
    load_kg: Amount = 0.0


class RouteTable(Table):
    """A network, the stops on it, how often they are visited, and what limits the machines."""

    kinds: Annotated[list[Name], Field(min_length=1, max_length=40)]
    nodes: Annotated[list[NodeTable], Field(min_length=2, max_length=500)]
    ways: Annotated[list[WayTable], Field(min_length=1, max_length=1000)]
    stops: Annotated[list[StopTable], Field(min_length=1, max_length=200)]
    depot: Node
    rounds: Annotated[int, Field(strict=True, ge=1, le=48)] = 1
    every_h: Above | None = None
    within_h: Above | None = None
    max_machines: Annotated[int, Field(strict=True, ge=1, le=50)] = 1
    carry_kg: Amount = 0.0
    loading_min: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=600)] = 0.0
    battery_swap_min: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=600)] | None = None
    reserve_percent: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, lt=100)] = 20.0
    side_margin_m: Small = 0.05

    @model_validator(mode="after")
    def _a_network(self) -> RouteTable:
        places = {n.id: (n.x_m, n.y_m) for n in self.nodes}
        joined: set[tuple[str, str]] = set()
        if len(places) != len(self.nodes):
            ids = [n.id for n in self.nodes]
            raise ValueError(f"two nodes have the id {next(i for i in ids if ids.count(i) > 1)!r}")
        if self.depot not in places:
            raise ValueError(f"depot {self.depot!r} is no node")
        for i, way in enumerate(self.ways):
            for end in (way.a, way.b):
                if end not in places:
                    raise ValueError(f"ways[{i}] names {end!r}, which is no node")
            new = {(way.a, way.b)} if way.one_way else {(way.a, way.b), (way.b, way.a)}
            if new & joined:
                raise ValueError(f"ways[{i}] joins {way.a!r} and {way.b!r} a second time")
            joined |= new
            distance = math.dist(places[way.a], places[way.b])
            if distance < LENGTH_SLACK:
                raise ValueError(f"ways[{i}] has no length, its ends are one place")
            if way.length_m is not None and way.length_m < distance * (1 - LENGTH_SLACK):
                raise ValueError(f"ways[{i}] is shorter ({way.length_m:g} m) than straight ({distance:g} m)")
        seen = set()
        for i, stop in enumerate(self.stops):
            if stop.node not in places or stop.node == self.depot:
                raise ValueError(f"stops[{i}] names {stop.node!r}, which is no node or the depot")
            if stop.close_min is not None and stop.close_min < stop.open_min:
                raise ValueError(f"stops[{i}] closes before it opens")
            seen.add(stop.node)
        lost = seen - self._joined()
        if lost:
            raise ValueError(f"no way leads from the depot to {min(lost)!r} and back")
        windows = any(stop.open_min > 0 or stop.close_min is not None for stop in self.stops)
        if windows and self.rounds > 1 and self.every_h is None:
            raise ValueError(
                "windows in several rounds ask for every_h, from which each round's windows count"
            )
        if self.every_h is not None and self.rounds > 1 and (self.within_h or 0) > self.every_h:
            raise ValueError("within_h is longer than every_h: a round must end before the next begins")
        return self

    def _joined(self) -> set[str]:
        """The nodes with ways from the depot and back to it, whatever the machine."""
        ahead: dict[str, set[str]] = {n.id: set() for n in self.nodes}
        back: dict[str, set[str]] = {n.id: set() for n in self.nodes}
        for way in self.ways:
            for a, b in ((way.a, way.b),) if way.one_way else ((way.a, way.b), (way.b, way.a)):
                ahead[a].add(b)
                back[b].add(a)
        return _reached(ahead, self.depot) & _reached(back, self.depot)


def _reached(neighbours: dict[str, set[str]], start: str) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        new = neighbours[todo.pop()] - seen
        seen |= new
        todo += new
    return seen


@dataclass(frozen=True)
class Way:
    """A way between the nodes of two indices. ``straight``: its length is the distance of its ends."""

    a: int
    b: int
    length: float
    slope: float  # [deg], up or down
    width: float | None
    step: float
    gap: float
    speed: float | None
    one_way: bool
    straight: bool


@dataclass(frozen=True)
class Stop:
    """A visit that every round asks for: its beginning lies in the window [s from the round's beginning]."""

    node: int
    dwell: float
    opens: float
    closes: float  # math.inf without a closing time
    load: float  # [kg], taken from the depot


@dataclass(frozen=True)
class RouteTask:
    """A route task in SI; nodes by index."""

    kinds: tuple[str, ...]
    ids: tuple[str, ...]
    places: tuple[tuple[float, float], ...]
    ways: tuple[Way, ...]
    stops: tuple[Stop, ...]
    depot: int
    rounds: int
    every: float  # [s]; 0: rounds follow each other as they can
    within: float | None  # [s] from a round's beginning to the last return; of all rounds where every is 0
    max_machines: int
    carry: float  # [kg]
    loading: float  # [s] at the depot before every trip
    swap: float | None  # [s]
    reserve: float
    margin: float  # [m] on each side of the body

    def begins(self, number: int) -> float:
        """When a round, counted from 0, begins at the earliest [s]."""
        return number * self.every

    def ends(self, number: int) -> float:
        """By when a round's last machine is home [s]."""
        return math.inf if self.within is None else self.begins(number) + self.within


def lower_route(table: RouteTable) -> RouteTask:
    """The table in SI."""
    index = {n.id: i for i, n in enumerate(table.nodes)}
    places = tuple((n.x_m, n.y_m) for n in table.nodes)

    def way(w: WayTable) -> Way:
        a, b = index[w.a], index[w.b]
        distance = math.dist(places[a], places[b])
        length = distance if w.length_m is None else max(distance, w.length_m)
        straight = length <= distance * (1 + LENGTH_SLACK)
        return Way(a, b, length, w.slope_deg, w.width_m, w.step_m, w.gap_m, w.speed_m_s, w.one_way, straight)

    every = 0.0 if table.every_h is None else 3600 * table.every_h
    within = table.within_h if table.within_h is not None else table.every_h
    return RouteTask(
        kinds=tuple(table.kinds),
        ids=tuple(n.id for n in table.nodes),
        places=places,
        ways=tuple(way(w) for w in table.ways),
        stops=tuple(
            Stop(
                index[s.node],
                s.dwell_s,
                60 * s.open_min,
                math.inf if s.close_min is None else 60 * s.close_min,
                s.load_kg,
            )
            for s in table.stops
        ),
        depot=index[table.depot],
        rounds=table.rounds,
        every=every,
        within=None if within is None else 3600 * within,
        max_machines=table.max_machines,
        carry=table.carry_kg,
        loading=60 * table.loading_min,
        swap=None if table.battery_swap_min is None else 60 * table.battery_swap_min,
        reserve=table.reserve_percent / 100,
        margin=table.side_margin_m,
    )
