"""The API as a whole: every noun's operations under /api, their description at /api/openapi.json and /api/docs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from robotplus import __version__
from robotplus.portal.api import (
    answers,
    catalogue,
    changes,
    deals,
    desk,
    desk_work,
    evidence,
    figures,
    kinds,
    matches,
    needs,
    offers,
    organisations,
    own_models,
    parties,
    procuring,
    programmes,
    scenarios,
    searching,
)
from robotplus.portal.api.bodies import StrictParser
from robotplus.portal.api.callers import ANYONE, Visitor
from robotplus.portal.api.limits import PerMinute
from robotplus.portal.api.refusals import declare_refusals

ABOUT = """All that the portal's pages can do. Calls carry `Authorization: Bearer <token>` (made on the page "me";
scopes `read`, `write`, `desk`), or a browser's session with its CSRF token; public parts need neither.

Calls that create something take an `Idempotency-Key`: the same call with the same key is done once.
Every refusal has one shape: a sentence, and a sentence for each field. `Accept-Language: zh` or `en` chooses words."""


class Description(OpenAPISchema):
    """OpenAPI with what ninja leaves out: calls that visitors may make need no security."""

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        found = super().operation_security(operation) or []
        open_to_all = any(isinstance(auth, Visitor) for auth in operation.auth_callbacks)
        return [*found, {}] if open_to_all else found


class PortalAPI(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        prefix = reverse(f"{self.urls_namespace}:api-root") if path_prefix is None else path_prefix
        return Description(self, prefix)


api = PortalAPI(
    title="robotplus",
    version=__version__,
    description=ABOUT,
    urls_namespace="api",
    auth=ANYONE,
    throttle=PerMinute(),
    parser=StrictParser(),
)
declare_refusals(api)
for noun in (
    kinds,
    searching,
    scenarios,
    catalogue,
    own_models,
    offers,
    needs,
    matches,
    answers,
    changes,
    deals,
    procuring,
    evidence,
    programmes,
    organisations,
    parties,
    desk,
    desk_work,
    figures,
):
    api.add_router("", noun.router)
api.add_router("", parties.mine)
