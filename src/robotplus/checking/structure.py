"""The order of the stops and the sequence of the moves: is everything done that the task asks, and nothing
twice?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robotplus.certificates.certificate import Certificate
from robotplus.certificates.motion import Move
from robotplus.checking.reasons import Findings
from robotplus.scenarios.task import Program, Stop

JOIN = 1e-9  # rad or m
REST = 1e-9  # rad/s or m/s


def check_structure(certificate: Certificate, program: Program, findings: Findings) -> None:
    """Verify order, moves, joins, rests and dwells."""
    if not order_allowed(certificate.order, program):
        findings.refuse("order", f"{list(certificate.order)}")
        return
    stops = [program.stops[i] for i in certificate.order]
    _check_sequence(certificate.moves, stops, cyclic=program.cyclic, findings=findings)
    _check_carrying(stops, cyclic=program.cyclic, findings=findings)
    _check_joins(certificate.moves, cyclic=program.cyclic, findings=findings)


def order_allowed(order: Sequence[int], program: Program) -> bool:
    """Whether ``order`` is a permutation of all stops in which only the free groups have changed places."""
    n = len(program.stops)
    if sorted(order) != list(range(n)):
        return False
    if program.free_order is None:
        return list(order) == list(range(n))
    group_of = {stop: group for group in program.free_order for stop in group}
    blocks = [group_of.get(stop, (stop,)) for stop in range(n)]
    given = [b for i, b in enumerate(blocks) if i == 0 or b is not blocks[i - 1]]
    done, at = [], 0
    while at < n:
        block = blocks[order[at]]
        if tuple(order[at : at + len(block)]) != tuple(block):
            return False
        done.append(block)
        at += len(block)
    free = set(program.free_order)
    return all(a == b or (a in free and b in free) for a, b in zip(given, done, strict=False)) and len(
        given
    ) == len(done)


def expected(stop: Stop) -> list[str]:
    """The kinds of move a stop asks for, travel apart."""
    asks = {
        "approach": stop.approach > 0,
        "stroke": stop.curve.length > 0,
        "dwell": stop.dwell > 0,
        "retract": stop.retract > 0,
    }
    return [kind for kind, asked in asks.items() if asked]


def _check_sequence(
    moves: Sequence[Move], stops: Sequence[Stop], *, cyclic: bool, findings: Findings
) -> None:
    at = 0
    for position, stop in enumerate(stops):
        if at < len(moves) and (moves[at].kind, moves[at].stop) == ("travel", position):
            at += 1
        for kind in expected(stop):
            if at >= len(moves) or (moves[at].kind, moves[at].stop) != (kind, position):
                found = f"{moves[at].kind} at position {moves[at].stop}" if at < len(moves) else "the end"
                findings.refuse(
                    "structure", f"{kind} at position {position} ({stop.name}) expected, found {found}"
                )
                return
            if kind == "dwell":
                _check_dwell(moves[at], stop, findings)
            at += 1
    if cyclic and at < len(moves) and (moves[at].kind, moves[at].stop) == ("travel", 0):
        at += 1
    if at != len(moves):
        findings.refuse("structure", f"{len(moves) - at} moves after the last stop")


def _check_dwell(move: Move, stop: Stop, findings: Findings) -> None:
    if move.duration < stop.dwell - 1e-9:
        findings.refuse("dwell", f"{stop.name}: {move.duration:.3f} s of {stop.dwell:.3f} s")
    still = np.abs(np.diff(move.q, axis=0)).max() <= JOIN and not move.qd.any() and not move.qdd.any()
    if not still:
        findings.refuse("dwell", f"{stop.name}: the robot moves")


def _check_carrying(stops: Sequence[Stop], *, cyclic: bool, findings: Findings) -> None:
    following = [*stops[1:], *([stops[0]] if cyclic else [])]
    for a, b in zip(stops, following, strict=False):
        if a.carry_out != b.carry_in:
            findings.refuse("order", f"what leaves {a.name} is not what reaches {b.name}")
            return


def _check_joins(moves: Sequence[Move], *, cyclic: bool, findings: Findings) -> None:
    following = [*moves[1:], *([moves[0]] if cyclic else [])]
    for k, (a, b) in enumerate(zip(moves, following, strict=False)):
        step = float(np.abs(a.q[-1] - b.q[0]).max())
        if not step <= JOIN:
            findings.refuse("join", f"{step:.2g} rad or m after move {k} ({a.kind})")
            break
    for k, move in enumerate(moves):
        ends = max(float(np.abs(move.qd[0]).max()), float(np.abs(move.qd[-1]).max()))
        if not ends <= REST:
            findings.refuse("rest", f"move {k} ({move.kind}): {ends:.2g} rad/s")
            break
