"""schemathesis calls every operation with what its schema allows and with what it does not: no 5xx, nothing undeclared.

The acceptance run calls with more examples: ``ROBOTPLUS_FUZZ_EXAMPLES=50``.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from answered import answered, use_small_catalogue
from conftest import Cast
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from robotplus.portal.core.models import Event
from robotplus.portal.parties.actions.tokens import do_create_token
from robotplus.portal.wsgi import application

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import (
        content_type_conformance,
        not_a_server_error,
        response_schema_conformance,
        status_code_conformance,
    )
    from schemathesis.core.failures import FailureGroup
    from schemathesis.generation import GenerationMode

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings(
        "ignore::pytest.PytestUnraisableExceptionWarning"
    ),  # its client closes no upload
]
EXAMPLES = int(os.environ.get("ROBOTPLUS_FUZZ_EXAMPLES", "3"))
CHECKS = [
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
]
ROLES = {"seller": ("read", "write"), "operator": ("read", "write", "desk"), "visitor": ()}


@pytest.fixture
def open_connection() -> Iterator[None]:
    """The calls run in the test's own transaction: nothing closes its connection between them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", ROLES)
def test_no_call_breaks_the_api(
    cast: Cast, role: str, open_connection: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.API_CALLS_PER_MINUTE = settings.API_VISITOR_CALLS_PER_MINUTE = 10**6
    settings.ALLOWED_HOSTS = ["*"]
    use_small_catalogue(monkeypatch)
    answered(cast.reader("seller"))
    headers = {"Accept-Encoding": "identity"}
    if scopes := ROLES[role]:
        raw = do_create_token(cast.reader(role), label="fuzz", scopes=scopes, days=1)[1]
        headers["Authorization"] = f"Bearer {raw}"
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 60
    broken = [f"{one.label}: {e!r}" for one in operations if (e := _fuzz(one, headers)) is not None]
    assert not broken, "\n\n".join(broken)
    assert (
        role == "visitor" or Event.objects.exclude(verb="answer.ask").count() > 2
    )  # some of it did something


def _fuzz(operation: Any, headers: dict[str, str]) -> BaseException | None:
    """What is wrong with an operation, with the call that shows it."""
    for mode in GenerationMode:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def call(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        try:
            call()
        except Unsatisfiable:
            if mode == GenerationMode.POSITIVE:  # what takes nothing takes nothing wrong
                return AssertionError(f"nothing to call {operation.label} with")
        except FailureGroup as e:
            return e.exceptions[0] if len(e.exceptions) == 1 else e
    return None
