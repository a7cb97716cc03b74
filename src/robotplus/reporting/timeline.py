"""A certificate's motion laid on one clock: what is where when, and the curves drawn over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robotplus.certificates.certificate import Certificate, Verdict
from robotplus.certificates.motion import Move, evaluate
from robotplus.reporting.kinematics import tcp_path
from robotplus.robots.model import Array, Robot
from robotplus.scenarios.task import Need, Obstacle

DENSE_STEP = (
    0.004  # [s] chords of this length stay far below the drawing tolerance at any joint's acceleration
)


@dataclass(frozen=True)
class Span:
    """One move on the common clock, [s]. ``position``: the move's stop, or for the closing travel of a cycle
    the position after the last."""

    move: Move
    start: float
    end: float
    position: int


@dataclass(frozen=True)
class Profile:
    """Curves over time (n,) for one solution; a curve that was not measured is None. NaN: no value there.

    ``t`` [s], ``clearance`` [m] to the cell and ``clearance_asked`` [m], ``speed_used`` the highest ratio of
    joint speed to its limit, ``tool_speed`` [m/s].
    """

    t: Array
    clearance_asked: Array
    clearance: Array | None
    speed_used: Array | None
    tool_speed: Array | None


def spans(certificate: Certificate) -> tuple[Span, ...]:
    """The moves one after another, the first at 0 s."""
    out, clock = [], 0.0
    for i, move in enumerate(certificate.moves):
        closing = i > 0 and move.kind == "travel" and move.stop == 0
        position = len(certificate.order) if closing else move.stop
        out.append(Span(move, clock, clock + move.duration, position))
        clock += move.duration
    return tuple(out)


def sample(certificate: Certificate, step: float) -> tuple[Array, Array, Array]:
    """Times (n,) [s], joint values and velocities (n, dof), at most ``step`` [s] apart and at every knot."""
    times, values, speeds = [], [], []
    for span in spans(certificate):
        grid = np.linspace(0.0, span.move.duration, max(2, int(np.ceil(span.move.duration / step)) + 1))
        local = np.union1d(grid, span.move.t)
        q, qd, _ = evaluate(span.move, local)
        times.append(local + span.start)
        values.append(q)
        speeds.append(qd)
    t = np.concatenate(times)
    fresh = np.concatenate([[True], np.diff(t) > 1e-9])
    return t[fresh], np.concatenate(values)[fresh], np.concatenate(speeds)[fresh]


def thin(t: Array, q: Array, *, levers: Array, tolerance: float) -> npt.NDArray[np.intp]:
    """Indices of the samples to keep so that straight lines between them stay within ``tolerance`` [m].

    The error of a dropped sample is Σ lever_j · |q_j - chord_j|, a bound on how far any point of the robot is
    off. Ramer–Douglas–Peucker over time.
    """
    keep = np.zeros(len(t), dtype=bool)
    keep[[0, -1]] = True
    todo = [(0, len(t) - 1)]
    while todo:
        a, b = todo.pop()
        if b - a < 2:
            continue
        u = ((t[a + 1 : b] - t[a]) / (t[b] - t[a]))[:, None]
        error = np.abs(q[a + 1 : b] - (q[a] + u * (q[b] - q[a]))) @ levers
        worst = int(np.argmax(error))
        if error[worst] > tolerance:
            middle = a + 1 + worst
            keep[middle] = True
            todo += [(a, middle), (middle, b)]
    return np.flatnonzero(keep)


def carried(certificate: Certificate, need: Need) -> dict[int, list[tuple[float, float]]]:
    """For every part of the program, the times [s] from–to it is in the gripper.

    The part changes hands in the middle of a dwell, which is when a gripper closes or opens.
    """
    program = need.program
    out: dict[int, list[tuple[float, float]]] = {i: [] for i in range(len(program.parts))}
    for span in spans(certificate):
        stop = program.stops[certificate.order[span.move.stop]]
        if span.move.kind in ("travel", "approach"):
            halves = [(stop.carry_in, span.start, span.end)]
        elif span.move.kind == "retract":
            halves = [(stop.carry_out, span.start, span.end)]
        else:
            middle = (span.start + span.end) / 2
            halves = [(stop.carry_in, span.start, middle), (stop.carry_out, middle, span.end)]
        for part, start, end in halves:
            if part is None:
                continue
            windows = out[part]
            if windows and abs(windows[-1][1] - start) < 1e-9:
                windows[-1] = (windows[-1][0], end)
            else:
                windows.append((start, end))
    return out


def present(obstacle: Obstacle, certificate: Certificate) -> tuple[float, float] | None:
    """The times [s] from–to an obstacle is there; None when it always is."""
    if obstacle.first is None and obstacle.last is None:
        return None
    all_spans = spans(certificate)
    starts = [s.start for s in all_spans if obstacle.first is None or s.position >= obstacle.first]
    ends = [s.end for s in all_spans if obstacle.last is None or s.position <= obstacle.last]
    return (min(starts, default=all_spans[-1].end), max(ends, default=0.0))


def profile(certificate: Certificate, robot: Robot, *, need: Need, checked: Verdict | None) -> Profile:
    """The curves `check` measured; where it has not run, what the motion formula gives (no clearance)."""
    measured = checked.measured.get("profile") if checked is not None else None
    if isinstance(measured, dict) and len(measured.get("t", ())) > 1:
        curves = {
            name: _curve(measured.get(name), len(measured["t"]))
            for name in ("clearance_m", "velocity_used", "tool_speed_mps")
        }
        t = np.asarray(measured["t"], dtype=float)
        return Profile(
            t,
            clearance_asked(certificate, need, t),
            curves["clearance_m"],
            curves["velocity_used"],
            curves["tool_speed_mps"],
        )
    end = spans(certificate)[-1].end
    t, q, qd = sample(certificate, max(end / 1000, DENSE_STEP))
    limits = np.array([j.velocity or np.nan for j in robot.joints])
    used = None if np.isnan(limits).any() else np.abs(qd / limits).max(axis=1)
    tcp = tcp_path(robot, need.program.tool, base=certificate.base, q=q)
    speed = np.linalg.norm(np.gradient(tcp, t, axis=0), axis=1)
    return Profile(t, clearance_asked(certificate, need, t), None, used, speed)


def clearance_asked(certificate: Certificate, need: Need, t: Array) -> Array:
    """(n,) the least clearance [m] any body has to keep at times ``t`` (n,) [s].

    On travel that is ``min_clearance``; on other moves tool and part may come as near as ``tool_clearance``.
    """
    asked = need.program.requirements
    ends = np.array([s.end for s in spans(certificate)])
    at_work = np.array([s.move.kind != "travel" for s in spans(certificate)])
    here = np.clip(np.searchsorted(ends, t), 0, len(ends) - 1)
    nearest = min(asked.tool_clearance, asked.min_clearance)
    out: Array = np.where(at_work[here], nearest, asked.min_clearance)
    return out


def _curve(values: object, n: int) -> Array | None:
    if not isinstance(values, list | tuple | np.ndarray) or len(values) != n:
        return None
    curve = np.array([np.nan if v is None else float(v) for v in values])
    curve[~np.isfinite(curve)] = np.nan
    return None if np.isnan(curve).all() else curve
