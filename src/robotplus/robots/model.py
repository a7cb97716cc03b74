"""What a robot is, in numbers: chain, limits, shape, ratings, each rating with source and confidence.

Units are SI (m, kg, s, rad, N, N·m) unless the name says otherwise. Poses are ``xyz`` plus URDF fixed-axis
``rpy`` (R = Rz(yaw) Ry(pitch) Rx(roll)). ``None`` always means unknown, never zero or unlimited.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from robotplus.hashing import digest

Vec3 = tuple[float, float, float]
Confidence = Literal["high", "medium", "low"]
Array = npt.NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure(Generic[T]):
    """A published figure with where it comes from and how far to trust it."""

    value: T
    source: str
    confidence: Confidence

    @property
    def needs_confirmation(self) -> bool:
        """True when the figure rests on memory or is of low confidence: it may not decide alone."""
        return self.confidence == "low" or ("from memory" in self.source and self.confidence != "high")


@dataclass(frozen=True, slots=True)
class OrientedBox:
    """A box of edge lengths ``size`` centred at ``xyz`` and turned by ``rpy`` in its parent frame."""

    xyz: Vec3
    rpy: Vec3
    size: Vec3


@dataclass(frozen=True, slots=True)
class Joint:
    """A joint; its frame (``origin``) stands in the moved frame of the joint before (URDF convention).

    ``lower``, ``upper`` in rad or m, ``velocity`` in rad/s or m/s, ``effort`` in N·m or N.
    """

    name: str
    kind: Literal["revolute", "prismatic"]
    origin_xyz: Vec3
    origin_rpy: Vec3
    axis: Vec3
    lower: float | None
    upper: float | None
    velocity: float | None
    effort: float | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link; ``boxes`` cover its shape in the link frame (the frame of the joint that moves it).

    ``boxes`` is None when the shape is unknown. ``inertia`` is (ixx, ixy, ixz, iyy, iyz, izz) about the
    centre of mass, in link axes.
    """

    name: str
    boxes: tuple[OrientedBox, ...] | None
    mass_kg: float | None
    com: Vec3 | None
    inertia: tuple[float, float, float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Coupling:
    """A limit on a sum of joints: ``lower <= Σ coefficient_j · q_j <= upper`` (radians)."""

    coefficients: tuple[float, ...]
    lower: float
    upper: float
    note: str


@dataclass(frozen=True)
class Robot:
    """One robot model as facts. ``links[0]`` is the base; ``links[k]`` moves with ``joints[k - 1]``.

    The flange frame has z pointing out of the flange. ``alternative_couplings`` hold under another reading
    of the maker's limits: a motion that respects them too does not depend on the reading.
    """

    id: str
    maker: str
    model: str
    kind: str
    joints: tuple[Joint, ...]
    links: tuple[Link, ...]
    flange_xyz: Vec3
    flange_rpy: Vec3
    geometry_source: str
    geometry_confidence: Confidence
    payload_kg: Figure[float] | None
    reach_m: Figure[float] | None
    repeatability_mm: Figure[float] | None
    mass_kg: Figure[float] | None
    ip: Figure[str] | None
    explosion_zone: Figure[str] | None
    temperature_c: Figure[tuple[float, float]] | None
    mounting: Figure[tuple[str, ...]] | None
    wrist_moment_nm: Figure[tuple[float, float, float]] | None
    wrist_inertia_kgm2: Figure[tuple[float, float, float]] | None
    rated_power_w: Figure[float] | None
    velocity: Figure[str] | None  # of the joint velocities; value "data" or "placeholder"
    limits: Figure[str]  # of the joint limits; value "data" or "suspect"
    couplings: tuple[Coupling, ...]
    alternative_couplings: tuple[Coupling, ...]
    flags: tuple[str, ...]
    notes: tuple[str, ...]
    document: dict[str, Any]  # the file as read: what the digest is taken of

    @property
    def dof(self) -> int:
        return len(self.joints)

    @functools.cached_property
    def sha256(self) -> str:
        """Digest of the model file's canonical JSON."""
        return digest(self.document)
