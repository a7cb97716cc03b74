"""Detection against a plain reading of COCO's rules, box by box and recall by recall, and by invariances."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotplus.errors import InputError
from robotplus.testing.detection import detection
from robotplus.testing.records import Source

Row = dict[str, Any]
side = st.integers(1, 6)
spot = st.tuples(st.integers(0, 5), st.integers(0, 5), side, side).map(list)
objects = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), spot, st.sampled_from([0, 0, 0, 1])),
    min_size=1,
    max_size=9,
)
told = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), spot), max_size=12)


def sources(truth: list[Row], results: list[Row]) -> tuple[Source, Source]:
    document = {
        "images": [{"id": i} for i in (1, 2, 3)],
        "categories": [{"id": 1, "name": "scratch"}, {"id": 2, "name": "dent"}],
        "annotations": truth,
    }
    return Source("truth", json.dumps(document), ""), Source("told", json.dumps(results), "")


def rows(found: Any, seen: Any, scores: Any) -> tuple[list[Row], list[Row]]:
    truth = [
        {"id": n, "image_id": i, "category_id": c, "bbox": b, "iscrowd": w}
        for n, (i, c, b, w) in enumerate(found)
    ]
    results = [
        {"image_id": i, "category_id": c, "bbox": b, "score": s}
        for (i, c, b), s in zip(seen, scores, strict=False)
    ]
    return truth, results


def values(truth: list[Row], results: list[Row]) -> dict[str, float | None]:
    return {m.name: m.estimate for m in detection(*sources(truth, results))[0]}


def iou(a: list[float], b: list[float], crowd: bool) -> float:
    cells = [{(x, y) for x in range(q[0], q[0] + q[2]) for y in range(q[1], q[1] + q[3])} for q in (a, b)]
    common = len(cells[0] & cells[1])
    return common / (len(cells[0]) if crowd else len(cells[0] | cells[1]))


def plain_ap(truth: list[Row], results: list[Row], level: float, kind: int) -> float | None:
    """One category at one threshold, from the definition: greedy by score, then the best precision by recall."""
    number = sum(t["category_id"] == kind and not t["iscrowd"] for t in truth)
    if not number:
        return None
    used: set[int] = set()
    marks = []
    for r in sorted((r for r in results if r["category_id"] == kind), key=lambda r: -r["score"]):
        here = [t for t in truth if t["category_id"] == kind and t["image_id"] == r["image_id"]]
        fits = [
            (iou(r["bbox"], t["bbox"], False), t["id"])
            for t in here
            if not t["iscrowd"] and t["id"] not in used
        ]
        fits = [f for f in fits if f[0] >= level - 1e-9]
        if fits:
            used.add(max(fits)[1])
            marks.append(True)
        elif not any(t["iscrowd"] and iou(r["bbox"], t["bbox"], True) >= level - 1e-9 for t in here):
            marks.append(False)
    curve = [(sum(marks[:n]), sum(marks[:n]) / n) for n in range(1, len(marks) + 1)]
    best = [max((p for hits, p in curve if 100 * hits >= k * number), default=0.0) for k in range(101)]
    return sum(best) / 101


@given(objects, told, st.permutations([n / 16 for n in range(12)]))
@settings(max_examples=120, deadline=None)
def test_average_precision_is_the_plain_one(found: Any, seen: Any, scores: list[float]) -> None:
    truth, results = rows(found, seen, scores)
    if all(t["iscrowd"] for t in truth):
        with pytest.raises(InputError, match="no objects"):
            detection(*sources(truth, results))
        return
    metrics = values(truth, results)
    levels = [0.5 + 0.05 * k for k in range(10)]
    for name, at in (("ap", levels), ("ap50", levels[:1]), ("ap75", levels[5:6])):
        each = [plain_ap(truth, results, level, kind) for level in at for kind in (1, 2)]
        kept = [a for a in each if a is not None]
        assert metrics[name] == pytest.approx(sum(kept) / len(kept), abs=1e-12)
        assert 0.0 <= (metrics[name] or 0.0) <= 1.0


@given(objects, told)
@settings(max_examples=20, deadline=None)
def test_intervals_hold_the_estimate_and_only_the_order_of_scores_counts(found: Any, seen: Any) -> None:
    found = [*found, (1, 1, [0, 0, 3, 3], 0)]
    truth, results = rows(found, seen, [n / 16 for n in range(12)])
    stretched = [{**r, "score": 3.0 * r["score"] ** 3 - 7.0} for r in results]
    moved = [{**r, "bbox": [r["bbox"][0] + 40, *r["bbox"][1:]]} for r in (*truth, *results)]
    for metric in detection(*sources(truth, results))[0]:
        low, high = metric.interval(0.95)
        assert metric.estimate is not None and high is not None
        assert 0.0 <= low <= metric.estimate <= high <= 1.0
    assert values(truth, stretched) == values(truth, results)
    assert values(moved[: len(truth)], moved[len(truth) :]) == pytest.approx(values(truth, results))


def test_planted_results() -> None:
    truth, _ = rows([(i, c, [2, 2, 4, 4], 0) for i in (1, 2, 3) for c in (1, 2)], [], [])
    perfect = [{k: t[k] for k in ("image_id", "category_id", "bbox")} | {"score": 0.9} for t in truth]
    assert values(truth, perfect) == dict.fromkeys(
        ("ap", "ap50", "ap75", "ar", "recall50", "precision50"), 1.0
    )
    assert values(truth, [])["ap"] == values(truth, [])["recall50"] == 0.0
    wrong = [{**r, "category_id": 3 - r["category_id"], "bbox": [20, 20, 4, 4]} for r in perfect]
    assert values(truth, wrong)["precision50"] == 0.0
    # a box of 4 by 3 in one of 4 by 4 overlaps by 0.75: right at 0.50 and 0.75, at 6 of the 10 levels in all
    flat = [{**r, "bbox": [2, 2, 4, 3]} for r in perfect]
    found = values(truth, flat)
    assert (found["ap50"], found["ap75"], found["ap"]) == pytest.approx((1.0, 1.0, 0.6))


def test_only_the_best_hundred_of_an_image_count() -> None:
    truth, _ = rows([(1, 1, [2, 2, 4, 4], 0)], [], [])
    noise = [
        {"image_id": 1, "category_id": 1, "bbox": [50, 50, 2, 2], "score": 0.9 - n / 1000} for n in range(100)
    ]
    last = {"image_id": 1, "category_id": 1, "bbox": [2, 2, 4, 4], "score": 0.1}
    assert values(truth, [*noise, last])["ap50"] == 0.0
    assert values(truth, [*noise[:99], last])["ap50"] == pytest.approx(0.01)


GOOD = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2], "score": 0.5}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"category_id": 9}, "unknown category"),
        ({"image_id": 9}, "unknown image"),
        ({"image_id": True}, "not a whole number"),
        ({"bbox": [0, 0, 2]}, "bbox"),
        ({"bbox": [0, 0, -2, 2]}, "in range"),
        ({"bbox": [0, 0, "2", 2]}, "in range"),
        ({"score": None}, "score"),
        ({"score": float("nan")}, "not a finite number"),
        ({"score": 10**400}, "in range"),
    ],
)
def test_results_that_are_refused(change: Row, said: str) -> None:
    truth, _ = rows([(1, 1, [2, 2, 4, 4], 0)], [], [])
    with pytest.raises(InputError, match=said):
        detection(*sources(truth, [{**GOOD, **change}]))


def test_truths_that_are_refused() -> None:
    twice = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2]}] * 2
    with pytest.raises(InputError, match="stands twice"):
        detection(*sources(twice, []))
    with pytest.raises(InputError, match="in range"):
        detection(*sources([{**twice[0], "bbox": [0, 0, 0, 2]}], []))
    for text in ("[]", "{}", "{", '{"images": [1], "categories": [], "annotations": []}'):
        with pytest.raises(InputError):
            detection(Source("truth", text, ""), Source("told", "[]", ""))


def test_of_equal_overlaps_the_last_object_is_taken_as_in_coco() -> None:
    left, right = [0, 0, 4, 4], [2, 0, 4, 4]
    seen = [(1, 1, [1, 0, 4, 4]), (1, 1, left)]
    for order, found in (((left, right), 1.0), ((right, left), 0.5)):
        truth, results = rows([(1, 1, box, 0) for box in order], seen, [0.9, 0.8])
        assert values(truth, results)["recall50"] == found
