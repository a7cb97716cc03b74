"""One robot at one base place: find the whole motion, time it, and prove it clear.

Order of work: the ladder finds the cheapest posture through the coarse waypoints; Newton's method on the true
chain carries it to the fine samples; splines and speed profiles time it; travel between stops is planned; every move is
proven clear between its samples. What fails says where, so that the search can try another place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from robotplus.proving.body import Body
from robotplus.proving.clearing import prove_clear
from robotplus.proving.context import Context
from robotplus.proving.easing import driven, eased
from robotplus.proving.layers import Segment
from robotplus.proving.outcome import FREE, Failed, Found, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.postures import ACROSS, SAME_BRANCH, WINDINGS, Bools, ladder, refine
from robotplus.proving.timing import dwell
from robotplus.proving.travel import travel
from robotplus.robots.model import Array

CLOSED_FORMS = ("opw", "ur")  # the ladder keeps to a branch only where branches have names
OTHERS = 1  # other postures that are tried where the best cannot be driven
UNDRIVEN = ("refine", "tool_speed", "acceleration")
SMOOTHING = (0.3, 0.06)  # half windows of the spin's moving average, as shares of the stroke, tried in turn


def evaluate(body: Body, context: Context, world_from_base: Array, *, seed: int = 0) -> Found | Failed:
    """Find and prove the whole motion with the base at ``world_from_base`` (4, 4)."""
    scene = Scene(body, context, world_from_base)
    failed: Failed | None = None
    shunned: list[Array] = []
    for _ in range(1 + OTHERS):
        out, q = _any_way(scene, shunned, seed)
        if isinstance(out, Found):
            return out
        failed = failed or out
        if q is None or out.stage not in UNDRIVEN:
            break
        shunned.append(q)
    assert failed is not None
    return failed


def _any_way(scene: Scene, shunned: Sequence[Array], seed: int) -> tuple[Found | Failed, Array | None]:
    """What the ladder leads to, looking in other ways where the first finds none, and the joints it chose, if any."""
    way = SAME_BRANCH
    out, q = _by_ladder(scene, way, shunned, seed)
    while isinstance(out, Failed) and (other := _other_way(scene.body, out, way)) is not None:
        way = other
        out, q = _by_ladder(scene, way, shunned, seed)
    return out, q


def _other_way(body: Body, failed: Failed, way: int) -> int | None:
    """How else the ladder may look where it found no way, or one that cannot be driven."""
    if failed.detail == "turns" and way != WINDINGS:
        return WINDINGS
    if way != SAME_BRANCH or (body.dof <= 6 and body.packed.kinematics.name not in CLOSED_FORMS):
        return None  # the generic way looks across branches in any case
    undriven = body.dof > 6 and failed.stage in UNDRIVEN
    return ACROSS if failed.detail == "no step" or undriven else None


def _by_ladder(
    scene: Scene, way: int, shunned: Sequence[Array], seed: int
) -> tuple[Found | Failed, Array | None]:
    coarse = ladder(scene, way, shunned)
    if isinstance(coarse, Failed):
        return coarse, None
    q_coarse, slots, cost = coarse
    out: Found | Failed = Failed("refine", 0)
    for window in SMOOTHING:
        out = _carry_out(scene, q_coarse, slots, cost, seed, window)
        if isinstance(out, Found) or out.pair is not None or not _turns(scene.context, slots):
            break
    return out, q_coarse


def _turns(context: Context, slots: Any) -> bool:
    """Whether the tool's spin changes on the way: only then does smoothing matter."""
    return bool((np.diff(slots)[context.layers.joined[1:] == 1] != 0).any())


def _carry_out(
    scene: Scene, q_coarse: Array, slots: Any, cost: float, seed: int, window: float
) -> Found | Failed:
    refined = refine(scene, q_coarse, slots, window)
    if isinstance(refined, Failed):
        return refined
    planned = _moves(scene, *refined, seed)
    if isinstance(planned, Failed):
        return planned
    return prove_clear(scene, planned, cost)


def _moves(scene: Scene, fine: Array, met: Bools, seed: int) -> tuple[Planned, ...] | Failed:
    program, layers = scene.context.program, scene.context.layers
    by_position: dict[int, list[Segment]] = {}
    for segment in layers.segments:
        by_position.setdefault(segment.position, []).append(segment)
    out: list[Planned] = []
    n = len(layers.order)
    for position, index in enumerate(layers.order):
        stop = program.stops[index]
        arrive, leave = fine[layers.arrive[position]], fine[layers.leave[position]]
        if position and not layers.continues[position]:
            moved = travel(
                scene, fine[layers.leave[position - 1]], arrive, (position,), stop.carry_in, seed + position
            )
            if isinstance(moved, Failed):
                return moved
            out.extend(moved)
        dwelt = stop.dwell <= 0
        for segment in by_position.get(position, []):
            if segment.kind == "retract" and not dwelt:
                out.append(dwell(scene.body, position, fine[segment.first], stop.dwell))
                dwelt = True
            band = FREE
            if segment.kind == "stroke" and stop.speed is not None:
                band = (*stop.speed, max(stop.ramp, 1e-4))
            q = fine[segment.first : segment.last]
            exact = met[segment.first : segment.last].all()
            plain = driven(scene, segment, stop, band, q) if exact else None
            move = plain or eased(scene, segment, stop, band, q)
            if isinstance(move, Failed):
                return move
            out.append(move)
        if not dwelt:
            out.append(dwell(scene.body, position, leave, stop.dwell))
    if program.cyclic and n:
        first = program.stops[layers.order[0]]
        start = out[0].move.q[0] if out else fine[0]
        at = np.zeros(7)
        at[: len(start)] = start
        moved = travel(scene, fine[layers.leave[n - 1]], at, (n, 0), first.carry_in, seed)
        if isinstance(moved, Failed):
            return moved
        out.extend(moved)
    return tuple(out)
