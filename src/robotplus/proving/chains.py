"""What depends on a robot alone, worked out once and kept on disk: chain, coarse pairs, heading, reach bound.

Kept in ``$XDG_CACHE_HOME/robotplus`` under a name that holds the digest of the kernels and of the modules that make
it, so another version of robotplus never reads it. ``python -m robotplus.proving.chains`` fills it.
"""

from __future__ import annotations

import ctypes
import hashlib
import math
import os
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from robotplus.proving.classify import KinematicClass
from robotplus.proving.kernels import library_path
from robotplus.proving.kernels.calls import kernels, p
from robotplus.proving.pack import PackedRobot, RobotStruct, pack
from robotplus.proving.pairs import coarse_pairs, link_pairs
from robotplus.robots.model import Array, Robot

MAKERS = ("axes.py", "canonical.py", "chains.py", "classify.py", "pack.py", "pairs.py")


@dataclass(frozen=True)
class Chain:
    """See Body for the fields."""

    packed: PackedRobot
    coarse: tuple[tuple[int, int], ...]
    heading: float
    radius: float
    shoulder: Array
    universal: Array
    axis_points: Array


Rest = tuple[tuple[tuple[int, int], ...], float, float, Array, Array, Array]
_known: dict[str, Chain] = {}


def chain_of(robot: Robot) -> Chain:
    """The chain of a robot, from memory, from disk, or worked out now."""
    if not _known:
        _load()
    if robot.sha256 not in _known:
        _known[robot.sha256] = make_chain(robot)
    return _known[robot.sha256]


def make_chain(robot: Robot) -> Chain:
    """Work out a chain."""
    packed = pack(robot)
    lam = np.zeros(7)
    radius = kernels().rp_reach_bound(packed.pointer, p(lam))
    zero = _frames(packed, np.zeros(packed.dof))
    points = np.array([f[:3, 3] + lam[j] * f[:3, 2] for j, f in enumerate(zero[:-1])])
    flange = zero[-1]
    universal = flange[:3, :3].T @ (points[-1] - flange[:3, 3])
    coarse = coarse_pairs(packed.struct, link_pairs(packed.struct))
    return Chain(packed, coarse, _heading(packed), radius, points[0], universal, points)


def warm(robots: Iterable[Robot]) -> int:
    """Work out the chains that are missing, keep them all on disk, and return how many were missing."""
    if not _known:
        _load()
    missing = [r for r in robots if r.sha256 not in _known]
    for robot in missing:
        _known[robot.sha256] = make_chain(robot)
    if missing:
        _save()
    return len(missing)


def cache_file() -> Path:
    """Where the chains of this version are kept."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "robotplus" / f"chains-{_version()}.pickle"


@cache
def _version() -> str:
    h = hashlib.sha256(library_path().name.encode())
    for name in MAKERS:
        h.update((Path(__file__).parent / name).read_bytes())
    return h.hexdigest()[:16]


def _save() -> None:
    target = cache_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}.tmp")
        with partial.open("wb") as f:
            stored = {
                k: (
                    bytes(c.packed.struct),
                    c.packed.seed,
                    c.packed.kinematics,
                    c.packed.unknown_links,
                    _rest(c),
                )
                for k, c in _known.items()
            }
            pickle.dump(stored, f, protocol=5)
        os.replace(partial, target)
    except OSError:
        return  # a cache that cannot be written costs time, nothing else


def _rest(c: Chain) -> Rest:
    return c.coarse, c.heading, c.radius, c.shoulder, c.universal, c.axis_points


def _load() -> None:
    try:
        stored = pickle.loads(cache_file().read_bytes())
        chains = {key: _restored(*value) for key, value in stored.items()}
    except (
        OSError,
        pickle.UnpicklingError,
        EOFError,
        ImportError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ):
        return  # missing or damaged: the chains are worked out anew
    _known.update(chains)


def _restored(
    raw: bytes, seed: Array | None, kinematics: KinematicClass, unknown: tuple[int, ...], rest: Rest
) -> Chain:
    struct = RobotStruct.from_buffer_copy(raw)
    if seed is not None:
        struct.seed = seed.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
    return Chain(PackedRobot(struct, kinematics, unknown, seed), *rest)


def _frames(packed: PackedRobot, q: Array) -> Array:
    """(dof + 1, 4, 4) base_from_joint frames and the flange (turned joint frames), in plain NumPy."""
    s = packed.struct
    out, at = [], np.eye(4)
    for j in range(packed.dof):
        o = np.eye(4)
        o[:3] = np.ctypeslib.as_array(s.origin)[j].reshape(3, 4)
        turn = np.eye(4)
        if s.prismatic >> j & 1:
            turn[2, 3] = q[j]
        else:
            c, v = math.cos(q[j]), math.sin(q[j])
            turn[:2, :2] = [[c, -v], [v, c]]
        at = at @ o @ turn
        out.append(at)
    tip = np.eye(4)
    tip[:3] = np.ctypeslib.as_array(s.tip).reshape(3, 4)
    out.append(at @ tip)
    return np.array(out)


def _heading(packed: PackedRobot) -> float:
    """Mean direction of 256 fixed postures with joint 1 in the middle of its range."""
    s, n = packed.struct, packed.dof
    lower, upper = np.array(s.lower)[:n], np.array(s.upper)[:n]
    k = np.arange(256)[:, None]
    irrational = np.array(
        [0.7548776662, 0.5698402910, 0.4501, 0.6180339887, 0.3247, 0.8191725134, 0.2360679775]
    )[:n]
    q = np.zeros((256, 7))
    q[:, :n] = lower + (k * irrational % 1.0) * (upper - lower)
    q[:, 0] = 0.5 * (lower[0] + upper[0])
    flange = np.zeros((256, 12))
    kernels().rp_fk_batch(packed.pointer, p(q), 256, p(flange))
    return math.atan2(float(flange[:, 7].mean()), float(flange[:, 3].mean()))


if __name__ == "__main__":
    from robotplus.robots.catalogue import load_catalogue

    catalogue = load_catalogue()
    known = [
        r for r in catalogue.values() if all(j.lower is not None and j.upper is not None for j in r.joints)
    ]
    print(f"chains: {warm(known)} of {len(known)} robots worked out")
