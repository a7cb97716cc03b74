"""What the engine refuses in English is said in Chinese on Chinese pages, every message of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.utils import translation

from robotplus import scenarios
from robotplus.errors import InputError, NeedError
from robotplus.portal.matches.documents import document_of_uploads, scenario_document
from robotplus.portal.web.told import chinese, told
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.library import get_scenario

HAN = re.compile(r"[\u4e00-\u9fff]")


def written(node: ast.expr) -> str | None:
    """A string of the source with 7 in every place that differs from case to case; None for no string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(written(v) or "7" if isinstance(v, ast.Constant) else "7" for v in node.values)
    return None


def raised() -> Iterator[tuple[str, str, str]]:
    """Every message and every fix that a need can be refused with: file, part of the table, text."""
    for path in sorted(Path(str(scenarios.__file__)).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            if node.func.id not in ("NeedError", "ValueError"):
                continue
            if (message := written(node.args[0])) is not None:
                yield path.name, "messages", message
            for word in node.keywords:
                if word.arg == "fix" and (fix := written(word.value)) is not None:
                    yield path.name, "hints", fix


def test_every_message_of_a_need_has_its_chinese() -> None:
    found = list(raised())
    assert len(found) > 80
    assert [one for one in found if not HAN.search(chinese(one[2], one[1]) or "")] == []


def refused(document: dict[str, Any]) -> NeedError:
    with pytest.raises(NeedError) as caught:
        need_from_document(document)
    return caught.value


WRONG: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    ({"takt_s": 9.0, "takts": 1}, ("无法识别的键", "takts", "是否指 'takt_s'")),
    ({"takt_s": "soon"}, ("takt_s", "应为")),
    ({"takt_s": -1.0}, ("takt_s", "应大于 0", "所填为 '-1.0'")),
)


@pytest.mark.parametrize(("requirements", "said"), WRONG)
def test_a_wrong_need_is_told_in_the_language_of_the_page(
    requirements: dict[str, Any], said: tuple[str, ...]
) -> None:
    from robotplus.scenarios.files import expand

    document = expand(scenario_document(get_scenario("arc_welding"), {}), "need")
    document["requirements"] = {**document["requirements"], **requirements}
    error = refused(document)
    with translation.override("zh-hans"):
        line = told(error)
        assert all(part in line for part in said), line
        assert "\n" not in line
    with translation.override("en"):
        assert told(error) == str(error)


def test_an_upload_that_is_no_need_says_so_in_chinese() -> None:
    with pytest.raises(InputError) as caught, translation.override("zh-hans"):
        document_of_uploads([SimpleUploadedFile("need.toml", b"takt = = 3")])
    with translation.override("zh-hans"):
        assert "无法解析" in told(caught.value)


def test_what_nobody_translated_stays_and_nothing_is_trusted() -> None:
    error = InputError("never heard of", "<b>file</b>", value="<script>", fix="leave it out")
    with translation.override("zh-hans"):
        assert told(error) == str(error)
        known = InputError(
            "unknown key", "<b>file</b>", value="<script>\n", allowed="a, b", fix="leave it out"
        )
        line = told(known)
        assert line.startswith("<b>file</b>：无法识别的键") and line.endswith("请删去") and "\n" not in line
        shown = Template("{{ error|told }}").render(Context({"error": known}))
        assert "<" not in shown
