"""Robot files: a JSON document in, a validated Robot out, or one clear line about what is wrong with it.

The file is described in docs/robots.md. Everything is checked here so that the rest of the house may
trust a Robot: types, unknown keys, finite numbers, ordered limits, unit axes, and figures so large that they
look like degrees or millimetres in a field of radians or metres.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from robotplus.errors import RobotError
from robotplus.robots.model import Robot
from robotplus.robots.parts import CONFIDENCES, coupling, figure, joint, link
from robotplus.robots.values import (
    angles,
    fields,
    interval,
    ip,
    items,
    mountings,
    one_of,
    position,
    positive,
    positive_vector,
    text,
)

FORMAT = "robotplus.robot/1"
KINDS = ("industrial", "collaborative", "education", "scara", "palletizer", "other")
MAX_FILE_BYTES = 4_000_000
MAX_JOINTS = 16

_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_KEYS = (
    "format",
    "id",
    "maker",
    "model",
    "kind",
    "geometry",
    "joints",
    "flange",
    "links",
    "limits",
    "velocity",
)
_REST = ("ratings", "couplings", "alternative_couplings", "flags", "notes", "checks")
_RATINGS: dict[str, Callable[[Any, str], Any]] = {
    "payload_kg": positive,
    "reach_m": positive,
    "repeatability_mm": positive,
    "mass_kg": positive,
    "ip": ip,
    "explosion_zone": text,
    "temperature_c": interval,
    "mounting": mountings,
    "wrist_moment_nm": positive_vector,
    "wrist_inertia_kgm2": positive_vector,
    "rated_power_w": positive,
}


def load_robot(path: Path, *, stem: str | None = None) -> Robot:
    """Read one robot file.

    Args:
        path: the file.
        stem: what the file is called without its suffix; None: its robot's id.

    Raises:
        RobotError: the file cannot be read, is no JSON, is misnamed, or its content is wrong.
    """
    robot = parse_robot(_bytes(path), path.name)
    if path.stem != (stem or robot.id):
        fix = f"call it {stem or robot.id}.json"
        raise RobotError("the file is not named after its id", path.name, value=robot.id, fix=fix)
    return robot


def parse_robot(content: bytes, where: str) -> Robot:
    """Read the bytes of a robot file.

    Raises:
        RobotError: not UTF-8, not JSON (NaN and Infinity are not JSON), keys given twice, or wrong content.
    """

    def refuse_constant(name: str) -> float:
        raise RobotError("a number must be finite", where, value=name)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        out = dict(pairs)
        if len(out) != len(pairs):
            keys = [key for key, _ in pairs]
            raise RobotError("a key is given twice", where, value=next(k for k in keys if keys.count(k) > 1))
        return out

    try:
        document = json.loads(content.decode(), parse_constant=refuse_constant, object_pairs_hook=unique)
    except UnicodeDecodeError as e:
        raise RobotError("not a UTF-8 text file", where, fix="save it as UTF-8") from e
    except (ValueError, RecursionError) as e:
        raise RobotError(f"not a JSON file ({e})", where) from e
    return read_robot(document, where)


def read_robot(document: Any, where: str) -> Robot:
    """Validate a robot document and build the Robot.

    Args:
        document: the parsed JSON of a robot file.
        where: how to call the file in error messages.

    Raises:
        RobotError: the first thing that is wrong, with its place.
    """
    if type(document) is not dict or document.get("format") != FORMAT:
        found = document.get("format") if type(document) is dict else type(document).__name__
        raise RobotError("not a robot file of this format", where, value=found, allowed=FORMAT)
    doc = fields(document, where, _KEYS, _REST)
    robot_id = text(doc["id"], f"{where}: id")
    if not _ID.fullmatch(robot_id):
        raise RobotError(
            "bad id", f"{where}: id", value=robot_id, allowed="lower case a-z, 0-9 and _, up to 64"
        )
    geometry = fields(
        doc["geometry"], f"{where}: geometry", ("source", "confidence"), ("base_link", "tip_link")
    )
    for name in ("base_link", "tip_link"):
        if geometry.get(name) is not None:
            text(geometry[name], f"{where}: geometry.{name}")
    flange = fields(doc["flange"], f"{where}: flange", ("xyz", "rpy"))
    joints = items(doc["joints"], f"{where}: joints", joint)
    if not 1 <= len(joints) <= MAX_JOINTS:
        raise RobotError(
            "wrong number of joints", f"{where}: joints", value=len(joints), allowed=f"1..{MAX_JOINTS}"
        )
    links = items(doc["links"], f"{where}: links", link)
    if len(links) != len(joints) + 1:
        raise RobotError(
            "there is one link more than joints",
            f"{where}: links",
            value=len(links),
            allowed=str(len(joints) + 1),
        )
    for part, names in (("joints", [j.name for j in joints]), ("links", [k.name for k in links])):
        if len(set(names)) != len(names):
            raise RobotError("a name is given twice", f"{where}: {part}", value=names)
    velocity = figure(doc["velocity"], f"{where}: velocity", one_of("data", "placeholder"))
    if velocity is not None and velocity.value == "placeholder" and any(j.velocity for j in joints):
        raise RobotError("velocities called placeholder must be null", f"{where}: velocity")
    dof = len(joints)
    ratings = doc.get("ratings", {})
    spot = f"{where}: ratings"
    fields(ratings, spot, (), tuple(_RATINGS))
    rated = {name: figure(ratings.get(name), f"{spot}.{name}", check) for name, check in _RATINGS.items()}
    limits = figure(doc["limits"], f"{where}: limits", one_of("data", "suspect"))
    if limits is None:
        raise RobotError("the source of the joint limits is missing", f"{where}: limits")
    return Robot(
        id=robot_id,
        maker=text(doc["maker"], f"{where}: maker"),
        model=text(doc["model"], f"{where}: model"),
        kind=one_of(*KINDS)(doc["kind"], f"{where}: kind"),
        joints=joints,
        links=links,
        flange_xyz=position(flange["xyz"], f"{where}: flange.xyz"),
        flange_rpy=angles(flange["rpy"], f"{where}: flange.rpy"),
        geometry_source=text(geometry["source"], f"{where}: geometry.source"),
        geometry_confidence=one_of(*CONFIDENCES)(geometry["confidence"], f"{where}: geometry.confidence"),  # type: ignore[arg-type]
        velocity=velocity,
        limits=limits,
        couplings=items(doc.get("couplings", []), f"{where}: couplings", lambda c, w: coupling(c, w, dof)),
        alternative_couplings=items(
            doc.get("alternative_couplings", []),
            f"{where}: alternative_couplings",
            lambda c, w: coupling(c, w, dof),
        ),
        flags=items(doc.get("flags", []), f"{where}: flags", text),
        notes=items(doc.get("notes", []), f"{where}: notes", text),
        document=document,
        **rated,
    )


def format_document(document: Mapping[str, Any]) -> str:
    """The text of a robot file: a joint, box or figure that fits on a line stays there and reads as a row."""
    return _format(document, 0, 0) + "\n"


def _format(value: Any, depth: int, lead: int) -> str:
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, dict | list) or not value or (depth and 2 * depth + lead + len(flat) <= 220):
        return flat
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        keys = [json.dumps(key, ensure_ascii=False) + ": " for key in value]
        rows = [k + _format(v, depth + 1, len(k)) for k, v in zip(keys, value.values(), strict=True)]
        return "{\n" + ",\n".join(pad + row for row in rows) + "\n" + end + "}"
    return "[\n" + ",\n".join(pad + _format(v, depth + 1, 0) for v in value) + "\n" + end + "]"


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():  # devices and pipes may have no end
            raise RobotError("not a regular file", str(path))
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as e:
        raise RobotError(f"cannot be read ({e.strerror})", str(path)) from e
    if len(content) > MAX_FILE_BYTES:
        raise RobotError("the file is too large", path.name, allowed=f"<= {MAX_FILE_BYTES} bytes")
    return content
