"""Objects and detections in COCO's JSON form, read strictly.

Source of the form: Lin et al., Microsoft COCO, ECCV 2014, and its data format page: boxes are [x, y, width, height]
in pixels; an annotation with ``iscrowd`` stands for a group, inside which detections are neither right nor wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.errors import InputError
from robotplus.robots.model import Array
from robotplus.testing.records import MAX_ROWS, Source, number, read_json

MAX_DETECTIONS = 100_000
MAX_CATEGORIES = 200
MAX_PIXEL = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes (n, 4) x, y, width, height [px], each with its image and category as positions in the truth's lists."""

    box: Array
    image: Array
    category: Array
    extra: Array
    """Of the truth: 1 for a crowd. Of detections: the score."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The images' ids in rising order, the categories' names, the objects."""

    images: tuple[int, ...]
    categories: dict[int, str]
    objects: Boxes


def read_truth(source: Source) -> Truth:
    """Read annotations.

    Raises:
        InputError: lists or keys are missing, ids twice or unknown, boxes empty or not finite, no object at all.
    """
    document = read_json(source.text, source.name)
    if not isinstance(document, dict):
        raise InputError("not an object with images, annotations and categories", source.name)
    images = _ids(document, "images", source.name, MAX_ROWS)
    kinds = _ids(document, "categories", source.name, MAX_CATEGORIES)
    names = {i: str(kinds[i].get("name", i))[:80] for i in sorted(kinds)}
    if len(set(names.values())) < len(names):
        raise InputError("two categories of one name", source.name)
    objects = _ids(document, "annotations", source.name, MAX_DETECTIONS)
    order = tuple(sorted(images))
    rows = [(row, f"{source.name}: annotation {i}") for i, row in objects.items()]
    boxes = _boxes(rows, order, list(names), "iscrowd")
    if not (boxes.extra == 0.0).any():
        raise InputError("no objects to find", source.name)
    return Truth(order, names, boxes)


def read_detections(source: Source, truth: Truth) -> Boxes:
    """Read results: a list of {image_id, category_id, bbox, score}.

    Raises:
        InputError: as for the truth, or an image or category that it does not hold.
    """
    document = read_json(source.text, source.name)
    if not isinstance(document, list):
        raise InputError("not a list of results", source.name)
    if len(document) > MAX_DETECTIONS:
        raise InputError(f"more than {MAX_DETECTIONS} results", source.name)
    rows = [(row, f"{source.name}: result {i}") for i, row in enumerate(document)]
    return _boxes(rows, truth.images, list(truth.categories), "score")


def _ids(document: dict[str, Any], name: str, where: str, most: int) -> dict[int, dict[str, Any]]:
    listed = document.get(name)
    if not isinstance(listed, list):
        raise InputError("a list is missing", where, value=name)
    if len(listed) > most:
        raise InputError(f"more than {most} {name}", where)
    found: dict[int, dict[str, Any]] = {}
    for i, row in enumerate(listed):
        at = f"{where}: {name}[{i}]"
        if not isinstance(row, dict):
            raise InputError("not an object", at)
        key = _whole(row, "id", at)
        if key in found:
            raise InputError("the id stands twice", at, value=key)
        found[key] = row
    return found


def _boxes(rows: list[tuple[Any, str]], images: tuple[int, ...], kinds: list[int], extra: str) -> Boxes:
    image_at, kind_at = ({key: i for i, key in enumerate(keys)} for keys in (images, kinds))
    out = np.zeros((len(rows), 7))
    for i, (row, where) in enumerate(rows):
        if not isinstance(row, dict):
            raise InputError("not an object", where)
        image, kind = _whole(row, "image_id", where), _whole(row, "category_id", where)
        if image not in image_at:
            raise InputError("unknown image", where, value=image)
        if kind not in kind_at:
            raise InputError("unknown category", where, value=kind)
        box = row.get("bbox")
        if not isinstance(box, list) or len(box) != 4:
            raise InputError("bbox is not [x, y, width, height]", where)
        for k, value in enumerate(box):
            least = -MAX_PIXEL if k < 2 else 1e-6 if extra == "iscrowd" else 0.0
            out[i, k] = number(value, f"{where}: bbox[{k}]", low=least, high=MAX_PIXEL)
        if extra == "score":
            out[i, 6] = number(row.get("score"), f"{where}: score")
        elif row.get("iscrowd", 0) not in (0, 1):
            raise InputError("iscrowd is 0 or 1", where, value=row["iscrowd"])
        else:
            out[i, 6] = float(row.get("iscrowd", 0))
        out[i, 4:6] = image_at[image], kind_at[kind]
    return Boxes(out[:, :4], out[:, 4].astype(int), out[:, 5].astype(int), out[:, 6])


def _whole(row: dict[str, Any], key: str, where: str) -> int:
    value = row.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(f"{key} is not a whole number", where, value=value)
    return value
