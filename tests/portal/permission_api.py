"""What the arguments of the API's operations name, and a body for each that says something to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from permission_world import (
    ALL,
    APPROVED,
    DESK,
    EDITORS,
    GOALS,
    OPERATOR,
    PDF,
    PLANT,
    QUOTE,
    SERVICE,
    SIGNED,
    TOPIC,
    URDF,
    Page,
    World,
    in_days,
)

from robotplus.portal.api.site import api
from robotplus.portal.parties.models import User

THINGS: Mapping[str, str] = {  # argument: kind of thing; the first of a path decides, the others are in REST
    "offer_id": "offer",
    "need_id": "need",
    "slug": "answer",
    "deal_id": "deal",
    "sha256": "certificate",
    "organisation_id": "organisation",
    "member_id": "member",
    "invitation_id": "invitation",
    "notice_id": "notice",
    "job_id": "job",
    "document_id": "document",
    "request_id": "desk_request",
    "content_id": "need",
    "claim_id": "claim",
    "correction_id": "correction",
    "featuring_id": "featuring",
    "model_id": "model",
    "programme_id": "programme",
    "line_id": "amount",
    "grant_id": "official",
}
REST: Mapping[str, Callable[[World], Any]] = {
    "noun": lambda world: "need",
    "name": lambda world: "answer.json",
    "scenario_id": lambda world: "arc_welding",
    "line_id": lambda world: world._line,
    "model_id": lambda world: world.robot,
    "organisation_id": lambda world: world.supplier,
    "sheet": lambda world: "csv",
    "target_id": lambda world: world._target,
    "measurement_id": lambda world: world._measurement,
}
OWNER = frozenset({"buyer"})


def reached(world: World) -> str:
    """The mobile number of someone with an account."""
    User.objects.filter(pk=world.cast.seller.pk).update(phone="+8613800138000")
    return "13800138000"


def registration() -> dict[str, Any]:
    """An organisation that registers."""
    licence = SimpleUploadedFile("a.pdf", PDF, "application/pdf")
    return {"name_zh": "x", "country": "DE", "code": "HRB 123456", "kind": "maker", "licence": licence}


OPERATIONS: Mapping[str, Page] = {
    "revise_offer": Page(writers=frozenset({"seller"})),
    "list_offer_events": Page(readers=SIGNED),
    "revise_need": Page(writers=OWNER),
    "invite_supplier": Page(writers=OWNER),
    "uninvite_supplier": Page(writers=OWNER),
    "list_need_events": Page(readers=SIGNED),
    "claim_model": Page(writers=frozenset({"seller", "rival"})),
    "read_model_file": Page(readers=ALL),
    "list_own_models": Page(readers=EDITORS),
    "upload_model": Page(writers=EDITORS),
    "follow_upload": Page("upload", by="job_id"),
    "supply_figures": Page(writers=frozenset({"seller"})),
    "open_model": Page(writers=frozenset({"seller"})),
    "read_card": Page(readers=frozenset({"seller"})),
    "make_card": Page(writers=frozenset({"seller"})),
    "ask_supplier": Page(writers=SIGNED),
    "keep_need": Page(writers=EDITORS),
    "read_certificate_file": Page(readers=PLANT),
    "check_certificate": Page(writers=ALL),
    "end_membership": Page(writers=PLANT),
    "describe_organisation": Page(writers=frozenset({"buyer", "newcomer"})),
    "follow_file_check": Page("file_check", by="job_id"),
    "move_content": Page(writers=OPERATOR, blind=True),
    "review_organisation": Page(writers=OPERATOR, blind=True),
    "feature_offer": Page(writers=OPERATOR, blind=True),
    **{
        name: Page(readers=SIGNED, writers=SIGNED)
        for name in ("list_members", "list_notices", "read_notices", "list_jobs", "list_deals")
    },
    "create_offer": Page(writers=EDITORS),
    "create_offers": Page(writers=EDITORS),
    "import_offers": Page(writers=EDITORS),
    "create_need": Page(writers=EDITORS),
    "inquire": Page(writers=EDITORS),
    "invite_member": Page(writers=APPROVED),
    "check_file": Page(writers=SIGNED),
    "upload_document": Page(writers=SIGNED),
    "list_requests": Page(readers=DESK),
    "list_events": Page(readers=OPERATOR),
    "report": Page(writers=ALL),
    "list_reports": Page(readers=SIGNED),
    "register_organisation": Page(writers=SIGNED),
    "correct_organisation": Page(writers=frozenset({"buyer", "newcomer"})),
    "record_outside_result": Page(writers=OWNER),
    "list_matches": Page(readers=SIGNED),
    "find_matches": Page(writers=OWNER),
    "read_funnel": Page(readers=DESK),
    "export_funnel": Page(readers=DESK),
    "list_waiting": Page(readers=OPERATOR),
    "list_featurings": Page(readers=OPERATOR),
    "list_officials": Page(readers=OPERATOR),
    "grant_official": Page(writers=OPERATOR),
    "open_reported": Page(writers=DESK),
    "create_programme": Page(writers=DESK),
    "list_programme_events": Page(readers=SIGNED),
    "ask": Page(writers=ALL),
}
BODIES: Mapping[str, Callable[[World], dict[str, Any]]] = {
    "create_offer": lambda world: {"kind": "service", "title": "x", "values": SERVICE},
    "create_offers": lambda world: {"kind": "service", "rows": [{"title": "x", "values": SERVICE}]},
    "revise_offer": lambda world: {"title": "x", "values": SERVICE},
    "move_offer": lambda world: {"move": "submit"},
    "create_need": lambda world: {"kind": "cooperation", "title": "x", "values": TOPIC},
    "revise_need": lambda world: {"title": "x", "values": TOPIC},
    "move_need": lambda world: {"move": "close"},
    "invite_supplier": lambda world: {"organisation": world.supplier},
    "correct_model": lambda world: {"figure": "payload_kg", "new": "26", "source": "data sheet 2026"},
    "upload_model": lambda world: {"file": SimpleUploadedFile("arm.urdf", URDF, "application/xml")},
    "supply_figures": lambda world: {"figures": {"payload_kg": "26"}, "source": "data sheet 2026"},
    "open_model": lambda world: {"access": "check_only"},
    "ask": lambda world: {"scenario": "arc_welding"},
    "share_answer": lambda world: {"shared": False},
    "answer_changed": lambda world: {"need_sha256": "sha256:0"},
    "inquire": lambda world: {"seller": world.supplier},
    "quote": lambda world: {"values": QUOTE, "valid_until": in_days(3)},
    "move_deal": lambda world: {"move": "deliver"},
    "open_certificate": lambda world: {"access": "public"},
    "invite_member": lambda world: {"address": "someone@example.org", "role": "viewer"},
    "change_role": lambda world: {"role": "editor"},
    "review_organisation": lambda world: {"move": "suspend", "note": "x"},
    "move_content": lambda world: {"move": "take_down", "reason": "x"},
    "create_programme": lambda world: {
        "kind": "pilot",
        "title": "x",
        "values": {"area": "500106", **GOALS},
    },
    "revise_programme": lambda world: {"title": "x", "values": GOALS},
    "move_programme": lambda world: {"move": "cancel", "reason": "x"},
    "add_target": lambda world: {"indicator": "robots", "value": 5, "due": in_days(300)},
    "measure": lambda world: {"start": in_days(-30), "end": in_days(-1), "value": 5, "source": "count"},
    "register_organisation": lambda world: registration(),
    "correct_organisation": lambda world: registration(),
    "grant_official": lambda world: {
        "person": reached(world),
        "organisation": world.things("organisation")["approved"].key,
    },
    "report": lambda world: {
        "subject": "needs.need",
        "id": str(world.things("need")["private"].key),
        "text": "x",
    },
}


@dataclass(frozen=True)
class Operation:
    """One operation of the API. ``form``: it takes files."""

    id: str
    method: str
    path: str
    arguments: tuple[str, ...]
    schema: Mapping[str, Any] | None
    form: bool


def operations() -> Iterator[Operation]:
    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    for path, methods in document["paths"].items():
        for method, op in methods.items():
            names = tuple(p["name"] for p in op.get("parameters", ()) if p["in"] == "path")
            content = op.get("requestBody", {}).get("content", {})
            form = "multipart/form-data" in content
            schema = next(iter(content.values()))["schema"] if content else None
            resolved = _resolved(schema, document) if schema else None
            yield Operation(op["operationId"], method.upper(), path, names, resolved, form)


def page_of(operation: Operation) -> Page:
    """Who may use it, by its own entry and by the thing that its first argument names."""
    said = OPERATIONS.get(operation.id, Page())
    named = next((a for a in operation.arguments if a in THINGS), "")
    if said.thing or not named:
        return said
    return Page(THINGS[named], named, said.rest, said.readers, said.writers, said.blind)


def sent_to(operation: Operation, world: World) -> Any:
    """A body that its schema takes."""
    if operation.schema is None:
        return {}
    if operation.form and operation.id not in BODIES:
        return {"kind": "service", "file": SimpleUploadedFile("a.pdf", PDF, "application/pdf")}
    return BODIES[operation.id](world) if operation.id in BODIES else _least(operation.schema)


def _least(schema: Mapping[str, Any]) -> Any:
    """The least value that a schema takes."""
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            return {name: _least(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [_least(schema["items"])] * int(schema.get("minItems", 0))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return "x"


def _resolved(schema: Any, document: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(s, document) for s in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    return {k: _resolved(v, document) for k, v in schema.items()}
