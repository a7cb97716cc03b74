"""Positioning error: how far records lie from surveyed points, horizontally and, where given, in space.

CEP is the radius round the true point that holds half of the records (circular error probable), R95 that of 95 %.
Both are taken from the records as they are, without supposing a normal distribution.
"""

from __future__ import annotations

import math

import numpy as np

from robotplus.errors import InputError
from robotplus.testing.measurement import Metric, percentile
from robotplus.testing.records import DIGITS, Source, cell, known, read_table


def positioning(truth: Source, records: Source) -> tuple[list[Metric], int]:
    """Percentiles of the error [m]; a point without a record is infinitely far off.

    Args:
        truth: columns id, x_m, y_m and, in both files or in neither, z_m, in one frame.
        records: the same columns.
    """
    true = _points(truth)
    told = _points(records)
    known(told, true, records.name)
    spatial = len(next(iter(true.values()))) == 3
    if told and (len(next(iter(told.values()))) == 3) != spatial:
        raise InputError("z_m stands in one file only", records.name)
    flat, space = [], []
    for key, at in true.items():
        found = told.get(key)
        flat.append(math.inf if found is None else round(math.dist(at[:2], found[:2]), DIGITS))
        space.append(math.inf if found is None else round(math.dist(at, found), DIGITS))
    ordered = np.sort(np.array(flat))
    metrics = [
        percentile(
            "cep", ("CEP, horizontal", "水平圆概率误差 CEP"), ordered, 0.5, unit="m", counted="points"
        ),
        percentile(
            "r95", ("R95, horizontal", "水平 95% 误差 R95"), ordered, 0.95, unit="m", counted="points"
        ),
    ]
    if spatial:
        ordered = np.sort(np.array(space))
        metrics += [
            percentile("sep", ("SEP, in space", "球概率误差 SEP"), ordered, 0.5, unit="m", counted="points"),
            percentile("s95", ("95 %, in space", "空间 95% 误差"), ordered, 0.95, unit="m", counted="points"),
        ]
    return metrics, len(true) - len(told)


def _points(source: Source) -> dict[str, tuple[float, ...]]:
    rows = read_table(source, ("x_m", "y_m"), ("z_m",))
    axes = [a for a in ("x_m", "y_m", "z_m") if a in next(iter(rows.values()))]
    return {key: tuple(cell(row[a], f"{source.name}: {key}: {a}") for a in axes) for key, row in rows.items()}
