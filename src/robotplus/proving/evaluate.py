"""One robot at one base place: find the whole motion, time it, and prove it clear.

Order of work: the ladder finds the cheapest posture through the coarse waypoints; Newton's method on the true
chain carries it to the fine samples; splines and speed profiles time it; travel between stops is planned; every move is
proven clear between its samples. What fails says where, so that the search can try another place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from robotplus.certificates.motion import Move
from robotplus.proving.body import Body
from robotplus.proving.clearing import prove_clear
from robotplus.proving.context import Context
from robotplus.proving.easing import eased
from robotplus.proving.following import all_follow
from robotplus.proving.outcome import FREE, Failed, Found, Planned
from robotplus.proving.placed import Scene
from robotplus.proving.postures import ACROSS, SAME_BRANCH, WINDINGS, Bools, ladder, refine
from robotplus.proving.timing import dwell, time_paths
from robotplus.proving.travel import Wish, travels
from robotplus.robots.model import Array

CLOSED_FORMS = ("opw", "ur")  # the ladder keeps to a branch only where branches have names
OTHERS = 1  # other postures that are tried where the best cannot be driven
UNDRIVEN = ("refine", "tool_speed", "acceleration")
SMOOTHING = (0.3, 0.06)  # half windows of the spin's moving average, as shares of the stroke, tried in turn


def evaluate(
    body: Body, context: Context, world_from_base: Array, *, seed: int = 0, others: int = OTHERS
) -> Found | Failed:
    """Find and prove the whole motion with the base at ``world_from_base`` (4, 4), with the best posture or so many
    others."""
    scene = Scene(body, context, world_from_base)
    failed: Failed | None = None
    shunned: list[Array] = []
    for _ in range(1 + others):
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
        if (
            isinstance(out, Found)
            or out.pair is not None
            or not _smoothing_matters(scene.context, out, slots)
        ):
            break
    return out, q_coarse


def _smoothing_matters(context: Context, failed: Failed, slots: Any) -> bool:
    """Whether a spin smoothed in another way may change how it failed: one that turns on the way, and that easing does
    not choose for itself."""
    eased = failed.stage in ("tool_speed", "acceleration") and all(
        s.spins is None for s in context.program.stops
    )
    if eased or failed.detail == "astray":
        return False
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
    """All moves in their order; the segments are driven first, then travel is planned between them."""
    program, layers = scene.context.program, scene.context.layers
    segments = _driven(scene, fine, met)
    if isinstance(segments, Failed):
        return segments
    by_position: dict[int, list[Planned]] = {}
    for move in segments:
        by_position.setdefault(move.position, []).append(move)
    out: list[Planned | Wish] = []
    n = len(layers.order)
    for position, index in enumerate(layers.order):
        stop = program.stops[index]
        arrive, leave = fine[layers.arrive[position]], fine[layers.leave[position]]
        if position and not layers.continues[position]:
            out.append(Wish(fine[layers.leave[position - 1]], arrive, (position,), stop.carry_in))
        dwelt = stop.dwell <= 0
        for move in by_position.get(position, []):
            if move.kind == "retract" and not dwelt:
                out.append(dwell(scene.body, position, move.move.q[0], stop.dwell))
                dwelt = True
            out.append(move)
        if not dwelt:
            out.append(dwell(scene.body, position, leave, stop.dwell))
    if program.cyclic and n:
        start, first = np.zeros(7), out[0] if out else None
        start[: scene.body.dof] = (first.move.q[0] if isinstance(first, Planned) else fine[0])[
            : scene.body.dof
        ]
        carried = program.stops[layers.order[0]].carry_in
        out.append(Wish(fine[layers.leave[n - 1]], start, (n, 0), carried))
    out = [item for item in out if isinstance(item, Planned) or not item.idle]
    moved = travels(scene, [item for item in out if isinstance(item, Wish)], seed)
    if isinstance(moved, Failed):
        return moved
    planned = iter(moved)
    return tuple(item if isinstance(item, Planned) else next(planned) for item in out)


def _driven(scene: Scene, fine: Array, met: Bools) -> list[Planned] | Failed:
    """The moves along all segments: through the samples where they can be driven so, else eased."""
    program, layers = scene.context.program, scene.context.layers
    segments = layers.segments
    stops = [program.stops[layers.order[segment.position]] for segment in segments]
    bands = [
        (*stop.speed, max(stop.ramp, 1e-4)) if segment.kind == "stroke" and stop.speed is not None else FREE
        for segment, stop in zip(segments, stops, strict=True)
    ]
    own = [fine[segment.first : segment.last] for segment in segments]
    exact = [k for k, segment in enumerate(segments) if met[segment.first : segment.last].all()]
    plain: dict[int, Planned] = {}
    timed = time_paths(
        scene.body, [segments[k].s for k in exact], [own[k] for k in exact], [bands[k] for k in exact]
    )
    for k, (path, knots) in zip(exact, timed, strict=True):
        kind, position = segments[k].kind, segments[k].position
        if not isinstance(knots, str):
            plain[k] = Planned(kind, position, Move(kind, position, *knots), (path,))
    follow = all_follow(
        scene,
        [segments[k] for k in plain],
        list(plain.values()),
        [stops[k] for k in plain],
        [bands[k] for k in plain],
    )
    good = {k for k, fine_so in zip(plain, follow, strict=True) if fine_so}
    out: list[Planned] = []
    for k, segment in enumerate(segments):
        move = plain[k] if k in good else eased(scene, segment, stops[k], bands[k], own[k])
        if isinstance(move, Failed):
            return move
        out.append(move)
    return out
