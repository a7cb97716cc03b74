"""`robotplus measure`: what it prints, how thresholds stand, its exit codes, and one line for bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.conftest import Command

from robotplus.errors import InputError
from robotplus.testing.measure import DATA, NAMES, invented, measure
from robotplus.testing.measurement import judge, share, threshold


def labels(path: Path, wrong: int, of: int = 100) -> tuple[Path, Path]:
    truth, told = path / "truth.csv", path / "told.csv"
    truth.write_text("id,label\n" + "".join(f"{i},ng\n" for i in range(of)) + "x,ok\n")
    told.write_text(
        "id,label\n" + "".join(f"{i},{'ok' if i < wrong else 'ng'}\n" for i in range(of)) + "x,ok\n"
    )
    return truth, told


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_prints_its_basis_and_what_it_never_shows(
    kind: str, language: str, command: Command
) -> None:
    outcome = command("measure", kind, "--example", "--lang", language)
    assert outcome.code == 0
    assert ("basis: declared", "依据：自我声明")[language == "zh"] in outcome.out
    assert ("never shows", "从不证明")[language == "zh"] in outcome.out
    assert ("invented", "虚构")[language == "zh"] in outcome.out
    assert "proven" not in outcome.out and "已证明" not in outcome.out


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_as_json(kind: str, command: Command) -> None:
    document = command("measure", kind, "--example", "--json").json
    assert (document["basis"], document["invented"], document["kind"]) == ("declared", True, kind)
    assert len(document["metrics"]) >= 2
    for metric in document["metrics"]:
        low, high = metric["interval_95"]
        assert low <= metric["estimate"] and (high is None or metric["estimate"] <= high)


def test_the_built_in_sets_name_no_robot_and_say_they_are_invented() -> None:
    assert {path for kind in NAMES for path in invented(kind)} == set(DATA.iterdir())
    for kind in NAMES:
        assert "invented" in invented(kind)[0].read_text("utf-8").lower()


@pytest.mark.parametrize(
    ("wanted", "standing", "code"),
    [
        ("sensitivity>=0.9@95", "met", 0),
        ("sensitivity >= 0.97 @ 80", "not_shown", 1),
        ("sensitivity>=0.995", "missed", 1),
        ("sensitivity<=0.98@90", "not_shown", 1),
        ("recall:ok>=0.5@95", "not_shown", 1),
    ],
)
def test_thresholds(wanted: str, standing: str, code: int, command: Command, tmp_path: Path) -> None:
    truth, told = labels(tmp_path, wrong=3)
    words = ("measure", "classification", "--truth", truth, "--records", told, "--positive", "ng")
    outcome = command(*words, "--threshold", wanted, "--threshold", "accuracy>=0.5", "--json")
    assert outcome.code == code
    document = outcome.json
    assert [t["standing"] for t in document["thresholds"]] == [standing, "met"]
    assert document["invented"] is False
    shown = command(*words, "--threshold", wanted)
    assert shown.code == code and {"not_shown": "not shown"}.get(standing, standing) in shown.out


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.0, 1.0))
def test_a_threshold_stands_one_way_and_more_confidence_never_helps(
    count: tuple[int, int], value: float
) -> None:
    metric = share("s", ("s", "s"), *count, counted="cases")
    for relation in (">=", "<="):
        loose, strict = (judge(threshold(f"s{relation}{value!r}@{c}"), [metric]) for c in (80, 99))
        assert strict.standing in (loose.standing, "not_shown")
        if loose.standing == "met":
            estimate = count[0] / count[1]
            assert estimate >= value if relation == ">=" else estimate <= value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ap",
        "ap>0.5",
        "ap>=",
        ">=0.5",
        "ap>=x",
        "ap>=nan",
        "ap>=inf",
        "ap>=0.5@",
        "ap>=0.5@100",
        "ap>=0.5@0.95",
    ],
)
def test_thresholds_that_are_refused(text: str, command: Command) -> None:
    with pytest.raises(InputError):
        threshold(text)
    outcome = command("measure", "detection", "--example", "--threshold", text)
    assert outcome.code == 2 and outcome.out == "" and outcome.err.count("\n") == 1


def test_arguments_and_files_that_are_refused(command: Command, tmp_path: Path) -> None:
    truth, told = labels(tmp_path, wrong=0)
    stray, binary = tmp_path / "stray.csv", tmp_path / "binary.csv"
    stray.write_text("id,label\nnobody,ng\n")
    binary.write_bytes(b"id,label\n1,\xff\xfe\n")
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("id,label\n1,maybe\n")
    for words in (
        ("measure", "smell", "--example"),
        ("measure", "text"),
        ("measure", "text", "--truth", truth),
        ("measure", "classification", "--truth", truth, "--records", told, "--example"),
        ("measure", "classification", "--truth", truth, "--records", tmp_path / "none.csv"),
        ("measure", "classification", "--truth", truth, "--records", tmp_path),
        ("measure", "classification", "--truth", truth, "--records", stray),
        ("measure", "classification", "--truth", truth, "--records", binary),
        ("measure", "classification", "--truth", truth, "--records", unknown),
        ("measure", "detection", "--truth", truth, "--records", told),
        ("measure", "classification", "--example", "--threshold", "ap>=0.5"),
        ("measure", "classification", "--example", "--positive", "ng", "--threshold", "sensitivity>=0.5"),
    ):
        outcome = command(*words)
        assert outcome.code == 2, words
        assert outcome.out == "" and outcome.err.count("\n") == 1 and "defect" not in outcome.err


def test_leaving_out_the_hard_cases_never_helps(tmp_path: Path) -> None:
    """Planted: the wrong records are dropped from the file; no metric that decides may rise."""
    files = labels(tmp_path, wrong=10)
    told = {m.name: m.estimate or 0.0 for m in measure("classification", files, positive="ng").metrics}
    kept = [
        line for line in files[1].read_text().splitlines() if not (line.endswith("ok") and line[0] != "x")
    ]
    files[1].write_text("\n".join(kept))
    measured = measure("classification", files, positive="ng")
    left = {m.name: m.estimate or 0.0 for m in measured.metrics}
    assert measured.missing == 10
    assert all(left[name] <= told[name] for name in ("accuracy", "sensitivity", "specificity"))


def test_the_json_names_what_was_read(command: Command, tmp_path: Path) -> None:
    truth, told = labels(tmp_path, wrong=0)
    words = ("measure", "classification", "--truth", truth, "--records", told, "--json")
    before = command(*words).json
    told.write_text(told.read_text().replace("0,ng", "0,ok", 1))
    after = command(*words).json
    assert before["truth_sha256"] == after["truth_sha256"]
    assert before["records_sha256"] != after["records_sha256"]
    assert json.dumps(before["metrics"]) != json.dumps(after["metrics"])
