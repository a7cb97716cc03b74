"""RouteCertificate: machines of one model visit stops over a need's network, as a plain file.

A tour is what one machine does, in order; its clock begins at 0 at the depot:

- ``go``: along ``nodes`` of the network, from rest to rest;
- ``serve``: the stop of that number in that round (both from 0), not before its window opens;
- ``charge``, ``load``: at the depot for ``seconds``;
- ``until``: at the depot until the clock shows ``seconds``.

docs/routes.md holds the timing formula; it is written once in the solver and once in the checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from robotplus import __version__
from robotplus.certificates.certificate import Premise
from robotplus.certificates.written import claims_of, number, pair, read_written
from robotplus.hashing import digest

FORMAT = "robotplus.route/1"
CLAIMS = ("machines", "travel_m", "trips", "charges", "round_s", "bound_s")
ActionKind = Literal["go", "serve", "charge", "load", "until"]
RouteVerdict = Literal["proven", "proven_if_confirmed"]


@dataclass(frozen=True)
class Action:
    """One action; which of the fields count is said by its kind."""

    kind: ActionKind
    nodes: tuple[str, ...] = ()
    stop: int = 0
    round: int = 0
    seconds: float = 0.0

    def to_document(self) -> dict[str, Any]:
        if self.kind == "go":
            return {"kind": "go", "nodes": list(self.nodes)}
        if self.kind == "serve":
            return {"kind": "serve", "stop": self.stop, "round": self.round}
        return {"kind": self.kind, "seconds": self.seconds}


@dataclass(frozen=True)
class Rolling:
    """How the machine moves: its top speed [m/s], and estimates as (low, high) [m/s2, rad/s]."""

    speed: float
    acceleration: tuple[float, float]
    turn_rate: tuple[float, float]


@dataclass(frozen=True)
class RouteCertificate:
    """A claim that machines of one model do one need's visits by these tours, relative to its premises.

    ``claims`` (all verified by `check`): time_s {"low", "high"} until the last machine is home; machines; travel_m;
    trips; charges; round_s (driving and dwelling of one round at the long end, the least over rounds); bound_s (no
    order of one round's visits takes less, by ``weights``); within_s (what is asked, or null).
    ``weights``: one number for the depot and each stop [s]; any numbers give a valid bound.
    """

    machine_id: str
    machine_sha256: str
    need: dict[str, Any]
    need_sha256: str
    rolling: Rolling
    tours: tuple[tuple[Action, ...], ...]
    weights: tuple[float, ...]
    claims: dict[str, Any]
    premises: tuple[Premise, ...]
    verdict: RouteVerdict
    engine: str = f"robotplus {__version__}"

    def to_document(self) -> dict[str, Any]:
        doc: dict[str, Any] = {
            "format": FORMAT,
            "family": "route",
            "machine": {"id": self.machine_id, "sha256": self.machine_sha256},
            "need": self.need,
            "need_sha256": self.need_sha256,
            "rolling": {k: list(v) if isinstance(v, tuple) else v for k, v in vars(self.rolling).items()},
            "tours": [[action.to_document() for action in tour] for tour in self.tours],
            "weights": list(self.weights),
            "claims": self.claims,
            "premises": [vars(p) for p in self.premises],
            "verdict": self.verdict,
            "engine": self.engine,
        }
        return {**doc, "sha256": digest(doc)}


def read_route(text: str, where: str = "certificate") -> RouteCertificate:
    """Read a route certificate's JSON text.

    Raises:
        CertificateError: not JSON, another format or version, wrong shapes, or a digest that does not match.
    """
    return read_written(text, FORMAT, where, _read)


def _read(doc: dict[str, Any]) -> RouteCertificate:
    rolling = doc["rolling"]
    if set(rolling) != {"speed", "acceleration", "turn_rate"}:
        raise ValueError("rolling has speed, acceleration and turn_rate")
    if doc["verdict"] not in get_args(RouteVerdict):
        raise ValueError(f"verdict {doc['verdict']!r}")
    return RouteCertificate(
        machine_id=str(doc["machine"]["id"]),
        machine_sha256=str(doc["machine"]["sha256"]),
        need=dict(doc["need"]),
        need_sha256=str(doc["need_sha256"]),
        rolling=Rolling(number(rolling["speed"]), pair(rolling["acceleration"]), pair(rolling["turn_rate"])),
        tours=tuple(tuple(_action(action) for action in tour) for tour in doc["tours"]),
        weights=tuple(number(w) for w in doc["weights"]),
        claims=claims_of(doc["claims"], CLAIMS, {"time_s": ("low", "high")}),
        premises=tuple(Premise(**p) for p in doc["premises"]),
        verdict=doc["verdict"],
        engine=str(doc["engine"]),
    )


def _action(action: dict[str, Any]) -> Action:
    kind = action["kind"]
    if kind not in get_args(ActionKind):
        raise ValueError(f"action {kind!r}")
    if kind == "go":
        nodes = tuple(action["nodes"])
        if len(nodes) < 2 or not all(isinstance(n, str) for n in nodes):
            raise ValueError("a go has at least two nodes")
        return Action("go", nodes)
    if kind == "serve":
        return Action("serve", stop=_whole(action["stop"]), round=_whole(action["round"]))
    return Action(kind, seconds=number(action["seconds"]))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"not a whole number from 0: {value!r}")
    return value
