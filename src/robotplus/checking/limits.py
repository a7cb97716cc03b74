"""Joint positions, couplings, velocities and accelerations within limits, between knots too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from robotplus.checking.pieces import Pieces
from robotplus.checking.reasons import Findings
from robotplus.robots.model import Array, Coupling, Robot

RATIO = 1e-6  # ratios to a limit are judged to this
RANGE = 1e-6  # rad or m
CLAIM = 2e-3  # a claimed ratio may lie below the true one by this
GENERATIONS = 10

Signal = Callable[[Pieces], Array]  # pieces -> (n, control points, channels), its hull bounds the signal


def highest(pieces: Pieces, signal: Signal, *, enough: Array) -> tuple[Array, Array]:
    """Bounds on the maximum of each channel of ``signal`` over the motion.

    Halves pieces until every channel is below ``enough`` or cannot be.

    Returns:
        (channels,) upper bounds, and (channels,) values the signal certainly takes.
    """
    values = signal(pieces)
    channels = values.shape[2]
    upper, taken = np.full(channels, -np.inf), np.full(channels, -np.inf)
    for generation in range(GENERATIONS):
        values = signal(pieces)
        taken = np.maximum(taken, values[:, [0, -1]].max(axis=(0, 1)))
        hull = values.max(axis=1)
        loose = (hull > enough) & (hull > taken + 1e-9)
        loose[:, taken > enough] = False
        again = loose.any(axis=1)
        last = generation == GENERATIONS - 1 or 2 * again.sum() > 100_000
        settled = hull if last else hull[~again]
        if len(settled):
            upper = np.maximum(upper, settled.max(axis=0))
        if last or not again.any():
            break
        pieces = pieces.take(again).halves()
    return np.maximum(upper, taken), taken


def ratio(pieces: Pieces, signal: Signal, *, limit: Array, claim: float) -> tuple[float, float]:
    """Highest |signal| / limit over all joints: (upper bound, value certainly taken); refined near the
    claim."""
    enough = np.full(2 * len(limit), min(1.0, claim + CLAIM / 2))

    def both(p: Pieces) -> Array:
        scaled = signal(p) / limit
        return np.concatenate([scaled, -scaled], axis=2)

    upper, taken = highest(pieces, both, enough=enough)
    return float(upper.max()), float(taken.max())


def check_positions(robot: Robot, pieces: Pieces, findings: Findings) -> None:
    """Joint ranges and couplings."""
    lower, upper = ranges(robot)

    def outside(p: Pieces) -> Array:
        return np.concatenate([p.b - upper, lower - p.b], axis=2)

    over, _ = highest(pieces, outside, enough=np.zeros(2 * robot.dof))
    for k in range(robot.dof):
        worst = max(over[k], over[k + robot.dof])
        if not worst <= RANGE:
            findings.refuse("joint_limits", f"{robot.joints[k].name} by {worst:.3g} rad or m")
    for coupling in robot.couplings:
        worst = coupling_excess(coupling, pieces)
        if not worst <= RANGE:
            findings.refuse("coupling", f"{coupling.note} by {worst:.3g} rad")


def coupling_excess(coupling: Coupling, pieces: Pieces) -> float:
    """How far beyond its range a coupled sum goes [rad]; negative inside."""
    c = np.array(coupling.coefficients)

    def outside(p: Pieces) -> Array:
        total = p.b @ c
        return np.stack([total - coupling.upper, coupling.lower - total], axis=2)

    return float(highest(pieces, outside, enough=np.zeros(2))[0].max())


def ranges(robot: Robot) -> tuple[Array, Array]:
    """(dof,) lower and upper joint limits; both are known in a robot that can be checked."""
    return (
        np.array([-np.inf if j.lower is None else j.lower for j in robot.joints]),
        np.array([np.inf if j.upper is None else j.upper for j in robot.joints]),
    )


def check_rates(
    robot: Robot, pieces: Pieces, findings: Findings, *, acceleration: Array, claims: dict[str, float]
) -> None:
    """Range, velocity and acceleration used, against the limits and against the claims."""
    lower, upper = ranges(robot)
    middle, half = (lower + upper) / 2, (upper - lower) / 2
    velocity = np.array([j.velocity for j in robot.joints], dtype=float)
    rows: list[tuple[str, str | None, str, Signal, Array]] = [
        ("joint_range_used", None, "claim_joint_range", lambda p: p.b - middle, half),
        ("velocity_used", "velocity", "claim_velocity", Pieces.velocities, velocity),
        ("acceleration_used", "acceleration", "claim_acceleration", Pieces.accelerations, acceleration),
    ]
    for name, limit_code, claim_code, signal, limit in rows:
        most, taken = ratio(pieces, signal, limit=limit, claim=claims[name])
        findings.measured[name] = taken
        if most <= min(1 + RATIO, claims[name] + CLAIM):
            continue
        most, _ = ratio(pieces, signal, limit=limit, claim=1.0)
        if limit_code and not most <= 1 + RATIO:
            findings.refuse(limit_code, f"{most:.4f} of the limit")
        else:
            findings.refuse(claim_code, f"{taken:.4f} used, {claims[name]:.4f} claimed")
