"""Text from outside can never become markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from robotplus.reporting.markup import join, script_json, tag, text

# what an HTML parser would normalise by itself (line ends, NUL) or refuse (surrogates) is not ours to keep
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
tricky = st.sampled_from(["<", ">", "&", '"', "'", "</script>", "<!--", "&lt;", "]]>"])
mixed = st.lists(st.one_of(words, tricky), max_size=6).map("".join)


class Reader(HTMLParser):
    """What a parser independent of ours sees."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(body=mixed, title=mixed)
def test_a_parser_reads_back_exactly_what_was_given(body: str, title: str) -> None:
    seen = Reader(tag("p", body, title=title))
    assert seen.tags == [("p", {"title": title})]
    assert seen.text == body


@given(body=mixed)
def test_markup_is_escaped_once_however_often_it_is_joined(body: str) -> None:
    once = text(body)
    assert join(text(once)) == once
    assert tag("b", tag("i", body)) == f"<b><i>{once}</i></b>"


@given(value=st.dictionaries(mixed, mixed, max_size=3))
def test_json_in_a_script_cannot_close_it_and_keeps_its_value(value: dict[str, str]) -> None:
    safe = script_json(json.dumps(value, ensure_ascii=False))
    assert "<" not in safe
    assert json.loads(safe) == value


def test_attributes_true_false_and_names() -> None:
    assert tag("input", type="radio", checked=True, hidden=False, class_="a", data_x=1) == (
        '<input type="radio" checked class="a" data-x="1">'
    )
