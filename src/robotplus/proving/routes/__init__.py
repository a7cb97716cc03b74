"""Routes: visits to stops over a network, in the order and by the fewest machines that keep every limit."""

from robotplus.proving.routes.prove import prove_route

__all__ = ["prove_route"]
