"""Turns what actions refuse into pages, and says what a page may load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from robotplus.errors import InputError
from robotplus.portal.core.errors import AbsentError, ConflictError, ForbiddenError, LimitError, RefusedError

STATUS: dict[type[InputError], int] = {
    AbsentError: 404,
    ForbiddenError: 403,
    ConflictError: 409,
    LimitError: 429,
}
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self' blob: data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def policy() -> str:
    """``POLICY``; forms may also lead to where people sign in, which redirects count as."""
    origins = "".join(f" {origin}" for origin in settings.SIGN_IN_ORIGINS)
    return POLICY.replace("form-action 'self'", f"form-action 'self'{origins}")


def status_of(error: InputError) -> int:
    """The HTTP status that tells of an error; 422 for what is wrong in the input."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)


class RefusalMiddleware:
    """A refusal that reaches here becomes one page with one line; a form's own view shows it beside the field."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> HttpResponse | None:
        """NUL stands in no text that people type, and PostgreSQL takes none: nothing with one gets to a view.

        The API says so itself, in JSON.
        """
        if request.path.startswith("/api/"):
            return None
        given = [request.GET] if request.method in ("GET", "HEAD") else [request.GET, request.POST]
        texts = [t for form in given for _name, several in form.lists() for t in several]
        if any("\0" in str(t) for t in (*texts, *kwargs.values())):
            error = RefusedError(_("the text contains control characters"))
            return render(request, "refusal.html", {"error": error}, status=400)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, InputError):
            return None
        return render(request, "refusal.html", {"error": error}, status=status_of(error))


class ContentPolicyMiddleware:
    """No page loads anything from elsewhere, and nothing inline runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response
