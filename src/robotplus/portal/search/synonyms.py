"""Concepts: words of both languages that mean one thing (data/synonyms.toml), found in a text."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from robotplus.errors import InputError

FILE = Path(__file__).parent / "data" / "synonyms.toml"


@dataclass(frozen=True, slots=True)
class Concept:
    """``broader``: the concept that this one is a case of, or empty."""

    name: str
    words: tuple[str, ...]
    broader: str


@functools.cache
def concepts() -> Mapping[str, Concept]:
    """Every concept by name.

    Raises:
        InputError: the file names a broader concept that is not there, or one word twice.
    """
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = {name: Concept(name, tuple(c["words"]), c.get("broader", "")) for name, c in raw.items()}
    seen: dict[str, str] = {}
    for concept in found.values():
        if concept.broader and concept.broader not in found:
            raise InputError("unknown broader concept", concept.name, value=concept.broader)
        for word in concept.words:
            if seen.setdefault(word, concept.name) != concept.name:
                raise InputError("a word of two concepts", word, value=concept.name, allowed=seen[word])
    return found


def find_concepts(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each concept's name and where its word stands, in lower-cased NFKC text; the longest word counts."""
    for match in _pattern().finditer(text):
        group = match.lastgroup or ""
        yield _by_word()[match[group]], match.span(group)


def broader(name: str) -> Iterator[str]:
    """The concepts above one, nearest first."""
    while name := concepts()[name].broader:
        yield name


@functools.cache
def _by_word() -> dict[str, str]:
    return {word: c.name for c in concepts().values() for word in c.words}


@functools.cache
def _pattern() -> re.Pattern[str]:
    """Chinese words anywhere, Latin ones as whole words, in the singular or plural."""
    words = sorted(_by_word(), key=lambda w: (-len(w), w))
    latin = "|".join(re.escape(w) for w in words if w.isascii())
    rest = "|".join(re.escape(w) for w in words if not w.isascii())
    return re.compile(rf"(?<![a-z0-9])(?P<latin>{latin})(?:e?s)?(?![a-z0-9])|(?P<rest>{rest})")
