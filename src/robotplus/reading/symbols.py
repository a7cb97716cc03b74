"""Figures that are names: standards, explosion classes, ingress protection, mounting, interfaces."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from robotplus.reading.lexicon import any_of, document

_JOIN = re.compile(r"[ ]*(?:、|和|与|及|以及|,|/|或|and|&)[ ]*")
_TITLE = re.compile(r"《([^《》\n]{2,40})》")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name found: its field, the name or names as written, and where they stand."""

    field: str
    name: str
    values: tuple[str | bool, ...]
    start: int
    end: int


@functools.cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(field, name, expression), in the order in which they take their span."""
    words = document("symbols.toml")
    standard, explosion = words["standard"], words["explosion"]
    bodies = "|".join(sorted(map(re.escape, standard["bodies"]), key=len, reverse=True))
    issuer = rf"(?<![a-z])(?:(?:{bodies})(?:/[tz])?|t/[a-z]{{2,8}}|db\d\d(?:/t)?)"
    code = rf"{issuer}[ ]?[-:]?[ ]?[a-z]?\d{{2,6}}(?:\.\d+)*(?:[-~:]\d{{1,4}})*(?![a-z\d])"
    return (
        ("explosion_proof", "", re.compile("|".join(explosion["codes"]))),
        ("explosion_proof", "", re.compile("|".join(explosion["marks"]))),
        ("ip", "", re.compile(words["ip"]["code"])),
        ("standard", "", _TITLE),
        ("standard", "", re.compile(code)),
        ("standard", "", re.compile("|".join(standard["marks"]))),
        *(
            ("mounting", value, re.compile(any_of(said)))
            for value, said in words["mounting"]["words"].items()
        ),
        ("other", "interface", re.compile(any_of(words["other"]["interfaces"]))),
    )


def symbols(text: str, folded: str) -> list[Symbol]:
    """Every name in the text, in order; neighbours of one kind joined by 、 or ``and`` are one figure."""
    found: list[Symbol] = []
    not_titles = re.compile("|".join(document("symbols.toml")["standard"]["not_titles"]))
    for field, name, pattern in _patterns():
        for match in pattern.finditer(folded):
            start, end = match.span()
            while end > start and folded[end - 1] == " ":
                end -= 1
            title = pattern is _TITLE
            if title and not_titles.search(match[1]):
                continue
            if any(start < other.end and other.start < end for other in found):
                continue
            value = text[start + 1 : end - 1] if title else text[start:end]
            if field == "mounting":
                value, name = name, ""
            found.append(Symbol(field, name, (value,), start, end))
    if not any(symbol.field == "explosion_proof" for symbol in found):
        found += _plainly_explosion_proof(folded)
    return _joined(text, folded, sorted(found, key=lambda symbol: symbol.start))


def _plainly_explosion_proof(folded: str) -> list[Symbol]:
    """``防爆`` without a class, once: it must be, and no more is said."""
    said = re.search(document("symbols.toml")["explosion"]["plain"], folded)
    return [Symbol("explosion_proof", "", (True,), *said.span())] if said else []


def _joined(text: str, folded: str, found: list[Symbol]) -> list[Symbol]:
    out: list[Symbol] = []
    for symbol in found:
        last = out[-1] if out else None
        alike = last and last.field == symbol.field and symbol.field in ("standard", "explosion_proof")
        if last and alike and (text[last.start] == "《") == (text[symbol.start] == "《"):
            between = folded[last.end : symbol.start]
            if not between or _JOIN.fullmatch(between):
                out[-1] = Symbol(last.field, last.name, last.values + symbol.values, last.start, symbol.end)
                continue
        out.append(symbol)
    return out
