"""Corrections of figures: source, due date, history, whose word counts; and what a public "impossible" rests on."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from answered import small_catalogue, use_small_catalogue
from conftest import Cast
from django.utils import timezone

from robotplus.hashing import digest
from robotplus.matching.screening import screen
from robotplus.portal.catalogue.actions import DUE_DAYS, do_load_catalogue
from robotplus.portal.catalogue.models import Correction, Model, ModelClaim
from robotplus.portal.desk.actions import do_decide_claim, do_decide_correction
from robotplus.portal.matches.catalogue import open_catalogue, own_models
from robotplus.portal.matches.documents import scenario_document
from robotplus.proving import make_context
from robotplus.robots.catalogue import Catalogue, load_catalogue
from robotplus.robots.files import read_robot
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.library import scenarios

PK = "fanuc_lrmate25_19a"
SHEET = "Data sheet MDS-04211, page 2"
ANSWERABLE = [s for s in scenarios() if s.family]


@pytest.fixture
def model(db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    use_small_catalogue(monkeypatch)
    do_load_catalogue(small_catalogue())
    return f"/models/{PK}/"


def correct(cast: Cast, role: str, figure: str, new: str) -> Correction:
    given = {"figure": figure, "new": new, "source": SHEET}
    assert cast.client(role).post(f"/models/{PK}/correct/", given).status_code == 302
    return Correction.objects.latest("pk")


def test_the_history_says_what_when_and_by_whom(cast: Cast, model: str) -> None:
    visitor = cast.client("visitor")
    assert "correct/" in visitor.get(model).content.decode()
    asked = correct(cast, "buyer", "payload_kg", "26公斤")
    assert asked.due == timezone.localdate() + dt.timedelta(days=DUE_DAYS)
    page = visitor.get(model).content.decode()
    assert asked.due.isoformat() in page and SHEET in page and "Seat Works" in page and "26 kg" in page
    do_decide_correction(cast.reader("operator"), asked.pk, accept=False, note="another variant")
    again = correct(cast, "buyer", "velocity", "/".join(["100"] * 6))
    do_decide_correction(cast.reader("operator"), again.pk, accept=True)
    page = visitor.get(model).content.decode()
    assert "another variant" in page and "100 / 100 / 100 / 100 / 100 / 100 °/s" in page
    assert Model.objects.get(pk=PK).revisions.count() == 2
    robot = open_catalogue(own_models(None))[PK]
    assert {round(j.velocity or 0, 6) for j in robot.joints} == {1.745329}
    assert robot.velocity is not None and robot.velocity.source == SHEET


@pytest.mark.parametrize("state", ["pending", "approved"])
def test_the_makers_word_is_of_high_confidence_once_it_speaks(cast: Cast, model: str, state: str) -> None:
    cast.client("seller").post(f"{model}claim/")
    if state == "approved":
        do_decide_claim(cast.reader("operator"), ModelClaim.objects.get().pk, approve=True)
        assert "Arm Maker" in cast.client("visitor").get(model).content.decode()
    made = correct(cast, "seller", "payload_kg", "26")
    do_decide_correction(cast.reader("operator"), made.pk, accept=True)
    figure = open_catalogue(own_models(None))[PK].payload_kg
    assert figure is not None
    assert (figure.value, figure.source) == (26.0, SHEET)
    assert figure.confidence == ("high" if state == "approved" else "medium")


def test_an_impossible_rests_on_sourced_figures_alone() -> None:
    """All of the built-in catalogue, as far as the bounds that need no search tell; read from the files themselves."""
    robots = load_catalogue()
    rested: set[str] = set()
    for scenario in ANSWERABLE:
        need = need_from_document(scenario_document(scenario, {}))
        _survivors, refused = screen(robots.values(), make_context(need))
        for refusal in (r for r in refused if r.verdict == "impossible"):
            document = robots[refusal.robot_id].document
            assert refusal.witness is not None
            named = refusal.witness.get("figure")
            figures = [document["ratings"][named]] if named else [document["velocity"], document["limits"]]
            for figure in figures:
                assert figure["source"] and figure["confidence"] in ("high", "medium"), refusal
                assert "from memory" not in figure["source"] or figure["confidence"] == "high", refusal
            rested.add(named or refusal.witness["kind"])
    assert {"payload_kg", "repeatability_mm"} <= rested


def test_a_weak_figure_refuses_nobody_until_it_is_sourced(cast: Cast, model: str) -> None:
    """A payload from memory that is too small is no "impossible"; the same payload with a source is."""
    row = Model.objects.select_related("current").get(pk=PK)
    assert row.current is not None
    document = copy.deepcopy(row.current.values)
    document["ratings"]["payload_kg"] = {"value": 0.5, "source": "from memory", "confidence": "medium"}
    row.current = row.revisions.create(number=2, values=document, kind_version=1, sha256=digest(document))
    row.save()

    def verdict() -> str:
        robot = open_catalogue(own_models(None))[PK]
        need = need_from_document(scenario_document(ANSWERABLE[0], {}))
        _survivors, refused = screen([robot], make_context(need))
        return str(refused[0].verdict)

    assert verdict() == "unknown"
    made = correct(cast, "seller", "payload_kg", "0.5")
    assert verdict() == "unknown"  # proposed, not decided
    do_decide_correction(cast.reader("operator"), made.pk, accept=True)
    assert verdict() == "impossible"
    assert read_robot(Model.objects.get(pk=PK).current.values, PK).payload_kg.source == SHEET  # type: ignore[union-attr]
    assert isinstance(open_catalogue(own_models(None)), Catalogue)
