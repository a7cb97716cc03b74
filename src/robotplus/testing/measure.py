"""The kinds of measurement, and one measurement from a file of truth and a file of records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from robotplus.errors import InputError
from robotplus.testing.detection import detection
from robotplus.testing.dialogue import dialogue
from robotplus.testing.measurement import Measurement, Metric, Threshold, judge
from robotplus.testing.perception import classification, gauge
from robotplus.testing.positioning import positioning
from robotplus.testing.records import Source, read_source
from robotplus.testing.speech import text

DATA = Path(__file__).parent / "data"
POSITIVE = "positive"

KINDS: dict[str, Callable[[Source, Source], tuple[list[Metric], int]]] = {
    "detection": detection,
    "text": text,
    "gauge": gauge,
    "positioning": positioning,
    "dialogue": dialogue,
}
NAMES = ("detection", "classification", "text", "gauge", "positioning", "dialogue")


def measure(
    kind: str,
    files: tuple[Path, Path] | None,
    *,
    thresholds: Sequence[Threshold] = (),
    positive: str = POSITIVE,
) -> Measurement:
    """Compute the metrics of one kind and judge the thresholds.

    Args:
        kind: one of ``NAMES``.
        files: truth and records; None: the invented set that is built in.
        thresholds: to judge.
        positive: for classification, the label that stands for a finding.

    Raises:
        InputError: the kind is unknown, a file is wrong, or a threshold names what was not measured.
    """
    if kind not in NAMES:
        raise InputError("unknown kind", "KIND", value=kind, allowed=", ".join(NAMES))
    truth, records = (read_source(path) for path in files or invented(kind))
    if kind == "classification":
        metrics, missing = classification(truth, records, positive)
    else:
        metrics, missing = KINDS[kind](truth, records)
    judged = tuple(judge(wanted, metrics) for wanted in thresholds)
    return Measurement(kind, tuple(metrics), judged, (truth.sha256, records.sha256), missing, files is None)


def invented(kind: str) -> tuple[Path, Path]:
    """Truth and records of the built-in set: made up to try the arithmetic, about no robot."""
    truth, records = (sorted(DATA.glob(f"{kind}_{part}.*")) for part in ("truth", "records"))
    return truth[0], records[0]
