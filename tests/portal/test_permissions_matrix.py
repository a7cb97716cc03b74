"""Every URL and API operation × every role × own and others' things, against the table in permissions.toml.

The table says what each role gets. Beside it stands what must hold whatever the table says: whoever is no reader of a
thing is refused its pages, whoever is no writer is refused its changes. A URL without a row fails.

``PERMISSIONS_WRITE=1 pytest …`` writes what was seen into the table, to be read line by line before it is committed.
"""

from __future__ import annotations

import copy
import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from answered import use_small_catalogue
from conftest import ROLES, Cast
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from permission_api import REST, Operation, operations, page_of, sent_to
from permission_pages import PAGES, SENT, Url, page_urls
from permission_world import ALL, Page, Thing, World

from robotplus.portal.core.models import Event

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).parent / "permissions.toml"
REFUSED = {"login", "401", "403", "404", "405"}
WRITE = bool(os.environ.get("PERMISSIONS_WRITE"))
GROUPS = sorted({url.group for url in page_urls()})
API_GROUPS = sorted({f"api-{operation.path.split('/')[2]}" for operation in operations()})


def table() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def world(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> World:
    use_small_catalogue(monkeypatch)
    settings.API_CALLS_PER_MINUTE = settings.API_VISITOR_CALLS_PER_MINUTE = 10**6
    cache.clear()
    return World(cast)


@pytest.mark.parametrize("group", GROUPS)
def test_pages(world: World, group: str) -> None:
    clients = {role: world.cast.client(role) for role in ROLES}
    seen: dict[str, str] = {}
    holes: list[str] = []
    for url in (u for u in page_urls() if u.group == group):
        page = PAGES.get(url.name, Page())
        for variant, thing, at in _places(world, url, page):
            for method in ("GET", "POST"):
                sent = SENT.get(url.name, lambda world: {})(world) if method == "POST" else {}
                got = _round(clients, method, at, sent, page)
                row = " ".join((method, url.name, variant)).strip()
                seen[row] = " ".join(one.status for one in got.values())
                holes += _holes(row, got, *allowed(page, thing))
    compare(group, seen)
    assert not holes


@pytest.mark.parametrize("tag", API_GROUPS)
def test_operations(world: World, tag: str) -> None:
    clients = {role: world.cast.client(role) for role in ROLES}
    seen: dict[str, str] = {}
    holes: list[str] = []
    for operation in (o for o in operations() if group_of(o) == tag):
        page = page_of(operation)
        things: Mapping[str, Thing | None] = world.things(page.thing) if page.thing else {"": None}
        for variant, thing in things.items():
            named = {a: thing.key if thing and a == page.by else REST[a](world) for a in operation.arguments}
            at, sent = operation.path.format(**named), sent_to(operation, world)
            got = {role: _call_api(clients[role], operation, at, sent) for role in ROLES}
            row = f"{operation.method} {operation.id} {variant}".strip()
            seen[row] = " ".join(one.status for one in got.values())
            holes += _holes(row, got, *allowed(page, thing))
    compare(tag, seen)
    assert not holes


def group_of(operation: Operation) -> str:
    return f"api-{operation.path.split('/')[2]}"


def _call_api(client: Client, operation: Operation, at: str, sent: Any) -> Got:
    method = operation.method
    if operation.form:
        _rewind(sent)
        return _undone(client, lambda: client.post(at, sent))
    body = json.dumps(sent) if operation.schema is not None else ""
    return _undone(client, lambda: client.generic(method, at, body, content_type="application/json"))


def _rewind(sent: Mapping[str, Any]) -> None:
    """Files are read by each caller anew."""
    for upload in sent.values():
        if hasattr(upload, "seek"):
            upload.seek(0)


def _places(world: World, url: Url, page: Page) -> Iterator[tuple[str, Thing | None, str]]:
    things: Mapping[str, Thing | None] = world.things(page.thing) if page.thing else {"": None}
    for variant, thing in things.items():
        kwargs = {**page.rest(world), **({page.by: thing.key} if thing else {})}
        assert set(kwargs) == set(url.arguments), f"say in permission_pages.py what {url} names"
        yield variant, thing, reverse(url.name, kwargs=kwargs) if "/" not in url.name else f"/{url.name}"


def allowed(page: Page, thing: Thing | None) -> tuple[frozenset[str], frozenset[str]]:
    """Who may read and who may change, said without looking at the code: of this page, else of what it names."""
    readers = page.readers if page.readers is not None else thing.readers if thing else ALL
    writers = page.writers if page.writers is not None else thing.writers if thing else ALL
    if thing is None or page.blind:
        return readers, writers
    return readers & thing.readers, writers & (thing.readers | thing.writers)


@dataclass(frozen=True)
class Got:
    """``changed``: how many events the call wrote."""

    status: str
    changed: int


def _round(
    clients: Mapping[str, Client], method: str, at: str, sent: Mapping[str, Any], page: Page
) -> dict[str, Got]:
    """What each role gets; a method that its first and last do not have, nobody has."""
    first, *_between, last = clients
    ends = {role: _call(clients[role], method, at, sent, page) for role in (first, last)}
    if ends[first].status == "405":
        return {role: ends.get(role, ends[first]) for role in clients}
    return {role: ends.get(role) or _call(clients[role], method, at, sent, page) for role in clients}


def _call(client: Client, method: str, at: str, sent: Mapping[str, Any], page: Page) -> Got:
    headers = {"HX-Request": "true"} if page.htmx else {}
    send = client.get if method == "GET" else client.post
    _rewind(sent)
    return _undone(client, lambda: send(at, sent, headers=headers))


def _undone(client: Client, call: Callable[[], Any]) -> Got:
    """What a call gets; whatever it changed is undone, signing out too."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        before = Event.objects.count()
        response = call()
        if response.streaming:
            b"".join(response)
        changed = Event.objects.count() - before
        transaction.set_rollback(True)
    client.cookies = cookies
    status = str(response.status_code)
    if status == "302" and "/accounts/login/" in response["Location"]:
        status = "login"
    return Got(status, changed)


def _holes(row: str, got: Mapping[str, Got], readers: frozenset[str], writers: frozenset[str]) -> list[str]:
    """What must not be, whatever the table says.

    Whoever is no writer changes nothing, and is told 422 only about what they may read anyway. A page that is shown
    as answer to a POST (200) is no change.
    """
    out = []
    for role, one in got.items():
        reads = row.startswith("GET")
        may = readers if reads else writers
        shown = not reads and role in readers and one.status in ("200", "422")
        refused = one.status in REFUSED or shown
        if one.status.startswith("5") or (role not in may and not refused):
            out.append(f"{row}: {role} gets {one.status}")
        if one.changed and (reads or role not in writers):
            out.append(f"{row}: {role} changes something")
    return out


def compare(group: str, seen: Mapping[str, str]) -> None:
    if WRITE:
        known = table() if TABLE.exists() else {}
        _write(known | {group: dict(seen)})
        return
    expected = table().get(group, {})
    assert dict(seen) == expected


def _write(known: Mapping[str, Mapping[str, str]]) -> None:
    lines = ["# What each role gets of every URL, in this order:", f"# {' '.join(ROLES)}"]
    for group in sorted(known):
        lines += ["", f"[{group}]"]
        width = max((len(row) for row in known[group]), default=0) + 2
        lines += [
            f'{f"{chr(34)}{row}{chr(34)}":{width}} = "{got}"' for row, got in sorted(known[group].items())
        ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_table_has_no_row_for_what_is_gone() -> None:
    assert set(table()) == {*GROUPS, *API_GROUPS}
