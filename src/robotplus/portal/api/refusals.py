"""What the API answers when it refuses: one shape for every status, declared by every operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from robotplus.errors import InputError
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.middleware import status_of


class Refusal(Schema):
    """One sentence for people, and one for each field that is wrong, by its path such as ``values.price``."""

    error: str
    problems: dict[str, str] = Field(default_factory=dict)


READS: Final[dict[Any, Any]] = {frozenset({400, 401, 403, 404, 422, 429}): Refusal}
WRITES: Final[dict[Any, Any]] = {frozenset({400, 401, 403, 404, 409, 413, 422, 429}): Refusal}


def refuse(
    api: NinjaAPI, request: HttpRequest, status: int, error: str, problems: Mapping[str, str] | None = None
) -> HttpResponse:
    """The answer to a call that is refused."""
    return api.create_response(request, {"error": error, "problems": dict(problems or {})}, status=status)


def declare_refusals(api: NinjaAPI) -> None:
    """Turn every error that a call can cause into its answer; anything else is a defect and stays one."""

    @api.exception_handler(InputError)
    def of_action(request: HttpRequest, error: InputError) -> HttpResponse:
        problems = error.problems if isinstance(error, RefusedError) else {}
        return refuse(api, request, status_of(error), str(error), problems)

    @api.exception_handler(ValidationError)
    def of_schema(request: HttpRequest, error: ValidationError) -> HttpResponse:
        problems = {_place(e["loc"]): str(e["msg"]) for e in error.errors}
        return refuse(api, request, 422, _("please look at the named fields"), problems)

    @api.exception_handler(HttpError)
    def of_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
        said = {
            400: _("the body cannot be read as JSON of plain text and finite numbers"),
            401: _("sign in, or give a token that is in force"),
            403: _("the page's CSRF token is missing; calls with a bearer token need none"),
            429: _("too many calls; wait a minute"),
        }
        return refuse(api, request, error.status_code, said.get(error.status_code, str(error)))

    @api.exception_handler(Http404)
    def of_missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return refuse(api, request, 404, _("there is no such thing"))

    @api.exception_handler(SuspiciousOperation)
    def of_django(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
        large = isinstance(error, RequestDataTooBig)
        said = _("the body is too large") if large else _("the call cannot be read")
        return refuse(api, request, 413 if large else 400, said)

    for kind in (MultiPartParserError, BadRequest):

        @api.exception_handler(kind)
        def of_form(request: HttpRequest, error: Exception) -> HttpResponse:
            return refuse(api, request, 400, _("the call cannot be read"))


def _place(loc: tuple[Any, ...]) -> str:
    """Where in the call: ``body``, the argument's name and the path in it; the first two say nothing to people."""
    source, *rest = loc
    inner = rest[1:] if source == "body" and len(rest) > 1 else rest
    return ".".join(str(p) for p in inner) or str(source)
