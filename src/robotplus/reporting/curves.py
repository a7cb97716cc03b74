"""A solution's curves over time: the coloured time strips under the playback and the charts below them."""

from __future__ import annotations

import numpy as np

from robotplus.reporting.charts import (
    chart,
    clearance_level,
    clearance_ratio,
    dips,
    speed_level,
    strip,
    worst_in_bins,
)
from robotplus.reporting.figures import millimetres
from robotplus.reporting.markup import Html, join, tag
from robotplus.reporting.timeline import Profile
from robotplus.reporting.voice import Voice


def strips(profile: Profile, voice: Voice) -> Html:
    """The time bar's colours: clearance and joint speed used, with a legend and the closest moments."""
    rows, moments = [], None
    if profile.clearance is not None:
        ratio = clearance_ratio(profile.clearance, profile.clearance_asked)
        levels = [clearance_level(float(v)) for v in worst_in_bins(profile.t, ratio, lowest=True)]
        rows.append(strip(profile.t, levels, name="of-clearance", title=voice.say("strip_clearance")))
        jumps = [
            _jump(float(profile.t[i]), float(profile.clearance[i]), voice) for i in dips(profile.t, ratio)
        ]
        moments = tag("p", voice.say("dips"), " ", *jumps, class_="dips")
    if profile.speed_used is not None:
        levels = [speed_level(float(v)) for v in worst_in_bins(profile.t, profile.speed_used, lowest=False)]
        rows.append(strip(profile.t, levels, name="of-speed", title=voice.say("strip_speed")))
    legend = [tag("li", tag("i", class_=f"level {k}"), voice.say(k)) for k in ("tight", "fair", "ample")]
    return join(*rows, tag("ul", *legend, class_="legend"), moments)


def _jump(t: float, clearance: float, voice: Voice) -> Html:
    """A button that takes the playback to a moment."""
    shown = f"{millimetres(clearance)} · {t:.1f} s"
    return tag("button", shown, type="button", data_seek=f"{t:.4f}", **voice.label("jump", t=f"{t:.1f}"))


def charts(profile: Profile, voice: Voice) -> list[Html]:
    """Clearance and joint speed used against their limits, and tool speed; what was not measured says so."""
    t, asked = profile.t, profile.clearance_asked * 1000
    out = []
    if profile.clearance is None:
        out.append(_missing("chart_clearance", voice))
    else:
        stated = "–".join(f"{v:.3g}" for v in np.unique(asked))
        label = join(voice.say("asked"), f" {stated}")
        title = voice.say("chart_clearance")
        out.append(chart(t, profile.clearance * 1000, title=title, limit=asked, limit_label=label))
    if profile.speed_used is None:
        out.append(_missing("chart_speed", voice))
    else:
        full, label = np.full(len(t), 100.0), join(voice.say("limit"), " 100")
        title = voice.say("chart_speed")
        out.append(chart(t, profile.speed_used * 100, title=title, limit=full, limit_label=label))
    if profile.tool_speed is not None:
        out.append(chart(t, profile.tool_speed, title=voice.say("chart_tool")))
    return out


def _missing(key: str, voice: Voice) -> Html:
    caption, note = tag("figcaption", voice.say(key)), tag("p", voice.say("chart_missing"), class_="note")
    return tag("figure", caption, note, class_="chart")
