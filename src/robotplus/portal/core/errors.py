"""What an action may refuse with; views and API turn each into one answer."""

from __future__ import annotations

from collections.abc import Mapping

from robotplus.errors import InputError


class RefusedError(InputError):
    """What was asked cannot be done (HTTP 422). ``problems``: a sentence for each field that is wrong."""

    def __init__(
        self, message: str, *, field: str | None = None, problems: Mapping[str, object] | None = None
    ) -> None:
        self.problems = {k: str(v) for k, v in (problems or ({field: message} if field else {})).items()}
        super().__init__(message)


class ForbiddenError(InputError):
    """The reader sees the thing but may not do this to it (HTTP 403)."""


class AbsentError(InputError):
    """There is no such thing, or the reader may not know of it (HTTP 404)."""


class ConflictError(InputError):
    """Somebody else was faster (HTTP 409)."""


class LimitError(InputError):
    """A limit for the hour or the queue is reached (HTTP 429)."""
