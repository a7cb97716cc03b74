"""Home and the scenario pages: figures that are counted, one sentence that finds a scenario, both languages."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Cast
from django.core.cache import cache
from django.test import Client
from django.utils.html import escape

from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.catalogue.models import Capability, Model
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.jobs.models import Result
from robotplus.portal.matches.catalogue import built_in
from robotplus.portal.needs.models import Need
from robotplus.portal.web.fields import ORIGINS, PLAN_FIELDS, origin
from robotplus.portal.web.figures import field_figures, month_funnel, playbacks
from robotplus.portal.web.finding import find_scenarios, meant
from robotplus.portal.web.phrases import is_chinese
from robotplus.portal.web.showing import case, indicator, texts
from robotplus.portal.web.storage import StaticStorage
from robotplus.robots.catalogue import Catalogue
from robotplus.scenarios.library import Indicator, ReferenceCase, scenarios

pytestmark = pytest.mark.django_db
SHA = "sha256:" + "ab" * 32


@pytest.fixture
def english() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def proven(tmp_path: Path, settings: Any) -> Model:
    """One model, proven for arc welding, with the files of its playback."""
    settings.MEDIA_ROOT = tmp_path
    first = next(iter(built_in().values()))
    do_load_catalogue(Catalogue([first]))
    model = Model.objects.get(pk=first.id)
    result = Result.objects.create(key="sha256:" + "cd" * 32, kind="answer", summary={})
    folder = tmp_path / "results" / ("cd" * 32)
    folder.mkdir(parents=True)
    (folder / f"{'ab' * 32}.glb").write_bytes(b"glTF")
    (folder / f"{'ab' * 32}.profile.json").write_text(json.dumps({"t": [0.0]}))
    certificate = Certificate.objects.create(
        sha256=SHA,
        result=result,
        model=model,
        model_sha256=first.sha256,
        need_sha256=SHA,
        scenario="arc_welding",
        verdict="proven",
        access=Certificate.Access.PUBLIC,
    )
    Capability.objects.create(
        model=model,
        scenario="arc_welding",
        verdict="proven",
        claims={"cycle_time_s": {"low": 20, "nominal": 21.5, "high": 23}},
        certificate=certificate,
        catalogue_sha256=SHA,
    )
    return model


def test_pages_speak_chinese_unless_english_was_chosen(client: Client, english: Client) -> None:
    assert "说出你要机器人做的事" in client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "Say what the robot should do" in english.get("/").content.decode()
    done = client.post("/i18n/setlang/", {"language": "en", "next": "/scenarios/"})
    assert done["Location"] == "/scenarios/" and "Arc welding" in client.get("/scenarios/").content.decode()


def test_home_counts_proven_models_and_public_needs(cast: Cast, proven: Model, client: Client) -> None:
    buyer = cast.reader("buyer").organisation
    for n, (visibility, state, field) in enumerate(
        [
            ("public", "open", "agriculture"),
            ("private", "open", "agriculture"),
            ("public", "draft", "agriculture"),
        ]
    ):
        Need.objects.create(
            kind="application",
            organisation=buyer,
            title=f"n{n}",
            visibility=visibility,
            state=state,
            field=field,
        )
    Need.objects.create(
        kind="application",
        organisation=buyer,
        title="s",
        visibility="public",
        state="open",
        scenario="palletising",
    )
    figures = {f.field.id: f for f in field_figures()}
    assert (figures["manufacturing"].proven, figures["manufacturing"].needs) == (1, 1)
    assert (figures["agriculture"].proven, figures["agriculture"].needs) == (0, 1)
    assert sum(f.scenarios for f in figures.values()) == len(scenarios())
    page = client.get("/").content.decode()
    assert proven.name in page and "/scenarios/arc_welding/playback.glb" in page and "21.5" in page


def test_the_funnel_of_the_month_tells_of_no_few_organisations(
    cast: Cast, areas: Any, client: Client
) -> None:
    cache.clear()
    people = [cast.reader(name).organisation for name in ("buyer", "seller", "rival")]
    for organisation in people[:2]:
        Need.objects.create(
            kind="application", organisation=organisation, title="n", state="open", field="special"
        )
    assert month_funnel() is None and "至少三家单位" in client.get("/").content.decode()
    Need.objects.create(kind="application", organisation=people[2], title="n", state="open", field="special")
    assert month_funnel() is None  # counted at most every ten minutes
    cache.clear()
    shown = month_funnel()
    assert shown is not None and (shown.needs, shown.deals) == (3, 0)
    assert "<b>3</b> 需求" in client.get("/").content.decode()
    cache.clear()


def test_a_playback_needs_a_public_certificate_with_files(proven: Model, client: Client) -> None:
    for part, start in (("glb", b"glTF"), ("profile.json", b"{"), ("svg", b"<svg xmlns=")):
        response = client.get(f"/scenarios/arc_welding/playback.{part}")
        content = b"".join(response) if response.streaming else response.content
        assert response.status_code == 200 and content.startswith(start)
    assert client.get("/scenarios/arc_welding/playback.json").status_code == 404
    assert client.get("/scenarios/palletising/playback.glb").status_code == 404
    Certificate.objects.update(access=Certificate.Access.PRIVATE)
    assert playbacks(scenarios()) == {}
    assert client.get("/scenarios/arc_welding/playback.glb").status_code == 404
    Certificate.objects.update(access=Certificate.Access.PUBLIC)
    Model.objects.update(access=Model.Access.PRIVATE)
    assert proven.name not in client.get("/").content.decode()


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.id)
def test_every_scenario_has_its_page_in_both_languages(
    scenario: Any, client: Client, english: Client
) -> None:
    path = f"/scenarios/{scenario.id}/"
    chinese, other = client.get(path).content.decode(), english.get(path).content.decode()
    assert scenario.name_zh in chinese and scenario.plan_name in chinese and scenario.name_en in other
    for one in scenario.cases:
        assert one.title.split('"')[0].split("&")[0].split("'")[0] in chinese
    for number in (*scenario.numbers, *scenario.questions):
        assert number.label_zh in chinese and number.label_en in other
    for text in (*scenario.constraints, *scenario.credentials, *scenario.notes):
        assert escape(text) in other and escape(scenario.chinese.get(text, "")) in chinese
    if scenario.family:
        assert chinese.count('inputmode="decimal"') == len(scenario.numbers) and "求解" in chinese
    else:
        assert (
            "尚不能证明" in chinese
            and f"scenario={scenario.id}" in chinese
            and "求解</button>" not in chinese
        )


def test_the_form_is_filled_with_the_defaults_and_keeps_what_is_given(client: Client) -> None:
    page = client.get("/scenarios/arc_welding/?seam_length_mm=1234").content.decode()
    assert 'name="seam_length_mm" value="1234"' in page and 'name="takt_s" value="25"' in page


def test_only_members_are_offered_uploads(cast: Cast, client: Client) -> None:
    assert 'type="file"' not in client.get("/scenarios/arc_welding/").content.decode()
    assert 'type="file"' in cast.client("buyer").get("/scenarios/arc_welding/").content.decode()


def test_the_list_keeps_its_state_in_the_address(client: Client) -> None:
    page = client.get("/scenarios/?field=manufacturing&provable=1").content.decode()
    assert '<option value="manufacturing" selected>' in page and "checked" in page and "弧焊" in page
    assert "弧焊" not in client.get("/scenarios/?field=agriculture&q=weld").content.decode()
    assert "/needs/new/" in client.get("/scenarios/?q=xyzzy").content.decode()
    assert client.get("/scenarios/?field=<x>").status_code == 200


SENTENCES = {
    "我要焊接钢板的角焊缝": "arc_welding",
    "车身点焊": "spot_welding",
    "把纸箱码到托盘上": "palletising",
    "给数控车床上下料": "machine_tending",
    "给面板喷漆": "spray_painting",
    "拧螺丝装配小零件": "assembly",
    "扫描检测工件缺陷": "inspection_scanning",
    "weld steel seams": "arc_welding",
    "stack cartons on a pallet": "palletising",
    "load a CNC lathe": "machine_tending",
    "paint a hanging panel": "spray_painting",
    "assemble small electronics": "assembly",
    "搬箱子": "palletising",
    "清理牛舍粪污": "barn_cleaning",
    "采摘苹果": "harvesting",
    "铺地砖": "floor_tiling",
    "变电站巡检": "power_inspection",
    "城市安防巡逻": "city_patrol",
    "医院送药": "medical_assistance",
    "博物馆讲解": "guide_robot",
    "修补排水管道": "pipe_repair",
    "a robot that harvests fruit": "harvesting",
    "paving concrete roads": "concrete_paving",
    "surgery": "surgery_robot",
    "rescue after a fire": "emergency_rescue",
}


@pytest.mark.parametrize(("said", "scenario"), SENTENCES.items())
def test_a_sentence_finds_its_scenario_first(said: str, scenario: str, client: Client) -> None:
    found = find_scenarios(said)
    assert found[0].scenario.id == scenario
    response = client.get("/say", {"q": said})
    if meant(found) is not None:
        assert response["Location"] == f"/scenarios/{scenario}/#numbers"
    else:
        assert response.status_code == 200 and f"/scenarios/{scenario}/" in response.content.decode()


def test_words_without_a_scenario_offer_to_post_a_need(client: Client) -> None:
    for text in ("量子纠缠 xyzzy", "我们需要一台机器人", "we want a robot"):
        assert find_scenarios(text) == []
    assert meant([]) is None and meant(find_scenarios("焊接")) is None  # arc or spot: the person chooses
    page = client.get("/say", {"q": "量子纠缠 xyzzy"}).content.decode()
    assert "/needs/new/" in page and "弧焊" in page and "量子纠缠 xyzzy" in page
    assert client.get("/say", {"q": " "})["Location"] == "/scenarios/"
    assert "&lt;script&gt;" in client.get("/say", {"q": "<script>"}).content.decode()


def test_a_scenario_that_cannot_be_proven_leads_to_a_filled_form_of_a_need(
    cast: Cast, client: Client
) -> None:
    page = client.get("/scenarios/barn_cleaning/").content.decode()
    link = html.unescape(re.findall(r'href="(/needs/new/[^"]+)"', page)[0])
    form = cast.client("buyer").get(link).content.decode()
    assert '<option value="barn_cleaning" selected>' in form and 'value="清污"' in form
    refused = client.get(link)
    assert refused.status_code == 403 and "/accounts/login/?next=/needs/new/" in refused.content.decode()
    alone = cast.client("ex_member").get(link)
    assert alone.status_code == 403 and "/organisations/new" in alone.content.decode()


def test_every_scenario_belongs_to_a_field_of_the_plan() -> None:
    assert {s.field for s in scenarios()} <= {f.id for f in PLAN_FIELDS}


def test_absent_things_are_pages_with_a_next_step(client: Client) -> None:
    for path in ("/scenarios/nope/", "/nope", "/scenarios/nope/playback.glb"):
        response = client.get(path)
        assert response.status_code == 404 and 'href="/"' in response.content.decode()


def test_pages_need_few_queries(cast: Cast, proven: Model, django_assert_max_num_queries: Any) -> None:
    for who, most in (("visitor", 10), ("buyer", 15)):
        cache.clear()
        client = cast.client(who)
        for path in ("/", "/scenarios/", "/scenarios/arc_welding/"):
            with django_assert_max_num_queries(most):
                assert client.get(path).status_code == 200


def test_the_footer_says_what_proven_means_and_what_the_deployer_set(client: Client, settings: Any) -> None:
    settings.SITE = {**settings.SITE, "name": "测试站", "icp": "渝ICP备1号", "police": "渝公网安备2号"}
    page = client.get("/").content.decode()
    assert "不是官方认可" in page and "渝ICP备1号" in page and "渝公网安备2号" in page and "测试站" in page
    assert "default-src 'self'" in client.get("/")["Content-Security-Policy"]


def test_indicators_lie_on_their_axis() -> None:
    made = Indicator("a", "甲", "s", "lower", (30.0, 60.0), "s", "memory:high")
    shown = indicator(made)
    assert 0 < shown.low < shown.high < 100 and shown.best == shown.low and shown.best_value == 30
    assert indicator(Indicator("a", "甲", "", "higher", (0.0, 0.0), "", "")).high == 0
    for scenario in scenarios():
        for one in scenario.indicators:
            assert 0 <= indicator(one).low <= indicator(one).high <= 100
            assert origin(one.basis) in [label for _, label in ORIGINS], one.basis


@pytest.mark.parametrize(
    ("key", "words", "unit"),
    [
        ("flight_speed_m_s", "flight speed", "m/s"),
        ("max_discharge_kg_min", "max discharge", "kg/min"),
        ("endurance_h_min", "endurance min", "h"),
        ("exam_time_min_max", "exam time max", "min"),
        ("speed_m_per_min", "speed", "m/min"),
        ("parcels_per_day", "parcels per day", ""),
        ("takt_s_derived", "takt (derived)", "s"),
        ("m", "m", ""),
        ("slope_deg_min", "slope min", "°"),
        ("shoots_per_h", "shoots per h", ""),
        ("cost_usd_per_h", "cost", "USD/h"),
    ],
)
def test_units_are_read_from_the_keys_of_figures(key: str, words: str, unit: str) -> None:
    shown = case(ReferenceCase("t", "w", "s", "e", {key: 1}), {})
    assert [(name.en, value.en, sign) for name, value, sign in shown.figures] == [(words, "1", unit)]


def test_figures_of_cases_read_as_words_and_units() -> None:
    made = ReferenceCase(
        "t",
        "w",
        "see http://a.b/c (reprint)",
        "retrieved:paper-abstract",
        {"arc_on_pct": [10, 20], "work_range_m": [12, 3], "ok": True, "finding": "no gain"},
    )
    shown = case(made, {"w": "某地", "no gain": "没有提高"})
    said = [(words.zh, words.en, value.zh, unit) for words, value, unit in shown.figures]
    assert said == [
        ("arc on", "arc on", "10–20", "%"),
        ("工作范围", "work range", "12 / 3", "m"),
        ("ok", "ok", "✓", ""),
        ("结论", "finding", "没有提高", ""),
    ]
    assert (shown.where.zh, shown.where.en) == ("某地", "w")
    assert shown.link == "http://a.b/c"


def test_a_front_end_that_was_not_built_leaves_plain_names(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "a.css").write_text("a{}")
    storage = StaticStorage(location=str(tmp_path), base_url="/static/")
    storage.hashed_files = {}
    assert re.fullmatch(r"/static/a\.[0-9a-f]{12}\.css", storage.url("a.css"))
    assert storage.url("web/never-built.css") == "/static/web/never-built.css"


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.id)
def test_what_scenario_files_say_in_english_is_said_in_chinese(scenario: Any) -> None:
    sentences = [t.zh for found in texts(scenario).values() for t in found]
    names = [words.zh for one in scenario.cases for words, _, _ in case(one, scenario.chinese).figures]
    assert [t for t in (*sentences, *names) if not is_chinese(t)] == []


def test_what_needs_chinese_is_told_from_what_does_not() -> None:
    assert (
        is_chinese("GB/T 12642（凭记忆）")
        and is_chinese("ISO/TS 15066 (memory)")
        and not is_chinese("payload")
    )


@pytest.mark.parametrize("who", ["visitor", "buyer", "operator"])
def test_every_link_of_the_frame_and_of_home_leads_somewhere(cast: Cast, proven: Model, who: str) -> None:
    client = cast.client(who)
    seen: set[str] = set()
    for path in ("/", "/scenarios/", "/scenarios/arc_welding/", "/say?q=xyzzy"):
        seen |= set(re.findall(r'(?:href|action)="(/[^"#]*)', client.get(path).content.decode()))
    for link in sorted(seen - {"/i18n/setlang/", "/answers/new/"}):
        if link.startswith("/static/") or (who != "buyer" and link.startswith("/needs/new/")):
            continue
        response = client.get(html.unescape(link), follow=True)
        assert response.status_code == 200, link
