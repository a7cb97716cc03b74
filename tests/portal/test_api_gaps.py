"""What the pages can do and the API too: registration, funnel, matches, procurement, evidence, the desk's lists."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from answered import answered, use_small_catalogue
from conftest import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from permission_world import PDF, World

from robotplus.portal.core.models import Area, Event
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.models import Deal
from robotplus.portal.evidence.actions import do_set_access
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.needs.actions import do_create_need, do_move_need
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.models import Grant, Notice, Organisation, User

pytestmark = pytest.mark.django_db


def call(client: Client, method: str, at: str, body: object = None) -> Any:
    found = client.generic(method, f"/api{at}", json.dumps(body), content_type="application/json")
    return found.status_code, found.json()


def test_an_organisation_registers_corrects_and_is_approved(cast: Cast) -> None:
    client, operator = cast.client("ex_member"), cast.client("operator")
    facts = {
        "name_zh": "渝州机器人",
        "country": "DE",
        "code": "HRB 1234",
        "kind": "maker",
        "areas": "500106 500113",
    }
    paper = {"licence": SimpleUploadedFile("l.pdf", PDF, "application/pdf")}
    assert client.post("/api/organisations", facts).status_code == 422  # without its licence
    made = client.post("/api/organisations", {**facts, **paper})
    assert made.status_code == 201 and made.json()["state"] == "pending"
    assert made.json()["areas"] == ["500106", "500113"]
    at = f"/api/organisations/{made.json()['id']}/correction"
    corrected = client.post(at, {**facts, "name_zh": "渝州机器人有限公司", "kind": "integrator"})
    assert corrected.status_code == 200 and corrected.json()["kind"] == "integrator"
    waiting = call(operator, "GET", "/desk/waiting")[1]
    assert made.json()["id"] in [o["id"] for o in waiting["organisations"]]
    pk = made.json()["id"]
    assert call(operator, "POST", f"/desk/organisations/{pk}/moves", {"move": "approve"})[0] == 200
    assert Organisation.objects.get(pk=pk).state == "approved"


def test_suspending_by_the_api_takes_content_down(cast: Cast) -> None:
    world = World(cast)
    offer = world.things("offer")["public"].key
    pk = cast.reader("seller").organisation_id
    sent = {"move": "suspend", "note": "x"}
    assert call(cast.client("operator"), "POST", f"/desk/organisations/{pk}/moves", sent)[0] == 200
    assert Offer.objects.get(pk=offer).state == "withdrawn"


def test_the_funnel_and_its_table_agree(cast: Cast, areas: dict[str, Area]) -> None:
    for name in ("buyer", "seller", "rival"):
        Need.objects.create(
            kind="application",
            organisation=cast.reader(name).organisation,
            title="x",
            state="open",
            field="manufacturing",
            area=areas["west"],
        )
    client = cast.client("district_official")
    status, found = call(client, "GET", "/desk/funnel?by=field")
    assert status == 200 and found["total"]["needs"] == 3
    assert [(r["key"], r["needs"]) for r in found["rows"]] == [("manufacturing", 3)]
    lines = client.get("/api/desk/funnel/csv?by=field").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3 and ",3," in lines[1]
    assert client.get("/api/desk/funnel/xlsx").content[:2] == b"PK"
    assert call(client, "GET", "/desk/funnel?by=month&start=2031-01")[1]["total"] is None
    for odd in ("start=0000-05", "end=9999-12", "start=0001-01&end=9999-01"):
        assert call(client, "GET", f"/desk/funnel?{odd}")[0] == 200
    assert call(client, "GET", "/desk/funnel?start=yesterday")[0] == 422
    assert call(cast.client("buyer"), "GET", "/desk/funnel")[0] == 404


def test_matches_are_the_owners_and_each_suppliers_own(cast: Cast) -> None:
    buyer, operator = cast.reader("buyer"), cast.reader("operator")
    for name in ("seller", "rival"):
        made = do_create_offer(
            cast.reader(name), kind="technology", title="柔性抓取", values={"topic": "柔性物体抓取"}
        )
        do_move_offer(cast.reader(name), made.pk, "submit")
        do_move_offer(operator, made.pk, "publish")
    values = {"topic": "柔性物体抓取", "problem": "x", "targets": "99 %"}
    need = do_create_need(
        buyer, kind="technology_challenge", title="抓取", values=values, visibility="public"
    )
    do_move_need(buyer, need.pk, "submit")
    do_move_need(operator, need.pk, "publish")
    at = f"/needs/{need.pk}/matches"
    assert call(cast.client("rival"), "POST", at)[0] == 403
    status, found = call(cast.client("buyer"), "POST", at)
    assert status == 200 and len(found) == 2 and found[0]["score"] > 0
    assert all(sum(r["points"] for r in m["reasons"]) > 0 for m in found)
    own = call(cast.client("rival"), "GET", at)[1]
    assert [m["organisation"]["name_en"] for m in own] == ["Other Maker"]
    assert call(cast.client("buyer_viewer"), "GET", at)[1] == found


def deal_of(cast: Cast, route: str) -> Deal:
    seller = cast.reader("seller").organisation_id
    return do_inquire(
        cast.reader("buyer"), kind="purchase", text="?", key=uuid.uuid4(), seller_id=seller, route=route
    )


def test_the_result_of_a_tender_is_recorded_and_corrected(cast: Cast) -> None:
    deal, buyer = deal_of(cast, "tender"), cast.client("buyer")
    at = f"/deals/{deal.pk}/outside-result"
    won = {"result": "this", "reference": "CQ-2026-17", "amount": "480000.50"}
    assert call(cast.client("seller"), "PUT", at, won)[0] == 403
    assert call(buyer, "PUT", at, {**won, "reference": " "})[0] == 422
    assert call(buyer, "PUT", at, won)[0] == 200
    line = deal.ledger.get()
    assert (line.amount, line.basis) == (Decimal("480000.50"), "declared")
    call(buyer, "PUT", at, {**won, "amount": "490000"})
    assert deal.ledger.get().amount == Decimal("490000")
    assert "CQ-2026-17" in cast.client("seller").get(f"/deals/{deal.pk}/").content.decode()
    assert Notice.objects.filter(user=cast.seller, verb="deal.outside_result").exists()
    other = cast.client("buyer").post(f"/deals/{deal.pk}/result/", {"result": "other", "reference": "CQ-18"})
    assert other.status_code == 302 and not deal.ledger.exists()  # nothing was bought here
    bad = cast.client("buyer").post(
        f"/deals/{deal.pk}/result/", {"result": "this", "reference": "x", "amount": "-3"}
    )
    assert bad.status_code == 422
    own = deal_of(cast, "own")
    assert call(buyer, "PUT", f"/deals/{own.pk}/outside-result", won)[0] == 422
    assert call(buyer, "GET", at)[1]["result"] == "other"


def test_a_confirmed_amount_stays_whatever_the_result_says(cast: Cast) -> None:
    deal, buyer = deal_of(cast, "government"), cast.client("buyer")
    at = f"/deals/{deal.pk}/outside-result"
    call(buyer, "PUT", at, {"result": "this", "reference": "x", "amount": "5"})
    line = deal.ledger.get()
    assert call(cast.client("seller"), "POST", f"/deals/{deal.pk}/amounts/{line.pk}/confirmation")[0] == 200
    for sent in ({"result": "void", "reference": "x"}, {"result": "this", "reference": "x", "amount": "9"}):
        assert call(buyer, "PUT", at, sent)[0] == 200
        assert [(x.amount, x.basis) for x in deal.ledger.all()] == [(Decimal(5), "confirmed")]


def test_parameters_comparison_and_the_contract_that_was_seen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_small_catalogue(monkeypatch)
    world = World(cast)
    deal, line = world._deal, world._line
    status, sheet = call(cast.client("seller"), "GET", f"/deals/{deal.pk}/parameters")
    assert status == 200 and sheet[0]["asked"].startswith("≥") and sheet[0]["models"] >= 1
    beside = call(cast.client("buyer"), "GET", f"/deals/{deal.pk}/comparison")[1]
    assert [b["number"] for b in beside] == [1] and beside[0]["net"] is not None
    operator = cast.client("operator")
    seen = call(operator, "GET", f"/amounts/{line}")[1]
    file = operator.get(f"/api/documents/{seen['document']}")
    assert b"".join(file.streaming_content) == PDF
    assert call(operator, "POST", f"/desk/amounts/{line}/contract")[1]["basis"] == "contract"


def test_private_content_is_opened_with_a_reason_that_its_owner_reads(cast: Cast) -> None:
    world = World(cast)
    need = Need.objects.get(pk=world.things("need")["private"].key)
    reported = call(
        cast.client("buyer_viewer"),
        "POST",
        "/reports",
        {"subject": "needs.need", "id": str(need.pk), "text": "x"},
    )[1]
    official = cast.client("district_official")
    at = f"/desk/requests/{reported['id']}/open"
    assert call(official, "POST", at, {"reason": "投诉"})[0] == 404  # outside their district
    area = Area.objects.get(code="500106")
    Need.objects.filter(pk=need.pk).update(area=area)
    assert call(official, "POST", at, {"reason": ""})[0] == 422
    status, opened = call(official, "POST", at, {"reason": "投诉核查"})
    assert status == 200 and opened["values"]["topic"] == "Joint tests"
    assert Event.objects.filter(verb="content.open", actor=cast.district_official.pk).count() == 1
    assert Notice.objects.get(user=cast.buyer, verb="content.open").data["reason"] == "投诉核查"
    mine = call(cast.client("buyer_viewer"), "GET", "/reports")[1]
    assert [r["id"] for r in mine] == [reported["id"]]


def test_evidence_of_a_model_comes_and_goes_with_its_certificate(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_small_catalogue(monkeypatch)
    World(cast).things("model")
    answered(cast.reader("buyer"))
    one = Certificate.objects.exclude(model=None).first()
    assert one is not None
    at = f"/models/{one.model_id}/evidence"
    visitor = cast.client("visitor")
    assert call(visitor, "GET", at)[1] == []
    do_set_access(cast.reader("buyer"), one, "check_only")
    (record,) = call(visitor, "GET", at)[1]
    assert (record["level"], record["certificate"], record["status"]) == (1, one.sha256, "valid")
    do_set_access(cast.reader("buyer"), one, "private")
    assert call(visitor, "GET", at)[1] == []
    assert call(cast.client("buyer"), "GET", at)[1][0]["status"] == "revoked"


def test_officials_are_granted_and_ended(cast: Cast, areas: dict[str, Area]) -> None:
    operator = cast.client("operator")
    city = cast.reader("city_official").organisation_id
    User.objects.filter(pk=cast.rival.pk).update(email="rival@example.org")
    sent = {"person": "Rival@example.org", "organisation": city, "area": "500113", "field": "special"}
    assert call(operator, "POST", "/desk/officials", {**sent, "area": "nowhere"})[0] == 422
    status, made = call(operator, "POST", "/desk/officials", sent)
    assert status == 201 and (made["area"], made["field"]) == ("500113", "special")
    assert made["id"] in [o["id"] for o in call(operator, "GET", "/desk/officials")[1]]
    assert call(operator, "DELETE", f"/desk/officials/{made['id']}")[0] == 200
    assert not Grant.objects.today().filter(pk=made["id"]).exists()
