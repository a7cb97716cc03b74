"""Robots that move about and machines with a job of their own: figures with sources, no joint chain.

A machine is one JSON file under ``machine_data/<kind>/<id>.json``, a part (gripper, sensor, tool …) one under
``part_data/<kind>/<id>.json``; docs/machines.md lists the figures. What is not in a file is unknown.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar, cast, get_args

from robotplus.errors import RobotError
from robotplus.hashing import digest
from robotplus.robots.model import Confidence, Figure

HERE = Path(__file__).parent
MAX_BYTES = 200_000
FIELDS = ("manufacturing", "agriculture", "construction", "public_service", "special")
NUMBERS: dict[str, str] = {  # figures that are one number above or equal to zero, and their unit
    "max_speed_mps": "m/s",
    "work_width_m": "m",
    "payload_kg": "kg",
    "runtime_h": "h",
    "charge_h": "h",
    "battery_wh": "W·h",
    "mass_kg": "kg",
    "min_turn_radius_m": "m",
    "max_slope_deg": "°",
    "step_height_m": "m",
    "gap_m": "m",
    "positioning_accuracy_m": "m",
    "tank_l": "L",
    "flow_l_min": "L/min",
    "spray_width_m": "m",
}
OTHERS = (  # figures of other kinds: words, lists, and (value, currency, date) for the price
    "dims_m",
    "temp_c",
    "turning",
    "ip",
    "sensors",
    "comms",
    "explosion_proof",
    "productivity",
    "price",
)
T = TypeVar("T", bound="Kept")


class Kept(Protocol):
    """Whatever a collection keeps."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class Machine:
    """A mobile, field or service robot as facts.

    ``fields``: those of the plan's five that it is built for. ``product``: False for a record that stands for a
    class of machines and is not a model one can buy; it never gets a verdict. ``further``: figures of this kind
    only, with the source of the whole record.
    """

    id: str
    maker: str
    model: str
    kind: str
    fields: tuple[str, ...]
    product: bool
    figures: Mapping[str, Figure[Any]]
    further: Mapping[str, Any]
    source: str
    confidence: Confidence
    notes: str
    sha256: str

    def number(self, name: str) -> Figure[float] | None:
        """A figure of `NUMBERS`; None when unknown."""
        if name not in NUMBERS:
            raise KeyError(name)
        return self.figures.get(name)

    def word(self, name: str) -> Figure[str] | None:
        """A figure in words, such as ``turning``; None when unknown."""
        figure = self.figures.get(name)
        return figure if figure is not None and isinstance(figure.value, str) else None


@dataclass(frozen=True)
class Component:
    """A part: what is put on or into a robot. ``verified``: at least one rating was read in the source."""

    id: str
    maker: str
    model: str
    kind: str
    mass_kg: float | None
    tcp_offset_m: Any
    ratings: Mapping[str, Any]
    interfaces: tuple[str, ...]
    source: str
    confidence: Confidence
    verified: bool
    notes: str
    sha256: str


class Collection(Mapping[str, T], Generic[T]):
    """Machines or parts by id, in the order of their ids.

    Raises:
        RobotError: two of them have one id.
    """

    def __init__(self, kept: Sequence[T]) -> None:
        self._kept: dict[str, T] = {one.id: one for one in sorted(kept, key=lambda one: one.id)}
        if len(self._kept) != len(kept):
            ids = [one.id for one in kept]
            raise RobotError("two files have one id", value=next(i for i in ids if ids.count(i) > 1))

    def __getitem__(self, key: str) -> T:
        return self._kept[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @functools.cached_property
    def sha256(self) -> str:
        """Digest over the members."""
        return digest({one.id: one.sha256 for one in self.values()})


def read_machine(document: Any, where: str) -> Machine:
    """A machine from its document.

    Raises:
        RobotError: a key is missing, unknown or of the wrong kind; one line says which.
    """
    doc = _document(document, where, "robotplus.machine/1", Machine)
    for field in doc["fields"]:
        if field not in FIELDS:
            raise RobotError("unknown field", f"{where}: fields", value=field, allowed=", ".join(FIELDS))
    figures = {}
    for name, stated in doc["figures"].items():
        at = f"{where}: figures.{name}"
        if name not in NUMBERS and name not in OTHERS:
            raise RobotError("unknown figure", at, allowed=", ".join((*NUMBERS, *OTHERS)))
        if not isinstance(stated, dict) or set(stated) != {"value", "source", "confidence"}:
            raise RobotError("a figure has value, source and confidence", at)
        value = stated["value"]
        if name in NUMBERS and not _is_number(value):
            raise RobotError("not a number", at, value=value, allowed=f"a number >= 0 [{NUMBERS[name]}]")
        if name in ("dims_m", "temp_c") and not isinstance(value, list):
            raise RobotError("not a list of numbers", at, value=value)
        figures[name] = Figure(value, str(stated["source"]), _confidence(stated["confidence"], at))
    return Machine(
        **{**doc, "fields": tuple(doc["fields"]), "figures": figures}, sha256=_digest(document, where)
    )


def read_component(document: Any, where: str) -> Component:
    """A part from its document.

    Raises:
        RobotError: a key is missing, unknown or of the wrong kind; one line says which.
    """
    doc = _document(document, where, "robotplus.part/1", Component)
    if doc["mass_kg"] is not None and not _is_number(doc["mass_kg"]):
        raise RobotError("not a number", f"{where}: mass_kg", value=doc["mass_kg"])
    return Component(**{**doc, "interfaces": tuple(doc["interfaces"])}, sha256=_digest(document, where))


@functools.cache
def machines() -> Collection[Machine]:
    """The built-in machines."""
    return Collection([read_machine(doc, where) for doc, where in _files(HERE / "machine_data")])


@functools.cache
def components() -> Collection[Component]:
    """The built-in parts."""
    return Collection([read_component(doc, where) for doc, where in _files(HERE / "part_data")])


def _digest(document: Any, where: str) -> str:
    try:
        return digest(document)
    except ValueError:  # lists and further figures may hold what is no number
        raise RobotError("holds a number that is not finite", where) from None


def _files(folder: Path) -> Iterator[tuple[Any, str]]:
    for path in sorted(folder.glob("*/*.json")):
        where = f"{path.parent.name}/{path.name}"
        if path.stat().st_size > MAX_BYTES:
            raise RobotError("the file is too large", where, allowed=f"<= {MAX_BYTES} bytes")
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.get("id") != path.stem or document.get("kind") != path.parent.name:
            raise RobotError("the file's name is not its id, or its folder not its kind", where)
        yield document, where


def _document(document: Any, where: str, form: str, into: type) -> dict[str, Any]:
    """The keys of a file, all there and none more."""
    if not isinstance(document, dict) or document.get("format") != form:
        raise RobotError("not such a file", where, allowed=f"format {form}")
    wanted = {name for name in into.__dataclass_fields__ if name != "sha256"}  # type: ignore[attr-defined]
    given = set(document) - {"format"}
    if given != wanted:
        odd = sorted(given ^ wanted)
        raise RobotError("a key is missing or unknown", where, value=", ".join(odd))
    for key in ("id", "maker", "model", "kind", "source", "notes"):
        if not isinstance(document[key], str):
            raise RobotError("must be text", f"{where}: {key}", value=document[key])
    doc = {key: document[key] for key in wanted}
    doc["confidence"] = _confidence(doc["confidence"], f"{where}: confidence")
    return doc


def _confidence(value: Any, where: str) -> Confidence:
    allowed = get_args(Confidence)
    if value not in allowed:
        raise RobotError("unknown confidence", where, value=value, allowed=", ".join(allowed))
    return cast(Literal["high", "medium", "low"], value)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    )
