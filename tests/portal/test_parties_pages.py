"""Pages of organisations and people: who sees what, what a form keeps, and how many queries a page takes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from conftest import ROLES, Cast, make_member, make_organisation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from robotplus.portal.core.errors import ConflictError, ForbiddenError, RefusedError
from robotplus.portal.deals.models import Deal, Message
from robotplus.portal.parties.actions.organisations import (
    do_correct_organisation,
    do_describe_organisation,
    do_review_organisation,
)
from robotplus.portal.parties.models import Organisation
from robotplus.portal.parties.speed import answer_time

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + bytes(40)


def test_the_list_is_of_approved_organisations_and_filters(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_organisation(f"Integrator {number:02d}", "integrator")
    client = Client()
    client.get("/organisations/")
    with django_assert_max_num_queries(4):
        page = client.get("/organisations/?kind=integrator&q=INTEGRATOR")
    assert page.context["page"].paginator.count == 30 and len(page.context["page"]) == 24
    everything = "".join(client.get(f"/organisations/?page={n}").content.decode() for n in (1, 2))
    assert "Seat Works" in everything and "New Plant" not in everything
    assert client.get("/organisations/?kind=nonsense&page=x").status_code == 200
    assert "没有符合条件的单位" in client.get("/organisations/?q=zzz").content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_a_waiting_organisation_is_seen_by_its_own_and_the_operator(cast: Cast, role: str) -> None:
    fresh = cast.reader("newcomer").organisation
    assert fresh is not None
    seen = cast.client(role).get(f"/organisations/{fresh.pk}/").status_code == 200
    assert seen == (role in ("newcomer", "operator"))
    edited = cast.client(role).get(f"/organisations/{fresh.pk}/edit").status_code
    assert edited == {"newcomer": 200, "operator": 403, "visitor": 302}.get(role, 404)


def test_an_organisations_page_takes_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    maker = cast.reader("seller").organisation
    assert maker is not None
    client = cast.client("buyer")
    client.get(f"/organisations/{maker.pk}/")
    with django_assert_max_num_queries(12):
        assert client.get(f"/organisations/{maker.pk}/").status_code == 200


def _facts(**changed: Any) -> dict[str, Any]:
    return {
        "name_zh": "改名厂",
        "country": "DE",
        "code": "HRB 5",
        "kind": "maker",
        "areas": ["500113"],
    } | changed


def test_before_approval_everything_is_corrected_and_looked_at_again(cast: Cast) -> None:
    reader, operator = cast.reader("newcomer"), cast.reader("operator")
    fresh = reader.organisation
    assert fresh is not None
    do_review_organisation(operator, fresh, move="reject", note="code")
    do_correct_organisation(reader, fresh, _facts(), licence=SimpleUploadedFile("a.pdf", PDF))
    fresh.refresh_from_db()
    assert (fresh.state, fresh.name_zh, fresh.code) == ("pending", "改名厂", "HRB 5")
    assert fresh.licence is not None and [a.code for a in fresh.areas.all()] == ["500113"]
    do_review_organisation(operator, fresh, move="approve")
    with pytest.raises(RefusedError):
        do_correct_organisation(reader, fresh, _facts(name_zh="又改名"))
    do_describe_organisation(
        reader, fresh, {"about": "x", "website": "https://example.org", "name_zh": "又改名"}
    )
    fresh.refresh_from_db()
    assert (fresh.name_zh, fresh.about) == ("改名厂", "x")


def test_a_decision_in_the_meantime_is_not_overwritten(cast: Cast) -> None:
    reader = cast.reader("newcomer")
    fresh = reader.organisation
    assert fresh is not None
    stale = Organisation.objects.get(pk=fresh.pk)
    do_review_organisation(cast.reader("operator"), fresh, move="approve")
    with pytest.raises(ConflictError):
        do_correct_organisation(reader, stale, _facts())
    with pytest.raises(ConflictError):
        do_review_organisation(cast.reader("operator"), stale, move="reject", note="x")
    fresh.refresh_from_db()
    assert fresh.state == "approved" and fresh.name_zh == "New Plant"


def test_only_its_own_owners_and_editors_describe_it(cast: Cast) -> None:
    plant = cast.reader("buyer").organisation
    assert plant is not None
    for role in ("buyer_viewer", "seller", "operator", "city_official", "ex_member", "visitor"):
        with pytest.raises(ForbiddenError):
            do_describe_organisation(cast.reader(role), plant, {"about": "hacked"})


def test_forms_keep_what_was_typed_and_say_what_is_wrong_beside_it(cast: Cast) -> None:
    client = cast.client("buyer")
    typed = {
        "name_zh": "新厂<b>",
        "kind": "maker",
        "country": "CN",
        "code": "123",
        "areas": ["500106"],
        "about": "x",
    }
    answer = client.post("/organisations/new", typed | {"licence": SimpleUploadedFile("a.pdf", PDF)})
    page = answer.content.decode()
    assert answer.status_code == 422 and "新厂&lt;b&gt;" in page and "新厂<b>" not in page
    assert set(answer.context["form"].errors) == {"code"} and 'id="id_code_error"' in page
    assert 'aria-describedby="id_code_error"' in page
    wrong = client.post("/me/channels", {"rhythm": "daily", "channels": ["sms"]})
    assert wrong.status_code == 422 and "请先添加手机号" in wrong.content.decode()


def test_a_person_changes_their_own_page(cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = cast.client("buyer")
    client.post("/me/person", {"name": "王工", "language": "en"})
    client.post("/me/channels", {"rhythm": "daily", "channels": ["email", "wecom"], "wecom": "wang"})
    made = client.post("/me/tokens", {"label": "ERP", "scopes": ["read"], "days": "30"}).content.decode()
    assert "rp_" in made
    with django_assert_max_num_queries(14):
        page = client.get("/me/").content.decode()
    assert "rp_" not in page and "ERP" in page and "王工" in page
    cast.buyer.refresh_from_db()
    assert (cast.buyer.language, cast.buyer.rhythm, cast.buyer.channels) == (
        "en",
        "daily",
        ["email", "wecom"],
    )
    token = cast.buyer.apitoken_set.get()
    assert cast.client("seller").post(f"/me/tokens/{token.pk}/revoke").status_code == 404
    client.post(f"/me/tokens/{token.pk}/revoke")
    token.refresh_from_db()
    assert token.revoked_at is not None


@pytest.mark.parametrize(
    "path", ["/me/", "/inbox/", "/organisations/new", "/organisations/members/", "/me/data", "/desk/"]
)
def test_visitors_are_asked_to_sign_in(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


def test_how_fast_an_organisation_answers_is_told_with_three_inquiries(cast: Cast) -> None:
    maker, plant = cast.reader("seller").organisation, cast.reader("buyer").organisation
    assert maker is not None and plant is not None
    now = timezone.now()
    for number, hours in enumerate((1, 5, 30)):
        assert answer_time(maker) is None
        deal = Deal.objects.create(kind="purchase", buyer=plant, seller=maker, title="d", state="inquiry")
        Deal.objects.filter(pk=deal.pk).update(created_at=now - dt.timedelta(hours=hours))
        for side in (plant, maker):
            said = Message.objects.create(
                deal=deal, organisation=side, text="x", key=f"{number:032d}{side.pk}"[-32:]
            )
            Message.objects.filter(pk=said.pk).update(
                at=now if side == maker else now - dt.timedelta(hours=40)
            )
    assert answer_time(maker) == dt.timedelta(hours=5)
    assert "5 小时" in Client().get(f"/organisations/{maker.pk}/").content.decode()


def test_editors_and_viewers_see_members_but_change_none(cast: Cast) -> None:
    plant = cast.reader("buyer").organisation
    assert plant is not None
    editor = make_member(plant, "editor")
    for user in (editor, cast.buyer_viewer):
        client = Client()
        client.force_login(user)
        page = client.get("/organisations/members/").content.decode()
        assert "/role" not in page and "/end" not in page
        grant = editor.grants.get()
        assert client.post(f"/organisations/members/{grant.pk}/role", {"role": "owner"}).status_code == 403
        assert (
            client.post("/organisations/members/invite", {"address": "a@b.cn", "role": "viewer"}).status_code
            == 403
        )
    assert cast.client("seller").post(f"/organisations/members/{grant.pk}/end").status_code == 404
