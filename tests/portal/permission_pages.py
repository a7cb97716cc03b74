"""What the arguments of every URL name, and what is sent to it; who may use it is said by the things themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver
from permission_world import (
    ALL,
    APPROVED,
    DESK,
    EDITORS,
    GOALS,
    NONE,
    OPERATOR,
    ORGANISERS,
    PDF,
    PLANT,
    QUOTE,
    SERVICE,
    SIGNED,
    TOPIC,
    URDF,
    Page,
    World,
    _csv,
    _robot,
    in_days,
)

PAGES: Mapping[str, Page] = {
    "document": Page("document"),
    "me_leave": Page("membership"),
    "me_token_revoke": Page("token"),
    "notice": Page("notice"),
    "member_uninvite": Page("invitation"),
    "member_role": Page("member"),
    "member_end": Page("member", writers=PLANT),  # whoever leaves
    "organisation": Page("organisation"),
    "organisation_edit": Page("organisation", readers=frozenset({"buyer", "newcomer"})),
    "invitation": Page("invitation_link", by="token"),
    "models_sheet": Page(rest=_csv),
    "model": Page("model"),
    "model_claim": Page("model", writers=frozenset({"seller", "rival"})),
    "model_ask": Page("model"),
    "model_correct": Page("model"),
    "model_new": Page(readers=EDITORS, writers=EDITORS),
    "models_mine": Page(readers=EDITORS, writers=EDITORS),
    "model_importing": Page("upload"),
    "model_figures": Page("model", readers=frozenset({"seller"}), writers=frozenset({"seller"})),
    "model_access": Page("model", writers=frozenset({"seller"})),
    "model_card": Page("model", readers=frozenset({"seller"}), writers=frozenset({"seller"})),
    "offers_table": Page(rest=lambda world: {"named": "service", "kind": "csv"}),
    "offer": Page("offer"),
    "offer_edit": Page("offer", readers=frozenset({"seller"}), writers=frozenset({"seller"})),
    "offer_move": Page("offer"),
    "need": Page("need"),
    "need_edit": Page("need", readers=frozenset({"buyer"}), writers=frozenset({"buyer"})),
    "need_move": Page("need"),
    "need_matches": Page("need"),
    "need_matches_find": Page("need", writers=frozenset({"buyer"})),
    "need_invite": Page("need", readers=frozenset({"buyer"}), writers=frozenset({"buyer"})),
    "need_uninvite": Page(
        "need", rest=lambda world: {"organisation": world.supplier}, writers=frozenset({"buyer"})
    ),
    "answer": Page("answer", by="slug"),
    "answer_progress": Page("answer", by="slug"),
    "answer_more": Page("answer", by="slug"),
    "answer_compare": Page("answer", by="slug"),
    "answer_ranking_sheet": Page("answer", by="slug", rest=_csv),
    "answer_solution": Page("answer", by="slug", rest=_robot, htmx=True),
    "answer_ask": Page("answer", by="slug", rest=_robot, writers=SIGNED),
    "answer_part": Page("answer", by="slug", rest=lambda world: {**_robot(world), "kind": "glb"}),
    "answer_download": Page("answer", by="slug", rest=lambda world: {"name": "answer.json"}),
    "answer_cancel": Page("answer", by="slug"),
    "answer_again": Page("answer", by="slug"),
    "answer_share": Page("answer", by="slug"),
    "answer_changes": Page("answer", by="slug", htmx=True),
    "answer_changed": Page("answer", by="slug"),
    "answer_change_file": Page("answer", by="slug", rest=_robot),
    "answer_inquire": Page("answer", by="slug", writers=EDITORS),
    "answer_save": Page("answer", by="slug", writers=EDITORS),
    "deal": Page("deal"),
    "deal_say": Page("deal"),
    "deal_quote": Page("deal"),
    "deal_move": Page("deal"),
    "deal_acceptance": Page("deal"),
    "deal_review": Page("deal"),
    "deal_outside": Page("deal", writers=frozenset({"buyer"})),
    "deal_confirm_amount": Page("deal", rest=lambda world: {"line": world._line}),
    "deal_show_contract": Page("deal", rest=lambda world: {"line": world._line}),
    "deal_parameters": Page("deal"),
    "deal_parameters_sheet": Page("deal", rest=_csv),
    "ledger_line": Page("amount"),
    "outcome": Page("outcome", by="token"),
    "certificate_checked": Page("file_check"),
    "certificate": Page("certificate", by="hexdigest"),
    "certificate_check": Page("certificate", by="hexdigest", writers=ALL),
    "certificate_check_state": Page("certificate", by="hexdigest"),
    "certificate_file": Page("certificate", by="hexdigest", readers=PLANT),
    "certificate_part": Page(
        "certificate",
        by="hexdigest",
        rest=lambda world: {"kind": "glb"},
        readers=PLANT,
    ),
    "certificate_redacted": Page("certificate", by="hexdigest"),
    "certificate_access": Page("certificate", by="hexdigest"),
    "programme": Page("programme"),
    "programme_new": Page(readers=DESK, writers=DESK),
    "programme_sheet": Page("programme", rest=_csv),
    "programme_edit": Page("programme", readers=ORGANISERS),
    "programme_move": Page("programme"),
    "programme_target": Page("programme"),
    "programme_target_drop": Page("programme", rest=lambda world: {"target": world._target}),
    "programme_measure": Page("programme"),
    "programme_measure_drop": Page("programme", rest=lambda world: {"measurement": world._measurement}),
    "desk_organisation": Page("organisation", readers=OPERATOR, writers=OPERATOR, blind=True),
    "desk_content": Page(
        "need", rest=lambda world: {"noun": "need"}, readers=OPERATOR, writers=OPERATOR, blind=True
    ),
    "desk_claim": Page("claim"),
    "desk_correction": Page("correction"),
    "desk_feature": Page("offer", readers=OPERATOR, writers=OPERATOR),
    "desk_unfeature": Page("featuring"),
    "desk_request": Page("desk_request"),
    "desk_open": Page("desk_request", writers=DESK),
    "official_end": Page("official"),
    "report": Page("need", rest=lambda world: {"kind": "needs.need"}, writers=ALL),
    "scenario": Page(rest=lambda world: {"scenario_id": "arc_welding"}),
    "scenario_playback": Page(rest=lambda world: {"scenario_id": "arc_welding", "part": "svg"}),
    "openid_connect_login": Page(rest=lambda world: {"provider_id": "none"}),
    "openid_connect_callback": Page(rest=lambda world: {"provider_id": "none"}),
    "account_reset_password_from_key": Page(rest=lambda world: {"uidb36": "1", "key": "x-y"}),
    # who may open what has no argument
    "desk": Page(readers=DESK, writers=DESK),
    "request_list": Page(readers=DESK, writers=DESK),
    "funnel": Page(readers=DESK, writers=DESK),
    "funnel_sheet": Page(rest=_csv, readers=DESK, writers=DESK),
    "event_log": Page(readers=OPERATOR, writers=OPERATOR),
    "officials": Page(readers=OPERATOR, writers=OPERATOR),
    "offer_new": Page(readers=EDITORS, writers=EDITORS),
    "offers_import": Page(readers=EDITORS, writers=EDITORS),
    "need_new": Page(readers=EDITORS, writers=EDITORS),
    "deal_new": Page(readers=EDITORS, writers=EDITORS),
    "member_invite": Page(readers=NONE, writers=APPROVED),
    "certificate_check_file": Page(readers=NONE, writers=ALL),
    **{
        name: Page(readers=SIGNED, writers=SIGNED)
        for name in (
            *("me", "me_person", "me_channels", "me_switch", "me_token", "me_data", "me_consent", "me_erase"),
            *("inbox", "inbox_read", "organisation_new", "member_list"),
        )
    },
}
SENT: Mapping[str, Callable[[World], dict[str, Any]]] = {
    "me_person": lambda world: {"name": "x", "language": "en"},
    "me_token": lambda world: {"label": "x", "scopes": ["read"], "days": "3"},
    "member_role": lambda world: {"role": "editor"},
    "member_invite": lambda world: {"address": "someone@example.org", "role": "viewer"},
    "model_correct": lambda world: {"figure": "payload_kg", "new": "26", "source": "data sheet 2026"},
    "model_new": lambda world: {"file": SimpleUploadedFile("arm.urdf", URDF, "application/xml")},
    "model_figures": lambda world: {"payload_kg": "26", "source": "data sheet 2026"},
    "model_access": lambda world: {"access": "check_only"},
    "offer_new": lambda world: {"kind": "service", "title": "x", **SERVICE},
    "offer_edit": lambda world: {"title": "x", **SERVICE},
    "offer_move": lambda world: {"move": "submit"},
    "need_new": lambda world: {"kind": "cooperation", "title": "x", **TOPIC},
    "need_edit": lambda world: {"title": "x", "visibility": "private", **TOPIC},
    "need_move": lambda world: {"move": "close"},
    "need_invite": lambda world: {"organisation": str(world.supplier)},
    "answer_new": lambda world: {"scenario": "arc_welding"},
    "answer_share": lambda world: {"shared": "1"},
    "answer_changed": lambda world: {"need": "sha256:0"},
    "deal_new": lambda world: {
        "seller": str(world.things("organisation")["approved"].key),
        "key": uuid.uuid4(),
    },
    "deal_say": lambda world: {"text": "x", "key": uuid.uuid4()},
    "deal_quote": lambda world: {
        "valid_until": in_days(3),
        "lead_time_d": "30",
        **{f"price.{part}": value for part, value in QUOTE["price"].items()},
    },
    "deal_show_contract": lambda world: {"file": SimpleUploadedFile("c.pdf", PDF, "application/pdf")},
    "deal_move": lambda world: {"move": "deliver"},
    "outcome": lambda world: {"answer": "signed"},
    "certificate_access": lambda world: {"access": "public"},
    "programme_new": lambda world: {"kind": "pilot", "title": "x", "area": "500106", **GOALS},
    "programme_edit": lambda world: {"title": "x", **GOALS},
    "programme_move": lambda world: {"move": "cancel", "reason": "x"},
    "programme_target": lambda world: {"indicator": "robots", "value": "5", "due": in_days(300)},
    "programme_target_drop": lambda world: {"reason": "x"},
    "programme_measure": lambda world: {
        "target": str(world._target),
        "start": in_days(-30),
        "end": in_days(-1),
        "value": "5",
        "source": "count",
    },
    "programme_measure_drop": lambda world: {"reason": "x"},
    "desk_organisation": lambda world: {"move": "suspend", "note": "x"},
    "desk_content": lambda world: {"move": "take_down", "reason": "x"},
    "desk_claim": lambda world: {"approve": "1"},
    "desk_correction": lambda world: {"accept": "1"},
    "desk_feature": lambda world: {"reason": "x", "days": "3"},
    "desk_request": lambda world: {"outcome": "x"},
    "desk_open": lambda world: {"reason": "x"},
    "report": lambda world: {"text": "x"},
}


@dataclass(frozen=True)
class Url:
    """A page of the URL table."""

    group: str  # first part of its path
    name: str
    arguments: frozenset[str]


def page_urls() -> Iterator[Url]:
    """Every URL of the table except the API's operations, which describe themselves."""
    for path, name, arguments in _walk(get_resolver().url_patterns):
        if not path.startswith("api/"):
            group = path.strip("^").split("/")[0].split("<")[0].split("\\")[0] or "home"
            yield Url(group, name, arguments)


def _walk(
    patterns: list[Any], before: str = "", named: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, frozenset[str]]]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        arguments = named | frozenset(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path, arguments)
        else:
            assert isinstance(pattern, URLPattern)
            yield path, pattern.name or path, arguments
