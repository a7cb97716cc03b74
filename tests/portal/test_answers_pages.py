"""An answer from the question to the page: who may read it, what is on it, what a visitor may ask."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from answered import SCENARIO, answered, ask, small_catalogue, use_small_catalogue, work_off
from conftest import Cast, make_user
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.reader import Reader
from robotplus.portal.deals.models import Deal
from robotplus.portal.jobs.actions import do_cancel
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.access import access_answer, answers_for
from robotplus.portal.matches.actions import do_adopt_answers, do_share
from robotplus.portal.matches.models import Answer, DeskRequest
from robotplus.portal.matches.purging import do_purge
from robotplus.portal.matches.shown import page_of
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer, OfferRevision
from robotplus.portal.parties.access import reader_for
from robotplus.portal.parties.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_robots(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_small_catalogue(monkeypatch)
    yield


def url(name: str, answer: Answer, *more: str) -> str:
    return reverse(name, args=[answer.slug, *more])


def post_new(client: Client, **data: Any) -> Any:
    return client.post(reverse("answer_new"), {"scenario": SCENARIO, **data})


def test_a_visitor_asks_watches_and_reads(client: Client) -> None:
    response = post_new(client, takt_s="30")
    answer = Answer.objects.get()
    assert response.url == url("answer", answer) and client.cookies["visitor"]["httponly"]
    waiting = client.get(response.url)
    assert "hx-get" in waiting.text and url("answer_progress", answer) in waiting.text
    assert "HX-Redirect" not in client.get(url("answer_progress", answer)).headers
    assert work_off() == 1
    assert client.get(url("answer_progress", answer))["HX-Redirect"] == response.url
    page = client.get(response.url)
    kept = page_of(answer.key)
    assert kept is not None and kept["rows"]
    for row in kept["rows"]:
        assert row["model"] in page.text and row["tightest"][0] in page.text
    assert kept["looked_at"] == sum(kept["counts"].values()) == len(small_catalogue())
    assert 'value="30"' in page.text


def test_the_page_speaks_english_too(client: Client) -> None:
    answer = answered(Reader(visitor="v"))
    client.cookies["django_language"] = "en"
    page = client.get(url("answer", answer)).text
    kept = page_of(answer.key)
    assert kept is not None
    assert kept["rows"][0]["tightest"][1] in page and "Ranking" in page
    assert kept["rows"][0]["tightest"][0] not in page


def test_the_same_question_is_answered_at_once_to_others(cast: Cast) -> None:
    first = answered(cast.reader("buyer"))
    again = ask(cast.reader("seller"))
    assert again.key == first.key and again.job is None and page_of(again.key) is not None
    assert Job.objects.count() == 1 and Result.objects.count() == 1
    assert again in answers_for(cast.reader("seller")) and first not in answers_for(cast.reader("seller"))


def test_pressing_twice_asks_once(cast: Cast) -> None:
    assert ask(cast.reader("buyer")).pk == ask(cast.reader("buyer")).pk
    assert Job.objects.count() == 1


def test_wrong_numbers_stay_in_the_form_with_their_problem(client: Client) -> None:
    response = post_new(client, takt_s="-3", seam_length_mm="0,5 m", seam_count="two")
    assert response.status_code == 422 and not Answer.objects.exists()
    assert 'value="-3"' in response.text and 'value="two"' in response.text
    assert response.text.count("aria-invalid") == 2


def test_numbers_are_read_as_people_write_them(client: Client) -> None:
    post_new(client, seam_length_mm="0,5 m", takt_s="30")
    assert Answer.objects.get().document["numbers"] == {"seam_length_mm": 500.0, "takt_s": 30.0}


def test_answers_are_private_until_shared(cast: Cast) -> None:
    answer = ask(cast.reader("buyer"))
    assert access_answer(cast.reader("buyer_viewer"), answer.slug) == answer
    with pytest.raises(ForbiddenError):
        access_answer(cast.reader("buyer_viewer"), answer.slug, edit=True)
    for other in ("seller", "operator", "city_official", "ex_member", "visitor"):
        with pytest.raises(AbsentError):
            access_answer(cast.reader(other), answer.slug)
        assert cast.client(other).get(url("answer", answer)).status_code == 404
    do_share(cast.reader("buyer"), answer, shared=True)
    assert access_answer(cast.reader("seller"), answer.slug) == answer
    with pytest.raises(ForbiddenError):
        access_answer(cast.reader("seller"), answer.slug, edit=True)
    do_share(cast.reader("buyer"), answer, shared=False)
    with pytest.raises(AbsentError):
        access_answer(cast.reader("seller"), answer.slug)


def test_every_file_follows_the_answer(cast: Cast) -> None:
    answer = answered(cast.reader("buyer"))
    page = page_of(answer.key)
    assert page is not None
    robot = page["rows"][0]["robot"]
    paths = [url("answer_download", answer, name) for name in ("answer.json", "need.json", "report.html")]
    paths += [url("answer_part", answer, robot, kind) for kind in ("glb", "profile.json")]
    paths += [
        url("answer_solution", answer, robot),
        url("answer_compare", answer),
        url("answer_progress", answer),
    ]
    for path in paths:
        mine = cast.client("buyer").get(path, headers={"HX-Request": "true"})
        assert mine.status_code == 200, path
        assert b"".join(mine) if mine.streaming else mine.content
        assert cast.client("rival").get(path, headers={"HX-Request": "true"}).status_code == 404, path
    report = cast.client("buyer").get(paths[2])
    assert report["Content-Disposition"].startswith("attachment") and b"".join(report)
    for name in ("page.json", "../../secret-key", ".partial", "no.json"):
        assert (
            cast.client("buyer")
            .get(url("answer_download", answer, "x").replace("/x", f"/{name}"))
            .status_code
            == 404
        )
    answer_file = cast.client("buyer").get(paths[0])
    json.loads(b"".join(answer_file))


def test_offers_are_joined_under_the_readers_permissions(cast: Cast) -> None:
    answer = answered(cast.reader("buyer"))
    page = page_of(answer.key)
    assert page is not None
    row = page["rows"][0]
    model = Model.objects.create(id=row["robot"], maker=row["maker"], name=row["model"])
    price = {
        "amount": "98000.00",
        "currency": "CNY",
        "tax_included": True,
        "tax_rate": "0.13",
        "basis": "unit",
    }
    for state, amount in (("published", "98000.00"), ("draft", "55555.00")):
        offer = Offer.objects.create(
            kind="product",
            organisation=cast.reader("seller").organisation,
            title="x",
            model=model,
            state=state,
        )
        values = {"price": {**price, "amount": amount, "scope": ["body"]}, "lead_time_d": 30}
        offer.current = OfferRevision.objects.create(
            offer=offer, number=1, values=values, kind_version=1, sha256="sha256:0"
        )
        offer.save()
    shown = cast.client("buyer").get(url("answer", answer)).text
    assert (
        "98000" in shown.replace(",", "") and "55555" not in shown.replace(",", "") and "Arm Maker" in shown
    )
    assert "示例" not in shown
    Organisation.objects.filter(name_en="Arm Maker").update(is_example=True)
    for name in ("answer", "answer_compare", "answer_inquire"):
        assert "示例" in cast.client("buyer").get(url(name, answer)).text, name


def test_what_if_marks_what_changed(cast: Cast) -> None:
    before = answered(cast.reader("buyer"))
    client = cast.client("buyer")
    response = post_new(client, seam_length_mm="300", previous=before.slug)
    work_off()
    after = Answer.objects.get(previous=before)
    shown = client.get(response.url).text
    assert after.key != before.key and url("answer", before) in shown
    old, new = page_of(before.key), page_of(after.key)
    assert old is not None and new is not None
    change = round(
        new["rows"][0]["high"]
        - next(r for r in old["rows"] if r["robot"] == new["rows"][0]["robot"])["high"],
        2,
    )
    assert change < 0 and f"{change:g} s" in shown.replace("−", "-")


def test_a_what_if_cannot_name_somebody_elses_answer(cast: Cast) -> None:
    other = ask(cast.reader("seller"))
    assert post_new(cast.client("buyer"), previous=other.slug).status_code == 404


def test_visitors_have_an_hourly_limit_that_results_at_hand_do_not_use(client: Client, settings: Any) -> None:
    settings.VISITOR_ANSWERS_PER_HOUR = 2
    for takt in (30, 31):
        assert post_new(client, takt_s=takt).status_code == 302
    assert post_new(client, takt_s=32).status_code == 429
    Result.objects.create(key=Answer.objects.order_by("pk")[1].key, kind="answer", summary={})
    assert post_new(client, takt_s=31).status_code == 302
    Answer.objects.update(created_at=timezone.now() - dt.timedelta(hours=1, seconds=1))
    assert post_new(client, takt_s=32).status_code == 302


def test_throwing_the_cookie_away_helps_only_so_far(settings: Any) -> None:
    settings.VISITOR_ANSWERS_PER_HOUR = 1
    codes = [post_new(Client(), takt_s=30 + i).status_code for i in range(6)]
    assert codes == [302, 302, 302, 302, 429, 429]
    assert post_new(Client(REMOTE_ADDR="198.51.100.7"), takt_s=40).status_code == 302


def test_visitors_upload_nothing_and_members_do(cast: Cast, client: Client) -> None:
    need = b'id = "mine"\ntitle_en = "Mine"\nscenario = "arc_welding"\n[numbers]\ntakt_s = 33\n'

    def upload(asking: Client) -> Any:
        return post_new(asking, files=SimpleUploadedFile("need.toml", need))

    assert upload(client).status_code == 403 and not Answer.objects.exists()
    assert upload(cast.client("buyer")).status_code == 302
    assert Answer.objects.get().document["requirements"]["takt_s"] == 33


def test_signing_up_takes_the_visitors_answers_along(cast: Cast, client: Client) -> None:
    post_new(client, takt_s="30")
    answer = Answer.objects.get()
    key = answer.visitor
    assert key and answer.expires_at is not None
    person = make_user("new")
    assert do_adopt_answers(reader_for(person), key) == 1
    answer.refresh_from_db()
    assert (answer.user, answer.organisation, answer.visitor, answer.expires_at) == (person, None, "", None)
    assert client.get(url("answer", answer)).status_code == 404, "the link alone no longer opens it"
    assert access_answer(reader_for(person), answer.slug) == answer
    buyer = cast.reader("buyer")
    assert do_adopt_answers(buyer, "somebody else's key") == 0
    assert do_adopt_answers(Reader(user=person, organisation=buyer.organisation, roles=buyer.roles), "") == 1
    answer.refresh_from_db()
    assert answer.organisation == buyer.organisation


def test_expired_answers_are_gone_and_purged_with_their_files(cast: Cast) -> None:
    visitors, kept = answered(Reader(visitor="v"), takt_s=30), answered(cast.reader("buyer"), takt_s=31)
    assert do_purge().answers == 0
    Answer.objects.filter(pk=visitors.pk).update(expires_at=timezone.now())
    with pytest.raises(AbsentError):
        access_answer(Reader(visitor="v"), visitors.slug)
    purged = do_purge()
    assert (purged.answers, purged.results) == (1, 1)
    assert page_of(visitors.key) is None and page_of(kept.key) is not None


def test_a_cancelled_answer_can_be_asked_again(cast: Cast) -> None:
    answer = ask(cast.reader("buyer"))
    client = cast.client("buyer")
    assert client.post(url("answer_cancel", answer)).status_code == 302
    answer.refresh_from_db()
    assert answer.job is not None and answer.job.state == Job.State.CANCELLED
    assert "hx-get" not in client.get(url("answer_progress", answer)).text
    again = client.post(url("answer_again", answer))
    assert again.url != url("answer", answer) and Job.objects.filter(state="queued").count() == 1
    do_cancel(cast.reader("buyer"), answer.job)


def test_save_as_a_need_keeps_the_document(cast: Cast) -> None:
    answer = ask(cast.reader("buyer"), takt_s=30.0)
    assert cast.client("buyer").post(url("answer_save", answer), {"title": "Seats"}).status_code == 302
    need = Need.objects.get()
    assert (need.title, need.scenario, need.visibility) == ("Seats", SCENARIO, "private")
    assert need.current is not None and need.current.document["numbers"] == {"takt_s": 30.0}
    assert cast.client("buyer_viewer").post(url("answer_save", answer)).status_code == 403


def test_asking_for_a_supplier_reaches_the_desk_once(cast: Cast) -> None:
    answer = answered(cast.reader("buyer"))
    page = page_of(answer.key)
    assert page is not None
    robot = page["rows"][0]["robot"]
    client = cast.client("buyer")
    for _ in range(2):
        assert client.post(url("answer_ask", answer, robot)).status_code == 302
    asked = DeskRequest.objects.get()
    assert (asked.kind, asked.subject_id, asked.state) == ("ask_offer", robot, "open")
    assert asked.due > timezone.localdate()
    assert client.post(url("answer_ask", answer, "no_such_robot")).status_code == 404


def test_queries_of_the_page_do_not_grow_with_the_ranking(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    answer = answered(cast.reader("buyer"))
    client = cast.client("buyer")
    with django_assert_max_num_queries(16):
        client.get(url("answer", answer))
    with django_assert_max_num_queries(16):
        client.get(reverse("answers"))


def test_asking_the_suppliers_makes_one_deal_each_and_no_more(cast: Cast) -> None:
    answer = answered(cast.reader("buyer"))
    page = page_of(answer.key)
    assert page is not None
    row = page["rows"][0]
    model = Model.objects.create(id=row["robot"], maker=row["maker"], name=row["model"])
    offers = []
    for seller in ("seller", "rival"):
        offer = Offer.objects.create(
            kind="product",
            organisation=cast.reader(seller).organisation,
            title=seller,
            model=model,
            state="published",
        )
        offer.current = OfferRevision.objects.create(
            offer=offer, number=1, values={}, kind_version=1, sha256="sha256:0"
        )
        offer.save()
        offers.append(offer.pk)
    client, path = cast.client("buyer"), url("answer_inquire", answer)
    assert path in client.get(url("answer", answer)).text
    form = client.get(path)
    assert all(f'value="{pk}"' in form.text for pk in offers)
    sent = {"offer": offers, "kind": "purchase", "text": "How soon?", "key": form.context["key"]}
    for _ in range(2):
        assert client.post(path, sent).status_code == 302
    deals = Deal.objects.all()
    assert len(deals) == 2 and {d.answer_id for d in deals} == {answer.pk}
    assert {d.seller_id for d in deals} == {cast.reader(s).organisation_id for s in ("seller", "rival")}
    assert client.post(path, {**sent, "offer": []}).status_code == 422
    assert client.post(path, {**sent, "offer": [10**9]}).status_code == 404
    for role, code in (("buyer_viewer", 403), ("seller", 404), ("visitor", 403)):
        assert cast.client(role).post(path, sent).status_code == code, role
