"""Handling tasks lowered: grasps become stops, what is carried parts, what is put down obstacles.

The part frame stands at the middle of the part's lower face, z up. A grasp at yaw ψ has TCP z along the
part's -z, TCP x along the part's x turned by ψ about the part's z, and the TCP ``grasp_depth_mm`` below the
upper face.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from robotplus.errors import NeedError
from robotplus.robots.frames import about, box_transform, inverse, transform
from robotplus.robots.model import Array, OrientedBox, Vec3
from robotplus.robots.shapes import cylinder_cover
from robotplus.scenarios.cell import metres, placed, radians
from robotplus.scenarios.curves import PointCurve
from robotplus.scenarios.handling import PartTable, PickPlaceTable
from robotplus.scenarios.schema import ToolTable
from robotplus.scenarios.stacking import Step, steps
from robotplus.scenarios.task import Obstacle, Part, Stop

NEIGHBOUR = 0.05  # [m] a placed part may touch what was placed before within this distance


@dataclass(frozen=True)
class Handling:
    """A lowered handling task."""

    stops: tuple[Stop, ...]
    parts: tuple[Part, ...]
    placed: tuple[Obstacle, ...]
    free_order: tuple[tuple[int, ...], ...] | None


def lower_handling(task: PickPlaceTable, tool: ToolTable, cell_names: Iterable[str], where: str) -> Handling:
    """Stops, carried parts and placed obstacles of a handling task.

    Raises:
        NeedError: a grasp while holding, a release of nothing, an unknown support, yaws that turn the part.
    """
    at = f"{where}: pick_place"
    known = set(cell_names)
    yaws = grasp_yaws(task, at)
    heads = _heads(tool)
    sequence = steps(task, at)
    hands = Hands(task.part, heads, 0.0 if yaws is None else yaws[0])
    there: dict[str, Obstacle] = {}
    gone: list[Obstacle] = []
    stops: list[Stop] = []
    for number, step in enumerate(sequence):
        place = f"{at}: step {number + 1} ({step.name})"
        if step.gripper not in heads:
            raise NeedError("gripper 2 needs the tool's second_tcp", place)
        _known_supports(step, known, place)
        pose = transform(metres(step.at.position_mm), radians(step.at.rpy_deg))
        carry_in = hands.carried()
        touches = list(step.at.on)
        name = f"{step.part} placed"
        if step.do == "pick":
            hands.take(step.gripper, step.part, place)
            if name in there:
                gone.append(_until(there.pop(name), number - 1))
        else:
            hands.release(step.gripper, step.part, place)
            boxes = tuple(placed(b, pose) for b in part_boxes(task.part))
            touches += [o.name for o in there.values() if _near(boxes, o.boxes)]
            if name in there:
                raise NeedError("this part was put down before", place)
            if task.parts_stay:
                there[name] = Obstacle(name, boxes, "placed", first=number + 1)
        stops.append(_stop(step, task, pose, heads, yaws, carry_in, hands.carried(), tuple(touches)))
    if hands.held:
        raise NeedError("the task ends with a part in the gripper", at, value=next(iter(hands.held.values())))
    obstacles = [o for o in (*gone, *there.values()) if o.last is None or (o.first or 0) <= o.last]
    free = tuple((i, i + 1) for i in range(0, len(stops), 2)) if task.order == "free" else None
    return Handling(tuple(stops), hands.parts(), tuple(obstacles), free)


def grasp_yaws(task: PickPlaceTable, where: str) -> tuple[float, ...] | None:
    """Allowed grasp yaws [rad], None for any; they must map the part's shape onto itself.

    One carried shape stands for all of them, so a box may be taken at yaws that differ by 180°, a square one
    by 90°; any yaw is for round parts.
    """
    if isinstance(task.grasp_yaws_deg, str):
        if task.part.radius_mm is None:
            raise NeedError(
                "only a round part can be taken at any yaw", f"{where}.grasp_yaws_deg", fix="list yaws"
            )
        return None
    size = task.part.size_mm
    if size is not None:
        turn = 90.0 if size[0] == size[1] else 180.0
        for yaw in task.grasp_yaws_deg:
            off = (yaw - task.grasp_yaws_deg[0]) % turn
            if min(off, turn - off) > 1e-9:
                raise NeedError(
                    "grasp yaws must leave the part's shape as it is",
                    f"{where}.grasp_yaws_deg",
                    value=yaw,
                    allowed=f"steps of {turn:g} from the first",
                )
    return tuple(math.radians(yaw) for yaw in task.grasp_yaws_deg)


def part_boxes(part: PartTable) -> tuple[OrientedBox, ...]:
    """The part's shape in its own frame."""
    if part.size_mm is not None:
        size = metres(part.size_mm)
        return (OrientedBox((0.0, 0.0, size[2] / 2), (0.0, 0.0, 0.0), size),)
    length = part.height_mm / 1000
    return cylinder_cover((part.radius_mm or 0.0) / 1000, length, xyz=(0.0, 0.0, length / 2))


def part_from_tcp(part: PartTable, yaw: float) -> Array:
    """(4, 4) grasp of the part at ``yaw`` [rad]: z down, x turned by the yaw."""
    out = np.eye(4)
    out[:3, :3] = about((0.0, 0.0, 1.0), yaw) @ np.diag([1.0, -1.0, -1.0])
    out[2, 3] = (part.height_mm - part.grasp_depth_mm) / 1000
    return out


class Hands:
    """What each gripper holds, and the carried parts that follow from it."""

    def __init__(self, part: PartTable, heads: dict[int, Array], yaw: float) -> None:
        self.held: dict[int, str] = {}
        self._part, self._heads, self._yaw = part, heads, yaw
        self._index: dict[frozenset[int], int] = {}
        self._parts: list[Part] = []

    def take(self, gripper: int, name: str, where: str) -> None:
        if gripper in self.held:
            raise NeedError("the gripper already holds a part", where, value=self.held[gripper])
        self.held[gripper] = name

    def release(self, gripper: int, name: str, where: str) -> None:
        if self.held.get(gripper) != name:
            holds = self.held.get(gripper, "nothing")
            raise NeedError("the gripper does not hold this part", where, value=name, allowed=holds)
        del self.held[gripper]

    def carried(self) -> int | None:
        """Index of the part carried now; None for empty hands."""
        key = frozenset(self.held)
        if not key:
            return None
        if key not in self._index:
            self._index[key] = len(self._parts)
            self._parts.append(self._make(sorted(key)))
        return self._index[key]

    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts)

    def _make(self, grippers: list[int]) -> Part:
        boxes: list[OrientedBox] = []
        centres = []
        for gripper in grippers:
            tcp_from_part = self._heads[gripper] @ inverse(part_from_tcp(self._part, self._yaw))
            boxes += [placed(b, tcp_from_part) for b in part_boxes(self._part)]
            centres.append(tcp_from_part @ np.array([0.0, 0.0, self._part.height_mm / 2000, 1.0]))
        com = np.mean(centres, axis=0)
        name = self._part.name if len(grippers) == 1 else f"{len(grippers)} × {self._part.name}"
        mass = self._part.mass_kg * len(grippers)
        return Part(name, mass, (float(com[0]), float(com[1]), float(com[2])), tuple(boxes))


def _heads(tool: ToolTable) -> dict[int, Array]:
    """tcp_from_head (4, 4) of each gripper: identity for the first, the second TCP seen from the first."""
    first = transform(metres(tool.tcp.position_mm), radians(tool.tcp.rpy_deg))
    heads = {1: np.eye(4)}
    if tool.second_tcp is not None:
        second = transform(metres(tool.second_tcp.position_mm), radians(tool.second_tcp.rpy_deg))
        heads[2] = inverse(first) @ second
    return heads


def _stop(
    step: Step,
    task: PickPlaceTable,
    pose: Array,
    heads: dict[int, Array],
    yaws: tuple[float, ...] | None,
    carry_in: int | None,
    carry_out: int | None,
    touches: tuple[str, ...],
) -> Stop:
    """The stop of one grasp or release; gripper 2 works at the first yaw, approached along its own axis."""
    grasp = pose @ part_from_tcp(task.part, 0.0)
    spins: tuple[float, ...] | None = None if yaws is None else tuple(-yaw for yaw in yaws)
    axis: Vec3 | None = None
    if step.gripper == 2:
        turned = pose @ part_from_tcp(task.part, 0.0 if yaws is None else yaws[0])
        axis = (float(-turned[0, 2]), float(-turned[1, 2]), float(-turned[2, 2]))
        grasp = turned @ inverse(heads[2])
        spins = (0.0,)
    return Stop(
        name=f"{step.do} {step.name}",
        curve=PointCurve(grasp[:3, 3], grasp[:3, 2], grasp[:3, 0]),
        spins=spins,
        tilt_tolerance=0.0,
        speed=None,
        ramp=0.0,
        dwell=task.grip_s if step.do == "pick" else task.release_s,
        approach=task.approach_mm / 1000,
        retract=task.retract_mm / 1000,
        approach_axis=axis,
        carry_in=carry_in,
        carry_out=carry_out,
        touches=touches,
    )


def _known_supports(step: Step, known: set[str], where: str) -> None:
    for name in step.at.on:
        if name not in known:
            raise NeedError("nothing in the cell has this name", f"{where}.on", value=name)


def _until(obstacle: Obstacle, last: int) -> Obstacle:
    return Obstacle(obstacle.name, obstacle.boxes, obstacle.role, obstacle.first, last)


def _near(a: tuple[OrientedBox, ...], b: tuple[OrientedBox, ...]) -> bool:
    """Whether some boxes come within NEIGHBOUR, by their extents in the frame of the first."""
    for p in a:
        for q in b:
            balls = math.hypot(*p.size) / 2 + math.hypot(*q.size) / 2 + 2 * NEIGHBOUR
            if math.dist(p.xyz, q.xyz) > balls:
                continue
            p_from_q = inverse(box_transform(p)) @ box_transform(q)
            reach = (np.array(p.size) + np.abs(p_from_q[:3, :3]) @ np.array(q.size)) / 2 + NEIGHBOUR
            if np.all(np.abs(p_from_q[:3, 3]) <= reach):
                return True
    return False
