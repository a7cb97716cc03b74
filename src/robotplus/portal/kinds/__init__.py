"""Kinds of offer, need, deal and programme: each one a data file with its schema and its state table."""

from robotplus.portal.kinds.kind import Field, Kind, Move, State
from robotplus.portal.kinds.registry import kind, kinds, noun_kinds

__all__ = ["Field", "Kind", "Move", "State", "kind", "kinds", "noun_kinds"]
