"""Where the base may stand: places in a good order, cheap looks at many of them, whole evaluations of the best.

Budgets count work (places looked at, evaluations), never seconds, so the same need and seed give the same answer on
any machine and any number of workers.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from robotplus.proving.body import Body, without_pairs
from robotplus.proving.context import Context
from robotplus.proving.evaluate import OTHERS, evaluate
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.proving.layers import Ints
from robotplus.proving.outcome import Failed, Found
from robotplus.proving.pairs import coarse_pairs
from robotplus.proving.postures import spin_stride
from robotplus.robots.model import Array
from robotplus.scenarios.cell import Mounting, world_from_base

SPACING = 0.2  # [m] of the grid of base places
FEW = 48  # with fewer places within reach than this the grid is made finer
FINER = (2, 4, 8, 16)
MOST = 100_000  # places of a grid
CLOSER = 2  # times that places around the best are looked at, each with half the step
BEST = 24  # so many of them
MOST_COUNT = 100_000  # more than the least count of candidates is
WEAK = -1  # count at a place where no posture bears a pull, see ladder.h
BATCHES = (4, 12)  # places looked at together: few at first, because the first good one ends the search
BATCH = 16
LATE, LATE_BATCH = (
    128,
    64,
)  # from so many places on larger batches: calls cost more than places that nothing reaches
PER_BATCH = 2  # evaluations for each BATCH of places at most
TOO_SLOW = 2  # with this share (1/n) of the evaluations ended by joints too slow, no other place will do
KEY_LAYERS = 7
HARD, HARD_PULL = 2, 0.5  # so many layers where the tool is pulled this hard [m/s²] are looked at in any case
QUARTER = np.array([0.0, 0.0, 0.0, math.pi / 2])  # turn of a place


@dataclass(frozen=True)
class Budget:
    """``places`` surveyed and ``evaluations`` made at most."""

    places: int
    evaluations: int

    def times(self, effort: float) -> Budget:
        return Budget(max(BATCH, round(self.places * effort)), max(1, round(self.evaluations * effort)))


DEFAULT = Budget(2500, 24)


@dataclass(frozen=True)
class Place:
    """A base place with its share of key waypoints that have a posture (1: all of them)."""

    x: float
    y: float
    z: float
    yaw: float
    score: float


@dataclass(frozen=True)
class Outcome:
    """What the search ended with; ``body`` may have lost pairs found to be coarse."""

    found: Found | None
    place: Place | None
    body: Body
    surveyed: tuple[Place, ...]
    failures: tuple[Failed, ...]
    places: int
    evaluations: int


def candidates(body: Body, context: Context, *, spacing: float = SPACING) -> Array:
    """(n, 4) base places x, y, z, yaw within reach of the key waypoints, most promising first.

    Within reach: the distance from the point on axis 1 to the circle of the universal point is below the bound; where
    no place is, the nearest counts, so that a search has looked somewhere. The order prefers a farthest waypoint at
    about 0.7 of the bound.
    """
    region = context.program.base
    xs, ys = (_grid(*region.x, spacing), _grid(*region.y, spacing))
    grid = np.stack([g.ravel() for g in np.meshgrid(region.heights, xs, ys, indexing="ij")], axis=1)[
        :, [1, 2, 0]
    ]
    keys = key_layers(context)
    centre, axis, ring = circles(body, context)
    centre, axis = centre[keys], axis[keys]
    middle = context.layers.pose.reshape(-1, 3, 4)[:, :, 3].mean(axis=0)
    az = np.arctan2(middle[1] - grid[:, 1], middle[0] - grid[:, 0])
    up = {"floor": body.shoulder[2], "ceiling": -body.shoulder[2], "wall": 0.0}[region.mounting]
    yaw = az + {"floor": -body.heading, "ceiling": body.heading, "wall": 0.0}[region.mounting]
    slack = float(np.linalg.norm(body.shoulder[: 3 if region.mounting == "wall" else 2]))
    near_by, worst = np.full(len(grid), np.inf), np.zeros(len(grid))
    x, y, z = np.ascontiguousarray(grid.T)  # a waypoint at a time: many places behind each other are quick
    for c, a in zip(centre - np.array([0.0, 0.0, up]), axis, strict=True):
        dx, dy, dz = x - c[0], y - c[1], z - c[2]
        h = dx * a[0] + dy * a[1] + dz * a[2]
        h *= h
        flat = np.sqrt(np.maximum(0, dx * dx + dy * dy + dz * dz - h)) - ring
        far = np.sqrt(h + flat * flat)
        near_by, worst = np.minimum(near_by, far), np.maximum(worst, far)
    keep = worst <= max(body.radius + slack, worst.min())
    # rounded, so that places that are alike keep their order
    badness = np.round(np.abs(worst / body.radius - 0.7) + np.maximum(0, 0.35 - near_by / body.radius), 9)
    out = np.column_stack([grid, yaw])
    if region.yaws is not None:
        out = np.concatenate([np.column_stack([grid, np.full(len(grid), a)]) for a in region.yaws])
        keep, badness = np.tile(keep, len(region.yaws)), np.tile(badness, len(region.yaws))
    elif region.mounting == "wall":
        out = np.concatenate(
            [np.column_stack([grid, np.full(len(grid), a)]) for a in np.arange(8) * math.pi / 4]
        )
        keep, badness = np.tile(keep, 8), np.tile(badness, 8)
    order = np.argsort(badness[keep], kind="stable")
    chosen: Array = out[keep][order]
    return chosen


def circles(body: Body, context: Context) -> tuple[Array, Array, float]:
    """Where the universal point may be at each layer: centres (n, 3), axes (n, 3) and the common radius [m]."""
    local = context.from_tcp[:3, :3] @ body.universal + context.from_tcp[:3, 3]
    pose = context.layers.pose.reshape(-1, 3, 4)
    axis = pose[:, :, 2]
    return pose[:, :, 3] + local[2] * axis, axis, float(np.hypot(local[0], local[1]))


def _grid(low: float, high: float, spacing: float) -> Array:
    n = max(1, round((high - low) / spacing))
    return low + (np.arange(n) + 0.5) * (high - low) / n if high > low else np.array([low])


def key_layers(context: Context) -> Ints:
    """A few layers far from each other in place and direction, and those where the tool is pulled hardest.

    What is feasible there is likely feasible throughout.
    """
    if context.key_layers is not None:
        return context.key_layers
    pose = context.layers.pose.reshape(-1, 3, 4)
    features = np.concatenate([pose[:, :, 3], 0.3 * pose[:, :, 2]], axis=1)
    hard = np.linalg.norm(context.layers.pull[:, :3], axis=1)
    chosen = [int(k) for k in np.argsort(-hard, kind="stable")[:HARD] if hard[k] >= HARD_PULL]
    chosen = chosen or [int(np.argmax(np.linalg.norm(features - features.mean(axis=0), axis=1)))]
    least = np.full(len(features), np.inf)
    for k in chosen[:-1]:
        least = np.minimum(least, np.linalg.norm(features - features[k], axis=1))
    while len(chosen) < min(KEY_LAYERS, len(features)):
        least = np.minimum(least, np.linalg.norm(features - features[chosen[-1]], axis=1))
        chosen.append(int(np.argmax(least)))
    context.key_layers = np.array(chosen, dtype=np.int32)
    return context.key_layers


def search(body: Body, context: Context, *, budget: Budget, seed: int, given: Array | None = None) -> Outcome:
    """Look for a base place at which the whole task can be done.

    Args:
        given: (4,) x, y, z, yaw: the one place to try instead of searching.
    """
    body = _leave_out_tool_pairs(body)
    layers = key_layers(context)
    surveyed: list[Place] = []
    failures: list[Failed] = []
    if given is not None:
        out, body = _evaluate(body, context, given, seed, others=OTHERS)
        place = _place(given, float(isinstance(out, Found)))
        failures = [] if isinstance(out, Found) else [out]
        return Outcome(out if isinstance(out, Found) else None, place, body, (place,), tuple(failures), 1, 1)
    looked, tried, weak = 0, 0, 0
    merits: list[int] = []
    for queue in _queues(body, context, surveyed, merits, places=budget.places):
        while len(queue) and looked < budget.places and not _done(failures, budget):
            size = BATCHES[looked > 0] if looked < BATCH else BATCH if looked < LATE else LATE_BATCH
            batch, queue = queue[:size], queue[size:]
            alive, count = survey(body, context, batch, layers)
            looked += len(batch)
            share = np.maximum(alive, 0) / len(layers)
            surveyed += [
                Place(x, y, z, yaw, s)
                for (x, y, z, yaw), s in zip(batch.tolist(), share.tolist(), strict=True)
            ]
            merits += (alive * MOST_COUNT + np.clip(count, 0, MOST_COUNT - 1)).tolist()
            weak += int((count == WEAK).sum())
            whole = [k for k in np.argsort(-count, kind="stable") if alive[k] == len(layers)]
            for k in whole[: PER_BATCH * max(1, len(batch) // BATCH)]:
                tried += 1
                at = batch[k]
                out, body = _evaluate(body, context, at, seed)
                if isinstance(out, Failed) and out.detail in ("no step", "turns") and _may_turn(context):
                    at = at + QUARTER
                    out, body = _evaluate(body, context, at, seed)
                if isinstance(out, Found):
                    place = _place(at, 1.0)
                    return Outcome(out, place, body, tuple(surveyed), tuple(failures), looked, tried)
                failures.append(out)
                if _done(failures, budget):
                    break
        if _done(failures, budget) or looked >= budget.places:
            break
    if weak and not failures:
        hardest = int(np.argmax(np.linalg.norm(context.layers.pull[:, :3], axis=1)))
        failures.append(Failed("acceleration", int(context.layers.stop[hardest]), "pull"))
    return Outcome(None, None, body, tuple(surveyed), tuple(failures), looked, tried)


def _queues(
    body: Body, context: Context, surveyed: list[Place], merits: list[int], *, places: int
) -> Iterator[Array]:
    """Places to look at, (n, 4) at a time: a grid, twice those around the best seen, then ever finer grids.

    Of a grid that is too fine for the ``places`` that may be looked at in all, some all over it come first.
    """
    step, queue = SPACING, candidates(body, context)
    for finer in FINER:
        if len(queue) < FEW and _count(context, SPACING / finer) <= MOST:
            step = SPACING / finer
            queue = candidates(body, context, spacing=step)
    yield queue
    for closer in range(CLOSER):
        yield _around(surveyed, merits, context, step / 2 ** (closer + 1))
    while _count(context, step / 2) <= MOST:
        step /= 2
        queue = candidates(body, context, spacing=step)
        every = max(1, math.ceil(len(queue) / max(1, places - len(surveyed))))
        yield np.concatenate([queue[k::every] for k in range(every)])


def _done(failures: list[Failed], budget: Budget) -> bool:
    """Whether evaluations are used up, or so many ended by joints too slow that the robot is."""
    slow = sum(f.stage in ("acceleration", "tool_speed") for f in failures)
    return len(failures) >= budget.evaluations or TOO_SLOW * slow >= max(budget.evaluations, 2 * TOO_SLOW)


def _count(context: Context, spacing: float) -> int:
    """Places of a grid over the base region."""
    region = context.program.base
    return len(_grid(*region.x, spacing)) * len(_grid(*region.y, spacing)) * len(region.heights)


def _may_turn(context: Context) -> bool:
    """Whether the base may be turned about its first axis: an arm that works behind itself has its limits there."""
    return context.program.base.yaws is None and context.program.base.mounting != "wall"


def _place(at: Array, score: float) -> Place:
    x, y, z, yaw = (float(v) for v in at)
    return Place(x, y, z, yaw, score)


def survey(body: Body, context: Context, places: Array, layers: Ints) -> tuple[Ints, Ints]:
    """How many key layers have a posture at each place (-1: the base is in the way), and the least count of them."""
    by_height = np.argsort(places[:, 2], kind="stable")
    worlds = [context.world_for(body, z) for z in places[by_height, 2].tolist()]
    bases = rows(_poses(places[by_height], context.program.base.mounting))
    alive, count = np.zeros((2, len(places)), dtype=np.int32)
    kernels().rp_survey(
        ctypes.byref(context.task.for_robot(body.struct.n_branch, windings=False)),
        body.pointer,
        (ctypes.c_void_p * len(worlds))(*(ctypes.addressof(world.struct) for world in worlds)),
        p(body.pairs),
        len(body.pairs),
        p(bases),
        len(places),
        p(layers),
        len(layers),
        3 * spin_stride(body),
        p(alive),
        p(count),
    )
    back = np.argsort(by_height, kind="stable")
    return alive[back], count[back]


def _poses(places: Array, mounting: Mounting) -> Array:
    """(n, 4, 4) world_from_base of many places."""
    turn = world_from_base((0.0, 0.0, 0.0), 0.0, mounting)[:3, :3]
    out = np.zeros((len(places), 4, 4))
    c, s = np.cos(places[:, 3]), np.sin(places[:, 3])
    out[:, 0, 0], out[:, 0, 1], out[:, 1, 0], out[:, 1, 1], out[:, 2, 2], out[:, 3, 3] = c, -s, s, c, 1, 1
    out[:, :3, :3] = out[:, :3, :3] @ turn
    out[:, :3, 3] = places[:, :3]
    return out


def _evaluate(
    body: Body, context: Context, place: Array, seed: int, *, others: int = 0
) -> tuple[Found | Failed, Body]:
    """Evaluate a place; a self pair that turns out to be coarse is left out and the place tried again.

    While there are other places, they serve better than other postures at this one.
    """
    pose = world_from_base(place[:3].tolist(), float(place[3]), context.program.base.mounting)
    out = evaluate(body, context, pose, seed=seed, others=others)
    while isinstance(out, Failed) and out.pair is not None and coarse_pairs(body.struct, [out.pair]):
        body = without_pairs(body, {out.pair})
        out = evaluate(body, context, pose, seed=seed, others=others)
    return out, body


def _leave_out_tool_pairs(body: Body) -> Body:
    """Tool and part against the link three before: their boxes often overlap by being boxes."""
    near_by = [(i, j) for i, j in body.pairs.tolist() if j > body.dof and i == body.dof - 2]
    dropped = set(coarse_pairs(body.struct, near_by)) if near_by else set()
    return without_pairs(body, dropped) if dropped else body


def _around(surveyed: list[Place], merits: list[int], context: Context, step: float) -> Array:
    """Places a step [m] to either side of those seen with most merit."""
    region = context.program.base
    best = np.argsort(-np.array(merits, dtype=int), kind="stable")[:BEST]
    out = []
    for s in (surveyed[k] for k in best if merits[k] > 0):
        for dx in (-step, step):
            for dy in (-step, step):
                x, y = s.x + dx, s.y + dy
                if region.x[0] <= x <= region.x[1] and region.y[0] <= y <= region.y[1]:
                    out.append((x, y, s.z, s.yaw))
    return np.array(out).reshape(-1, 4)
