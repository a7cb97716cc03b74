"""Which self-collision pairs may be left out: those that boxes are too coarse for. The rule is in
docs/check.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pinocchio

from robotplus.checking.pairs import body_number, short_name
from robotplus.checking.reasons import Findings
from robotplus.checking.rig import Rig
from robotplus.robots.model import Array

GRID = 24
POINTS = 2048
PRIMES = (2, 3, 5, 7, 11, 13, 17)
TOLERANCE = 0.01
SHARE_NEAR, SHARE_FAR = 0.05, 0.5  # two joints between; more


def halton(count: int, base: int) -> Array:
    """(count,) the radical inverses of 1 … count in ``base``."""
    index = np.arange(1, count + 1)
    out, scale = np.zeros(count), 1.0 / base
    while index.any():
        out += scale * (index % base)
        index //= base
        scale /= base
    return out


def postures(lower: Array, upper: Array, between: Sequence[int]) -> Array:
    """(k, n) the postures at which a pair is looked at; joints outside ``between`` (0-based) stay at 0."""
    if len(between) == 2:
        cells = (np.arange(GRID) + 0.5) / GRID
        u = np.stack(np.meshgrid(cells, cells, indexing="ij"), axis=-1).reshape(-1, 2)
    else:
        u = np.stack([halton(POINTS, PRIMES[j]) for j in between], axis=1)
    q = np.zeros((len(u), len(lower)))
    j = list(between)
    q[:, j] = lower[j] + u * (upper[j] - lower[j])
    return q


def overlap_share(rig: Rig, shallow: str, deep: str) -> float:
    """Share of the postures between two bodies in which any of their boxes overlap."""
    a = [i for i, box in enumerate(rig.boxes) if box.body == shallow]
    b = [i for i, box in enumerate(rig.boxes) if box.body == deep]
    between = range(body_number(shallow, rig.dof), body_number(deep, rig.dof))
    lower = np.array([j.lower for j in rig.robot.joints], dtype=float)
    upper = np.array([j.upper for j in rig.robot.joints], dtype=float)
    geometry, data = rig.geometry(np.array([(i, j) for i in a for j in b], dtype=np.int64).reshape(-1, 2))
    q = postures(lower, upper, list(between))
    hits = 0
    for configuration in q:
        pinocchio.updateGeometryPlacements(rig.model, rig.data, geometry, data, configuration)
        hits += pinocchio.computeCollisions(geometry, data, True)
    return hits / len(q)


_links_cache: dict[tuple[str, str, str], float] = {}


def coarse_pairs(rig: Rig) -> list[str]:
    """Every pair that the rule calls coarse, as ``not_shown`` names it."""
    deep = {short_name(box.body): box.body for box in rig.boxes if box.link > 0}
    out = []
    for name, body in deep.items():
        number = body_number(body, rig.dof)
        for i in range(number - 1):
            if f"link_{i}" in {box.body for box in rig.boxes} and _is_coarse(
                rig, f"link_{i}", name, slack=0.0
            ):
                out.append(f"link_{i}/{name}")
    return out


def check_left_out(rig: Rig, details: Sequence[object], findings: Findings) -> None:
    """Refuse every pair listed as not shown that the rule does not call coarse."""
    bodies = {short_name(box.body) for box in rig.boxes if box.link > 0 or box.body == "link_0"}
    for detail in details:
        names = detail.split("/") if isinstance(detail, str) else []
        if len(names) != 2 or not bodies.issuperset(names) or not names[0].startswith("link_"):
            findings.refuse("self_pair", f"{detail} names no pair")
            continue
        shallow, deep = names
        apart = body_number(deep, rig.dof) - body_number(shallow, rig.dof)
        if apart < 2:
            findings.refuse("self_pair", f"{detail} is not a pair that is looked at")
            continue
        if not _is_coarse(rig, shallow, deep, slack=TOLERANCE):
            findings.refuse("self_pair", f"{detail} overlaps in too few of its postures to count as coarse")


def _is_coarse(rig: Rig, shallow: str, deep: str, *, slack: float) -> bool:
    """Whether a pair overlaps too often; for parts, whether every part does."""
    apart = body_number(deep, rig.dof) - body_number(shallow, rig.dof)
    bodies = {box.body for box in rig.boxes if short_name(box.body) == deep}
    share = min(_share(rig, shallow, body) for body in bodies)
    return share >= (SHARE_NEAR if apart == 2 else SHARE_FAR) - slack


def _share(rig: Rig, shallow: str, deep: str) -> float:
    """The share, remembered for pairs of links because it depends on the robot alone."""
    if not deep.startswith("link_"):
        return overlap_share(rig, shallow, deep)
    key = (rig.robot.sha256, shallow, deep)
    if key not in _links_cache:
        _links_cache[key] = overlap_share(rig, shallow, deep)
    return _links_cache[key]
