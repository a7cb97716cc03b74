"""Offers and needs on their pages: lists, forms that keep what was typed, moves, files, bounded queries."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Cast
from django.core.files.uploadedfile import SimpleUploadedFile

from robotplus.portal.core.models import Document
from robotplus.portal.kinds import Kind, noun_kinds
from robotplus.portal.needs.actions import do_create_need, do_move_need
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.offers.models import Offer

pytestmark = pytest.mark.django_db


def published_offer(cast: Cast, title: str = "焊接集成") -> Offer:
    offer = do_create_offer(
        cast.reader("seller"), kind="service", title=title, values={"service": ["integration"]}
    )
    do_move_offer(cast.reader("seller"), offer.pk, "submit")
    return do_move_offer(cast.reader("operator"), offer.pk, "publish")


def test_a_form_keeps_what_was_typed_and_marks_what_is_wrong(cast: Cast) -> None:
    client = cast.client("seller")
    given = {"kind": "component", "title": "夹爪", "mass_kg": "3公里", "flange": "ISO 9409-1-50-4-M6"}
    page = client.post("/offers/new/", given)
    text = page.content.decode()
    assert (
        page.status_code == 422
        and "3公里" in text
        and "ISO 9409-1-50-4-M6" in text
        and 'id="id_mass_kg_problem"' in text
    )
    page = client.post("/offers/new/", {**given, "mass_kg": "3公斤", "category": "end_effector"})
    offer = Offer.objects.get()
    assert page["Location"] == f"/offers/{offer.pk}/"
    assert offer.current.values == {
        "category": "end_effector",
        "mass_kg": 3.0,
        "flange": "ISO 9409-1-50-4-M6",
    }


@pytest.mark.parametrize(
    "kind", [*noun_kinds("offer"), *noun_kinds("need")], ids=lambda k: f"{k.noun}-{k.id}"
)
def test_every_kind_has_a_form_in_both_languages(cast: Cast, kind: Kind) -> None:
    client = cast.client("seller")
    for language, label in (("zh-hans", kind.label.zh), ("en", kind.label.en)):
        client.cookies["django_language"] = language
        page = client.get(f"/{kind.noun}s/new/", {"kind": kind.id})
        assert page.status_code == 200 and label in page.content.decode()


def test_a_file_of_an_offer_is_read_by_whoever_reads_the_offer(cast: Cast) -> None:
    upload = SimpleUploadedFile("样本.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    given = {"kind": "solution", "title": "弧焊工作站", "scenario": "arc_welding", "brochure": upload}
    cast.client("seller").post("/offers/new/", given)
    offer, document = Offer.objects.get(), Document.objects.get()
    assert cast.client("rival").get(f"/documents/{document.pk}").status_code == 404
    do_move_offer(cast.reader("seller"), offer.pk, "submit")
    do_move_offer(cast.reader("operator"), offer.pk, "publish")
    page = cast.client("rival").get(f"/documents/{document.pk}")
    assert page.status_code == 200 and page["Content-Disposition"].startswith("attachment")
    assert b"".join(page.streaming_content).startswith(b"%PDF")
    stolen = {"kind": "solution", "title": "x", "scenario": "arc_welding", "brochure": str(document.pk)}
    assert cast.client("rival").post("/offers/new/", stolen).status_code == 422
    assert Offer.objects.count() == 1


def test_moves_and_edits_over_the_pages(cast: Cast) -> None:
    offer = do_create_offer(
        cast.reader("seller"), kind="service", title="a", values={"service": ["integration"]}
    )
    at = f"/offers/{offer.pk}/"
    assert cast.client("rival").get(at).status_code == 404
    assert "提交审核" in cast.client("seller").get(at).content.decode()
    cast.client("seller").post(f"{at}move/", {"move": "submit"})
    assert cast.client("seller").post(f"{at}move/", {"move": "publish"}).status_code == 422
    assert cast.client("operator").post(f"{at}move/", {"move": "return"}).status_code == 422
    cast.client("operator").post(f"{at}move/", {"move": "publish"})
    assert cast.client("visitor").get(at).status_code == 200
    assert cast.client("visitor").post(f"{at}edit/", {"title": "b"}).status_code == 403
    edited = cast.client("seller").post(f"{at}edit/", {"title": "b", "service": "integration"})
    assert edited.status_code == 302 and Offer.objects.get().title == "b"


def test_a_need_over_the_pages(cast: Cast) -> None:
    client = cast.client("buyer")
    given: dict[str, Any] = {
        "kind": "application",
        "title": "座椅弧焊",
        "scenario": "arc_welding",
        "visibility": "invited",
    }
    client.post("/needs/new/", {**given, "hide_organisation": "on"})
    need = Need.objects.get()
    seller = cast.reader("seller").organisation_id
    client.post(f"/needs/{need.pk}/move/", {"move": "open"})
    assert cast.client("seller").get(f"/needs/{need.pk}/").status_code == 404
    client.post(f"/needs/{need.pk}/invite/", {"organisation": seller})
    page = cast.client("seller").get(f"/needs/{need.pk}/").content.decode()
    assert "座椅弧焊" in page and "Seat Works" not in page
    assert "Seat Works" not in cast.client("seller").get("/needs/").content.decode()
    client.post(f"/needs/{need.pk}/uninvite/{seller}/")
    assert cast.client("seller").get(f"/needs/{need.pk}/").status_code == 404


def test_the_chain_names_who_could_fill_each_link(cast: Cast) -> None:
    published_offer(cast, "通用集成")
    values = {"service": ["integration"], "scenario": "arc_welding"}
    offer = do_create_offer(cast.reader("seller"), kind="service", title="弧焊集成", values=values)
    do_move_offer(cast.reader("seller"), offer.pk, "submit")
    do_move_offer(cast.reader("operator"), offer.pk, "publish")
    need = do_create_need(
        cast.reader("buyer"), kind="application", title="弧焊", values={}, scenario="arc_welding"
    )
    do_move_need(cast.reader("buyer"), need.pk, "open")
    page = cast.client("buyer").get(f"/needs/{need.pk}/").content.decode()
    assert "弧焊集成" in page and "通用集成" not in page


def test_lists_ask_the_database_a_bounded_number_of_times(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for i in range(12):
        published_offer(cast, f"offer {i}")
        do_create_need(cast.reader("buyer"), kind="job", title=f"need {i}", values={"skill": "焊接"})
    client = cast.client("buyer")
    client.get("/offers/")
    for at in ("/offers/", "/offers/?kind=service", "/needs/", "/needs/mine/"):
        with django_assert_max_num_queries(14):
            assert client.get(at).status_code == 200
