"""Models on their pages: filters, export, product page, claims, corrections that make a new revision."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Cast
from django.utils.html import escape

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.catalogue.models import Correction, Model, ModelClaim
from robotplus.portal.core.errors import ConflictError
from robotplus.portal.desk.actions import do_decide_claim, do_decide_correction
from robotplus.portal.matches.catalogue import open_catalogue, own_models
from robotplus.portal.matches.models import DeskRequest
from robotplus.reporting.phrases import said
from robotplus.robots.catalogue import Catalogue, load_catalogue

pytestmark = pytest.mark.django_db
IDS = ("fanuc_m20_25_18d", "abb_irb2400_12_155", "ur_ur10e")
BUILT_IN = load_catalogue()


@pytest.fixture
def some() -> list[str]:
    """A few robots of the catalogue as models."""
    chosen = [BUILT_IN[i] for i in IDS if i in BUILT_IN] or list(BUILT_IN.values())[:3]
    do_load_catalogue(Catalogue(chosen))
    return [robot.id for robot in chosen]


def test_the_catalogue_loads_once_and_again(some: list[str]) -> None:
    assert do_load_catalogue(Catalogue([BUILT_IN[i] for i in some])) == 0
    assert Model.objects.get(pk=some[0]).current.sha256 == BUILT_IN[some[0]].sha256


def test_filters_and_exports(cast: Cast, some: list[str], django_assert_max_num_queries: Any) -> None:
    client = cast.client("visitor")
    heavy = {i for i in some if (p := BUILT_IN[i].payload_kg) and p.value >= 15}
    with django_assert_max_num_queries(8):
        page = client.get("/models/", {"payload_kg": "15公斤", "axes": "6"}).content.decode()
    assert {i for i in some if f"/models/{i}/" in page} == heavy
    sheet = client.get("/models.csv", {"payload_kg": "15"}).content.decode("utf-8-sig")
    assert len(sheet.splitlines()) == 1 + len(heavy)
    assert "数字" in client.get("/models/", {"payload_kg": "schwer"}).content.decode()


def test_a_product_page_shows_every_figure_with_its_source(cast: Cast, some: list[str]) -> None:
    page = cast.client("visitor").get(f"/models/{some[0]}/").content.decode()
    figure = BUILT_IN[some[0]].payload_kg
    assert (
        figure is not None
        and escape(said(figure.source)[0]) in page
        and "<svg" in page
        and "reach-map" in page
    )
    assert cast.client("visitor").get("/models/nothing/").status_code == 404


def test_asking_for_a_supplier_waits_at_the_desk(cast: Cast, some: list[str]) -> None:
    assert cast.client("visitor").post(f"/models/{some[0]}/ask/").status_code == 403
    for _ in range(2):
        cast.client("buyer").post(f"/models/{some[0]}/ask/")
    assert DeskRequest.objects.get().subject_id == some[0]


def test_a_correction_becomes_a_revision_that_answers_use(cast: Cast, some: list[str]) -> None:
    at = f"/models/{some[0]}/correct/"
    given = {"figure": "payload_kg", "new": "22,5 kg", "source": "Data sheet A-123, p. 2"}
    assert cast.client("visitor").post(at, given).status_code == 403
    assert cast.client("seller").post(at, {**given, "source": ""}).status_code == 422
    assert cast.client("seller").post(at, {**given, "new": "-3"}).status_code == 422
    assert cast.client("seller").post(at, given).status_code == 302
    found = Correction.objects.get()
    assert own_models(None) == {}
    do_decide_correction(cast.reader("operator"), found.pk, accept=True)
    robot = open_catalogue(own_models(None))[some[0]]
    assert robot.payload_kg is not None
    assert (robot.payload_kg.value, robot.payload_kg.confidence) == (22.5, "medium")
    assert robot.sha256 != BUILT_IN[some[0]].sha256
    assert do_load_catalogue(Catalogue([BUILT_IN[i] for i in some])) == 0  # the next start takes nothing back
    assert own_models(None) != {}
    assert [r.number for r in Model.objects.get(pk=some[0]).revisions.order_by("number")] == [1, 2]
    assert "A-123" in cast.client("visitor").get(f"/models/{some[0]}/").content.decode()


def test_a_model_has_one_speaker(cast: Cast, some: list[str]) -> None:
    for role in ("seller", "seller", "rival"):
        cast.client(role).post(f"/models/{some[0]}/claim/")
    assert cast.client("buyer").post(f"/models/{some[0]}/claim/").status_code == 403
    first, second = ModelClaim.objects.order_by("pk")
    do_decide_claim(cast.reader("operator"), first.pk, approve=True)
    with pytest.raises(ConflictError):
        do_decide_claim(cast.reader("operator"), second.pk, approve=True)
