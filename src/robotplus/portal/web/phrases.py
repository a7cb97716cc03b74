"""Says in Chinese what scenario files carry in English only (data/phrases.toml)."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import Final

from robotplus.portal.kinds.kind import Label

_HAN = re.compile(r"[\u3400-\u9fff]")
MARKS: Final = (  # how a file marks where a standard is known from
    ("(memory:medium-high)", "（凭记忆，可信度中上）"),
    ("(memory:medium)", "（凭记忆，可信度中）"),
    ("(memory:high)", "（凭记忆，可信度高）"),
    ("(memory:low)", "（凭记忆，可信度低）"),
    ("(memory)", "（凭记忆）"),
    ("(from memory)", "（凭记忆）"),
    ("(retrieved)", "（查阅所得）"),
    ("(cited)", "（被引用）"),
)


def sentence(text: str) -> Label:
    """A sentence of a scenario file in both languages; what nobody translated stays as it is."""
    return Label(_table()["sentences"].get(text) or _marked(text), text)


def figure_name(key: str, words: str) -> Label:
    """The name of a reference case's figure; ``words`` are its key in English."""
    return Label(_table()["figures"].get(key, words), words)


def is_chinese(text: str) -> bool:
    """Whether a text needs no translation: it is Chinese, or names and numbers alone."""
    rest = re.sub(r"\b[A-Z]{2,}\S*|[\d\W_]+|memory|high|medium|low|\bde\b", "", text)
    return bool(_HAN.search(text)) or not rest


def _marked(text: str) -> str:
    for mark, zh in MARKS:
        text = text.replace(f" {mark}", zh).replace(mark, zh)
    return text


@functools.cache
def _table() -> dict[str, dict[str, str]]:
    file = resources.files("robotplus.portal.web") / "data" / "phrases.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
