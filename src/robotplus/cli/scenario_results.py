"""What the catalogue makes of a scenario with its usual numbers; kept in the user's cache folder."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robotplus.engine import engine_digest
from robotplus.hashing import digest
from robotplus.matching.answer import Answer
from robotplus.matching.answering import Progress, answer
from robotplus.robots.catalogue import Catalogue
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.library import Scenario
from robotplus.scenarios.task import Need


def usual_need(scenario: Scenario) -> Need:
    """The scenario's need with every number at its default."""
    document = {
        "id": scenario.id,
        "title_en": scenario.name_en,
        "title_zh": scenario.name_zh,
        "scenario": scenario.id,
    }
    return need_from_document(document, scenario.id)


def result_of(
    scenario: Scenario,
    catalogue: Catalogue,
    *,
    fresh: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Counts over the catalogue, everything found having been checked, and the questions to makers by datum.

    All counts of a scenario without a task family are zero: nothing was proven and nothing refused.

    Args:
        fresh: compute even when a result for the same engine, catalogue and need is kept.
    """
    if not scenario.family:
        return _row(scenario, Counter())
    need = usual_need(scenario)
    kept = _kept_at(scenario, catalogue, need)
    row = None if fresh else kept_result(scenario, catalogue)
    if row is not None:
        return row
    row = summarise(scenario, answer(need, catalogue, workers=workers, check_all=True, progress=progress))
    with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
        partial.replace(kept)
    return row


def kept_result(scenario: Scenario, catalogue: Catalogue) -> dict[str, Any] | None:
    """The result kept for the same engine, catalogue and need, if there is one; known where there is no family."""
    if not scenario.family:
        return _row(scenario, Counter())
    with contextlib.suppress(OSError, ValueError):
        return dict(
            json.loads(_kept_at(scenario, catalogue, usual_need(scenario)).read_text(encoding="utf-8"))
        )
    return None


def _kept_at(scenario: Scenario, catalogue: Catalogue, need: Need) -> Path:
    name = digest([engine_digest(), catalogue.sha256, need.sha256]).removeprefix("sha256:")
    return cache_folder() / f"{scenario.id}-{name[:32]}.json"


def summarise(scenario: Scenario, result: Answer) -> dict[str, Any]:
    """One scenario's row. ``asks`` are the data that makers are asked for, and of how many robots."""
    counts = result.counts
    asks = Counter(r.constraint for r in result.refusals if r.verdict == "unknown")
    asks.update(f"confirm_{p.name}" for s in result.solutions for p in s.to_confirm)
    row = _row(scenario, counts)
    row["asks"] = [
        {"what": what, "robots": n} for what, n in sorted(asks.items(), key=lambda i: (-i[1], i[0]))
    ]
    row["need_sha256"] = result.need.sha256
    row["catalogue_sha256"] = result.catalogue_sha256
    return row


def _row(scenario: Scenario, counts: Mapping[str, int]) -> dict[str, Any]:
    """What is said of a scenario, with the robots by verdict; ``family`` is empty where nothing can be proven."""
    return {
        "id": scenario.id,
        "name_en": scenario.name_en,
        "name_zh": scenario.name_zh,
        "field": scenario.field,
        "family": scenario.family,
        "proven": counts["proven"],
        "if_confirmed": counts["proven_if_confirmed"],
        "refused": counts["impossible"] + counts["not_found"],
        "unknown": counts["unknown"],
        "asks": [],
        "numbers": [
            {"name": n.name, "unit": n.unit, "default": n.default, "low": n.low, "high": n.high}
            for n in (scenario.numbers or scenario.questions)
        ],
        "need_sha256": "",
        "catalogue_sha256": "",
    }


def cache_folder() -> Path:
    """$ROBOTPLUS_CACHE, else robotplus in the XDG cache home."""
    named = os.environ.get("ROBOTPLUS_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(named) if named else Path(home) / "robotplus"
