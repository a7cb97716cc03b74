"""What a kind file says: typed, labelled fields and a table of states and moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from robotplus.errors import InputError

Noun = Literal["offer", "need", "deal", "programme"]
FieldType = Literal[
    "text",  # one line
    "prose",  # paragraphs
    "number",  # in the field's unit
    "choice",  # one of its options
    "choices",  # several of its options
    "flag",
    "date",
    "area",  # code of an area
    "areas",
    "model",  # id of a catalogue model
    "scenario",  # id of a scenario
    "price",  # amount, currency, tax, basis, scope: see offers.price
    "document",  # an uploaded file
]
Side = Literal["owner", "counterpart", "operator", "system"]
SIDES: tuple[str, ...] = get_args(Side)  # what every kind knows; a kind may add roles of its own
Doing = Literal[
    "quote",  # comes with a quotation
    "accept",  # takes the last quotation and declares its amount
]
Test = Literal[
    "within",  # the need's number lies between the offer's two
    "at_most",  # the need's number is no more than the offer's
    "at_least",  # the need's number is no less than the offer's
    "same",  # the same choice, scenario or model
    "codes",  # the texts share a number of three digits or more, such as a standard's
    "words",  # the texts share a word that tells something
    "by",  # the offer's days from now end by the need's date, or its date is not past
]


class KindError(InputError):
    """A kind file is wrong, or a value does not fit its kind."""


@dataclass(frozen=True, slots=True)
class Label:
    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        """The label in the language nearest to a code such as ``zh-hans`` or ``en``."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Label


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute. ``low`` and ``high`` bound a number inclusively; ``filter`` offers it as a search filter."""

    name: str
    label: Label
    type: FieldType
    required: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    options: tuple[Option, ...] = ()
    filter: bool = False
    help: Label = Label("", "")


@dataclass(frozen=True, slots=True)
class State:
    """``listed``: what is in this state may be shown by its visibility; ``final``: no move leads out.

    ``agreed``: a deal in this state was concluded, and counts as such. ``receiving``: its delivery is looked at.
    """

    name: str
    label: Label
    listed: bool = False
    final: bool = False
    agreed: bool = False
    receiving: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a kind's own: the editors of approved organisations of some kinds, on one side only or on any.

    ``side`` empty: whoever they are; else only who stands on that side anyway.
    """

    name: str
    label: Label
    organisations: tuple[str, ...]
    side: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A way from one state to another, open to ``who``.

    Attributes:
        reason: the mover must say why.
        publishes: it leads to others: the owner must be approved and the content complete.
        visibilities: it is there only for content of these visibilities; empty: for any.
        does: what a move of a deal brings about beside the new state; empty: nothing.
    """

    name: str
    label: Label
    start: tuple[str, ...]
    end: str
    who: tuple[str, ...]  # sides, and roles of the kind
    reason: bool = False
    publishes: bool = False
    visibilities: tuple[str, ...] = ()
    does: Doing | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class MatchRule:
    """How a need's field is held against fields of the offers that may answer it.

    ``must``: an offer that states otherwise is no match. ``offer`` names one field, two for ``within``; offers of a
    kind without them pass over the rule. ``need`` is empty where the offer's own date is held against today.
    """

    need: str
    offer: tuple[str, ...]
    test: Test
    must: bool = False


@dataclass(frozen=True)
class Kind:
    id: str
    noun: Noun
    version: int
    label: Label
    about: Label
    fields: tuple[Field, ...]
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    answers: tuple[str, ...] = ()  # a kind of need: the kinds of offer that may answer it; else empty
    rules: tuple[MatchRule, ...] = ()  # of a kind of need
    roles: tuple[Role, ...] = ()
    link: str = ""  # technology, product, integration or scenario: its place in the chain

    @property
    def initial(self) -> str:
        return self.states[0].name

    def state(self, name: str) -> State:
        for s in self.states:
            if s.name == name:
                return s
        raise KindError("unknown state", self.id, value=name, allowed=", ".join(s.name for s in self.states))

    def field(self, name: str) -> Field:
        for f in self.fields:
            if f.name == name:
                return f
        raise KindError("unknown field", self.id, value=name, allowed=", ".join(f.name for f in self.fields))

    def roles_of(self, organisation_kind: str, sides: frozenset[str]) -> frozenset[str]:
        """The kind's own roles that members of an approved organisation of a kind have on these sides."""
        return frozenset(
            r.name
            for r in self.roles
            if organisation_kind in r.organisations and (not r.side or r.side in sides)
        )

    def states_for(self, roles: frozenset[str]) -> tuple[str, ...]:
        """The states that these roles have a move from."""
        return tuple(dict.fromkeys(s for m in self.moves if roles & set(m.who) for s in m.start))

    def moves_from(
        self, state: str, sides: frozenset[str] | set[str], visibility: str | None = None
    ) -> tuple[Move, ...]:
        """The moves that someone on these sides may make from a state with content of a visibility."""
        return tuple(
            m
            for m in self.moves
            if state in m.start
            and sides & set(m.who)
            and (not m.visibilities or visibility in m.visibilities)
        )

    def move(
        self, name: str, state: str, sides: frozenset[str] | set[str], visibility: str | None = None
    ) -> Move:
        """One move.

        Raises:
            KindError: no such move from this state for someone on these sides.
        """
        allowed = self.moves_from(state, sides, visibility)
        for m in allowed:
            if m.name == name:
                return m
        raise KindError(
            f"cannot be done from {state!r}", self.id, value=name, allowed=", ".join(m.name for m in allowed)
        )
