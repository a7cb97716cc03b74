"""`write_report`: an answer as one HTML file that opens offline by double click.

The page is complete without scripts. With them it plays the proven motions in 3D: the bundled player and the
animations (gzip, base64) lie inside the file.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robotplus.matching.answer import Answer, Solution
from robotplus.reporting import evidence, questions, ranking, refusals
from robotplus.reporting.assets import VIEWER, player_script
from robotplus.reporting.glb import certificate_glb
from robotplus.reporting.markup import Html, join, raw, script_json, tag
from robotplus.reporting.strings import STRINGS, Language
from robotplus.reporting.timeline import Profile, profile
from robotplus.reporting.voice import Voice
from robotplus.robots.model import Array

SOLUTIONS_SHOWN = 10
ANIMATION_BYTES = 3_000_000  # of all embedded animations together, so that a report stays near 4 MB
TOLERANCES = (0.001, 0.003, 0.01)  # [m] drawing accuracy, loosened for very long motions


@dataclass(frozen=True, slots=True)
class Animation:
    """An embedded playback: gzipped GLB in base64 and how near [m] it follows the motion."""

    data: str
    tolerance: float


def write_report(answer: Answer, path: Path, *, language: Language = "both") -> Path:
    """Write the report; nothing is left behind when writing fails. Returns ``path``."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(report_html(answer, language=language), encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def report_html(answer: Answer, *, language: Language = "both") -> str:
    """The report as one HTML document. The same answer gives the same text."""
    voice = Voice(language)
    shown = answer.solutions[:SOLUTIONS_SHOWN]
    script = player_script()
    animations: list[Animation | None] = [None] * len(shown)
    if script is not None:
        animations = _animations(answer, shown)
    curves = [profile(s.certificate, s.robot, need=answer.need, checked=s.checked) for s in shown]
    articles = [
        evidence.article(
            s,
            i,
            need=answer.need,
            profile=c,
            voice=voice,
            playback=_playback(a, voice, built=script is not None),
        )
        for i, (s, c, a) in enumerate(zip(shown, curves, animations, strict=True))
    ]
    body = join(
        _switch(voice) if language == "both" else None,
        tag(
            "main",
            ranking.head(answer, voice),
            tag("noscript", tag("p", voice.say("no_script"), class_="notice")),
            ranking.need_facts(answer, voice),
            ranking.table(answer, voice, shown=range(len(shown))),
            tag("section", tag("h2", voice.say("playback")), *articles, id="playback") if articles else None,
            refusals.section(answer, voice),
            refusals.changes(answer, voice),
            questions.section(answer, voice, best=len(shown)),
            refusals.foot(answer, voice),
        ),
        _stage(voice) if any(animations) else None,
        _data(curves, animations),
        tag("script", raw(script.replace("</script", "<\\/script").replace("<!--", "<\\!--")))
        if script is not None and any(animations)
        else None,
        tag("script", raw((VIEWER / "page.js").read_text(encoding="utf-8"))),
    )
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # nothing may be fetched: the file is whole, and text from needs cannot reach out
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", f"{answer.need.title_zh or answer.need.title_en} · {voice.plain('product')}"),
        tag("style", raw((VIEWER / "style.css").read_text(encoding="utf-8"))),
    )
    first = "en" if language == "en" else "zh-CN"
    return "<!doctype html>\n" + tag("html", tag("head", head), tag("body", body), lang=first) + "\n"


POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data: blob:; connect-src data: blob:; base-uri 'none'; form-action 'none'"
)


def _animations(answer: Answer, shown: tuple[Solution, ...]) -> list[Animation | None]:
    """The best solutions' playbacks, best first, until the file is full."""
    room, out = ANIMATION_BYTES, []
    share = ANIMATION_BYTES // 4
    for solution in shown:
        for tolerance in TOLERANCES:
            glb = certificate_glb(solution.certificate, solution.robot, answer.need, tolerance=tolerance)
            packed = base64.b64encode(gzip.compress(glb, 9, mtime=0)).decode()
            if len(packed) <= share:
                break
        fits = len(packed) <= room
        out.append(Animation(packed, tolerance) if fits else None)
        room -= len(packed) if fits else 0
    return out


def _playback(animation: Animation | None, voice: Voice, *, built: bool) -> Html:
    """Where the 3D stage stands in a solution, or why there is none."""
    if animation is None:
        return tag("p", voice.say("not_embedded" if built else "no_player"), class_="note no-playback")
    accuracy = tag(
        "p", voice.say("drawn_within", mm=f"{animation.tolerance * 1000:g}"), class_="note screen-only"
    )
    return tag("div", tag("div", class_="stage-here"), accuracy, class_="playback")


def _stage(voice: Voice) -> Html:
    """The one 3D stage with its controls; the page moves it into the solution that is open."""
    rates = [tag("option", f"{r:g}×", value=r, selected=r == 1) for r in (0.1, 0.25, 0.5, 1, 2, 4)]
    return tag(
        "div",
        tag("div", class_="canvas", tabindex=0, role="application", **voice.label("playback")),
        tag(
            "div",
            tag("button", "▶", type="button", class_="play", **voice.label("play")),
            tag(
                "input", type="range", class_="time", min=0, max=1, step="any", value=0, **voice.label("time")
            ),
            tag("output", "0.00 s", class_="clock"),
            tag("select", *rates, class_="rate", **voice.label("speed")),
            tag("button", "⟲", type="button", class_="reset", **voice.label("reset_view")),
            tag("label", tag("input", type="checkbox", class_="boxes", checked=True), voice.say("envelope")),
            class_="controls",
        ),
        tag("p", class_="readout", aria_live="off"),
        tag("p", voice.say("player_hint"), class_="note"),
        tag("p", voice.say("player_failed"), class_="note failed", hidden=True),
        class_="stage",
        hidden=True,
    )


def _switch(voice: Voice) -> Html:
    """The language switch: radio buttons that the style sheet listens to, so it works without scripts."""
    choices = [
        tag("label", tag("input", type="radio", name="language", id=f"say-{v}", checked=v == "zh"), name)
        for v, name in (("zh", "中文"), ("en", "English"))
    ]
    return tag("nav", *choices, class_="switch", role="radiogroup", **voice.label("switch"))


def _data(curves: Sequence[Profile], animations: Sequence[Animation | None]) -> Html:
    """What the page's script reads: per solution the curves for the live readout and the animation."""
    rows = [
        {
            "t": _rounded(c.t, 3),
            "clearance_mm": _rounded(None if c.clearance is None else c.clearance * 1000, 1),
            "speed_used": _rounded(c.speed_used, 3),
            "tool_speed": _rounded(c.tool_speed, 3),
            "glb": a.data if a else None,
        }
        for c, a in zip(curves, animations, strict=True)
    ]
    words = {key: STRINGS[key] for key in ("play", "pause", "chart_clearance", "chart_speed", "chart_tool")}
    body = json.dumps(
        {"solutions": rows, "words": words}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return tag("script", script_json(body), type="application/json", id="data")


def _rounded(values: Array | None, digits: int) -> list[float | None] | None:
    if values is None:
        return None
    every = max(1, len(values) // 600)
    return [round(float(v), digits) if np.isfinite(v) else None for v in values[::every]]
