"""Tours over a network: their facts, and the map with the ways taken and the stops."""

from __future__ import annotations

import itertools

from robotplus.certificates.route import RouteCertificate
from robotplus.reporting.figures import DASH
from robotplus.reporting.markup import Html, tag
from robotplus.scenarios.route import RouteTask

SPAN = 640  # of the drawing's longer side, in its own units
EDGE = 24
COLUMNS = ("plan_time", "route_machines", "route_trips", "route_travel", "route_gap")
LEGEND = (("route_way", "var(--green)"), ("route_stop", "var(--green)"), ("plan_dock", "var(--accent)"))


def duration(seconds: float) -> str:
    """Hours and minutes, or minutes and seconds when short."""
    if seconds < 600:
        return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def facts(certificate: RouteCertificate) -> list[tuple[str, str]]:
    """What the tours claim, by the key of its label."""
    c = certificate.claims
    gap = 100 * (c["round_s"] / c["bound_s"] - 1) if c["bound_s"] > 0 else None
    return [
        ("plan_time", f"{duration(c['time_s']['low'])} – {duration(c['time_s']['high'])}"),
        ("route_machines", str(c["machines"])),
        ("route_trips", f"{c['trips']} / {c['charges']}"),
        ("route_travel", f"{c['travel_m']:,.0f} m"),
        ("route_round", duration(c["round_s"])),
        ("route_gap", DASH if gap is None else f"{gap:.1f} %"),
    ]


def asked(task: RouteTask) -> list[tuple[str, str]]:
    """What the need asks for, by the key of its label."""
    return [
        ("route_stops", f"{len(task.stops)} × {task.rounds}"),
        ("plan_limit", DASH if task.within is None else f"≤ {duration(task.within)}"),
        ("route_machines", f"≤ {task.max_machines}"),
    ]


def route_svg(certificate: RouteCertificate, task: RouteTask) -> Html:
    """The network from above; ways that are taken are drawn the wider the more often."""
    xs, ys = zip(*task.places, strict=True)
    left, top = min(xs), max(ys)
    scale = SPAN / max(max(xs) - left, top - min(ys))

    def at(node: int) -> tuple[str, str]:
        x, y = task.places[node]
        return f"{(x - left) * scale + EDGE:.1f}", f"{(top - y) * scale + EDGE:.1f}"

    index = {name: i for i, name in enumerate(task.ids)}
    taken: dict[frozenset[int], int] = {}
    for tour in certificate.tours:
        for action in tour:
            for a, b in itertools.pairwise(action.nodes):
                pair = frozenset((index[a], index[b]))
                taken[pair] = taken.get(pair, 0) + 1
    most = max(taken.values(), default=1)
    shapes = []
    for way in task.ways:
        (x1, y1), (x2, y2) = at(way.a), at(way.b)
        shapes.append(tag("line", x1=x1, y1=y1, x2=x2, y2=y2, style="stroke:var(--line);stroke-width:2"))
        if often := taken.get(frozenset((way.a, way.b)), 0):
            style = f"stroke:var(--green);stroke-opacity:.7;stroke-width:{3 + 4 * often / most:.1f}"
            shapes.append(tag("line", x1=x1, y1=y1, x2=x2, y2=y2, style=style))
    for node in dict.fromkeys(stop.node for stop in task.stops):
        x, y = at(node)
        shapes.append(tag("circle", cx=x, cy=y, r=5, style="fill:var(--green)"))
    x, y = at(task.depot)
    shapes.append(tag("circle", cx=x, cy=y, r=7, style="fill:var(--accent)"))
    width = (max(xs) - left) * scale + 2 * EDGE
    height = (top - min(ys)) * scale + 2 * EDGE
    return tag(
        "svg",
        *shapes,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        style="width:100%;max-height:70vh",
    )
