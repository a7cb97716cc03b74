"""What the API says of itself: committed, served without anything from elsewhere, and true to a fuzzer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from ninja import Schema

from robotplus.portal.api.site import api

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths: dict[str, dict[str, Any]] = json.loads(json.dumps(api.get_openapi_schema()))["paths"]
    return [(method.upper(), path, op) for path, ops in paths.items() for method, op in ops.items()]


def test_the_committed_description_is_the_apis() -> None:
    now = json.loads(json.dumps(api.get_openapi_schema()))
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == now, "run: make openapi"


@pytest.mark.django_db
def test_the_documentation_loads_nothing_from_elsewhere() -> None:
    page = Client().get("/api/docs")
    html = page.content.decode()
    assert page.status_code == 200 and "Content-Security-Policy" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert not re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", html)
    assert Client().get("/api/openapi.json").json()["info"]["title"] == "robotplus"


def test_every_operation_declares_its_refusals_and_is_described_once() -> None:
    ids = [op["operationId"] for _method, _path, op in operations()]
    assert len(set(ids)) == len(ids)
    for method, path, op in operations():
        declared = set(op["responses"])
        assert {"400", "401", "403", "404", "422", "429"} <= declared, (method, path)
        assert method == "GET" or {"409", "413"} <= declared, (method, path)
        assert op["description"].endswith("."), (method, path)


def test_what_creates_takes_a_key() -> None:
    for method, path, op in operations():
        names = {p["name"] for p in op.get("parameters", ())}
        assert ("Idempotency-Key" in names) == ("201" in op["responses"]), (method, path)


def test_no_two_schemas_share_a_name() -> None:
    """One would stand in the description for both."""
    ahead, seen = [Schema], set[type]()
    while ahead:
        new = [c for c in ahead.pop().__subclasses__() if c not in seen]
        seen.update(new)
        ahead += new
    ours = [c.__name__ for c in seen if c.__module__.startswith("robotplus.portal.api.")]
    assert len(ours) > 50 and len(set(ours)) == len(ours)
