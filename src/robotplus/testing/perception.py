"""Classification and gauge reading: cases that are right or wrong one by one.

In: tables of truth and of records. Out: metrics. A case without a record counts as wrong, whatever the truth is.
"""

from __future__ import annotations

import math

import numpy as np

from robotplus.errors import InputError
from robotplus.testing.measurement import Metric, percentile, share
from robotplus.testing.records import DIGITS, Source, cell, known, read_table

MAX_LABELS = 200
WITHIN = (1.0, 2.0, 5.0)  # % of the span


def classification(truth: Source, records: Source, positive: str) -> tuple[list[Metric], int]:
    """Sensitivity and specificity for one label, accuracy, and the recall of every label.

    Args:
        truth: columns id, label.
        records: the same columns: what was recognised.
        positive: the label that stands for a finding, such as a defect or a disease.

    Returns:
        The metrics, and how many cases have no record. Precision says how often a finding is right *at the share of
        findings in this test set*, which another place need not have.
    """
    true = {key: row["label"].strip() for key, row in read_table(truth, ("label",)).items()}
    told = {key: row["label"].strip() for key, row in read_table(records, ("label",)).items()}
    known(told, true, records.name)
    labels = sorted(set(true.values()))
    if len(labels) > MAX_LABELS:
        raise InputError(f"more than {MAX_LABELS} labels", truth.name)
    for key, label in told.items():
        if label not in labels:
            raise InputError("a label that the truth does not know", f"{records.name}: {key}", value=label)
    pairs = [(label, told.get(key)) for key, label in true.items()]
    right = sum(a == b for a, b in pairs)
    metrics = [share("accuracy", ("right", "准确率"), right, len(pairs), counted="cases")]
    if positive in labels:
        metrics += _findings(pairs, positive)
    for label in labels:
        of = [b for a, b in pairs if a == label]
        named = (f"recall of {label}", f"{label} 的召回率")
        metrics.append(share(f"recall:{label}", named, sum(b == label for b in of), len(of), counted="cases"))
    return metrics, sum(b is None for _, b in pairs)


def _findings(pairs: list[tuple[str, str | None]], positive: str) -> list[Metric]:
    with_it = [b == positive for a, b in pairs if a == positive]
    without = [b is not None and b != positive for a, b in pairs if a != positive]
    found = [a == positive for a, b in pairs if b == positive]
    passed = [a != positive for a, b in pairs if b is not None and b != positive]
    rows = (
        ("sensitivity", ("sensitivity", "灵敏度"), with_it, "cases with the finding"),
        ("specificity", ("specificity", "特异度"), without, "cases without it"),
        ("precision", ("precision of findings", "阳性预测值"), found, "findings told"),
        ("negative_precision", ("precision of all-clears", "阴性预测值"), passed, "all-clears told"),
    )
    return [share(n, labels, sum(of), len(of), counted=what) for n, labels, of, what in rows if of]


def gauge(truth: Source, records: Source) -> tuple[list[Metric], int]:
    """Errors of gauge readings in percent of each gauge's span, as accuracy classes count them (IEC 60051-1).

    Args:
        truth: columns id, value, span: the value and the width of the scale, in the gauge's unit.
        records: columns id, value.
    """
    true = read_table(truth, ("value", "span"))
    told = read_table(records, ("value",))
    known(told, true, records.name)
    errors = []
    for key, row in true.items():
        value = cell(row["value"], f"{truth.name}: {key}: value")
        span = cell(row["span"], f"{truth.name}: {key}: span", low=1e-9)
        reading = told.get(key)
        read = math.inf if reading is None else cell(reading["value"], f"{records.name}: {key}: value")
        errors.append(round(100.0 * abs(read - value) / span, DIGITS))
    ordered = np.sort(np.array(errors))
    n = len(ordered)
    metrics = [
        share(
            f"within_{w:g}",
            (f"read within {w:g} % of the span", f"误差不超过量程 {w:g}% 的比例"),
            int((ordered <= w).sum()),
            n,
            counted="readings",
        )
        for w in WITHIN
    ]
    metrics += [
        percentile(
            "error_median", ("median error", "误差中位数"), ordered, 0.5, unit="% of span", counted="readings"
        ),
        percentile(
            "error_p95", ("error, 95 %", "95% 误差"), ordered, 0.95, unit="% of span", counted="readings"
        ),
    ]
    return metrics, len(true) - len(told)
