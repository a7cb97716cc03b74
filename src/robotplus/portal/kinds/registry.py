"""Reads the kind files: data/<noun>/<id>.toml, and those of a folder that the deployer names.

A kind holds its own ``[[state]]`` and ``[[move]]`` tables, or names one that several share: ``table = "listing"``.
"""

from __future__ import annotations

import functools
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from robotplus.portal.kinds.kind import (
    SIDES,
    Doing,
    Field,
    FieldType,
    Kind,
    KindError,
    Label,
    MatchRule,
    Move,
    Noun,
    Option,
    Role,
    State,
    Test,
)

BUILT_IN = Path(__file__).parent / "data"
NOUNS: tuple[Noun, ...] = get_args(Noun)


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by id. ``ROBOTPLUS_KINDS`` may name one more folder of the same layout.

    Raises:
        KindError: a file is wrong, or two share an id.
    """
    found: dict[str, Kind] = {}
    extra = os.environ.get("ROBOTPLUS_KINDS")
    for folder in (BUILT_IN, *([Path(extra)] if extra else [])):
        for noun in NOUNS:
            for path in sorted((folder / noun).glob("*.toml")):
                one = read_kind(path, noun)
                if one.id in found:
                    raise KindError("two kinds share an id", str(path), value=one.id)
                found[one.id] = one
    return found


def kind(kind_id: str, noun: Noun | None = None) -> Kind:
    """The kind of that id.

    Raises:
        KindError: no such kind (of that noun).
    """
    of_noun = {k: v for k, v in kinds().items() if noun in (None, v.noun)}
    if kind_id not in of_noun:
        raise KindError("unknown kind", noun, value=kind_id, allowed=", ".join(of_noun))
    return of_noun[kind_id]


def noun_kinds(noun: Noun) -> tuple[Kind, ...]:
    return tuple(k for k in kinds().values() if k.noun == noun)


def read_kind(path: Path, noun: Noun) -> Kind:
    """One kind file.

    Raises:
        KindError: what is wrong with it.
    """
    try:
        doc = tomllib.loads(path.read_text(encoding="utf-8"))
        if "table" in doc:
            doc |= tomllib.loads(_table(path, doc["table"]).read_text(encoding="utf-8"))
        kind = Kind(
            id=path.stem,
            noun=noun,
            version=doc["version"],
            label=Label(**doc["label"]),
            about=Label(**doc["about"]),
            fields=tuple(_field(f) for f in doc.get("field", ())),
            states=tuple(State(s.pop("name"), Label(**s.pop("label")), **s) for s in doc["state"]),
            moves=tuple(_move(m) for m in doc["move"]),
            answers=tuple(doc.get("answers", ())),
            rules=tuple(_rule(r) for r in doc.get("match", ())),
            roles=tuple(_role(r) for r in doc.get("role", ())),
            link=doc.get("link", ""),
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as e:
        raise KindError(f"cannot be read: {e!r}", str(path)) from e
    _check(kind, str(path))
    return kind


def _table(path: Path, name: str) -> Path:
    """The shared state table that a kind names: tables/<name>.toml beside its noun's folder, else the built-in one."""
    if not name.isidentifier():
        raise KindError("not the name of a state table", str(path), value=name)
    own = path.parent.parent / "tables" / f"{name}.toml"
    return own if own.is_file() else BUILT_IN / "tables" / f"{name}.toml"


def _field(raw: dict[str, Any]) -> Field:
    options = tuple(Option(o.pop("value"), Label(**o)) for o in raw.pop("options", ()))
    low, high = raw.pop("range", (None, None))
    helped = Label(**raw.pop("help", {"zh": "", "en": ""}))
    return Field(label=Label(**raw.pop("label")), options=options, low=low, high=high, help=helped, **raw)


def _move(raw: dict[str, Any]) -> Move:
    return Move(
        raw["name"],
        Label(**raw["label"]),
        tuple(raw["from"]),
        raw["to"],
        tuple(raw["who"]),
        raw.get("reason", False),
        raw.get("publishes", False),
        tuple(raw.get("visibilities", ())),
        raw.get("does", ""),
    )


def _role(raw: dict[str, Any]) -> Role:
    return Role(raw["name"], Label(**raw["label"]), tuple(raw["organisations"]), raw.get("side", ""))


def _rule(raw: dict[str, Any]) -> MatchRule:
    offer = raw["offer"]
    names = (offer,) if isinstance(offer, str) else tuple(offer)
    return MatchRule(raw.get("need", ""), names, raw["test"], raw.get("must", False))


def _check(kind: Kind, where: str) -> None:
    names = [s.name for s in kind.states]
    fields = [f.name for f in kind.fields]
    if len(set(names)) < len(names) or len(set(fields)) < len(fields):
        raise KindError("a name stands twice", where)
    for f in kind.fields:
        if f.type not in get_args(FieldType):
            raise KindError(
                "unknown type", f"{where}: {f.name}", value=f.type, allowed=", ".join(get_args(FieldType))
            )
        if (f.type in ("choice", "choices")) != bool(f.options):
            raise KindError("options belong to a choice, and a choice has some", f"{where}: {f.name}")
    for r in kind.rules:
        if r.test not in get_args(Test):
            raise KindError(
                "unknown test", f"{where}: {r.need}", value=r.test, allowed=", ".join(get_args(Test))
            )
        if r.need and r.need not in fields:
            raise KindError("unknown field", f"{where}: match", value=r.need, allowed=", ".join(fields))
        if len(r.offer) != (2 if r.test == "within" else 1):
            raise KindError("two fields of the offer for 'within', else one", f"{where}: {r.need}")
    _check_roles(kind, where)
    roles = (*SIDES, *(r.name for r in kind.roles))
    for m in kind.moves:
        if m.does and (kind.noun != "deal" or m.does not in get_args(Doing)):
            allowed = ", ".join(get_args(Doing))
            raise KindError("no move does this", f"{where}: {m.name}", value=m.does, allowed=allowed)
        for state in (*m.start, m.end):
            if state not in names:
                raise KindError("unknown state", f"{where}: {m.name}", value=state, allowed=", ".join(names))
        for side in m.who:
            if side not in roles:
                raise KindError("unknown side", f"{where}: {m.name}", value=side, allowed=", ".join(roles))
    reached, ahead = {kind.initial}, [kind.initial]
    while ahead:
        here = ahead.pop()
        new = {m.end for m in kind.moves if here in m.start} - reached
        reached |= new
        ahead += new
        if kind.state(here).final and any(here in m.start for m in kind.moves):
            raise KindError("a final state has a move", where, value=here)
    if unreached := set(names) - reached:
        raise KindError("states that no move reaches", where, value=", ".join(sorted(unreached)))


def _check_roles(kind: Kind, where: str) -> None:
    names = [*SIDES, *(r.name for r in kind.roles)]
    for r in kind.roles:
        if names.count(r.name) > 1:
            raise KindError("a role is named like a side or another role", where, value=r.name)
        if r.side not in ("", "owner", "counterpart"):
            raise KindError("unknown side", f"{where}: {r.name}", value=r.side, allowed="owner, counterpart")
        if not r.organisations:
            raise KindError("a role of no organisations", f"{where}: {r.name}")
        if not any(r.name in m.who for m in kind.moves):
            raise KindError("a role without a move", f"{where}: {r.name}")
