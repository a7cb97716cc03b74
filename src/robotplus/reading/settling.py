"""A topic settled by more than words: by the bound of a figure, its unit, or a size that its place rules out."""

from __future__ import annotations

import re

from robotplus.reading.comparing import Comparison
from robotplus.reading.lexicon import Topic, topics
from robotplus.reading.quantity import Quantity
from robotplus.reading.surroundings import Surroundings
from robotplus.reading.topics import subject_of

_HOT_C = 150.0  # no place is as hot
_HOUR_S, _HALF_HOUR_S = 3600.0, 1800.0


def settled(
    topic: Topic | None, quantity: Quantity, compared: Comparison, around: Surroundings
) -> Topic | None:
    """The topic, where a bound or a unit says more than the words do.

    A time not to be exceeded is a takt, so many hours a day are a running time, a length with ± is an accuracy, and a
    machine's mass goes without saying when it is not to be exceeded, its payload when it is to be reached.
    """
    bounded = compared.op == "<="
    if (
        topic
        and topic.field == "temperature_c"
        and (max(quantity.values) >= _HOT_C or (quantity.pm and quantity.shape == "one"))
    ):
        return None  # of the work, or of a thermometer, not of the place
    if quantity.dimension == "degree" and min(quantity.values) < 0:
        return _first_topic("temperature_c")
    if quantity.dimension == "days" and topic is None and bounded:
        return _first_topic("delivery_days")
    if quantity.dimension == "time":
        if quantity.factor >= _HOUR_S and around.before.rstrip().endswith(("每", "每隔", "every")):
            return None  # how often, not how long
        if re.search(r"day|天|日", quantity.unit or ""):
            return _first_topic("runtime_h")
        brief = max(quantity.values) * quantity.factor < _HALF_HOUR_S
        if topic and topic.field == "runtime_h" and topic.weight < 1 and brief:
            return _first_topic("cycle_s")  # so short a run is one trip
        if bounded and (topic is None or topic.field == "runtime_h"):
            return _first_topic("cycle_s")
    if topic is not None:
        return topic
    if quantity.dimension == "length" and quantity.shape == "one" and quantity.pm:
        return _first_topic("accuracy_mm")
    if quantity.dimension == "mass" and bounded and not quantity.pm and subject_of(around) != "workpiece":
        return _first_topic("mass_kg")
    if quantity.dimension == "mass" and compared.op == ">=" and subject_of(around) != "workpiece":
        return _first_topic("payload_kg")
    return None


def _first_topic(name: str) -> Topic:
    return next(topic for topic in topics() if topic.field == name)
