"""Area coverage: swaths over an area, in the order and at the angle that take the least time."""

from robotplus.proving.coverage.prove import prove_coverage

__all__ = ["prove_coverage"]
