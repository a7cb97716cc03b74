"""Says in the language of the page what the engine refuses in English (data/refusals.toml)."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources

from django.utils.translation import get_language

from robotplus.errors import InputError

Table = list[tuple[re.Pattern[str], str]]


def told(error: InputError) -> str:
    """The error as one line; what nobody translated stays in English."""
    zh = (get_language() or "zh").startswith("zh")
    if not zh or (message := chinese(error.message)) is None:
        return str(error)
    parts = [f"{error.where}：{message}" if error.where else message]
    if error.value is not None:
        parts.append(f"所填为 {str(error.value)[:80]!r}")
    if error.allowed:
        parts.append(f"允许 {chinese(error.allowed, 'hints') or error.allowed}")
    if error.fix:
        parts.append(chinese(error.fix, "hints") or error.fix)
    return " ".join("；".join(parts).splitlines())


def chinese(text: str, part: str = "messages") -> str | None:
    """The Chinese of a text of the engine, with what differs from case to case put in; None without one."""
    for pattern, zh in _table()[part]:
        if (found := pattern.fullmatch(text)) is not None:
            return re.sub(r"\{(\d)\}", lambda place: found[f"p{place[1]}"], zh)
    return None


@functools.cache
def _table() -> Mapping[str, Table]:
    file = resources.files("robotplus.portal.web") / "data" / "refusals.toml"
    written: dict[str, dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        part: [(_pattern(en), zh) for en, zh in sorted(pairs.items(), key=lambda pair: -len(_fixed(pair[0])))]
        for part, pairs in written.items()
    }


def _fixed(text: str) -> str:
    """What of a text is the same in every case: the more of it, the earlier it is tried."""
    return re.sub(r"\{\d\}", "", text)


def _pattern(text: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\d)\}", text)
    return re.compile(
        "".join(f"(?P<p{p}>.+?)" if i % 2 else re.escape(p) for i, p in enumerate(pieces)), re.DOTALL
    )
