"""The words of the reader, from its data files, as compiled expressions."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Topic:
    """One thing a figure can be about; ``data/fields.toml`` explains the keys."""

    field: str
    name: str
    dimensions: frozenset[str]
    words: re.Pattern[str] | None
    weight: float
    default: bool
    subject: str
    role: str
    sense: str
    canon: str
    per: float


@dataclass(frozen=True)
class Comparator:
    """Words that compare: what they mean, and whether they exclude the figure itself."""

    op: str
    strict: bool
    words: re.Pattern[str]


def document(name: str) -> dict[str, Any]:
    """One data file of the reader."""
    text = (resources.files("robotplus.reading") / "data" / name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def any_of(words: Iterable[str]) -> str:
    """An expression for any of the words, the longest first; Latin words only as whole words."""
    return "|".join(_bounded(word) for word in sorted(words, key=len, reverse=True))


def _bounded(word: str) -> str:
    left = r"(?<![a-z])" if word[0].isascii() and word[0].isalpha() else ""
    last = word.rstrip("?)+")[-1:]
    right = r"(?![a-z])" if last.isascii() and last.isalpha() else ""
    return f"{left}(?:{word}){right}"


@functools.cache
def topics() -> tuple[Topic, ...]:
    """Everything a figure can be about, in the order of the file."""
    return tuple(_topic(table) for table in document("fields.toml")["field"])


def _topic(table: dict[str, Any]) -> Topic:
    words = table["words"]
    return Topic(
        field=table["field"],
        name=table.get("name", ""),
        dimensions=frozenset(table["dimensions"]),
        words=re.compile(any_of(words)) if words else None,
        weight=table.get("weight", 1.0),
        default=table.get("default", False),
        subject=table.get("subject", ""),
        role=table.get("role", ""),
        sense=table.get("sense", "none"),
        canon=table.get("canon", ""),
        per=table.get("per", 1.0),
    )


@functools.cache
def signs() -> dict[str, Any]:
    return document("signs.toml")


@functools.cache
def comparators(place: str) -> tuple[Comparator, ...]:
    """Comparators that stand ``before`` or ``behind`` a figure."""
    anchor = "(?:{})$" if place == "before" else "(?:{})"
    return tuple(
        Comparator(table["op"], table.get("strict", False), re.compile(anchor.format(any_of(table["words"]))))
        for table in signs()[place]
    )


@functools.cache
def words(*path: str) -> re.Pattern[str]:
    """The words under a path of ``data/signs.toml`` as one expression."""
    table: Any = signs()
    for key in path:
        table = table[key]
    return re.compile(any_of(table))
