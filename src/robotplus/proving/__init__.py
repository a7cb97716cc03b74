"""Proving: a need and a robot in, a certificate or a refusal out. Fast where it may be, checked elsewhere."""

from robotplus.proving.context import Context, make_context
from robotplus.proving.prove import Proof, attempt, prove

__all__ = ["Context", "Proof", "attempt", "make_context", "prove"]
