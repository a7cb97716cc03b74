"""PlanCertificate: a plan of movements by a machine as a plain file, with its claims and premises.

A plan is a list of legs, each a polyline that the machine's centre follows from rest to rest:

- ``work``: along it the tool covers a band of its width, centred on the line;
- ``move``: without working;
- ``wait``: a single point where the machine stands for ``seconds`` (charging, swapping, filling).

Every leg starts where the one before ended. docs/coverage.md holds the timing formula; it is written once in the
solver and once in the checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from robotplus import __version__
from robotplus.certificates.certificate import Premise
from robotplus.certificates.written import claims_of, number, pair, read_written
from robotplus.hashing import digest

FORMAT = "robotplus.plan/1"
CLAIMS = ("target_m2", "share", "work_m", "move_m", "charges", "refills", "min_clearance_m")
PAIRS = {"time_s": ("low", "high"), "covered_m2": ("inner", "outer")}
LegKind = Literal["work", "move", "wait"]
PlanVerdict = Literal["proven", "proven_if_confirmed"]
Turning = Literal["spot", "side"]  # turns on the spot; moves in any direction without turning


@dataclass(frozen=True)
class Leg:
    """One leg; ``xy``: points [m]. ``seconds`` and ``reason`` belong to a wait."""

    kind: LegKind
    xy: tuple[tuple[float, float], ...]
    seconds: float = 0.0
    reason: str = ""

    def to_document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "xy": [list(p) for p in self.xy],
            "seconds": self.seconds,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Driving:
    """How the machine moves, as the plan assumes it: SI units.

    ``low`` and ``high`` in acceleration [m/s2] and turn rate [rad/s] are the ends of an estimate; the shortest time
    belongs to both high ends, the longest to both low ones.
    """

    turning: Turning
    width: float  # of the tool
    length: float  # of the body
    breadth: float
    work_speed: float
    move_speed: float
    acceleration: tuple[float, float]
    turn_rate: tuple[float, float]
    tracking: float  # how far beside its line it may run [m]


@dataclass(frozen=True)
class PlanCertificate:
    """A claim that one machine does one need's work by this plan, relative to its premises.

    ``claims`` (all verified by `check`): time_s {"low", "high"} of the whole work with its waits; target_m2;
    covered_m2 {"inner", "outer"} inside the target; share (inner over target); work_m, move_m; charges, refills;
    min_clearance_m (body to the edge of where it may move, in any heading); within_s (what is asked, or null).
    """

    machine_id: str
    machine_sha256: str
    need: dict[str, Any]
    need_sha256: str
    driving: Driving
    legs: tuple[Leg, ...]
    claims: dict[str, Any]
    premises: tuple[Premise, ...]
    verdict: PlanVerdict
    engine: str = f"robotplus {__version__}"

    def to_document(self) -> dict[str, Any]:
        doc: dict[str, Any] = {
            "format": FORMAT,
            "family": "area_coverage",
            "machine": {"id": self.machine_id, "sha256": self.machine_sha256},
            "need": self.need,
            "need_sha256": self.need_sha256,
            "driving": {k: list(v) if isinstance(v, tuple) else v for k, v in vars(self.driving).items()},
            "legs": [leg.to_document() for leg in self.legs],
            "claims": self.claims,
            "premises": [vars(p) for p in self.premises],
            "verdict": self.verdict,
            "engine": self.engine,
        }
        return {**doc, "sha256": digest(doc)}


def read_plan(text: str, where: str = "certificate") -> PlanCertificate:
    """Read a plan certificate's JSON text.

    Raises:
        CertificateError: not JSON, another format or version, wrong shapes, or a digest that does not match.
    """
    return read_written(text, FORMAT, where, _read)


def _read(doc: dict[str, Any]) -> PlanCertificate:
    driving = dict(doc["driving"])
    for key in ("acceleration", "turn_rate"):
        driving[key] = pair(driving[key])
    if driving["turning"] not in get_args(Turning):
        raise ValueError(f"turning {driving['turning']!r}")
    for key in ("width", "length", "breadth", "work_speed", "move_speed", "tracking"):
        driving[key] = number(driving[key])
    if doc["verdict"] not in get_args(PlanVerdict):
        raise ValueError(f"verdict {doc['verdict']!r}")
    return PlanCertificate(
        machine_id=str(doc["machine"]["id"]),
        machine_sha256=str(doc["machine"]["sha256"]),
        need=dict(doc["need"]),
        need_sha256=str(doc["need_sha256"]),
        driving=Driving(**driving),
        legs=tuple(_read_leg(leg) for leg in doc["legs"]),
        claims=claims_of(doc["claims"], CLAIMS, PAIRS),
        premises=tuple(Premise(**p) for p in doc["premises"]),
        verdict=doc["verdict"],
        engine=str(doc["engine"]),
    )


def _read_leg(leg: dict[str, Any]) -> Leg:
    points = tuple((number(x), number(y)) for x, y in leg["xy"])
    if leg["kind"] not in get_args(LegKind):
        raise ValueError(f"leg kind {leg['kind']!r}")
    if (len(points) == 1) != (leg["kind"] == "wait") or not points:
        raise ValueError("a wait has one point, every other leg at least two")
    return Leg(leg["kind"], points, number(leg["seconds"]), str(leg["reason"]))
