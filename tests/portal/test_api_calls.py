"""The API does what the pages do, says one shape of refusal, and does once what is sent twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from answered import use_small_catalogue, work_off
from conftest import Cast
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from robotplus.portal.api.models import KeyedCall
from robotplus.portal.api.once import KEPT_DAYS
from robotplus.portal.core.models import Event
from robotplus.portal.core.reader import Reader
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.actions.tokens import do_create_token, do_revoke_token
from robotplus.portal.parties.models import ApiToken, Organisation

pytestmark = pytest.mark.django_db
SERVICE: dict[str, Any] = {"kind": "service", "title": "Cell integration", "values": {}}


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield


class Caller:
    """A program with a token (or none) that speaks JSON."""

    def __init__(self, token: str = "", language: str = "en") -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Accept-Language": language}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        response = self.client.generic(
            method,
            f"/api{path}",
            "" if body is None else body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}},
        )
        content = b"".join(response) if response.streaming else response.content
        is_file = "Content-Disposition" in response or not content
        return response.status_code, content if is_file else json.loads(content)


def made_token(reader: Reader, *scopes: str) -> tuple[ApiToken, str]:
    return do_create_token(reader, label="test", scopes=scopes or ("read", "write"), days=1)


def caller(cast: Cast, name: str, *scopes: str) -> Caller:
    return Caller(made_token(cast.reader(name), *scopes)[1])


def test_an_offer_is_made_revised_moved_and_read(cast: Cast) -> None:
    seller, operator = caller(cast, "seller"), caller(cast, "operator", "read", "write", "desk")
    kinds = {k["id"]: k for k in seller("GET", "/kinds/offer")[1]}
    status, made = seller("POST", "/offers", {**SERVICE, "values": required(kinds["service"])})
    assert status == 201, made
    assert made["state"] == "draft" and made["revision"]["number"] == 1
    assert [m["name"] for m in made["moves"]] == ["submit"]
    offer = f"/offers/{made['id']}"
    assert Caller()("GET", offer)[0] == 404
    changed = {"title": "Cell integration, quickly", "values": made["values"]}
    assert seller("PUT", offer, changed)[1]["revision"]["number"] == 2
    assert seller("POST", f"{offer}/moves", {"move": "submit"})[1]["state"] == "review"
    status, refused = seller("POST", f"{offer}/moves", {"move": "approve"})
    assert status == 422 and refused["error"]
    review = operator("GET", offer)[1]
    for move in [m["name"] for m in review["moves"] if not m["reason"]][:1]:
        assert operator("POST", f"{offer}/moves", {"move": move})[0] == 200
    status, seen = Caller()("GET", offer)
    assert status == 200 and seen["title"] == "Cell integration, quickly" and seen["moves"] == []
    assert [o["id"] for o in Caller()("GET", "/offers?kind=service")[1]["items"]] == [made["id"]]
    verbs = [e["verb"] for e in seller("GET", f"{offer}/events")[1]]
    assert {"offer.create", "offer.revise", "offer.submit"} <= set(verbs)
    assert caller(cast, "rival")("GET", f"{offer}/events")[1] == []


def required(kind: dict[str, Any]) -> dict[str, Any]:
    """A value for each field that a kind requires."""
    price = {"amount": "1", "currency": "CNY", "basis": "unit", "scope": []}
    easy = {"text": "x", "prose": "x", "number": 1, "flag": True, "date": "2027-01-01", "price": price}
    out: dict[str, Any] = {}
    for field in kind["fields"]:
        if field["required"]:
            options = [o["value"] for o in field["options"]]
            value = options[0] if options else easy[field["type"]]
            out[field["name"]] = [value] if field["type"] == "choices" else value
    return out


def test_rows_are_imported_all_or_none(cast: Cast) -> None:
    seller = caller(cast, "seller")
    kind = next(k for k in seller("GET", "/kinds/offer")[1] if k["id"] == "service")
    good = {"title": "Good", "values": required(kind)}
    bad = {"title": "", "values": {**good["values"], "nonsense": 1}}
    status, refused = seller("POST", "/offers/rows", {"kind": "service", "rows": [good, bad]})
    assert status == 422 and set(refused["problems"]) == {"2:title", "2:nonsense"}
    assert not Offer.objects.exists()
    status, made = seller("POST", "/offers/rows", {"kind": "service", "rows": [good, good]})
    assert status == 201 and len(made["ids"]) == Offer.objects.count() == 2


def test_a_need_is_invited_to_and_its_owner_may_hide(cast: Cast, areas: Any) -> None:
    buyer, seller, rival = (caller(cast, n) for n in ("buyer", "seller", "rival"))
    kind = next(k for k in buyer("GET", "/kinds/need")[1] if k["id"] == "cooperation")
    status, need = buyer(
        "POST",
        "/needs",
        {
            "kind": "cooperation",
            "title": "A partner",
            "values": required(kind),
            "visibility": "invited",
            "hide_organisation": True,
        },
    )
    assert status == 201, need
    at = f"/needs/{need['id']}"
    supplier = Organisation.objects.get(name_en="Arm Maker")
    assert buyer("POST", f"{at}/invitations", {"organisation": supplier.pk})[0] == 200
    opening = [m["name"] for m in need["moves"] if m["name"] != "withdraw"]
    assert buyer("POST", f"{at}/moves", {"move": opening[0]})[0] == 200
    status, seen = seller("GET", at)
    assert status == 200 and seen["organisation"] is None and seen["invited"] == []
    assert rival("GET", at)[0] == 404
    assert [p["id"] for p in buyer("GET", at)[1]["invited"]] == [supplier.pk]
    assert buyer("DELETE", f"{at}/invitations/{supplier.pk}")[0] == 200
    assert seller("GET", at)[0] == 404


def test_an_answer_is_asked_followed_and_read(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_catalogue(monkeypatch)
    buyer = caller(cast, "buyer")
    status, asked = buyer("POST", "/answers", {"scenario": "arc_welding"})
    assert status == 201 and asked["state"] == "queued"
    at = f"/answers/{asked['slug']}"
    assert buyer("GET", f"{at}?cursor={asked['cursor']}")[0] == 304
    assert buyer("GET", f"{at}/result")[0] == 404
    work_off()
    status, done = buyer("GET", f"{at}?cursor={asked['cursor']}")
    assert status == 200 and done["state"] == "done" and done["cursor"] != asked["cursor"]
    result = buyer("GET", f"{at}/result")[1]
    assert [r["place"] for r in result["ranking"]] == list(range(1, len(result["ranking"]) + 1))
    assert len(result["ranking"]) + len(result["refusals"]) == sum(result["counts"].values())
    whole = json.loads(buyer("GET", f"{at}/files/answer.json")[1])
    assert whole
    best = next(r for r in result["ranking"] if r["certificate"])
    assert buyer("GET", f"{at}/motions/{best['robot']}")[1][:4] == b"glTF"
    assert Caller()("GET", at)[0] == caller(cast, "rival")("GET", at)[0] == 404
    assert buyer("PUT", f"{at}/sharing", {"shared": True})[1]["shared"] is True
    assert Caller()("GET", f"{at}/result")[0] == 200
    status, kept = buyer("POST", f"{at}/need", {"title": "Kept"})
    assert status == 201 and Need.objects.get(pk=kept["need"]).visibility == "private"
    assert buyer("POST", "/answers", {"need": kept["need"]})[1]["state"] == "done"


def test_numbers_that_do_not_fit_are_named(cast: Cast) -> None:
    status, refused = Caller()("POST", "/answers", {"scenario": "arc_welding", "numbers": {"nonsense": 1}})
    assert status == 422 and set(refused["problems"]) == {"numbers.nonsense"}
    status, refused = Caller()("POST", "/answers", {"document": {"id": "x"}})
    assert status == 403


def test_a_key_makes_one_thing_of_two_calls(cast: Cast) -> None:
    seller = caller(cast, "seller")
    first = seller("POST", "/offers", SERVICE, Idempotency_Key="k1")
    assert first[0] == 201
    assert seller("POST", "/offers", SERVICE, Idempotency_Key="k1") == first
    assert Offer.objects.count() == 1
    status, refused = seller("POST", "/offers", {**SERVICE, "title": "Else"}, Idempotency_Key="k1")
    assert status == 422 and set(refused["problems"]) == {"Idempotency-Key"}
    assert seller("POST", "/offers", SERVICE, Idempotency_Key="k2")[1]["id"] != first[1]["id"]
    assert caller(cast, "rival")("POST", "/offers", SERVICE, Idempotency_Key="k1")[1]["id"] != first[1]["id"]
    assert seller("POST", "/offers", {**SERVICE, "title": ""}, Idempotency_Key="k3")[0] == 422
    assert seller("POST", "/offers", SERVICE, Idempotency_Key="k3")[0] == 201
    assert KeyedCall.objects.count() == 4
    KeyedCall.objects.update(at=timezone.now() - dt.timedelta(days=KEPT_DAYS + 1))
    assert seller("POST", "/offers", SERVICE, Idempotency_Key="k9")[0] == 201
    assert KeyedCall.objects.get().key == "k9"


def test_a_token_does_no_more_than_its_scopes_and_ends(cast: Cast) -> None:
    token, raw = made_token(cast.reader("seller"), "read")
    reads = Caller(raw)
    me = reads("GET", "/me")[1]
    assert me["organisation"]["name_en"] == "Arm Maker" and me["may_edit"] is False
    assert reads("POST", "/offers", SERVICE)[0] == 403
    assert caller(cast, "operator", "read", "write")("GET", "/me")[1]["is_operator"] is False
    assert caller(cast, "operator", "read", "desk")("GET", "/me")[1]["is_operator"] is True
    do_revoke_token(cast.reader("seller"), token.pk)
    status, refused = reads("GET", "/me")
    assert status == 401 and refused["error"]
    assert Caller("rp_nonsense")("GET", "/scenarios")[0] == 401
    expired, raw = made_token(cast.reader("seller"))
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=expired.created_at)
    assert Caller(raw)("GET", "/me")[0] == 401


def test_a_browser_needs_its_csrf_token_and_a_visitor_signs_in(cast: Cast) -> None:
    assert Caller()("POST", "/offers", SERVICE)[0] == 401
    browser = Caller()
    browser.client.force_login(cast.seller)
    assert browser("GET", "/me")[1]["may_edit"] is True
    assert browser("POST", "/offers", SERVICE)[0] == 403
    assert not Event.objects.filter(verb="offer.create").exists()
    browser.client.get("/api/docs")
    secret = browser.client.cookies["csrftoken"].value
    assert browser("POST", "/offers", SERVICE, X_CSRFToken=secret)[0] == 201


def test_a_visitor_finds_their_answer_again_by_their_cookie() -> None:
    browser = Caller()
    status, asked = browser("POST", "/answers", {"scenario": "arc_welding"})
    assert status == 201 and [a["slug"] for a in browser("GET", "/answers")[1]["items"]] == [asked["slug"]]
    assert Caller()("GET", "/answers")[1]["items"] == []
    assert browser("POST", "/answers", {"scenario": "arc_welding"})[0] == 403  # the cookie speaks: CSRF


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ('{"title": NaN}', 400),
        ('{"title": 1e999}', 400),
        ('{"title": "a\\u0000"}', 400),
        ('{"title": "\\ud800"}', 400),
        (f'{{"values": {{"x": {10**30}}}}}', 400),
        ("[" * 100_000, 400),
        ('{"kind": "service"}', 422),
        ('{"kind": "service", "title": "x", "values": {}, "more": 1}', 422),
        ('{"kind": "service", "title": 5, "values": {}}', 422),
        ('{"kind": "nonsense", "title": "x", "values": {}}', 422),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused_in_one_shape(cast: Cast, body: str, status: int) -> None:
    got, refused = caller(cast, "seller")("POST", "/offers", body)
    assert got == status and set(refused) == {"error", "problems"} and refused["error"]


@pytest.mark.parametrize(
    ("part", "status"),
    [({"scope": [{}]}, 422), ({"tax_rate": "1e-99999999"}, 422), ({"tax_rate": "0e-99999999"}, 201)],
)
def test_a_strange_price_is_no_defect(cast: Cast, part: dict[str, Any], status: int) -> None:
    price = {"amount": "1", "currency": "CNY", "basis": "unit", **part}
    body = {**SERVICE, "values": {"price": price}}
    got, answer = caller(cast, "seller")("POST", "/offers", body)
    assert got == status and len(json.dumps(answer)) < 2000


def test_too_large_a_body_is_refused(cast: Cast) -> None:
    status, refused = caller(cast, "seller")("POST", "/offers", '{"title": "' + "x" * 3_000_000 + '"}')
    assert status == 413 and refused["error"]


def test_calls_are_counted_by_the_minute(settings: Any) -> None:
    settings.API_VISITOR_CALLS_PER_MINUTE = 3
    statuses = [Caller()("GET", "/kinds/offer")[0] for _call in range(5)]
    assert statuses[0] == 200 and statuses[-1] == 429


def test_refusals_speak_the_language_that_is_accepted(cast: Cast) -> None:
    english, chinese = (Caller(language=code)("GET", "/offers/1")[1]["error"] for code in ("en", "zh-CN"))
    assert english == "no such offer" and chinese != english


def test_lists_are_read_by_pieces(cast: Cast) -> None:
    seller = caller(cast, "seller")
    made = [seller("POST", "/offers", SERVICE)[1]["id"] for _ in range(5)]
    got: list[int] = []
    after = ""
    while True:
        answer = seller("GET", f"/offers?mine=true&limit=2{after}")[1]
        got += [o["id"] for o in answer["items"]]
        if answer["next"] is None:
            break
        after = f"&after={answer['next']}"
    assert got == made[::-1]
