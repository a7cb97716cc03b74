"""Object detection: COCO's average precision and recall, with intervals over images.

A detection is matched, best score first, to the free object of its image and category that it overlaps most; the
match counts when intersection over union reaches a threshold. Precision at a recall is the best reached at that recall
or a higher one; average precision is its mean over 101 recalls, 0 to 1, then over categories and the ten thresholds
0.50 to 0.95. Source: the evaluation page of COCO (cocodataset.org), for objects of all sizes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from robotplus.robots.model import Array
from robotplus.testing.coco import Boxes, Truth, read_detections, read_truth
from robotplus.testing.measurement import Metric, pooled
from robotplus.testing.records import Source
from robotplus.testing.resampling import DRAWS, Pooled, pooled_ratio, resampled

THRESHOLDS = np.arange(10) * 0.05 + 0.5
MOST = 100  # detections of one category that count in one image
FEWER_DRAWS, MANY = 200, 10_000  # so many detections make each draw dear


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """One category: its detections, best score first, and how they fared at each threshold.

    Attributes:
        image: (d,) position of the image.
        right: (thresholds, d) matched to an object.
        counted: (thresholds, d) neither right nor wrong where False: it lies in a crowd.
        objects: (images,) number of objects to find.
    """

    image: Array
    right: Array
    counted: Array
    objects: Array


def detection(truth: Source, records: Source) -> tuple[list[Metric], int]:
    """AP over all thresholds, at 0.50 and at 0.75, AR, and recall and precision of all that was told at 0.50.

    Args:
        truth: COCO annotations.
        records: COCO results. An image without results is one in which nothing was found.
    """
    known = read_truth(truth)
    found = read_detections(records, known)
    matched = match(known, found)
    images, width = len(known.images), max((len(m.image) for m in matched), default=0)
    draws = DRAWS if len(found.box) <= MANY else FEWER_DRAWS

    def pool(statistic: Callable[[Array], Array]) -> Pooled:
        estimate = float(statistic(np.ones((1, images)))[0])
        return Pooled(estimate, images, resampled(statistic, images, draws=draws, width=width))

    rows = (
        ("ap", "AP, IoU 0.50 to 0.95", "平均精度 AP（IoU 0.50–0.95）", slice(None)),
        ("ap50", "AP, IoU 0.50", "平均精度 AP50", slice(0, 1)),
        ("ap75", "AP, IoU 0.75", "平均精度 AP75", slice(5, 6)),
    )
    metrics = []
    for name, en, zh, at in rows:
        figure = pool(functools.partial(average_precision, matched, at=at))
        metrics.append(pooled(name, (en, zh), figure, counted="images"))
    recall = pool(functools.partial(average_recall, matched))
    metrics.append(
        pooled("ar", ("AR, 100 detections an image", "平均召回率 AR100"), recall, counted="images")
    )
    right, told, objects = (np.zeros(images) for _ in range(3))
    for m in matched:
        right += np.bincount(m.image[m.right[0]], minlength=images)
        told += np.bincount(m.image[m.counted[0]], minlength=images)
        objects += m.objects
    part = pooled_ratio(right, objects)
    metrics.append(
        pooled("recall50", ("objects found, IoU 0.50", "检出率（IoU 0.50）"), part, counted="images")
    )
    if told.any():
        part = pooled_ratio(right, told)
        labels = ("detections right, IoU 0.50", "检出正确率（IoU 0.50）")
        metrics.append(pooled("precision50", labels, part, counted="images"))
    return metrics, 0


def match(truth: Truth, found: Boxes) -> list[Matched]:
    """Match the detections of every category that has objects.

    Detections of categories without objects count in no average, as in COCO.
    """
    out = []
    for kind in range(len(truth.categories)):
        mine = np.flatnonzero(truth.objects.category == kind)
        if not (truth.objects.extra[mine] == 0.0).any():
            continue
        told = np.flatnonzero(found.category == kind)
        told = told[
            np.lexsort((told, -found.extra[told], found.image[told]))
        ]  # by image, then best score first
        rank = np.arange(len(told)) - np.searchsorted(found.image[told], found.image[told])
        told = told[rank < MOST]
        mine = mine[np.argsort(truth.objects.image[mine], kind="stable")]
        right = np.zeros((len(THRESHOLDS), len(told)), dtype=bool)
        counted = np.ones_like(right)
        for image in np.unique(found.image[told]):
            here = slice(*np.searchsorted(found.image[told], (image, image + 1)))
            objects = mine[slice(*np.searchsorted(truth.objects.image[mine], (image, image + 1)))]
            crowd = truth.objects.extra[objects] == 1.0
            right[:, here], counted[:, here] = _greedy(
                found.box[told[here]], truth.objects.box[objects[~crowd]], truth.objects.box[objects[crowd]]
            )
        order = np.argsort(-found.extra[told], kind="stable")
        single = mine[truth.objects.extra[mine] == 0.0]
        number = np.bincount(truth.objects.image[single], minlength=len(truth.images)).astype(float)
        out.append(Matched(found.image[told][order], right[:, order], counted[:, order], number))
    return out


def _greedy(told: Array, objects: Array, crowds: Array) -> tuple[Array, Array]:
    """Right and counted (thresholds, d) for the detections (d, 4) of one image, best score first."""
    right = np.zeros((len(THRESHOLDS), len(told)), dtype=bool)
    counted = np.ones_like(right)
    over = overlap(told, objects)
    inside = overlap(told, crowds, crowd=True).max(1, initial=0.0)
    least = THRESHOLDS - 1e-10
    free = np.ones((len(THRESHOLDS), len(objects)), dtype=bool)
    level = np.arange(len(THRESHOLDS))
    for d in range(len(told)):
        hit = np.zeros(len(THRESHOLDS), dtype=bool)
        if len(objects):
            fits = np.where(free & (over[d] >= least[:, None]), over[d], -1.0)
            best = len(objects) - 1 - np.argmax(fits[:, ::-1], axis=1)  # of equals the last, as in COCO
            hit = fits[level, best] > 0.0
            free[level[hit], best[hit]] = False
        right[:, d] = hit
        counted[:, d] = hit | (inside[d] < least)
    return right, counted


def overlap(told: Array, objects: Array, *, crowd: bool = False) -> Array:
    """(d, g) intersection over union; with a crowd over the detection's own area."""
    a, b = told[:, None, :], objects[None, :, :]
    size = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    common = np.prod(np.maximum(size, 0.0), axis=-1)
    own, other = np.prod(a[..., 2:], axis=-1), np.prod(b[..., 2:], axis=-1)
    whole = own + 0.0 * other if crowd else own + other - common
    return np.asarray(np.where(whole > 0.0, common / np.where(whole > 0.0, whole, 1.0), 0.0))


def average_precision(matched: list[Matched], block: Array, *, at: slice) -> Array:
    """(b,) mean over categories and thresholds, for images drawn as often as the rows of ``block`` (b, images) say."""
    values = []
    for m in matched:
        objects = block @ m.objects
        drawn = block[:, m.image]
        for right, counted in zip(m.right[at], m.counted[at], strict=True):
            values.append(_precision(drawn, right, counted, objects))
    return _mean(np.array(values))


def _precision(drawn: Array, right: Array, counted: Array, objects: Array) -> Array:
    """(b,) 101-point average precision of one category at one threshold; NaN where no object was drawn."""
    if not len(right):
        return np.where(objects > 0, 0.0, np.nan)
    hits = np.cumsum(drawn * right, axis=1)
    told = np.cumsum(drawn * counted, axis=1)
    precision = np.where(told > 0, hits / np.maximum(told, 1), 0.0)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    # recalls k/100 that are reached at each detection for the first time, in whole numbers
    reached = 100 * hits // np.maximum(objects, 1)[:, None] + 1
    new = np.diff(reached, axis=1, prepend=0)
    return np.where(objects > 0, (new * best).sum(1) / 101.0, np.nan)


def average_recall(matched: list[Matched], block: Array) -> Array:
    """(b,) share of objects found, mean over categories and thresholds."""
    values = []
    for m in matched:
        objects = block @ m.objects
        for right in m.right:
            hits = (block[:, m.image] * right).sum(1)
            values.append(np.where(objects > 0, hits / np.maximum(objects, 1), np.nan))
    return _mean(np.array(values))


def _mean(values: Array) -> Array:
    """(b,) mean of (n, b) without NaN; NaN where nothing else is there."""
    there = np.isfinite(values)
    number = there.sum(0)
    return np.where(number > 0, np.where(there, values, 0.0).sum(0) / np.maximum(number, 1), np.nan)
