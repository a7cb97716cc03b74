"""Reading: plain words in, figures out, each linked to its place in the text; see docs/reading.md.

Rules and word lists only: deterministic, offline, fast. The words lie in ``data/``.
"""

from __future__ import annotations

from robotplus.reading.figures import Figure
from robotplus.reading.read import Reading, read

__all__ = ["Figure", "Reading", "read"]
