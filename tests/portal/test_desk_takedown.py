"""Anyone reports what is public; the operator takes it down with a reason that its owner and the reporter learn."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from answered import answered, use_small_catalogue
from conftest import Cast
from permission_world import World

from robotplus.portal.core.models import Event
from robotplus.portal.desk.actions import REPORTS_A_DAY
from robotplus.portal.evidence.actions import do_set_access
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.matches.models import DeskRequest
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.models import Notice, Organisation
from robotplus.portal.search.finding import search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("noun", "table", "end"), [("offer", Offer, "withdrawn"), ("need", Need, "closed")])
def test_a_visitor_reports_and_the_operator_takes_it_down(
    cast: Cast, noun: str, table: Any, end: str
) -> None:
    pk = World(cast).things(noun)["public"].key
    at, link = f"/{noun}s/{pk}/", f"/report/{noun}s.{noun}/{pk}"
    visitor, operator = cast.client("visitor"), cast.client("operator")
    assert link in visitor.get(at).content.decode()
    assert visitor.get(link).status_code == 200
    assert visitor.post(link, {"text": " "}).status_code == 422
    assert visitor.post(link, {"text": "虚假宣传"}).status_code == 302
    asked = DeskRequest.objects.get(kind="report_content")
    assert asked.user is None and asked.due > dt.date.today()
    assert "虚假宣传" in operator.get(f"/desk/requests/{asked.pk}").content.decode()
    step = f"/desk/content/{noun}/{pk}"
    operator.post(step, {"move": "take_down", "reason": ""})
    assert visitor.get(at).status_code == 200  # a reason is asked
    operator.post(step, {"move": "take_down", "reason": "核实为虚假"})
    assert visitor.get(at).status_code == 404
    assert cast.client("rival").get(at).status_code == 404
    assert not [
        h for h in search(cast.reader("visitor"), "").hits if (h.noun, h.subject_id) == (noun, str(pk))
    ]
    owner = cast.seller if noun == "offer" else cast.buyer
    told = Notice.objects.get(user=owner, verb="content.moved", subject_id=str(pk), data__state=end)
    assert told.data["reason"] == "核实为虚假"
    assert operator.post(f"/desk/requests/{asked.pk}", {"outcome": "已下架"}).status_code == 302
    verbs = list(Event.objects.filter(subject_id=str(pk)).values_list("verb", flat=True))
    assert "content.report" in verbs and verbs[-1].endswith("take_down")
    again = table.objects.get(pk=pk)
    assert again.state == end
    owner_client = cast.client("seller" if noun == "offer" else "buyer")
    assert owner_client.get(at).status_code == 200  # its owner still reads it, to mend it


def test_certificates_and_organisations_are_reported_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_catalogue(monkeypatch)
    World(cast).things("model")
    answered(cast.reader("buyer"))
    one, closed = Certificate.objects.exclude(model=None).order_by("pk")[:2]
    do_set_access(cast.reader("buyer"), one, "check_only")
    visitor = cast.client("visitor")
    page = visitor.get(f"/evidence/{one.sha256.removeprefix('sha256:')}/", follow=True)
    link = f"/report/evidence.certificate/{one.pk}"
    assert link in page.content.decode()
    assert visitor.post(link, {"text": "wrong premise"}).status_code == 302
    assert visitor.get(f"/report/evidence.certificate/{closed.pk}").status_code == 404
    assert visitor.get("/report/evidence.certificate/999999").status_code == 404
    seller = Organisation.objects.get(pk=cast.reader("seller").organisation_id)
    assert visitor.post(f"/report/parties.organisation/{seller.pk}", {"text": "x"}).status_code == 302
    asked = DeskRequest.objects.filter(kind="report_content").order_by("-pk").first()
    assert asked is not None
    assert cast.client("operator").get(f"/desk/requests/{asked.pk}").status_code == 200


def test_visitors_together_report_so_often_a_day(cast: Cast) -> None:
    pk = World(cast).things("offer")["public"].key
    link = f"/report/offers.offer/{pk}"
    statuses = [
        cast.client("visitor").post(link, {"text": "x"}).status_code for _ in range(REPORTS_A_DAY + 1)
    ]
    assert statuses == [302] * REPORTS_A_DAY + [429]
    assert cast.client("rival").post(link, {"text": "x"}).status_code == 302  # members have their own count


def test_a_complaint_about_a_deal_opens_it_and_both_parties_learn_of_the_look(cast: Cast) -> None:
    deal = World(cast)._deal
    buyer, operator = cast.client("buyer"), cast.client("operator")
    link = f"/report/deals.deal/{deal.pk}"
    assert link in buyer.get(f"/deals/{deal.pk}/").content.decode()
    assert cast.client("rival").get(link).status_code == 404
    assert operator.get(f"/deals/{deal.pk}/").status_code == 404  # without a complaint it is theirs alone
    assert buyer.post(link, {"text": "逾期未交货"}).status_code == 302
    asked = DeskRequest.objects.get(kind="complaint")
    deal.messages.create(organisation=deal.seller, text="下周一定交")
    assert operator.post(f"/desk/requests/{asked.pk}/open", {"reason": ""}).status_code == 422
    page = operator.post(f"/desk/requests/{asked.pk}/open", {"reason": "核查投诉"}).content.decode()
    assert "下周一定交" in page and deal.title in page
    sent = json.dumps({"reason": "再次核查"})
    at = f"/api/desk/requests/{asked.pk}/open"
    opened = operator.post(at, sent, content_type="application/json").json()
    assert opened["values"]["messages"][-1]["text"] == "下周一定交" and opened["values"]["quotation"]
    assert [o["id"] for o in opened["organisations"]] == [deal.buyer_id, deal.seller_id]
    told = Notice.objects.filter(verb="content.open", subject_id=str(deal.pk), data__reason="核查投诉")
    assert set(told.values_list("user", flat=True)) == {cast.buyer.pk, cast.seller.pk}
