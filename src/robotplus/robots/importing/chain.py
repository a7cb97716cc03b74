"""A tree of links and joints, as description formats give it, reduced to the one chain of an arm.

Links that are fixed to each other become one rigid body; its shape, mass and inertia are joined.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from robotplus.errors import RobotError
from robotplus.robots.importing.solids import Solid
from robotplus.robots.model import Array, Vec3

FLANGE_NAMES = ("tool0", "flange", "ee_link", "tcp", "attachment_site")
"""The first of these names that is among the links is the flange, unless another tip is named."""


@dataclass(frozen=True)
class Inertial:
    """Mass [kg], centre of mass (3,) [m] and inertia (3, 3) [kg·m²] about it, all in link axes."""

    mass: float
    com: Array
    inertia: Array


@dataclass
class TreeLink:
    """A link before reduction; its mesh files are read only when the chain needs them."""

    name: str
    inertial: Inertial | None = None
    shapes: list[Solid] = field(default_factory=list)
    virtual: bool = False  # stands between two joints of one body: it is known to have no shape


@dataclass(frozen=True)
class TreeJoint:
    """A joint of the tree; ``pose`` (4, 4) is its frame in the parent link at zero."""

    name: str
    kind: str  # "revolute", "prismatic", "fixed" or "mimic"
    parent: str
    child: str
    pose: Array
    axis: Vec3
    lower: float | None
    upper: float | None
    velocity: float | None
    effort: float | None


Tree = tuple[str, dict[str, TreeLink], list[TreeJoint]]
"""Name of the robot, its links by name, its joints."""


@dataclass(frozen=True)
class Body:
    """A rigid body of the chain: its links, each with its (4, 4) pose in the body's frame."""

    links: tuple[tuple[TreeLink, Array], ...]


@dataclass(frozen=True)
class Chain:
    """``bodies[0]`` is the base; ``bodies[k]`` moves with ``joints[k - 1]``, posed in the body before."""

    bodies: tuple[Body, ...]
    joints: tuple[TreeJoint, ...]
    poses: tuple[Array, ...]
    flange: Array
    root: str
    tip: str


def reduce(links: dict[str, TreeLink], joints: Iterable[TreeJoint], tip: str | None, where: str) -> Chain:
    """The chain from the root of a tree to its tip.

    Args:
        links: by name.
        joints: all joints of the tree.
        tip: link that carries the flange frame; None finds it.
        where: file, for messages.

    Raises:
        RobotError: joints name unknown links, form a loop or several trees, the tip is unknown or not unique,
            or a movable joint lies beside the chain.
    """
    above: dict[str, TreeJoint] = {}
    below: dict[str, list[TreeJoint]] = {name: [] for name in links}
    for joint in joints:
        for name in (joint.parent, joint.child):
            if name not in links:
                raise RobotError(
                    "the joint names a link that is not there", f"{where}: {joint.name}", value=name
                )
        if joint.child in above:
            both = f"{above[joint.child].name} and {joint.name}"
            raise RobotError(
                "two joints carry one link: a loop, not a chain", where, value=f"{joint.child}: {both}"
            )
        above[joint.child] = joint
        below[joint.parent].append(joint)
    roots = [name for name in links if name not in above]
    if len(roots) != 1:
        found = "the joints form a loop" if not roots else "the links are not joined to one tree"
        raise RobotError(found, where, value=", ".join(roots) or None)
    reached = [roots[0]]
    for name in reached:
        reached += [joint.child for joint in below[name]]
    if len(reached) != len(links):
        raise RobotError("the joints form a loop", where, value=", ".join(sorted(set(links) - set(reached))))
    tip = _tip(links, above, below, tip, where)
    path: list[TreeJoint] = []
    name = tip
    while name in above:
        path.insert(0, above[name])
        name = above[name].parent
    return _fold(links, below, path, roots[0], tip, where)


def _tip(
    links: dict[str, TreeLink],
    above: dict[str, TreeJoint],
    below: dict[str, list[TreeJoint]],
    tip: str | None,
    where: str,
) -> str:
    if tip is not None:
        if tip not in links:
            raise RobotError("no such link to be the tip", where, value=tip, allowed=", ".join(links))
        return tip

    def moving(name: str) -> int:
        count = 0
        while name in above:
            count += above[name].kind != "fixed"
            name = above[name].parent
        return count

    ends = {name: moving(name) for name in links if not below[name]}
    most = max(ends.values())
    candidates = [name for name, count in ends.items() if count == most]
    named = [wish for wish in FLANGE_NAMES if wish in links and moving(wish)]
    if named:
        return named[0]
    if len(candidates) > 1:
        raise RobotError(
            "several links end the chain", where, value=", ".join(candidates), fix="name one as the tip"
        )
    return candidates[0]


def _fold(
    links: dict[str, TreeLink],
    below: dict[str, list[TreeJoint]],
    path: list[TreeJoint],
    root: str,
    tip: str,
    where: str,
) -> Chain:
    on_path = {joint.name for joint in path}
    bodies: list[Body] = []
    movable: list[TreeJoint] = []
    poses: list[Array] = []
    start: tuple[str, Array] | None = (root, np.eye(4))
    flange = np.eye(4)
    while start is not None:
        members: list[tuple[TreeLink, Array]] = []
        waiting, start = [start], None
        while waiting:
            name, pose = waiting.pop(0)
            members.append((links[name], pose))
            if name == tip:
                flange = pose
                continue  # what hangs on the flange is a tool
            for joint in below[name]:
                if joint.kind == "fixed":
                    waiting.append((joint.child, pose @ joint.pose))
                elif joint.kind == "mimic":
                    fix = "import the arm alone, or name a tip before it"
                    raise RobotError(
                        "a joint that mimics another is not modelled", f"{where}: {joint.name}", fix=fix
                    )
                elif joint.name in on_path:
                    movable.append(joint)
                    poses.append(pose @ joint.pose)
                    start = (joint.child, np.eye(4))
                else:
                    fix = "import the arm alone, or name another tip"
                    raise RobotError(
                        "a movable joint lies beside the chain", f"{where}: {joint.name}", fix=fix
                    )
        bodies.append(Body(tuple(members)))
    if not movable:
        raise RobotError("no movable joint between root and tip", where, value=f"{root} … {tip}")
    return Chain(tuple(bodies), tuple(movable), tuple(poses), flange, root, tip)


def joined(body: Body) -> Inertial | None:
    """Mass properties of a body in its frame; None when no link has a mass (parallel axis theorem)."""
    parts = [(link.inertial, pose) for link, pose in body.links if link.inertial is not None]
    mass = sum(part.mass for part, _ in parts)
    if not mass:
        return None
    centres = [pose[:3, :3] @ part.com + pose[:3, 3] for part, pose in parts]
    com: Array = (
        sum((part.mass * centre for (part, _), centre in zip(parts, centres, strict=True)), np.zeros(3))
        / mass
    )
    inertia = np.zeros((3, 3))
    for (part, pose), centre in zip(parts, centres, strict=True):
        d = centre - com
        turn = pose[:3, :3]
        inertia += turn @ part.inertia @ turn.T + part.mass * (d @ d * np.eye(3) - np.outer(d, d))
    return Inertial(mass, com, inertia)
