"""The small drawings of a report, as SVG: cycle-time bars, curves over time, and coloured time strips.

Every drawing is complete without scripts, so it prints; the page's script only adds cursor and clicks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from robotplus.reporting.markup import Html, join, tag
from robotplus.robots.model import Array

Indices = npt.NDArray[np.intp]

WIDTH, HEIGHT = 600, 96  # of a chart, in its own units
STRIP_BINS = 240


def cycle_bar(low: float, high: float, *, takt: float | None, longest: float) -> Html:
    """A cycle-time interval [s] as a bar on a scale from 0 to ``longest``, with the takt as a line."""

    def x(value: float) -> str:
        return f"{100 * value / longest:.2f}"

    late = takt is not None and high > takt
    marks = [
        tag("rect", x=0, y=7, width=100, height=2, class_="rail"),
        tag(
            "rect",
            x=x(low),
            y=3,
            width=x(max(high - low, longest * 0.01)),
            height=10,
            rx=1,
            class_="bar late" if late else "bar",
        ),
    ]
    if takt is not None:
        marks.append(tag("rect", x=x(takt), y=0, width=0.8, height=16, class_="takt"))
    return tag(
        "svg", *marks, viewBox="0 0 100 16", preserveAspectRatio="none", class_="cycle", aria_hidden="true"
    )


def chart(
    t: Array,
    values: Array,
    *,
    title: Html,
    limit: Array | None = None,
    limit_label: Html | None = None,
) -> Html:
    """A curve over time, from 0 up, with an optional limit that may step over time; NaN leaves a gap."""
    finite = values[np.isfinite(values)]
    top = nice_ceiling(max(float(finite.max()), 0.0 if limit is None else float(limit.max())))
    end = float(t[-1])
    keep = thin_curve(t, values)

    def y(value: float) -> float:
        return HEIGHT * (1 - value / top)

    path, pen_down = [], False
    for moment, value in zip(t[keep], values[keep], strict=True):
        if math.isfinite(value):
            path.append(f"{'L' if pen_down else 'M'}{WIDTH * moment / end:.1f} {y(float(value)):.1f}")
        pen_down = math.isfinite(value)
    ticks = time_ticks(end)
    marks = [tag("path", d=f"M{WIDTH * s / end:.1f} 0V{HEIGHT}", class_="tick") for s in ticks]
    marks.append(tag("path", d=f"M0 {HEIGHT}H{WIDTH}", class_="axis"))
    if limit is not None:
        steps = [0, *np.flatnonzero(np.diff(limit)) + 1]
        turns = "".join(f"H{WIDTH * t[i] / end:.1f}V{y(float(limit[i])):.1f}" for i in steps[1:])
        marks.append(tag("path", d=f"M0 {y(float(limit[0])):.1f}{turns}H{WIDTH}", class_="limit"))
    marks.append(tag("path", d="".join(path), class_="curve"))
    marks.append(tag("path", d=f"M0 0V{HEIGHT}", class_="cursor"))
    drawing = tag(
        "svg",
        *marks,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
        data_end=f"{end:.6f}",
        class_="seekable",
    )
    note = join(" ", tag("span", limit_label, class_="limit-note")) if limit_label else ""
    scale = join(tag("span", f"{top:.4g}", class_="top"), tag("span", "0", class_="bottom"))
    axis = tag(
        "div", *(tag("span", f"{s:g} s", style=f"left:{100 * s / end:.2f}%") for s in ticks), class_="times"
    )
    return tag(
        "figure",
        tag("figcaption", title, note),
        tag("div", scale, drawing, class_="plot"),
        axis,
        class_="chart",
    )


def thin_curve(t: Array, values: Array, points: int = 400) -> Indices:
    """Indices that keep every bin's lowest and highest value, so that no dip or peak is lost in drawing."""
    if len(t) <= points:
        return np.arange(len(t))
    keep = {0, len(t) - 1}
    for chunk in np.array_split(np.arange(len(t)), points // 2):
        part = values[chunk]
        if np.isfinite(part).any():
            keep |= {int(chunk[np.nanargmin(part)]), int(chunk[np.nanargmax(part)])}
        if not np.isfinite(part).all():
            keep.add(int(chunk[np.flatnonzero(~np.isfinite(part))[0]]))
    return np.array(sorted(keep))


def strip(t: Array, levels: Sequence[str], *, name: str, title: Html) -> Html:
    """A time strip: one coloured run per stretch of equal level ("tight", "fair", "ample", "unmeasured")."""
    end, runs, start = float(t[-1]), [], 0
    width = end / len(levels)
    for i in range(1, len(levels) + 1):
        if i == len(levels) or levels[i] != levels[start]:
            x, span = WIDTH * start * width / end, WIDTH * (i - start) * width / end
            runs.append(
                tag("rect", x=f"{x:.1f}", y=0, width=f"{span + 0.3:.1f}", height=10, class_=levels[start])
            )
            start = i
    drawing = tag(
        "svg",
        *runs,
        tag("path", d="M0 0V10", class_="cursor"),
        viewBox=f"0 0 {WIDTH} 10",
        preserveAspectRatio="none",
        data_end=f"{end:.6f}",
        class_="seekable",
        aria_hidden="true",
    )
    return tag("div", tag("span", title), drawing, class_=f"strip {name}")


def worst_in_bins(t: Array, values: Array, *, lowest: bool) -> Array:
    """(STRIP_BINS,) the lowest or highest value in each equal stretch of time; NaN where there is none."""
    end = float(t[-1])
    grid = np.linspace(0.0, end, STRIP_BINS * 4 + 1)[:-1] + end / STRIP_BINS / 8
    known = np.isfinite(values)
    if not known.any():
        return np.full(STRIP_BINS, np.nan)
    filled = values[np.clip(np.searchsorted(t, grid), 0, len(t) - 1)].reshape(STRIP_BINS, 4)
    out = np.full(STRIP_BINS, np.nan)
    for i in range(STRIP_BINS):
        inside = values[(t >= i * end / STRIP_BINS) & (t <= (i + 1) * end / STRIP_BINS)]
        pool = np.concatenate([filled[i], inside])
        pool = pool[np.isfinite(pool)]
        if len(pool):
            out[i] = pool.min() if lowest else pool.max()
    return out


def clearance_ratio(clearance: Array, asked: Array) -> Array:
    """(n,) clearance over what is asked, both [m]; where contact is allowed, over 1 mm."""
    return clearance / np.maximum(asked, 1e-3)


def clearance_level(ratio: float) -> str:
    """How a clearance stands against what is asked: tight below 1.5 ×, fair below 3 ×, else ample."""
    if not math.isfinite(ratio):
        return "unmeasured"
    return "tight" if ratio < 1.5 else "fair" if ratio < 3.0 else "ample"


def speed_level(used: float) -> str:
    """How much of the joint speed is used: tight above 90 %, fair above 60 %, else ample."""
    if not math.isfinite(used):
        return "unmeasured"
    return "tight" if used > 0.9 else "fair" if used > 0.6 else "ample"


def dips(t: Array, values: Array, count: int = 3) -> list[int]:
    """Indices of the ``count`` lowest local minima, in time order.

    Two of them are at least 5 % of the cycle apart, and the curve rises by a fifth in between: one
    long low stretch is one dip.
    """

    def apart(i: int, k: int) -> bool:
        between = values[min(i, k) : max(i, k) + 1]
        rises = bool(np.nanmax(between) > 1.2 * max(values[i], values[k]))
        return rises and abs(float(t[i] - t[k])) > 0.05 * float(t[-1])

    chosen: list[int] = []
    for i in np.argsort(np.where(np.isfinite(values), values, np.inf), kind="stable").tolist():
        if len(chosen) == count or not math.isfinite(values[i]):
            break
        lowest_here = values[i] <= np.nanmin(values[max(0, i - 1) : i + 2])
        if lowest_here and all(apart(i, k) for k in chosen):
            chosen.append(i)
    return sorted(chosen)


def nice_ceiling(value: float) -> float:
    """The smallest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10^n not below ``value``."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        m * power for m in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if m * power >= value * (1 - 1e-9)
    )


def time_ticks(end: float) -> list[float]:
    """Four to nine round times from 0 to ``end`` [s]."""
    step = nice_ceiling(end / 8)
    return [i * step for i in range(int(end / step + 1e-9) + 1)]
