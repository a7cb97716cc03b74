"""Readers of the parts of a robot file: joint, link, box, coupling, figure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

from robotplus.errors import RobotError
from robotplus.robots.model import Coupling, Figure, Joint, Link, OrientedBox
from robotplus.robots.values import (
    angles,
    fields,
    items,
    number,
    numbers,
    one_of,
    optional,
    position,
    positive,
    text,
    vector,
)

CONFIDENCES = ("high", "medium", "low")

_JOINT = ("name", "kind", "origin_xyz", "origin_rpy", "axis", "lower", "upper", "velocity", "effort")
_LINK = ("name", "boxes", "mass_kg", "com", "inertia")

T = TypeVar("T")


def joint(value: Any, where: str) -> Joint:
    """A joint; its axis comes back with length 1 to the last bit."""
    doc = fields(value, where, _JOINT)
    revolute = one_of("revolute", "prismatic")(doc["kind"], f"{where}.kind") == "revolute"
    bound, unit, hint = (4 * math.pi, "rad", "degrees?") if revolute else (20.0, "m", "millimetres?")
    lower, upper = (optional(doc[key], f"{where}.{key}", number) for key in ("lower", "upper"))
    if (lower is None) != (upper is None):
        raise RobotError("give both limits or neither", f"{where}.{'lower' if lower is None else 'upper'}")
    if lower is not None and upper is not None:
        if not lower < upper:
            raise RobotError(
                "the lower limit is not below the upper", where, value=(lower, upper), allowed="lower < upper"
            )
        if max(-lower, upper) > bound + 1e-3:
            raise RobotError(
                f"a limit is far out: is it in {unit}, or {hint}",
                where,
                value=(lower, upper),
                allowed=f"within {bound:.4g} {unit}",
            )
    velocity, effort = (optional(doc[key], f"{where}.{key}", positive) for key in ("velocity", "effort"))
    fastest = 60.0 if revolute else 20.0
    if velocity is not None and velocity > fastest:
        raise RobotError(
            f"the velocity is far out: is it in {unit}/s, or {hint}",
            f"{where}.velocity",
            value=velocity,
            allowed=f"<= {fastest:g} {unit}/s",
        )
    axis = vector(doc["axis"], f"{where}.axis")
    length = math.hypot(*axis)
    if abs(length - 1.0) > 1e-5:
        raise RobotError("the axis is no unit vector", f"{where}.axis", value=axis, allowed="length 1")
    return Joint(
        text(doc["name"], f"{where}.name"),
        "revolute" if revolute else "prismatic",
        position(doc["origin_xyz"], f"{where}.origin_xyz"),
        angles(doc["origin_rpy"], f"{where}.origin_rpy"),
        (axis[0] / length, axis[1] / length, axis[2] / length),
        lower,
        upper,
        velocity,
        effort,
    )


def link(value: Any, where: str) -> Link:
    """A link."""
    doc = fields(value, where, _LINK)
    inertia = doc["inertia"]
    if inertia is not None:
        inertia = tuple(numbers(inertia, f"{where}.inertia", 6))
        xx, xy, xz, yy, yz, zz = inertia
        # Sylvester: a positive definite tensor has positive leading minors.
        minors = (
            xx,
            xx * yy - xy * xy,
            xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz),
        )
        if min(minors) <= 0.0:
            raise RobotError("the inertia tensor is not positive definite", f"{where}.inertia", value=inertia)
    return Link(
        text(doc["name"], f"{where}.name"),
        optional(doc["boxes"], f"{where}.boxes", lambda boxes, spot: items(boxes, spot, box)),
        optional(doc["mass_kg"], f"{where}.mass_kg", positive),
        optional(doc["com"], f"{where}.com", position),
        inertia,
    )


def box(value: Any, where: str) -> OrientedBox:
    """A box with positive edge lengths."""
    doc = fields(value, where, ("xyz", "rpy", "size"))
    size = position(doc["size"], f"{where}.size")
    if min(size) <= 0.0:
        raise RobotError(
            "a box needs three positive edge lengths", f"{where}.size", value=size, allowed="> 0"
        )
    return OrientedBox(position(doc["xyz"], f"{where}.xyz"), angles(doc["rpy"], f"{where}.rpy"), size)


def coupling(value: Any, where: str, dof: int) -> Coupling:
    """A limit on a sum of the ``dof`` joints."""
    doc = fields(value, where, ("coefficients", "lower", "upper", "note"))
    coefficients = tuple(numbers(doc["coefficients"], f"{where}.coefficients", dof))
    lower, upper = number(doc["lower"], f"{where}.lower"), number(doc["upper"], f"{where}.upper")
    if not lower < upper:
        raise RobotError(
            "the lower limit is not below the upper", where, value=(lower, upper), allowed="lower < upper"
        )
    if not any(coefficients):
        raise RobotError("a coupling without coefficients", f"{where}.coefficients", value=coefficients)
    return Coupling(coefficients, lower, upper, text(doc["note"], f"{where}.note"))


def figure(value: Any, where: str, check: Callable[[Any, str], T]) -> Figure[T] | None:
    """A figure whose value is read by ``check``; None for null."""
    if value is None:
        return None
    doc = fields(value, where, ("value", "source", "confidence"))
    confidence = doc["confidence"]
    if confidence not in CONFIDENCES:
        raise RobotError(
            "bad confidence", f"{where}.confidence", value=confidence, allowed=", ".join(CONFIDENCES)
        )
    return Figure(check(doc["value"], f"{where}.value"), text(doc["source"], f"{where}.source"), confidence)
