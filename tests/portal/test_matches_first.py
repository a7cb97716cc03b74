"""First results while an answer is still being worked out: they grow, keep the answer's order, claim nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from answered import SCENARIO, ask, small_catalogue, use_small_catalogue
from conftest import Cast
from django.urls import reverse

from robotplus.certificates.certificate import Certificate
from robotplus.matching.answering import answer
from robotplus.matching.order import DEFAULT_ORDER, sort_key
from robotplus.portal.core.reader import Reader
from robotplus.portal.jobs.handlers import Work, handler
from robotplus.portal.jobs.models import Job
from robotplus.portal.matches.documents import scenario_document
from robotplus.portal.matches.first import SHOWN, FirstRows
from robotplus.portal.matches.shown import first_rows
from robotplus.robots.model import Robot
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.library import get_scenario


@pytest.fixture(autouse=True)
def few_robots(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_small_catalogue(monkeypatch)
    yield


@pytest.fixture
def told(db: None, tmp_path: Path) -> tuple[Job, list[Mapping[str, Any]], dict[str, Any]]:
    """A waiting job, all that its work told on the way, and its summary."""
    job = ask(Reader(visitor="v"), takt_s=30.0).job
    assert job is not None
    said: list[Mapping[str, Any]] = []
    summary = handler("answer").run(Work(job.key, job.params, tmp_path, None, said.append))
    return job, said, summary


def test_the_ranking_grows_and_ends_as_the_answer(
    told: tuple[Job, list[Mapping[str, Any]], dict[str, Any]],
) -> None:
    _, said, summary = told
    proving = [t for t in said if t["stage"] == "prove"]
    sizes = [len(t["best"]) for t in proving]
    assert sizes == sorted(sizes) and sizes == [min(SHOWN, t["found"]) for t in proving]
    best = [row["robot"] for row in proving[-1]["best"]]
    checked = [c["model"] for c in summary["certificates"]]
    assert len(checked) > 1 and best[: len(checked)] == checked
    assert {t["takt"] for t in proving} == {30.0}


def test_the_page_shows_candidates_and_no_proof(
    client: Any, cast: Cast, told: tuple[Job, list[Mapping[str, Any]], dict[str, Any]]
) -> None:
    job, said, _ = told
    made = job.answers.get()
    client.cookies["visitor"] = "v"
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, progress=[*said][-1])
    job.refresh_from_db()
    shown = client.get(reverse("answer_progress", args=[made.slug])).text
    for row in first_rows(job):
        assert row["model"] in shown and row["tightest"][0] in shown and "<svg" in row["bar"]
    assert "verdict-candidate" in shown and "verdict-proven" not in shown
    assert "节拍" in shown
    Job.objects.filter(pk=job.pk).update(state=Job.State.CANCELLED)
    assert "verdict-candidate" not in client.get(reverse("answer_progress", args=[made.slug])).text


def test_only_the_best_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    need = need_from_document(scenario_document(get_scenario(SCENARIO), {}))
    found: list[tuple[Robot, Certificate]] = []
    answer(need, small_catalogue(), check_best=0, newly=lambda *one: found.append(one))
    assert len(found) > 2
    order = sorted(found, key=lambda one: sort_key(*one, order=DEFAULT_ORDER))
    monkeypatch.setattr("robotplus.portal.matches.first.SHOWN", 2)
    for told in (order, order[::-1]):
        first = FirstRows(need)
        for robot, certificate in told:
            first.add(robot, certificate)
        assert [row["robot"] for row in first.rows] == [robot.id for robot, _ in order[:2]]
