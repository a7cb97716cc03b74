"""Certificates as they travel between processes: without the need that all share, their knots in four arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import Move, MoveKind
from robotplus.robots.model import Array


@dataclass(frozen=True)
class Parcel:
    """A certificate without its need and moves, and the moves behind each other: a motion of hundreds of moves
    travels ten times as fast so. Shapes: ``t`` (n,), ``q``, ``qd``, ``qdd`` (n, dof)."""

    certificate: Certificate
    kinds: tuple[MoveKind, ...]
    stops: tuple[int, ...]
    sizes: tuple[int, ...]
    t: Array
    q: Array
    qd: Array
    qdd: Array

    @property
    def robot_id(self) -> str:
        return self.certificate.robot_id

    def way(self) -> float:
        """How far all joints go [rad or m]: what a check takes grows with it."""
        return float(np.abs(np.diff(self.q, axis=0)).sum())

    def opened(self, need: dict[str, Any]) -> Certificate:
        """The certificate about this need document."""
        moves, first = [], 0
        for kind, stop, size in zip(self.kinds, self.stops, self.sizes, strict=True):
            own = slice(first, first := first + size)
            moves.append(Move(kind, stop, self.t[own], self.q[own], self.qd[own], self.qdd[own]))
        return replace(self.certificate, need=need, moves=tuple(moves))


def packed(certificate: Certificate) -> Parcel:
    """A certificate made ready to travel."""
    moves = certificate.moves
    return Parcel(
        replace(certificate, need={}, moves=()),
        tuple(move.kind for move in moves),
        tuple(move.stop for move in moves),
        tuple(len(move.t) for move in moves),
        *(np.concatenate([getattr(move, name) for move in moves]) for name in ("t", "q", "qd", "qdd")),
    )
