"""Cycle times predicted from robot models against the ones makers publish; refits the acceleration model.

    python -m benchmarks.published_cycles          every row, used or not, the bars, and single comparisons
    python -m benchmarks.published_cycles --json   the bars as a list of {name, value, bar, unit, pass}
    python -m benchmarks.published_cycles --fit    write src/robotplus/robots/acceleration.json
    python -m benchmarks.published_cycles --docs   renew the tables in docs/cycle-time.md

A row is judged by constants fitted without any figure of its maker. Which rows are used follows from a rule
that looks at how a figure was published and never at how well it is predicted (``cycle_cases.unused``).
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.acceleration_fit import constants_file, fit
from benchmarks.cycle_cases import Case, Row, cases, cycle_of, published, unused
from robotplus.robots.acceleration import estimate
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.model import Robot
from robotplus.testing.pick_cycle import cycle_time, joint_paths

ROOT = Path(__file__).parent.parent
CONSTANTS = ROOT / "src" / "robotplus" / "robots" / "acceleration.json"
PAGE = ROOT / "docs" / "cycle-time.md"
FEWEST_ROWS = 12
START, END = "<!-- figures: start -->\n", "<!-- figures: end -->"


@dataclass(frozen=True)
class Judged:
    """A used row with its prediction [s] by constants that know nothing of its maker."""

    case: Case
    low: float
    nominal: float
    high: float

    @property
    def log_ratio(self) -> float:
        """ln(predicted / published)."""
        return math.log(self.nominal / float(self.case.row["seconds"]))

    @property
    def inside(self) -> bool:
        """Whether the published value lies in the interval."""
        return self.low <= float(self.case.row["seconds"]) <= self.high


def judge(used: Sequence[Case], data: Mapping[str, Sequence[Row]]) -> list[Judged]:
    """Every used row under leave-one-maker-out, by maker, robot and time."""
    blind = {m: fit(used, data, without=m) for m in sorted({c.row["maker"] for c in used})}
    out = []
    for c in sorted(used, key=lambda c: (c.row["maker"], c.row["robot"], c.row["seconds"])):
        high, nominal, low = (float(v) for v in c.times(blind[c.row["maker"]]))
        out.append(Judged(c, low, nominal, high))
    return out


def bars(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The bars as rows {name, value, bar, unit, pass}; pass is None when there are too few rows to judge."""
    ratio = math.exp(statistics.median(j.log_ratio for j in judged))
    error = statistics.median(abs(j.log_ratio) for j in judged)
    inside = 100.0 * sum(j.inside for j in judged) / len(judged)
    width = statistics.median(j.high / j.low for j in judged)
    enough = len(judged) >= FEWEST_ROWS
    count = "rows used" if enough else "rows used (too few to judge)"
    lines: list[tuple[str, float, str, str, bool | None]] = [
        ("median of predicted / published", ratio, "0.85 to 1.2", "", 0.85 <= ratio <= 1.2),
        ("median of abs(ln(predicted / published))", error, "<= 0.25", "", error <= 0.25),
        ("published value inside the interval", inside, ">= 80", "%", inside >= 80.0),
        ("median of interval upper / lower", width, "<= 1.8", "", width <= 1.8),
    ]
    lines = [(n, v, b, u, good if enough else None) for n, v, b, u, good in lines]
    lines.insert(0, (count, len(judged), f">= {FEWEST_ROWS}", "", enough))
    return [
        {
            "name": f"published cycles: {name}",
            "value": round(value, 3),
            "bar": bar,
            "unit": unit,
            "pass": good,
        }
        for name, value, bar, unit, good in lines
    ]


def used_table(judged: Sequence[Judged]) -> list[str]:
    """Markdown lines of the used rows."""
    lines = [
        "| robot | load kg | geometry | speeds | published s | predicted s | interval s | ratio | inside |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for j in judged:
        row = j.case.row
        turn = f", tool turned {row['turn_deg']}°" if "turn_deg" in row else ""
        load = f"{j.case.load_kg:g}" + ("" if row["load_kg"] is not None else " (not stated)")
        geometry = row.get("catalogue_id") or f"{j.case.stand_in}, scaled"
        speeds = str(row.get("speeds_source", "catalogue")).split(": http")[0]
        lines.append(
            f"| {row['maker']} {row['robot']}{turn} | {load} | {geometry} | {speeds} | {row['seconds']:g} | "
            f"{j.nominal:.2f} | {j.low:.2f}–{j.high:.2f} | {math.exp(j.log_ratio):.2f} | "
            f"{'yes' if j.inside else '**no**'} |"
        )
    return lines


def unused_table(rows: Sequence[Row]) -> list[str]:
    """Markdown lines of the rows that are not used, with the reason, those of one maker together."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        if (why := unused(row)) is not None:
            key = (row["maker"], row["metric"].replace("_", " "), why)
            grouped.setdefault(key, []).append(row["robot"])
    lines = ["| not used | figure | why |", "|---|---|---|"]
    for (maker, metric, why), robots in grouped.items():
        count = {name: robots.count(name) for name in robots}
        names = ", ".join(name + (f" (×{n})" if n > 1 else "") for name, n in count.items())
        lines.append(f"| {maker} {names} | {metric} | {why} |")
    return lines


def comparisons(data: Mapping[str, Sequence[Row]], catalogue: Mapping[str, Robot]) -> list[str]:
    """Markdown lines of single comparisons, without error statistics, as these figures are of other kinds."""
    lines = []
    for row in data["cycles"]:
        if row["metric"] != "p2p_move_time":
            continue
        arms = [r for r in catalogue.values() if r.kind == "industrial" and r.dof == 6 and _in_class(r)]
        times = []
        for arm in arms:
            guess = estimate(arm, row["load_kg"])
            velocity = np.array([j.velocity for j in arm.joints], dtype=float)
            paths = joint_paths(arm, cycle_of(row))
            times.append(0.5 * cycle_time(paths, velocity, np.stack([guess.low, guess.nominal, guess.high])))
        high, nominal, low = np.median(times, 0)
        lines.append(
            f"- {1000 * row['length_m']:g} mm from rest to rest with {row['load_kg']:g} kg on an arm of 100 "
            f"to 150 kg payload: said to take about {row['seconds']:g} s; predicted {nominal:.2f} s "
            f"({low:.2f}–{high:.2f} s; medians of {len(arms)} arms of the catalogue)."
        )
    by_name = {_plain(r.model): r for r in catalogue.values() if r.maker == "KUKA" and r.kind == "industrial"}
    shares = []
    for joint in data["joints"]:
        same = by_name.get(_plain(joint["robot"])) if joint["role"] == "worst-case ramp" else None
        if same is not None and same.payload_kg is not None:
            shares.append(estimate(same, same.payload_kg.value).low / np.array(joint["acceleration"]))
    middle = ", ".join(f"{v:.2f}" for v in np.median(shares, 0))
    lines.append(
        f"- KUKA's worst-case ramps of {len(shares)} arms are lower bounds. The low estimate at rated load, "
        f"divided by them, joints 1 to 6: {middle} (medians)."
    )
    return lines


def sensitivity(data: Mapping[str, Sequence[Row]], catalogue: Mapping[str, Robot]) -> list[str]:
    """Markdown lines: the bars with arches of other shapes, as makers do not publish theirs."""
    lines = ["| each vertical leg overlaps | " + " | ".join(_SHORT) + " |", "|---" * (1 + len(_SHORT)) + "|"]
    for overlap in (0.1, 0.5):
        values = [f"{row['value']:g}" for row in bars(judge(cases(catalogue, overlap=overlap), data))]
        lines.append(f"| {100 * overlap:g} % of the horizontal leg | " + " | ".join(values) + " |")
    return lines


_SHORT = ("rows", "median ratio", "median abs(ln ratio)", "inside %", "median width")


def _in_class(robot: Robot) -> bool:
    speeds = all(j.velocity is not None for j in robot.joints)
    return speeds and robot.payload_kg is not None and 100.0 <= robot.payload_kg.value <= 150.0


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def page_with(text: str, body: str) -> str:
    """The page with what stands between its two markers replaced."""
    head, rest = text.split(START)
    return head + START + body + "\n" + END + rest.split(END)[1]


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--json", action="store_true", help="print the bars as JSON")
    group.add_argument("--fit", action="store_true", help="write the constants file")
    group.add_argument("--docs", action="store_true", help="renew the tables of docs/cycle-time.md")
    args = parser.parse_args()
    data = published()
    catalogue = load_catalogue()
    used = cases(catalogue)
    if args.fit:
        CONSTANTS.write_text(constants_file(fit(used, data), used, data), encoding="utf-8")
        print(f"wrote {CONSTANTS}")
        return
    judged = judge(used, data)
    rows = bars(judged)
    if args.json:
        print(json.dumps(rows, indent=1))
        return
    verdict = {True: "yes", False: "**no**", None: "too few to judge"}
    lines = ["| bar | value | asked | met |", "|---|---|---|---|"]
    lines += [
        f"| {r['name']} | {r['value']:g} {r['unit']} | {r['bar']} | {verdict[r['pass']]} |" for r in rows
    ]
    parts = [lines, sensitivity(data, catalogue), used_table(judged), unused_table(data["cycles"])]
    parts.append(comparisons(data, catalogue))
    body = "\n\n".join("\n".join(part) for part in parts)
    if args.docs:
        PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), body), encoding="utf-8")
        print(f"wrote {PAGE}")
    else:
        print(body)


if __name__ == "__main__":
    main()
