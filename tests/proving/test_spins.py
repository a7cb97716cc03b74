"""Where the last joint turns the tool about its own axis, one spin's arm postures serve all: the same are found."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from proving_cases import CATALOGUE, OF_CLASS, Stand, boxes_near, seam_need, stand

from robotplus.proving.kernels.calls import kernels
from robotplus.robots.model import Array

CANDIDATE = np.dtype([("q", "f8", 8), ("slot", "i4"), ("branch", "i4")])
ASIDE_MM = 0.1  # off the axis of the last joint: far enough for every spin to be solved for itself


def candidates(at: Stand, layer: int, stride: int = 1) -> tuple[Array, Array]:
    """Joints (n, 8) and slots (n,) that the kernel offers at a layer."""
    task = at.context.task.for_robot(at.body.struct.n_branch, False)
    out = np.zeros(task.cap, dtype=CANDIDATE)
    where = ctypes.c_void_p(out.ctypes.data)
    n = kernels().rp_layer(ctypes.byref(task), at.buffer, layer, stride, 0, where)
    return out["q"][:n], out["slot"][:n]


@pytest.mark.parametrize("robot_id", [OF_CLASS["opw"], OF_CLASS["ur"], OF_CLASS["scan"]])
def test_shared_arm_postures_are_those_of_every_spin(robot_id: str) -> None:
    rng = np.random.default_rng(17)
    obstacles = boxes_near(rng, 4, 1.2)
    compared = 0
    for x, yaw in ((0.8, 3.0), (0.6, 2.0), (0.9, -2.6)):
        straight, aside = (
            stand(
                CATALOGUE[robot_id],
                seam_need(cell__box=obstacles, tool__tcp={"position_mm": [off, 0.0, 180.0]}),
                xyz=(x, 0.0, 0.0),
                yaw=yaw,
            )
            for off in (0.0, ASIDE_MM)
        )
        for layer in range(0, straight.context.layers.n, 3):
            shared, slots = candidates(straight, layer)
            single, own = candidates(aside, layer)
            found = 0
            for q, slot in zip(single, own, strict=True):
                here = shared[slots == slot]
                apart = np.abs((here - q + np.pi) % (2 * np.pi) - np.pi)
                found += bool(len(here)) and bool(apart.max(axis=1).min() < 0.02)
            # at the edge of a limit or of an obstacle the tenth of a millimetre decides
            assert found >= 0.95 * len(own) - 2
            assert abs(len(slots) - len(own)) <= 0.05 * len(own) + 2
            compared += len(own)
    assert compared > 300
