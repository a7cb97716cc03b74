"""Fits the constants of the joint acceleration model to published figures, less those of one maker if asked.

Shape (size, load, wrist, class) comes from published accelerations and load curves, the level of the ramp
times from pick cycles alone. Makers' acceleration limits and worst-case ramps differ in meaning from maker to
maker, so only ratios within one maker are used. The exception is the factor of collaborative arms, whose
makers publish accelerations but no cycles.
"""

from __future__ import annotations

import dataclasses
import json
import math
import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.cycle_cases import Case, Row
from robotplus.robots.acceleration import REFERENCE_REACH_M, Parameters, wrist_start
from robotplus.robots.model import Array

BASE_SPREAD = (
    1.75  # set, not fitted: so few rows do not fix a quantile, and beyond 1.8 an interval is no help
)


def fit(
    cases: Sequence[Case], data: Mapping[str, Sequence[Row]], *, without: str | None = None
) -> Parameters:
    """Constants from everything published, less the figures of the maker ``without``.

    Args:
        cases: the used cycles.
        data: the published figures.
        without: the maker that is left out.
    """
    joints = [j for j in data["joints"] if j["maker"] != without]
    limits = [j for j in joints if j["role"] == "limit"]
    size_exponent, size_error = size_slope(joints)
    load_factor, load_error = load_curve([c for c in data["derating"] if c["maker"] != without])
    # no judged arm slides, so this one constant may come from every maker
    sliding = [j["velocity"][2] / j["acceleration"][2] for j in data["joints"] if j["kind"] == "SCARA"]
    guess = Parameters(
        ramp_s=0.1,
        prismatic_s=statistics.median(sliding),
        wrist_share=statistics.median(ramp(j, wrist=True) / ramp(j) for j in limits if j["kind"] != "SCARA"),
        size_exponent=size_exponent,
        load_factor=load_factor,
        collaborative_factor=1.0,
        base_spread=BASE_SPREAD,
        size_error=size_error,
        load_error=load_error,
        class_error=0.0,
    )
    levelled = level([c for c in cases if c.row["maker"] != without], guess)
    slower = [
        math.log(ramp(j) / (levelled.ramp_s * (j["reach_m"] / REFERENCE_REACH_M) ** size_exponent))
        for j in limits
        if j["kind"] == "collaborative"
    ]
    return dataclasses.replace(
        levelled,
        collaborative_factor=math.exp(statistics.mean(slower)),
        class_error=statistics.stdev(slower),
    )


def level(cases: Sequence[Case], guess: Parameters) -> Parameters:
    """The constants with the ramp time at which the median of predicted / published is 1."""
    p = guess
    for _ in range(20):  # a cycle grows about like the root of the ramp time, so a few rounds close in
        off = statistics.median(math.log(c.times(p)[1] / c.row["seconds"]) for c in cases)
        p = dataclasses.replace(p, ramp_s=p.ramp_s * math.exp(-2.0 * off))
        if abs(off) < 1e-5:
            break
    return p


def ramp(joint: Row, *, wrist: bool = False) -> float:
    """Geometric mean time to full speed of an arm's first joints, or of its wrist [s]."""
    start = wrist_start(len(joint["velocity"]))
    part = slice(start, None) if wrist else slice(None, start)
    pairs = zip(joint["velocity"][part], joint["acceleration"][part], strict=True)
    return statistics.geometric_mean(v / a for v, a in pairs)


def size_slope(joints: Sequence[Row]) -> tuple[float, float]:
    """Slope of ln(ramp of joint 1) over ln(reach) with one offset a maker, and its standard error.

    Least squares over industrial arms. Joint 1 turns about the vertical, so gravity does not blur it.
    """
    arms = [j for j in joints if j["kind"] == "industrial"]
    makers = sorted({j["maker"] for j in arms})
    size: list[Array] = []
    slow: list[Array] = []
    for maker in makers:
        own = [j for j in arms if j["maker"] == maker]
        for values, read in ((size, _log_reach), (slow, _log_first_ramp)):
            column = np.array([read(j) for j in own])
            values.append(column - column.mean())
    x, y = np.concatenate(size), np.concatenate(slow)
    slope = float(x @ y / (x @ x))
    rest = y - slope * x
    return slope, float(np.sqrt(rest @ rest / (len(x) - len(makers) - 1) / (x @ x)))


def load_curve(curves: Sequence[Row]) -> tuple[float, float]:
    """The k of ramp ~ 1 + k · (load / payload)² nearest to the curves in logarithm, and the spread of ln k.

    A curve is a share of the acceleration, or a rest-to-rest time, which goes like the root of the ramp time.
    The spread is the standard deviation among the curves' own k.
    """
    grid = np.linspace(0.2, 4.0, 381)
    misfits = []
    for curve in curves:
        if "acceleration_share" in curve:
            slow = -np.log(curve["acceleration_share"])
        else:
            slow = 2.0 * np.log(curve["motion_s"])
        rest = slow - np.log1p(grid[:, None] * np.array(curve["load_share"]) ** 2)
        misfits.append(((rest - rest.mean(1, keepdims=True)) ** 2).sum(1))
    own = [math.log(grid[m.argmin()]) for m in misfits]
    # one curve alone tells no spread: then the factor is taken as known within a factor e^0.5
    return float(grid[np.sum(misfits, 0).argmin()]), statistics.stdev(own) if len(own) > 1 else 0.5


def constants_file(p: Parameters, cases: Sequence[Case], data: Mapping[str, Sequence[Row]]) -> str:
    """Text of acceleration.json: the constants, what they were fitted to, and the published accelerations."""
    used = {c.row["maker"] for c in cases}
    known = sorted({j["maker"] for j in data["joints"]})
    document = {
        "about": "Constants of the joint acceleration model in acceleration.py, and published accelerations.",
        "made_by": "python -m benchmarks.published_cycles --fit",
        "fitted_to": {
            "level": f"{len(cases)} published pick cycles of {', '.join(sorted(used))}",
            "size, wrist, class": f"published joint accelerations of {', '.join(known)}",
            "load": f"load curves of {', '.join(c['robot'] for c in data['derating'])}",
            "base_spread": "set, not fitted",
        },
        "constants": {k: round(v, 4) for k, v in dataclasses.asdict(p).items()},
        "published": {
            j["catalogue_id"]: {"acceleration": j["acceleration"], "source": j["source"]}
            for j in data["joints"]
            if "catalogue_id" in j
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _log_reach(joint: Row) -> float:
    return math.log(joint["reach_m"])


def _log_first_ramp(joint: Row) -> float:
    return math.log(joint["velocity"][0] / joint["acceleration"][0])
