"""The words by which things are found, the same ones for what is stored and for what is asked.

A Chinese run gives its pairs of characters and its dictionary words (rjieba); a Latin word its stem; a type name such
as ``M-20iD/25`` its parts and their joins (``m20id``, ``m20id25``); and a known word of either language its concept
(``=arc_welding``, with ``=welding`` above it). What stands in the index is a token's 63-bit digest.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import rjieba

from robotplus.portal.search.synonyms import broader, find_concepts

JOINED = 4  # parts of a type name that are written together at most
FULL, HALF = 2, 1  # strengths: a word or concept; a pair of characters or a broader concept
EVERYTHING: Final = "*"  # a token of every entry
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[-/._'’+ ]{0,1}[a-z0-9]+)*")
_PART = re.compile(r"[a-z]+|[0-9]+(?:[.][0-9]+)?")
_WORD = re.compile(r"[a-z0-9]+")
_ENDINGS = re.compile(r"(?:ings?|ies|ed|es|s|e|y)$")
_IDLE: Final = frozenset(  # say nothing about what is meant
    re.findall(
        r"\S+",
        "a an and at by for from in is of on or our the to we with want need needs looking "
        "的 了 和 与 及 或 在 是 有 为 用 我 我们 需要 想要 寻找 求购 请问 哪些 哪家 可以 能够 一台 一个",
    )
)


def plain(text: str) -> str:
    """Compatibility forms folded, accents gone, lower case."""
    folded = unicodedata.normalize("NFKD", text.lower())
    return unicodedata.normalize("NFKC", "".join(c for c in folded if not unicodedata.combining(c)))


def tokens(text: str) -> dict[str, int]:
    """Every token of a text with its strength, ``FULL`` or ``HALF``."""
    found: dict[str, int] = {}
    said = plain(text)
    for token, strength in _tokens(said):
        found[token] = max(strength, found.get(token, 0))
    return found


def query_tokens(text: str) -> dict[str, int]:
    """The tokens of a question: where a known word stands its concept speaks for it alone."""
    found: dict[str, int] = {}
    said = plain(text)
    rest = said
    for name, (start, end) in find_concepts(said):
        rest = rest[:start] + "\0" * (end - start) + rest[end:]
        for token, strength in _concept(name):
            found[token] = max(strength, found.get(token, 0))
    for token, strength in _words(rest):
        found.setdefault(token, strength)
    return found


def _tokens(said: str) -> Iterator[tuple[str, int]]:
    for name, _span in find_concepts(said):
        yield from _concept(name)
    yield from _words(said)


def _concept(name: str) -> Iterator[tuple[str, int]]:
    yield f"={name}", FULL
    for above in broader(name):
        yield f"={above}", HALF


def _words(said: str) -> Iterator[tuple[str, int]]:
    for run in _RUN.findall(said):
        yield from _latin(run) if run.isascii() else _chinese(run)


def _chinese(run: str) -> Iterator[tuple[str, int]]:
    for word in rjieba.cut_all(run):
        if len(word) > 1 and word not in _IDLE:
            yield word, FULL
    if len(run) == 1 and run not in _IDLE:
        yield run, HALF
    for i in range(len(run) - 1):
        yield run[i : i + 2], HALF


def _latin(run: str) -> Iterator[tuple[str, int]]:
    """Words by their stems; where digits stand among them, the joins of neighbouring parts too."""
    words = _WORD.findall(run)
    for word in words:
        if word not in _IDLE and len(word) > 1:
            yield stem(word), FULL
    for i in range(len(words)):
        for j in range(i + 1, min(i + JOINED, len(words)) + 1):
            joined = "".join(words[i:j])
            if len(joined) > 2 and any(c.isdigit() for c in joined) and any(c.isalpha() for c in joined):
                if j > i + 1:
                    yield joined, FULL
                elif (head := _head(joined)) != joined:
                    yield head, HALF


def _head(word: str) -> str:
    """The first letters and digits of a type name: ``20id`` of ``20idx``; itself where there is no more."""
    parts = _PART.findall(word)
    return "".join(parts[:2]) if len(parts) > 2 else word


def stem(word: str) -> str:
    """An English word without its ending, at least four letters long; others as they are."""
    if not word.isalpha():
        return word
    short = _ENDINGS.sub("", word)
    return short if len(short) > 3 else word


@functools.lru_cache(maxsize=500_000)
def term(token: str) -> int:
    """A token's digest, 63 bits."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "big") >> 1
