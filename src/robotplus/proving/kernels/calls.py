"""Typed calls into the kernels; the C headers beside this file say what each does."""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import numpy as np

from robotplus.proving.kernels import library
from robotplus.robots.model import Array

_D = ctypes.POINTER(ctypes.c_double)
_I = ctypes.POINTER(ctypes.c_int32)
_U = ctypes.POINTER(ctypes.c_uint8)


class WorldStruct(ctypes.Structure):
    """Mirror of ``rp_world`` (scene.h)."""

    _fields_ = (
        ("n", ctypes.c_int32),
        ("n_id", ctypes.c_int32),
        ("pose", ctypes.c_void_p),
        ("half", ctypes.c_void_p),
        ("first", ctypes.c_void_p),
        ("last", ctypes.c_void_p),
        ("flags", ctypes.c_void_p),
        ("id", ctypes.c_void_p),
        ("touch", ctypes.c_void_p),
        ("min_clearance", ctypes.c_double),
        ("tool_clearance", ctypes.c_double),
    )


class TaskStruct(ctypes.Structure):
    """Mirror of ``rp_task`` (ladder.h)."""

    _fields_ = (
        ("n_layer", ctypes.c_int32),
        ("cap", ctypes.c_int32),
        ("pose", ctypes.c_void_p),
        ("stop", ctypes.c_void_p),
        ("carry", ctypes.c_void_p),
        ("near", ctypes.c_void_p),
        ("joined", ctypes.c_void_p),
        ("hold_spin", ctypes.c_void_p),
        ("dt", ctypes.c_void_p),
        ("slot_first", ctypes.c_void_p),
        ("slot_count", ctypes.c_void_p),
        ("spin", ctypes.c_void_p),
        ("slot_ok", ctypes.c_void_p),
        ("ring", ctypes.c_int32),
        ("reach", ctypes.c_int32),
        ("tcp_from_flange", ctypes.c_double * 12),
        ("pull", ctypes.c_void_p),
        ("closing", ctypes.c_int32),
        ("pad", ctypes.c_int32),
    )


class PhaseStruct(ctypes.Structure):
    """Mirror of ``rp_phase`` (scene.h)."""

    _fields_ = (("stop", ctypes.c_int32), ("carry", ctypes.c_int32), ("near", ctypes.c_int32))


class ClearStruct(ctypes.Structure):
    """Mirror of ``rp_clear`` (motion.h)."""

    _fields_ = (
        ("clearance", ctypes.c_double),
        ("self", ctypes.c_double),
        ("fail_time", ctypes.c_double),
        ("job", ctypes.c_int32),
        ("pair", ctypes.c_int32),
    )


@functools.cache
def kernels() -> Any:
    """The library with result types set; sizes of mirrored structs are compared once."""
    lib = library()
    for name in ("rp_reach_bound", "rp_box_gap", "rp_box_gap_or_nearest", "rp_pull_use"):
        getattr(lib, name).restype = ctypes.c_double
    if (lib.rp_sizeof_world(), lib.rp_sizeof_task()) != (
        ctypes.sizeof(WorldStruct),
        ctypes.sizeof(TaskStruct),
    ):
        raise AssertionError("struct mirrors differ from the headers")
    return lib


def p(a: np.ndarray[Any, Any]) -> Any:
    """Address of a C-contiguous array; the pointer keeps the array alive, so a temporary may be passed."""
    try:
        return ctypes.byref(ctypes.c_char.from_buffer(a))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # not writable, or empty
        pointer = ctypes.c_void_p(a.__array_interface__["data"][0])
        pointer._array = a  # type: ignore[attr-defined]
        return pointer


def rows(m: Array) -> Array:
    """(…, 4, 4) transforms as contiguous (…, 12) rows."""
    return np.ascontiguousarray(m[..., :3, :].reshape(*m.shape[:-2], 12))
