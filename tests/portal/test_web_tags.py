"""The template tags that every page uses: words in both languages, icons, figures, and controls for every field."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from conftest import Cast
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from robotplus.certificates.certificate import VerdictName
from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.models import Area
from robotplus.portal.kinds import Field, kinds
from robotplus.portal.kinds.kind import FieldType, Label, Option
from robotplus.portal.kinds.values import check_values
from robotplus.portal.web.icons import ICONS
from robotplus.portal.web.posted import posted_values
from robotplus.portal.web.templatetags.ui import LEVELS, VERDICTS, plain_number, said


def show(source: str, language: str = "zh-hans", **context: Any) -> str:
    with translation.override(language):
        return Template(source).render(Context(context))


class Controls(HTMLParser):
    """What a browser would post of a form, and which controls have no label of their own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.post = QueryDict(mutable=True)
        self.named: list[dict[str, str | None]] = []
        self.labelled: set[str] = set()
        self.depth = 0
        self._select = self._area = ""
        self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        if tag == "label":
            self.depth += 1
            self.labelled.add(a.get("for") or "")
        if tag in ("input", "select", "textarea"):
            self.named.append({**a, "inside": "1" if self.depth else None, "tag": tag})
        if tag == "input" and a.get("type") != "file" and (a.get("type") != "checkbox" or "checked" in a):
            self.post.appendlist(
                a["name"] or "", a.get("value") or ("on" if a.get("type") == "checkbox" else "")
            )
        if tag == "select":
            self._select = a["name"] or ""
        if tag == "option" and "selected" in a:
            self.post.appendlist(self._select, a["value"] or "")
        if tag == "textarea":
            self._area, self._text = a["name"] or "", ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.depth -= 1
        if tag == "textarea":
            self.post.appendlist(self._area, self._text)
            self._area = ""

    def unlabelled(self) -> list[str | None]:
        return [
            c.get("name")
            for c in self.named
            if c.get("type") != "hidden"
            and not c["inside"]
            and not c.get("aria-label")
            and c.get("id") not in self.labelled
        ]


@pytest.mark.parametrize(("language", "proven"), [("zh-hans", "已证明"), ("en", "Proven")])
def test_every_verdict_has_colour_icon_and_word(language: str, proven: str) -> None:
    assert proven in show("{% verdict 'proven' %}", language)
    assert set(get_args(VerdictName)) <= set(VERDICTS)
    shown = {v: show("{% verdict v %}", language, v=v) for v in VERDICTS}
    assert len(set(shown.values())) == len(VERDICTS)
    for name, html in shown.items():
        assert f"verdict-{name}" in html and "<svg" in html
        assert html.split("</svg>")[1].removesuffix("</span>").strip()


def test_an_unheard_of_verdict_reads_as_unknown_and_levels_say_what_they_are() -> None:
    assert "verdict-unknown" in show("{% verdict 'splendid' %}")
    for n in range(len(LEVELS)):
        assert f"E{n} " in show("{% level n %}", n=n) and 'title="' in show("{% level n %}", n=n)
    for name in ICONS:
        assert ICONS[name] in show("{% icon name %}", name=name)


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
def test_a_shown_number_is_the_number_to_four_digits(value: float) -> None:
    with translation.override("en"):
        shown = float(plain_number(value).replace(",", ""))
    assert shown == pytest.approx(value, rel=6e-4, abs=1e-12)


def test_figures_carry_unit_and_source_and_are_safe() -> None:
    assert show("{% figure 3.5 'kg' source=s %}", s="<b>sheet") == (
        '<span class="figure" title="&lt;b&gt;sheet">3.5<span class="unit"> kg</span></span>'
    )
    assert "5–15" in show("{% span 5 15 'mm/s' %}") and "–" not in show("{% span 6 6 'mm/s' %}")
    assert "—" in show("{% figure none 'kg' %}", none=None)
    assert "—" in show("{% span claims.low claims.high 's' %}", claims={})


def test_a_price_says_basis_tax_and_scope_and_a_missing_one_asks() -> None:
    value = {
        "amount": "123456.50",
        "currency": "CNY",
        "tax_included": True,
        "tax_rate": "0.13",
        "basis": "unit",
        "scope": ["body", "tool"],
    }
    shown = show("{% price p %}", "en", p=value)
    assert (
        "¥" in shown
        and "123,456.50" in shown
        and "a unit" in shown
        and "13 %" in shown
        and "robot body" in shown
    )
    assert "price-ask" in show("{% price p %}", p=None)
    assert Decimal(value["amount"]) == Decimal("123456.50")


def test_pages_keep_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/offers", {"q": "焊接", "page": "2"})
    page = Paginator(range(100), 10).page(2)
    html = show("{% pages page %}", request=request, page=page)
    assert "page=3" in html and html.count("q=%E7%84%8A%E6%8E%A5") >= 4 and 'aria-current="page">2<' in html
    assert "page-link" not in show("{% pages page %}", request=request, page=Paginator([1], 10).page(1))


@pytest.mark.django_db
@pytest.mark.parametrize("kind_id", sorted(kinds()))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_field_of_every_kind_has_a_labelled_control(kind_id: str, language: str) -> None:
    for field in kinds()[kind_id].fields:
        html = show(
            "{% kind_field field values problems %}",
            language,
            field=field,
            values={},
            problems={field.name: "!!"},
        )
        controls = Controls(html)
        assert controls.named and not controls.unlabelled(), field.name
        assert "!!" in html and said(field.label) and field.label[language] in html


VALUES: dict[str, Any] = {
    "text": "a < b",
    "prose": "one\ntwo",
    "number": 3.5,
    "choice": "b",
    "choices": ["a", "b"],
    "flag": True,
    "date": "2026-03-31",
    "area": "500106",
    "areas": ["500106", "500113"],
    "scenario": "arc_welding",
    "price": {
        "amount": "10.00",
        "currency": "EUR",
        "tax_included": True,
        "tax_rate": "0.13",
        "basis": "month",
        "scope": ["body"],
    },
    "document": "9b2fbb4e-6d7e-4b1c-8a3a-4f5b7f9d2c11",
}


@pytest.mark.django_db
@pytest.mark.parametrize("type_", [t for t in get_args(FieldType) if t != "model"])
def test_what_stands_in_a_control_comes_back_as_it_was(type_: Any, areas: dict[str, Area]) -> None:
    options = tuple(Option(v, Label(v, v)) for v in "abc") if type_ in ("choice", "choices") else ()
    field = Field("x", Label("甲", "x"), type_, unit="kg" if type_ == "number" else "", options=options)
    base = kinds()["product"]
    kind = type(base)(**{**vars(base), "fields": (field,)})
    value = VALUES[type_]
    html = show("{% kind_field field values problems 'p-' %}", field=field, values={"x": value}, problems={})
    given = posted_values(kind, Controls(html).post, prefix="p-")
    clean, problems = check_values(kind, given)
    assert not problems and clean == {"x": value}
    assert show("{% kind_values kind values %}", kind=kind, values={"x": value}).count("<dt>") == 1


@pytest.mark.django_db
def test_a_field_of_models_offers_what_the_reader_may_know_of(cast: Cast) -> None:
    owner = cast.reader("seller").organisation
    Model.objects.create(id="own", maker="Ours", name="Secret", owner=owner, access=Model.Access.PRIVATE)
    Model.objects.create(id="open", maker="Theirs", name="Open")
    field = Field("x", Label("甲", "x"), "model")
    form = "{% kind_field field values problems %}"
    for who, sees in (("seller", True), ("rival", False), ("visitor", False)):
        html = show(form, field=field, values={}, problems={}, reader=cast.reader(who))
        assert ("Secret" in html) == sees and "Theirs Open" in html
        kept = show(form, field=field, values={"x": "own"}, problems={}, reader=cast.reader(who))
        assert '<option value="own" selected>' in kept and ("Secret" in kept) == sees
        value = show("{% kind_value field 'own' %}", field=field, reader=cast.reader(who))
        assert value == ("Ours Secret" if sees else "own")


@pytest.mark.django_db
def test_showing_a_value_asks_for_nothing_else(
    areas: dict[str, Area], django_assert_max_num_queries: Any
) -> None:
    field = Field("x", Label("甲", "x"), "areas")
    with django_assert_max_num_queries(1):
        assert show("{% kind_value field v %}", field=field, v=["500106", "500113"]) == "沙坪坝区、巴南区"
