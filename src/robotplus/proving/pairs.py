"""Which pairs of links are looked at for self-collision, and which are too coarse to be.

The rule is stated in docs/check.md; `check` computes it again on its own. A pair (i, j) with j >= i + 2 is coarse
when its boxes overlap in too large a share of fixed postures of the joints between: 24 x 24 for two joints, else 2048
points of the Halton sequence; at least 0.05 for two joints, 0.5 for more. Coarse pairs are never dropped silently:
they are listed by name in the certificate and taken out of its self-collision claim.
"""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np

from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.pack import RobotStruct
from robotplus.robots.model import Array

PRIMES = (2, 3, 5, 7, 11, 13, 17)
GRID = 24
POINTS = 2048
NEIGHBOUR_SHARE, FAR_SHARE = 0.05, 0.5


def threshold(i: int, j: int) -> float:
    """Overlap share from which a pair is coarse (tool and part count as the last link)."""
    return NEIGHBOUR_SHARE if j == i + 2 else FAR_SHARE


def overlap_shares(struct: RobotStruct, pairs: list[tuple[int, int]]) -> list[float]:
    """Share of the rule's postures in which the boxes of each pair overlap."""
    n = int(struct.dof)
    lower, upper = np.array(struct.lower)[:n], np.array(struct.upper)[:n]
    far = [q for q in pairs if min(q[1], n) > q[0] + 2]
    shares = dict(zip(far, _hits(struct, far, lower + halton()[:, :n] * (upper - lower)), strict=True))
    for q in pairs:
        if q in shares:
            continue
        unit = np.full((GRID * GRID, n), 0.5)
        unit[:, q[0] : q[0] + 2] = _grid()
        shares[q] = _hits(struct, [q], lower + unit * (upper - lower))[0]
    return [shares[q] for q in pairs]


def coarse_pairs(struct: RobotStruct, pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Those of the pairs that are coarse (tool and part count as the last link)."""
    n = int(struct.dof)
    shares = overlap_shares(struct, pairs)
    return tuple(q for q, share in zip(pairs, shares, strict=True) if share >= threshold(q[0], min(q[1], n)))


def link_pairs(struct: RobotStruct) -> list[tuple[int, int]]:
    """All pairs of a robot's own links that the rule looks at and whose shapes are known."""
    n = int(struct.dof)
    have = {int(struct.box_link[b]) for b in range(struct.n_box)}
    return [(i, j) for i in range(n + 1) for j in range(i + 2, n + 1) if i in have and j in have]


def _hits(struct: RobotStruct, pairs: list[tuple[int, int]], joints: Array) -> list[float]:
    if not pairs:
        return []
    q = np.zeros((len(joints), 7))
    q[:, : joints.shape[1]] = joints
    hits = np.zeros(len(pairs), dtype=np.int32)
    wanted = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    kernels().rp_overlaps(ctypes.byref(struct), p(wanted), len(pairs), p(q), len(q), p(hits))
    return [float(h) / len(q) for h in hits]


@cache
def _grid() -> Array:
    side = (np.arange(GRID) + 0.5) / GRID
    return np.stack([g.ravel() for g in np.meshgrid(side, side, indexing="ij")], axis=1)


@cache
def halton() -> Array:
    """(2048, 7) points with indices 1 … 2048 of the Halton sequence."""
    out = np.zeros((POINTS, len(PRIMES)))
    for k, base in enumerate(PRIMES):
        index, scale = np.arange(1, POINTS + 1), 1.0
        while index.any():
            scale /= base
            out[:, k] += scale * (index % base)
            index = index // base
    return out
