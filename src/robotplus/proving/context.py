"""Everything about a need that is the same for every robot, made once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from robotplus.proving.body import Body, tool_only
from robotplus.proving.cell import Task, World, make_task, make_world, on_pedestal
from robotplus.proving.layers import Ints, Layers, flange_from_tcp, make_layers, short_order, tcp_from_flange
from robotplus.robots.model import Array, OrientedBox
from robotplus.scenarios.cell import pedestal
from robotplus.scenarios.task import Need, Program


@dataclass
class Context:
    """A need prepared for proving. ``load_kg`` is the heaviest load on the flange: tool and carried part."""

    need: Need
    program: Program
    layers: Layers
    task: Task
    tcp: Array
    from_tcp: Array
    load_kg: float
    open_world: World  # the cell without a pedestal
    key_layers: Ints | None = None
    least_cycle: float | None = None  # [s] that no robot beats
    _raised: tuple[str, dict[float, World]] = field(
        default_factory=lambda: ("", {})
    )  # a robot on its pedestals

    def world_for(self, body: Body, height: float) -> World:
        """The cell with the pedestal of this robot at this height (none on the floor, wall or ceiling)."""
        robot = body.robot
        if self._raised[0] != robot.sha256:
            self._raised = (robot.sha256, {})
        worlds = self._raised[1]
        if height not in worlds:
            box = pedestal(robot, xyz=(0.0, 0.0, height), yaw=0.0, mounting=self.program.base.mounting)
            worlds[height] = self.open_world
            if box is not None:
                local = OrientedBox((box.xyz[0], box.xyz[1], box.xyz[2] - height), box.rpy, box.size)
                worlds[height] = on_pedestal(self.open_world, local)
        return worlds[height]


def make_context(need: Need) -> Context:
    """Prepare a need."""
    program = need.program
    layers = make_layers(program, short_order(program))
    world = make_world(program, layers.order)
    task = make_task(program, layers, world, tool_only(program))
    tcp = flange_from_tcp(program)
    load = program.tool.mass_kg + max((part.mass_kg for part in program.parts), default=0.0)
    return Context(
        need, program, layers, task, np.ascontiguousarray(tcp), tcp_from_flange(program), load, world
    )
