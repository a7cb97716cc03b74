"""Everything about a need that is the same for every robot, made once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from robotplus.proving.body import Body, tool_only
from robotplus.proving.cell import Task, World, make_task, make_world
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
    key_layers: Ints | None = None
    _worlds: dict[tuple[object, ...], World] = field(default_factory=dict)

    def world_for(self, body: Body, height: float) -> World:
        """The cell with the pedestal of this robot at this height (none on the floor, wall or ceiling)."""
        box = pedestal(body.robot, xyz=(0.0, 0.0, height), yaw=0.0, mounting=self.program.base.mounting)
        if box is None:
            key: tuple[object, ...] = ()
        else:
            local = OrientedBox((box.xyz[0], box.xyz[1], box.xyz[2] - height), box.rpy, box.size)
            key, box = (local,), local
        if key not in self._worlds:
            self._worlds[key] = make_world(self.program, self.layers.order, box)
        return self._worlds[key]


def make_context(need: Need) -> Context:
    """Prepare a need."""
    program = need.program
    layers = make_layers(program, short_order(program))
    task = make_task(program, layers, make_world(program, layers.order), tool_only(program))
    tcp = flange_from_tcp(program)
    load = program.tool.mass_kg + max((part.mass_kg for part in program.parts), default=0.0)
    return Context(need, program, layers, task, np.ascontiguousarray(tcp), tcp_from_flange(program), load)
