"""Certificate and Refusal: what `prove` returns, as plain files; docs/certificates.md is the file format.

A certificate is a proof relative to its premises: it names task and model by digest, holds the base pose, the
timed motion, the claims and every premise. The task's document is inside, so a certificate can be checked
with nothing but the model it names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np

from robotplus import __version__
from robotplus.certificates.motion import Move
from robotplus.certificates.written import read_written
from robotplus.errors import CertificateError
from robotplus.hashing import canonical, digest

FORMAT = "robotplus.certificate/1"

VerdictName = Literal["proven", "proven_if_confirmed", "candidate", "impossible", "not_found", "unknown"]


@dataclass(frozen=True)
class Premise:
    """Something the proof rests on. ``confirm``: the figure decides and rests on memory or low confidence."""

    name: str  # machine name, e.g. "payload_kg", "acceleration", "joint_limits_reading"
    value: Any  # JSON-able
    source: str
    confidence: str
    confirm: bool
    question_en: str = ""
    question_zh: str = ""


@dataclass(frozen=True)
class Base:
    """Where the base stands: world_from_base = translate(xyz) · Rz(yaw) · mounting turn.

    The mounting turn is identity (floor), Rx(pi) (ceiling) or Ry(pi/2) (wall: base z along world x before
    yaw).
    """

    xyz: tuple[float, float, float]
    yaw: float
    mounting: Literal["floor", "wall", "ceiling"]


@dataclass(frozen=True)
class Certificate:
    """A claim of feasibility. ``order[i]`` is the index in Program.stops of the i-th stop executed.

    ``claims`` (all required unless listed in ``not_shown``; bounds hold over the whole motion, between knots
    too):
        cycle_time_s: {"low", "nominal", "high"}; the motion itself lasts "high"
        takt_s: the takt met, or null when none is asked
        min_clearance_m: lower bound of the distance links/tool/carried part to the cell
        self_clearance_m: lower bound over the checked self-collision pairs (0 allowed: no overlap)
        joint_range_used: highest |q - mid| / half range
        velocity_used, acceleration_used: highest ratio to limit
        path_deviation_m, direction_deviation_rad: highest deviation on strokes and linear moves
        tool_speed_mps: [lowest, highest] on strokes outside the ramps, or null
        payload_used: (tool + heaviest part) / rated payload
        wrist_moment_used, wrist_inertia_used: highest ratio, or null with an entry in not_shown
        base_tolerance: {"xy_m", "angle_rad"}: base poses within which the task stays feasible
    ``acceleration``: {"joint": [rad/s² per joint used for timing], "nominal", "high", "basis"}.
    ``not_shown``: list of {"what": "self_pair"|"wrist_moment"|…, "detail": …, "demand": …}.
    """

    robot_id: str
    robot_sha256: str
    need: dict[str, Any]
    need_sha256: str
    base: Base
    order: tuple[int, ...]
    moves: tuple[Move, ...]
    acceleration: dict[str, Any]
    claims: dict[str, Any]
    not_shown: tuple[dict[str, Any], ...]
    premises: tuple[Premise, ...]
    verdict: VerdictName
    engine: str = field(default=f"robotplus {__version__}")

    def to_document(self) -> dict[str, Any]:
        """The certificate as its JSON document; ``sha256`` is the digest of everything else in it."""
        doc: dict[str, Any] = {
            "format": FORMAT,
            "engine": self.engine,
            "robot": {"id": self.robot_id, "sha256": self.robot_sha256},
            "need": self.need,
            "need_sha256": self.need_sha256,
            "base": {"xyz": list(self.base.xyz), "yaw": self.base.yaw, "mounting": self.base.mounting},
            "order": list(self.order),
            "moves": [
                {
                    "kind": m.kind,
                    "stop": m.stop,
                    "t": m.t.tolist(),
                    "q": m.q.tolist(),
                    "qd": m.qd.tolist(),
                    "qdd": m.qdd.tolist(),
                }
                for m in self.moves
            ],
            "acceleration": self.acceleration,
            "claims": self.claims,
            "not_shown": list(self.not_shown),
            "premises": [vars(p) for p in self.premises],
            "verdict": self.verdict,
        }
        doc["sha256"] = digest(doc)
        return doc


def read_certificate(text: str, where: str = "certificate") -> Certificate:
    """Read a certificate's JSON text.

    Raises:
        CertificateError: not JSON, another format or version, wrong shapes, or a digest that does not match.
    """
    return read_written(text, FORMAT, where, lambda doc: _read(doc, where))


def as_written(document: dict[str, Any]) -> Certificate:
    """The certificate that `read_certificate` reads where `Certificate.to_document` has been written.

    Numbers keep their value in JSON (Python writes the shortest text that reads back as the same double), so the
    long lists of the moves need not become text for it.
    """
    rest = {k: v for k, v in document.items() if k not in ("moves", "sha256")}
    return _read({**json.loads(canonical(rest)), "moves": document["moves"]}, "certificate")


def _read(doc: dict[str, Any], where: str) -> Certificate:
    """The certificate of a document whose digest matches."""
    try:
        dof = len(doc["moves"][0]["q"][0])
        moves = tuple(_read_move(m, dof) for m in doc["moves"])
        base = doc["base"]
        if base["mounting"] not in ("floor", "wall", "ceiling"):
            raise ValueError(f"mounting {base['mounting']!r}")
        x, y, z = (float(v) for v in base["xyz"])
        return Certificate(
            robot_id=str(doc["robot"]["id"]),
            robot_sha256=str(doc["robot"]["sha256"]),
            need=doc["need"],
            need_sha256=str(doc["need_sha256"]),
            base=Base((x, y, z), float(base["yaw"]), base["mounting"]),
            order=tuple(doc["order"]),
            moves=moves,
            acceleration=doc["acceleration"],
            claims=doc["claims"],
            not_shown=tuple(doc["not_shown"]),
            premises=tuple(Premise(**p) for p in doc["premises"]),
            verdict=doc["verdict"],
            engine=str(doc["engine"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError) as e:
        raise CertificateError(f"malformed certificate ({type(e).__name__}: {e})", where) from e


def _read_move(m: dict[str, Any], dof: int) -> Move:
    t = np.array(m["t"], dtype=float)
    q, qd, qdd = (np.array(m[k], dtype=float) for k in ("q", "qd", "qdd"))
    n = len(t)
    if m["kind"] not in ("travel", "approach", "stroke", "dwell", "retract"):
        raise ValueError(f"move kind {m['kind']!r}")
    if n < 2 or any(a.shape != (n, dof) for a in (q, qd, qdd)) or t[0] != 0 or not np.all(np.diff(t) > 0):
        raise ValueError("a move needs increasing times from 0 and arrays of shape (knots, dof)")
    if not all(np.all(np.isfinite(a)) for a in (t, q, qd, qdd)):
        raise ValueError("a move holds a value that is not finite")
    return Move(m["kind"], m["stop"], t, q, qd, qdd)


@dataclass(frozen=True)
class Refusal:
    """A "no" with its reason. Impossible carries a witness that `check` verifies.

    ``constraint`` is one of robotplus.certificates.constraints.CONSTRAINTS. ``needed`` and ``available``
    share ``unit``; ``shortfall`` is how much is missing (positive). ``where`` names the place
    ("stop 3: seam B").
    """

    robot_id: str
    robot_sha256: str
    need_sha256: str
    verdict: Literal["impossible", "not_found", "unknown"]
    constraint: str
    needed: float | str | None
    available: float | str | None
    shortfall: float | None
    unit: str
    where: str = ""
    witness: dict[str, Any] | None = None
    budget: dict[str, Any] | None = None
    question_en: str = ""
    question_zh: str = ""
    premises: tuple[Premise, ...] = ()

    def to_document(self) -> dict[str, Any]:
        doc = {k: v for k, v in vars(self).items() if k != "premises"}
        doc["premises"] = [vars(p) for p in self.premises]
        doc["format"] = "robotplus.refusal/1"
        return doc

    @classmethod
    def from_document(cls, doc: Mapping[str, Any]) -> Refusal:
        """As `to_document` wrote it; keys that say more, such as a maker's name, are passed over."""
        kept = {f.name: doc[f.name] for f in fields(cls) if f.name != "premises"}
        return cls(**kept, premises=tuple(Premise(**p) for p in doc["premises"]))


@dataclass(frozen=True)
class Verdict:
    """What `check` says. ``holds`` is True only when every required claim was verified.

    ``status``: "holds", "refused" or "cannot_check" (the model or task it names is unknown here).
    ``reasons``: machine code and sentence for every claim that failed; docs/check.md documents the codes.
    ``currency``: {"model": "current"|"superseded"|"unknown", "need": "same"|"different"|"not given"}.
    """

    holds: bool
    status: Literal["holds", "refused", "cannot_check"]
    reasons: tuple[tuple[str, str], ...]
    measured: dict[str, Any]
    currency: dict[str, str]
