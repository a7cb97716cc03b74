"""Service dialogue: task success, waits for an answer and measures of engagement, from recorded sessions.

In: a table of the outcome that each session was to reach, and the sessions as JSON lines. Out: metrics. Sessions are
the units: turns of one session hang together. A session that was planned and is not recorded counts as failed.
Engagement is what can be counted (turns, length, who speaks); it says nothing about liking or learning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from robotplus.errors import InputError
from robotplus.testing.measurement import Metric, percentile, pooled, share
from robotplus.testing.records import DIGITS, MAX_TEXT, Source, add, known, number, read_json, read_table
from robotplus.testing.resampling import pooled_quantile, pooled_ratio

MAX_TURNS = 200_000
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Who spoke, from when to when [s] since the session began."""

    user: bool
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Session:
    outcome: str
    turns: tuple[Turn, ...]

    @property
    def waits(self) -> list[float]:
        """From the end of a user's turn to the robot's, where the robot speaks next; 0 where it cuts in [s]."""
        pairs = zip(self.turns, self.turns[1:], strict=False)
        return [max(0.0, round(b.start - a.end, DIGITS)) for a, b in pairs if a.user and not b.user]

    @property
    def asked(self) -> int:
        return sum(t.user for t in self.turns)

    @property
    def length(self) -> float:
        """From the first word to the last [s]."""
        starts, ends = ([t.start for t in self.turns], [t.end for t in self.turns])
        return round(max(ends) - min(starts), DIGITS) if self.turns else 0.0

    def spoken(self, *, user: bool) -> float:
        return sum(t.end - t.start for t in self.turns if t.user == user)


def dialogue(truth: Source, records: Source) -> tuple[list[Metric], int]:
    """Success, waits, answers and engagement.

    Args:
        truth: columns id, outcome: what each session was to reach.
        records: one session a line: {"id", "outcome", "turns": [{"speaker": "user" | "robot", "start_s", "end_s"}]}.
    """
    wanted = {key: row["outcome"].strip() for key, row in read_table(truth, ("outcome",)).items()}
    sessions = read_sessions(records)
    known(sessions, wanted, records.name)
    reached = sum(key in sessions and sessions[key].outcome == outcome for key, outcome in wanted.items())
    held = list(sessions.values())
    metrics = [share("success", ("tasks done", "任务成功率"), reached, len(wanted), counted="sessions")]
    metrics += _answers(held)
    asked = np.sort(np.array([float(s.asked) for s in held]))
    length = np.sort(np.array([s.length for s in held]))
    named = ("user turns a session, median", "每次会话用户发言数（中位数）")
    metrics.append(percentile("turns", named, asked, 0.5, unit="turns", counted="sessions"))
    named = ("length of a session, median", "会话时长（中位数）")
    metrics.append(percentile("length", named, length, 0.5, unit="s", counted="sessions"))
    users, robots = (np.array([s.spoken(user=u) for s in held]) for u in (True, False))
    if (users + robots).sum() > 0.0:
        part = pooled_ratio(users, users + robots)
        metrics.append(
            pooled("user_share", ("user's share of speech", "用户发言时间占比"), part, counted="sessions")
        )
    return metrics, len(wanted) - len(sessions)


def _answers(held: list[Session]) -> list[Metric]:
    """How many user turns are answered, and percentiles of the waits of those that are."""
    waits = [s.waits for s in held]
    answered = np.array([float(len(w)) for w in waits])
    asked = np.array([float(s.asked) for s in held])
    if not asked.any():
        return []
    part = pooled_ratio(answered, asked)
    metrics = [
        pooled("answered", ("user turns answered", "用户发言得到回应的比例"), part, counted="sessions")
    ]
    with_any = [w for w in waits if w]
    if with_any:
        values = np.array([v for w in with_any for v in w])
        group = np.repeat(np.arange(len(with_any)), [len(w) for w in with_any])
        for percent in (50, 90, 95):
            figure = pooled_quantile(values, group, len(with_any), percent / 100.0)
            named = (f"wait for an answer, {percent} %", f"响应时间 {percent}% 分位")
            metrics.append(pooled(f"wait_p{percent}", named, figure, counted="sessions", unit="s"))
    return metrics


def read_sessions(source: Source) -> dict[str, Session]:
    """Sessions by id, one JSON object a line.

    Raises:
        InputError: unknown keys, turns out of order, too many turns, ids twice.
    """
    sessions: dict[str, Session] = {}
    turns = 0
    for i, line in enumerate(source.text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{source.name}: line {i}"
        document = _object(read_json(line, where), ("id", "outcome", "turns"), (), where)
        if not isinstance(document["outcome"], str) or not isinstance(document["id"], str):
            raise InputError("id and outcome are texts", where)
        if not isinstance(document["turns"], list):
            raise InputError("turns is a list", where)
        session = Session(document["outcome"].strip(), _turns(document["turns"], where))
        add(sessions, document["id"].strip(), session, where)
        turns += len(session.turns)
        if turns > MAX_TURNS:
            raise InputError(f"more than {MAX_TURNS} turns", where)
    if not sessions:
        raise InputError("no sessions", source.name)
    return sessions


def _turns(listed: list[Any], where: str) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for k, value in enumerate(listed, 1):
        at = f"{where}: turn {k}"
        turn = _object(value, ("speaker", "start_s", "end_s"), ("text",), at)
        if turn["speaker"] not in ("user", "robot"):
            raise InputError("unknown speaker", at, value=turn["speaker"], allowed="user, robot")
        if len(str(turn.get("text", ""))) > MAX_TEXT:
            raise InputError(f"a text of more than {MAX_TEXT} characters", at)
        start = number(turn["start_s"], f"{at}: start_s", low=turns[-1].start if turns else 0.0, high=DAY_S)
        end = number(turn["end_s"], f"{at}: end_s", low=start, high=DAY_S)
        turns.append(Turn(turn["speaker"] == "user", start, end))
    return tuple(turns)


def _object(value: Any, required: tuple[str, ...], optional: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("not an object", where)
    for key in required:
        if key not in value:
            raise InputError("a key is missing", where, value=key)
    for key in value:
        if key not in required + optional:
            raise InputError("unknown key", where, value=key, allowed=", ".join(required + optional))
    return value
