"""A folder of files alone adds kinds with other schemas, tables and roles: form, list, search, API, permissions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Cast, make_member, make_organisation
from django.test import Client

from robotplus.portal.deals.models import Deal
from robotplus.portal.desk.access import waiting_content
from robotplus.portal.kinds import kind, registry
from robotplus.portal.kinds.kind import KindError
from robotplus.portal.kinds.registry import read_kind
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.access import reader_for

pytestmark = pytest.mark.django_db
DOC = Path(__file__).parents[2] / "docs" / "kinds.md"
GOOD = {
    "title": "Laser tracker on site",
    "method": "laser_tracker",
    "uncertainty_um": "15",
    "on_site": "on",
}


def files_of(document: str) -> dict[str, str]:
    """The files that the documentation's example consists of, by their path."""
    return {m[1]: m[2] for m in re.finditer(r"`(\S+\.toml)`:\n\n```toml\n(.*?)```", document, re.S)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example of docs/kinds.md, word by word, in a folder of the deployer's."""
    files = files_of(DOC.read_text(encoding="utf-8"))
    assert len(files) == 4
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("ROBOTPLUS_KINDS", str(tmp_path))
    registry.kinds.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    registry.kinds.cache_clear()


@pytest.fixture
def assessor(cast: Cast) -> Client:
    client = Client()
    client.force_login(make_member(make_organisation("Test Centre", "test_centre")))
    return client


def call(client: Client, method: str, at: str, body: Any = None, language: str = "en") -> tuple[int, Any]:
    """Status and JSON of an API call."""
    sent = "" if body is None else json.dumps(body)
    got = client.generic(
        method, f"/api{at}", sent, content_type="application/json", headers={"Accept-Language": language}
    )
    return got.status_code, got.json()


def spoken(client: Client, at: str, language: str) -> str:
    """A page in a language."""
    client.cookies["django_language"] = language
    return str(client.get(at).content.decode())


def test_no_built_in_table_is_like_the_examples(folder: Path) -> None:
    offer, deal = kind("calibration", "offer"), kind("trial_use", "deal")
    built_in = [k for k in registry.kinds().values() if k.id not in (offer.id, deal.id)]
    moves = {m.name for k in built_in for m in k.moves}
    assert {m.name for m in offer.moves} - moves and {m.name for m in deal.moves} - moves
    assert "draft" not in {s.name for s in offer.states}
    assert not any(k.roles for k in built_in) and offer.roles and deal.roles


def test_form_page_list_and_moves(cast: Cast, folder: Path, assessor: Client) -> None:
    seller = cast.client("seller")
    assert "标定服务" in seller.get("/offers/new/").content.decode()
    form = seller.get("/offers/new/?kind=calibration").content.decode()
    assert "激光跟踪仪" in form and "不确定度" in form and "µm" in form
    wrong = seller.post("/offers/new/", {"kind": "calibration", **GOOD, "uncertainty_um": "9000"})
    assert wrong.status_code == 422 and "9000" in wrong.content.decode()
    assert seller.post("/offers/new/", {"kind": "calibration", **GOOD}).status_code == 302
    offer = Offer.objects.get()
    at = f"/offers/{offer.pk}/"
    assert offer.state == "idea"
    for role in (
        "rival",
        "buyer",
        "visitor",
        "operator",
    ):  # begun, not handed in: its own organisation's alone
        assert cast.client(role).get(at).status_code == 404
    assert assessor.get(at).status_code == 404
    assert "publish" not in seller.get(at).content.decode().replace("published", "")
    assert cast.client("newcomer").post(f"{at}move/", {"move": "hand_in"}).status_code == 404
    seller.post(f"{at}move/", {"move": "hand_in"})
    for role in ("rival", "buyer", "visitor"):  # handed in, not shown
        assert cast.client(role).get(at).status_code == 404
        assert cast.client(role).post(f"{at}move/", {"move": "endorse"}).status_code in (403, 404)
    assert cast.client("operator").get(at).status_code == 200
    assert waiting_content(cast.reader("operator")) == []  # it is not the operator's to decide
    page = assessor.get(at).content.decode()
    assert "背书" in page and "Endorse" in spoken(assessor, at, "en")
    for mover in (seller, cast.client("operator")):
        assert mover.post(f"{at}move/", {"move": "endorse"}).status_code == 422
    assert assessor.post(f"{at}move/", {"move": "refuse"}).status_code == 422  # it must say why
    assert assessor.post(f"{at}move/", {"move": "endorse"}).status_code == 302
    offer.refresh_from_db()
    assert offer.state == "endorsed"
    for language, words in (
        ("zh", ("已背书", "不确定度", "激光跟踪仪")),
        ("en", ("endorsed", "Uncertainty")),
    ):
        page = spoken(cast.client("visitor"), at, language)
        assert all(w in page for w in words), language
        assert at in spoken(cast.client("visitor"), "/offers/?kind=calibration", language)
    assert assessor.get(f"{at}edit/").status_code == 403


def test_a_role_is_of_approved_members_who_may_act(cast: Cast, folder: Path) -> None:
    seller = cast.client("seller")
    seller.post("/offers/new/", {"kind": "calibration", **GOOD})
    offer = Offer.objects.get()
    at = f"/offers/{offer.pk}/"
    seller.post(f"{at}move/", {"move": "hand_in"})
    pending = make_member(make_organisation("New Centre", "test_centre", state="pending"))
    viewer = make_member(make_organisation("Old Centre", "test_centre"), "viewer")
    for user in (pending, viewer):
        client = Client()
        client.force_login(user)
        assert client.get(at).status_code == 404
        assert client.post(f"{at}move/", {"move": "endorse"}).status_code in (403, 404)
        assert reader_for(user).organisation is not None


def test_search_finds_it_by_words_and_figures(cast: Cast, folder: Path, assessor: Client) -> None:
    seller, visitor = cast.client("seller"), cast.client("visitor")
    seller.post("/offers/new/", {"kind": "calibration", **GOOD})
    at = f"/offers/{Offer.objects.get().pk}/"
    assert at not in visitor.get("/search/", {"q": "标定"}).content.decode()
    assert at in seller.get("/search/", {"q": "标定"}).content.decode()
    seller.post(f"{at}move/", {"move": "hand_in"})
    assessor.post(f"{at}move/", {"move": "endorse"})
    for words in ("标定服务", "calibration", "激光跟踪仪", "tracker"):
        assert at in visitor.get("/search/", {"q": words}).content.decode(), words
    assert at in visitor.get("/search/", {"q": "tracker", "kind": "calibration"}).content.decode()


def test_the_api_creates_reads_and_moves_it(cast: Cast, folder: Path, assessor: Client) -> None:
    seller, visitor, rival = (cast.client(role) for role in ("seller", "visitor", "rival"))
    status, several = call(visitor, "GET", "/kinds/offer")
    described = next(k for k in several if k["id"] == "calibration")
    assert status == 200 and described["label"] == {"zh": "标定服务", "en": "Calibration service"}
    assert described["roles"][0]["organisations"] == ["test_centre"]
    assert [f["name"] for f in described["fields"]][:2] == ["method", "uncertainty_um"]
    values = {"method": "laser_tracker", "uncertainty_um": 15, "on_site": True}
    sent = {"kind": "calibration", "title": "Tracker", "values": values}
    status, refused = call(seller, "POST", "/offers", {**sent, "values": {"method": "by_eye"}})
    assert status == 422 and "method" in refused["problems"]
    status, made = call(seller, "POST", "/offers", sent)
    assert status == 201 and made["state"] == "idea" and [m["name"] for m in made["moves"]] == ["hand_in"]
    at = f"/offers/{made['id']}"
    assert call(visitor, "GET", at)[0] == call(rival, "GET", at)[0] == 404
    assert call(seller, "POST", f"{at}/moves", {"move": "publish"})[0] == 422
    assert call(seller, "POST", f"{at}/moves", {"move": "hand_in"})[1]["state"] == "assessing"
    assert call(rival, "POST", f"{at}/moves", {"move": "endorse"})[0] == 404
    status, seen = call(assessor, "GET", at)
    assert status == 200 and {m["name"] for m in seen["moves"]} == {"endorse", "refuse"}
    assert call(assessor, "POST", f"{at}/moves", {"move": "endorse"})[1]["state"] == "endorsed"
    assert call(visitor, "GET", "/offers?kind=calibration")[1]["items"][0]["values"] == values
    status, problem = call(seller, "POST", f"{at}/moves", {"move": "endorse"}, "zh")
    assert status == 422 and problem["error"]


def test_a_deal_goes_its_own_way(cast: Cast, folder: Path) -> None:
    buyer, seller, rival = (cast.client(role) for role in ("buyer", "seller", "rival"))
    party = cast.reader("seller").organisation
    assert party is not None
    page = buyer.get(f"/deals/new/?seller={party.pk}").content.decode()
    assert "试用" in page
    given = {"kind": "trial_use", "seller": party.pk, "text": "two weeks?", "key": uuid.uuid4()}
    assert buyer.post("/deals/new/", given).status_code == 302
    deal = Deal.objects.get()
    at = f"/deals/{deal.pk}/"
    assert (deal.kind, deal.state) == ("trial_use", "asked")
    for role in ("rival", "visitor", "operator", "city_official"):
        assert cast.client(role).get(at).status_code in (302, 403, 404)
    assert "days" in seller.get(at).content.decode()
    tomorrow = "2099-01-01"
    assert buyer.post(f"{at}quote/", {"days": "14", "valid_until": tomorrow}).status_code == 422
    assert seller.post(f"{at}quote/", {"days": "14", "valid_until": tomorrow}).status_code == 302
    assert rival.post(f"{at}move/", {"move": "lend"}).status_code == 404
    buyer.post(f"{at}move/", {"move": "lend"})
    deal.refresh_from_db()
    assert deal.state == "offered"  # only the maker's own people hand it over, and only once it was taken
    buyer.post(f"{at}move/", {"move": "take"})
    seller.post(f"{at}move/", {"move": "lend"})
    buyer.post(f"{at}move/", {"move": "give_back", "reason": "done"})
    deal.refresh_from_db()
    assert deal.state == "back"
    page = buyer.get(at).content.decode()
    assert "已归还" in page and 'name="stars"' in page
    assert buyer.post(f"{at}review/", {"stars": "5", "text": "good"}).status_code == 302
    assert "returned" in spoken(buyer, at, "en")


def test_a_role_on_one_side_is_nobody_elses(cast: Cast, folder: Path) -> None:
    buyer = cast.client("buyer")
    integrator = make_organisation("Integrator", "integrator")
    member = Client()
    member.force_login(make_member(integrator))
    given = {"kind": "trial_use", "seller": integrator.pk, "text": "?", "key": uuid.uuid4()}
    buyer.post("/deals/new/", given)
    deal = Deal.objects.get()
    at = f"/deals/{deal.pk}/"
    member.post(f"{at}quote/", {"days": "7", "valid_until": "2099-01-01"})
    buyer.post(f"{at}move/", {"move": "take"})
    page = member.post(f"{at}move/", {"move": "lend"})
    deal.refresh_from_db()
    assert page.status_code == 422 and deal.state == "taken"  # an integrator is no maker


def test_openapi_and_routes_need_nothing_of_it(folder: Path) -> None:
    """A process that starts with the folder has the same operations, and walks the kinds without Python."""
    code = (
        "import django; django.setup()\n"
        "from robotplus.portal.api.site import api; from robotplus.portal.kinds import noun_kinds\n"
        "import json; print(json.dumps([sorted(api.get_openapi_schema()['paths']),"
        " [k.id for k in noun_kinds('offer')]]))"
    )
    home = folder / "home"
    home.mkdir()
    seen = []
    for extra in ({}, {"ROBOTPLUS_KINDS": str(folder)}):
        environment = {k: v for k, v in os.environ.items() if k != "ROBOTPLUS_KINDS"}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "robotplus.portal.settings",
            "ROBOTPLUS_HOME": str(home),
            **extra,
        }
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        seen.append(json.loads(done.stdout))
    assert seen[0][0] == seen[1][0]
    assert set(seen[1][1]) - set(seen[0][1]) == {"calibration"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('organisations = ["test_centre"]', "organisations = []"),
        ('name = "assessor"', 'name = "owner"'),
        ('who = ["assessor"]', 'who = ["stranger"]'),
    ],
)
def test_a_wrong_role_says_so(folder: Path, before: str, after: str) -> None:
    path = folder / "offer" / "calibration.toml"
    table = folder / "tables" / "assessed.toml"
    for one in (path, table):
        one.write_text(one.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(KindError, match=r"calibration\.toml"):
        read_kind(path, "offer")
