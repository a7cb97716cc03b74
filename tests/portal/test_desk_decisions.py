"""The desk: what waits, decisions along the state tables, reports, private content, featuring, the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from conftest import ROLES, Cast
from django.test import Client
from django.utils import timezone

from robotplus.portal.catalogue.models import Correction, Model, ModelClaim
from robotplus.portal.core.errors import AbsentError, ConflictError, LimitError, RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.desk import actions
from robotplus.portal.desk.access import access_desk_request, access_reported, waiting_content
from robotplus.portal.kinds import kind as kind_of
from robotplus.portal.matches.models import DeskRequest
from robotplus.portal.needs.actions import do_create_need, do_move_need
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.offers.models import Featuring, Offer
from robotplus.portal.parties.models import Notice

pytestmark = pytest.mark.django_db
NOT_OPERATOR = [r for r in ROLES if r != "operator"]


def _offer(cast: Cast) -> Offer:
    offer = do_create_offer(
        cast.reader("seller"), kind="service", title="焊接集成", values={"service": ["integration"]}
    )
    return do_move_offer(cast.reader("seller"), offer.pk, "submit")


def _need(cast: Cast, visibility: str = "private") -> Need:
    need = do_create_need(
        cast.reader("buyer"),
        kind="application",
        title="座椅骨架弧焊",
        scenario="arc_welding",
        values={"takt_s": "25", "area": "500106"},
        visibility=visibility,
    )
    return do_move_need(cast.reader("buyer"), need.pk, "submit" if visibility == "public" else "open")


def test_content_of_every_kind_waits_and_is_decided_along_its_table(cast: Cast) -> None:
    operator = cast.reader("operator")
    offer, need = _offer(cast), _need(cast, "public")
    waiting = {(w.type, w.subject.pk): [m.name for m in w.moves] for w in waiting_content(operator)}
    assert waiting == {
        ("offers.offer", offer.pk): ["publish", "return"],
        ("needs.need", need.pk): ["publish", "return"],
    }
    actions.do_move_content(operator, "offer", offer.pk, "publish")
    with pytest.raises(RefusedError):
        actions.do_move_content(operator, "need", need.pk, "return")
    actions.do_move_content(operator, "need", need.pk, "return", reason="节拍不清楚")
    assert (Offer.objects.get().state, Need.objects.get().state) == ("published", "draft")
    told = Notice.objects.get(user=cast.buyer, verb="content.moved")
    assert told.data["reason"] == "节拍不清楚"
    assert waiting_content(operator) == []
    actions.do_move_content(operator, "offer", offer.pk, "take_down", reason="重复")
    assert Offer.objects.get().state == "withdrawn"


def test_harmful_content_is_taken_down_even_where_it_was_only_shown_to_invited(cast: Cast) -> None:
    need = _need(cast, "invited")
    actions.do_move_content(cast.reader("operator"), "need", need.pk, "take_down", reason="complaint")
    need.refresh_from_db()
    assert not kind_of(need.kind).state(need.state).listed


@pytest.mark.parametrize("role", NOT_OPERATOR)
def test_nobody_else_decides_anything(cast: Cast, role: str) -> None:
    reader, offer = cast.reader(role), _offer(cast)
    before = offer.state
    for act in (
        lambda: actions.do_move_content(reader, "offer", offer.pk, "publish"),
        lambda: actions.do_feature(reader, offer.pk, reason="x", days=3),
        lambda: actions.do_unfeature(reader, 1),
        lambda: actions.do_decide_claim(reader, 1, approve=True),
        lambda: actions.do_decide_correction(reader, 1, accept=True),
        lambda: waiting_content(reader),
    ):
        with pytest.raises(AbsentError):
            act()
    offer.refresh_from_db()
    assert offer.state == before
    client = cast.client(role)
    for path in ("/desk/events/", "/desk/officials/", f"/desk/organisations/{offer.organisation_id}"):
        assert client.get(path).status_code in (302, 404), path


def test_one_maker_speaks_for_a_model(cast: Cast) -> None:
    model = Model.objects.create(id="arm_1", maker="M", name="A1")
    claims = [
        ModelClaim.objects.create(model=model, organisation=cast.reader(r).organisation)
        for r in ("seller", "rival")
    ]
    operator = cast.reader("operator")
    actions.do_decide_claim(operator, claims[0].pk, approve=True)
    with pytest.raises(ConflictError):
        actions.do_decide_claim(operator, claims[1].pk, approve=True)
    with pytest.raises(ConflictError):
        actions.do_decide_claim(operator, claims[0].pk, approve=False)
    actions.do_decide_claim(operator, claims[1].pk, approve=False)
    assert sorted(ModelClaim.objects.values_list("state", flat=True)) == ["approved", "rejected"]
    assert Notice.objects.filter(verb="claim.decide").count() == 2


def test_a_correction_is_decided_once_and_declined_with_a_reason(cast: Cast) -> None:
    model = Model.objects.create(id="arm_1", maker="M", name="A1")
    correction = Correction.objects.create(
        model=model,
        author=cast.rival,
        figure="payload_kg",
        old=10,
        new=12,
        source="data sheet",
        due=dt.date.today(),
    )
    operator = cast.reader("operator")
    with pytest.raises(RefusedError):
        actions.do_decide_correction(operator, correction.pk, accept=False)
    actions.do_decide_correction(operator, correction.pk, accept=False, note="the data sheet says 10")
    with pytest.raises(ConflictError):
        actions.do_decide_correction(operator, correction.pk, accept=False, note="again")
    correction.refresh_from_db()
    assert (correction.state, correction.decided_by) == ("declined", cast.operator)
    assert correction.note == "the data sheet says 10"
    assert Notice.objects.get(verb="correction.decide").user == cast.rival


def test_whoever_sees_something_may_report_it(cast: Cast) -> None:
    offer = _offer(cast)
    with pytest.raises(AbsentError):
        actions.do_report(cast.reader("visitor"), "offers.offer", str(offer.pk), text="wrong")
    actions.do_move_content(cast.reader("operator"), "offer", offer.pk, "publish")
    client = Client()
    assert client.get(f"/report/offers.offer/{offer.pk}").status_code == 200
    assert client.post(f"/report/offers.offer/{offer.pk}", {"text": " "}).status_code == 422
    assert client.post(f"/report/offers.offer/{offer.pk}", {"text": "虚假参数"}).status_code == 302
    request = DeskRequest.objects.get()
    assert (request.kind, request.user, request.subject_id) == ("report_content", None, str(offer.pk))
    assert Notice.objects.filter(user=cast.operator, verb="content.report").exists()
    for kind, pk in (("offers.offer", "0"), ("parties.user", "1"), ("nonsense", "1"), ("offers.offer", "x")):
        assert client.get(f"/report/{kind}/{pk}").status_code == 404


def test_reports_are_bounded(cast: Cast) -> None:
    plant = cast.reader("buyer").organisation
    assert plant is not None
    for _ in range(actions.REPORTS_A_DAY):
        actions.do_report(cast.reader("rival"), "parties.organisation", str(plant.pk), text="x")
    with pytest.raises(LimitError):
        actions.do_report(cast.reader("rival"), "parties.organisation", str(plant.pk), text="x")


def test_what_a_suspended_organisation_shows_is_taken_down(cast: Cast) -> None:
    operator, shown, draft = cast.reader("operator"), _offer(cast), _offer(cast)
    need = _need(cast, "public")
    actions.do_move_content(operator, "offer", shown.pk, "publish")
    actions.do_move_content(operator, "need", need.pk, "publish")
    maker = cast.reader("seller").organisation
    assert maker is not None
    actions.do_decide_organisation(operator, maker, move="suspend", note="虚假资质")
    states = dict(Offer.objects.values_list("pk", "state"))
    assert states == {shown.pk: "withdrawn", draft.pk: "review"}
    need.refresh_from_db()
    assert need.state == "open"  # another's
    assert not cast.reader("seller").may_publish
    actions.do_decide_organisation(operator, maker, move="reinstate")
    assert cast.reader("seller").may_publish


def _report(need: Need, kind: str = "complaint") -> DeskRequest:
    return DeskRequest.objects.create(
        kind=kind, subject_type="needs.need", subject_id=str(need.pk), text="泄密", due=timezone.localdate()
    )


def test_private_content_opens_only_on_a_report_with_a_reason_and_its_owner_learns(cast: Cast) -> None:
    need = _need(cast)
    request = _report(need)
    for role in ("buyer", "seller", "rival", "visitor", "ex_member", "newcomer"):
        with pytest.raises(AbsentError):
            access_reported(cast.reader(role), request)
    official = cast.reader("district_official")
    with pytest.raises(RefusedError):
        actions.do_open_private(official, request, reason=" ")
    assert actions.do_open_private(official, request, reason="核实举报") == need
    event = events_of(need).last()
    assert (event.verb, event.actor, event.data) == (
        "content.open",
        official.user.pk,
        {"request": request.pk},
    )
    told = Notice.objects.get(verb="content.open")
    assert told.user == cast.buyer and told.data["reason"] == "核实举报"
    actions.do_close_request(cast.reader("operator"), request, outcome="无违规")
    request.refresh_from_db()
    with pytest.raises(AbsentError):
        actions.do_open_private(official, request, reason="again")


def test_an_official_sees_reports_of_their_own_scope_alone(cast: Cast, areas: dict[str, Any]) -> None:
    need = _need(cast)
    request, ask = _report(need), _report(need, "ask_offer")
    official = cast.reader("district_official")
    assert access_desk_request(official, request.pk) == request
    with pytest.raises(AbsentError):
        access_desk_request(official, ask.pk)
    with pytest.raises(AbsentError):
        access_reported(cast.reader("operator"), ask)
    Need.objects.update(area=areas["east"])
    with pytest.raises(AbsentError):
        access_desk_request(official, request.pk)
    assert access_desk_request(cast.reader("city_official"), request.pk) == request


def test_the_desk_opens_private_content_on_the_page_and_logs_each_look(cast: Cast) -> None:
    need = _need(cast)
    request = _report(need)
    client = cast.client("city_official")
    page = client.get(f"/desk/requests/{request.pk}").content.decode()
    assert need.title not in page
    for _ in range(2):
        shown = client.post(f"/desk/requests/{request.pk}/open", {"reason": "核实"}).content.decode()
        assert need.title in shown
    assert events_of(need).filter(verb="content.open").count() == 2
    for role in ("rival", "buyer_viewer"):
        assert cast.client(role).post(f"/desk/requests/{request.pk}/open", {"reason": "x"}).status_code == 404


def test_whoever_asked_reads_the_outcome(cast: Cast) -> None:
    offer = _offer(cast)
    actions.do_move_content(cast.reader("operator"), "offer", offer.pk, "publish")
    request = actions.do_report(cast.reader("rival"), "offers.offer", str(offer.pk), text="x")
    client = cast.client("operator")
    assert client.post(f"/desk/requests/{request.pk}", {"outcome": " "}).status_code == 422
    assert client.post(f"/desk/requests/{request.pk}", {"outcome": "已更正"}).status_code == 302
    assert "已更正" in cast.client("rival").get(f"/desk/requests/{request.pk}").content.decode()
    assert cast.client("seller").get(f"/desk/requests/{request.pk}").status_code == 404
    assert cast.client("rival").post(f"/desk/requests/{request.pk}", {"outcome": "x"}).status_code == 404


def test_featuring_names_who_and_why_and_ends(cast: Cast) -> None:
    operator, offer = cast.reader("operator"), _offer(cast)
    with pytest.raises(AbsentError):
        actions.do_feature(operator, offer.pk, reason="new", days=5)  # not published yet
    actions.do_move_content(operator, "offer", offer.pk, "publish")
    for wrong in ({"reason": " ", "days": 5}, {"reason": "new", "days": 0}, {"reason": "new", "days": 400}):
        with pytest.raises(RefusedError):
            actions.do_feature(operator, offer.pk, **wrong)
    made = actions.do_feature(operator, offer.pk, reason="首台套", days=5)
    assert (made.by, made.reason) == (cast.operator, "首台套")
    assert dt.timedelta(days=4) < made.end - timezone.now() <= dt.timedelta(days=5)
    assert events_of(offer).last().verb == "offer.feature"
    home = Client().get("/").content.decode()
    assert "焊接集成" in home and "首台套" in home and cast.operator.name in home
    actions.do_unfeature(operator, made.pk)
    assert Featuring.objects.get().end <= timezone.now()
    assert "首台套" not in Client().get("/").content.decode()
    with pytest.raises(AbsentError):
        actions.do_unfeature(operator, made.pk)


def test_the_operators_pages_show_what_waits_with_few_queries(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        _offer(cast)
        _report(_need(cast, "public"))
    client = cast.client("operator")
    client.get("/desk/")
    with django_assert_max_num_queries(45):
        page = client.get("/desk/").content.decode()
    assert page.count("焊接集成") == 8 and page.count("座椅骨架弧焊") == 8 and "New Plant" in page
    for path in ("/desk/events/?verb=offer.", "/desk/requests/", "/desk/officials/", "/desk/funnel/"):
        assert client.get(path).status_code == 200
    for query in ("organisation=x", "subject_type=x", "page=zzz"):
        assert client.get(f"/desk/events/?{query}").status_code == 200


def test_no_control_character_gets_to_the_database(cast: Cast) -> None:
    client, fresh = cast.client("operator"), cast.reader("newcomer").organisation
    assert fresh is not None
    for path in ("/desk/events/?verb=a%00", "/organisations/?q=%00", "/report/catalogue.model/a%00"):
        assert client.get(path).status_code == 400
    refused = client.post(f"/desk/organisations/{fresh.pk}", {"move": "reject", "note": "a\0b"})
    assert refused.status_code == 400
    fresh.refresh_from_db()
    assert fresh.state == "pending"


def test_the_operator_approves_from_the_page(cast: Cast) -> None:
    fresh = cast.reader("newcomer").organisation
    assert fresh is not None
    client = cast.client("operator")
    assert client.post(f"/desk/organisations/{fresh.pk}", {"move": "reject"}).status_code == 422
    assert client.post(f"/desk/organisations/{fresh.pk}", {"move": "approve"}).status_code == 302
    assert cast.reader("newcomer").may_publish
    offer = _offer(cast)
    client.post(f"/desk/content/offer/{offer.pk}", {"move": "publish"})
    offer.refresh_from_db()
    assert offer.state == "published"
    assert client.get(f"/desk/feature/{offer.pk}").status_code == 200
    client.post(f"/desk/feature/{offer.pk}", {"reason": "x", "days": 3})
    assert Featuring.objects.count() == 1
