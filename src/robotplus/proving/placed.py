"""A body at a base place in the cell, as the kernels hold it."""

from __future__ import annotations

import ctypes

from robotplus.proving.body import Body
from robotplus.proving.context import Context
from robotplus.proving.kernels.calls import kernels, p, rows
from robotplus.robots.model import Array


class Scene:
    """A body at a base place in the cell, as the kernels hold it."""

    def __init__(self, body: Body, context: Context, world_from_base: Array) -> None:
        self.body, self.context, self.world_from_base = body, context, world_from_base
        k = kernels()
        self.world = context.world_for(body, float(world_from_base[2, 3]))
        self.buffer = ctypes.create_string_buffer(k.rp_sizeof_scene())
        k.rp_scene_init(
            self.buffer,
            body.pointer,
            self.world.pointer,
            p(rows(world_from_base)),
            p(body.pairs),
            len(body.pairs),
        )
