"""The base-placement map: where the base may stand, how much of the task it can do there, what is around."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robotplus.certificates.certificate import Base
from robotplus.reporting.markup import Html, tag
from robotplus.reporting.voice import Voice
from robotplus.robots.model import Array
from robotplus.scenarios.task import Program

MAP_SPAN = 320  # of the longer side, in the drawing's own units


def placement_map(
    placements: Sequence[dict[str, float]], base: Base, *, program: Program, voice: Voice
) -> Html:
    """Top view: obstacles, allowed region, base places looked at (darker: more of the task), the proven."""
    (x0, x1), (y0, y1) = program.base.x, program.base.y
    footprints = [
        _footprint(box.xyz, box.rpy, box.size)
        for o in program.obstacles
        if o.role != "floor"
        for box in o.boxes
    ]
    work = [s.curve.frames(np.linspace(0.0, s.curve.length, 33))[0][:, :2] for s in program.stops]
    frame = [np.array([[x0, y0], [x1, y1], base.xyz[:2]]), *work]
    cloud = np.concatenate(frame)
    low, high = cloud.min(axis=0) - 0.35, cloud.max(axis=0) + 0.35
    scale = MAP_SPAN / float(max(high - low))
    width, height = (high - low) * scale

    def at(x: float, y: float) -> tuple[float, float]:
        return (x - float(low[0])) * scale, (float(high[1]) - y) * scale

    def outline(points: Array) -> str:
        return " ".join("{:.1f},{:.1f}".format(*at(float(x), float(y))) for x, y in points)

    left, top = at(x0, y1)
    shapes = [
        tag(
            "rect",
            x=f"{left:.1f}",
            y=f"{top:.1f}",
            width=f"{(x1 - x0) * scale:.1f}",
            height=f"{(y1 - y0) * scale:.1f}",
            class_="region",
        )
    ]
    shapes += [tag("polygon", points=outline(f), class_="obstacle") for f in footprints]
    shapes += [
        tag("polyline", points=outline(w), class_="work") for w in work if np.ptp(w, axis=0).max() > 1e-6
    ]
    shapes += [
        tag("circle", cx=f"{p[0]:.1f}", cy=f"{p[1]:.1f}", r=2.2, class_="stop")
        for w in work
        for p in [at(*w[0])]
    ]
    for (x, y), score in _best_scores(placements).items():
        cx, cy = at(x, y)
        share = min(1.0, max(0.0, score))
        shapes.append(
            tag(
                "circle",
                cx=f"{cx:.1f}",
                cy=f"{cy:.1f}",
                r=f"{1.2 + 2.6 * share:.1f}",
                opacity=f"{0.15 + 0.75 * share:.2f}",
                class_="place",
            )
        )
    bx, by = at(*base.xyz[:2])
    shapes += [tag("circle", cx=f"{bx:.1f}", cy=f"{by:.1f}", r=r, class_="chosen") for r in (3.5, 8)]
    nose = at(base.xyz[0] + 18 / scale * math.cos(base.yaw), base.xyz[1] + 18 / scale * math.sin(base.yaw))
    shapes.append(tag("path", d=f"M{bx:.1f} {by:.1f}L{nose[0]:.1f} {nose[1]:.1f}", class_="chosen"))
    bar = 0.5 * scale
    ruler = [
        tag("path", d=f"M8 {height - 8:.1f}h{bar:.1f}", class_="ruler"),
        tag("text", "0.5 m", x=f"{bar + 12:.1f}", y=f"{height - 5:.1f}", class_="ruler-text"),
    ]
    drawing = tag(
        "svg",
        *shapes,
        *ruler,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        class_="map",
        **voice.label("map"),
    )
    return tag(
        "figure", tag("figcaption", voice.say("map")), drawing, tag("p", voice.say("map_note"), class_="note")
    )


def _best_scores(placements: Sequence[dict[str, float]]) -> dict[tuple[float, float], float]:
    """The best score at each place, over heights and headings."""
    out: dict[tuple[float, float], float] = {}
    for p in placements:
        place = (round(p["x"], 3), round(p["y"], 3))
        out[place] = max(out.get(place, 0.0), p["score"])
    return out


def _footprint(xyz: Sequence[float], rpy: Sequence[float], size: Sequence[float]) -> Array:
    """(4, 2) a box's outline from above, by its yaw (a leaning box is shown by its own base rectangle)."""
    c, s = math.cos(rpy[2]), math.sin(rpy[2])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.asarray(size)[:2] / 2
    out: Array = corners @ np.array([[c, s], [-s, c]]) + np.asarray(xyz)[:2]
    return out
