"""``robotplus mcp`` as an assistant sees it: over stdin and stdout with the local engine, and over a portal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from answered import answered, use_small_catalogue, work_off
from conftest import Cast
from mcp import Client, StdioServerParameters
from pytest_django.live_server_helper import LiveServer

from robotplus.cli import mcp_portal
from robotplus.cli.main import main
from robotplus.cli.mcp import server, shortened
from robotplus.cli.mcp_local import LocalVerbs
from robotplus.cli.mcp_portal import PortalVerbs
from robotplus.errors import InputError
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.parties.actions.tokens import do_create_token

TOOLS = {"list_scenarios", "get_scenario", "search_offers", "answer_need", "check_certificate"}


def talk(to: Any, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """The results of some calls, as the assistant gets them; of a refusal its sentence."""

    async def conversation() -> list[Any]:
        async with Client(to) as client:
            assert {t.name for t in (await client.list_tools()).tools} == TOOLS
            out = []
            for name, arguments in calls:
                result = await client.call_tool(name, arguments)
                text = result.content[0].text
                out.append(text if result.is_error else json.loads(text))
            return out

    return anyio.run(conversation)


def test_over_stdio_the_local_engine_lists_and_refuses_in_one_line(tmp_path: Path) -> None:
    robotplus = StdioServerParameters(
        command=sys.executable, args=["-c", "from robotplus.cli.main import run; run()", "mcp"]
    )
    wrong = tmp_path / "cert.json"
    wrong.write_text("{}")
    listed, scenario, found, refused, unknown = talk(
        robotplus,
        ("list_scenarios", {"words": "焊"}),
        ("get_scenario", {"scenario": "arc_welding"}),
        ("search_offers", {"words": "fanuc", "payload_kg": 100}),
        ("check_certificate", {"certificate": str(wrong)}),
        ("get_scenario", {"scenario": "nonsense"}),
    )
    assert "arc_welding" in [s["id"] for s in listed["scenarios"]]
    assert {n["name"] for n in scenario["numbers"]} >= {"seam_length_mm"}
    assert found["count"] and all(m["payload_kg"] >= 100 and m["maker"] for m in found["models"])
    assert "certificate" in refused and "\n" not in refused
    assert "unknown scenario" in unknown


def test_the_local_engine_answers_by_its_own_command(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def run(*words: str) -> dict[str, Any]:
        asked.append((words[0], json.loads(Path(words[1]).read_text())))
        claims = {"robot": "a", "maker": "A", "model": "1", "verdict": "proven", "claims": {}}
        solution = {**claims, "to_confirm": [], "tightest": {}, "base": {}}
        refusal = {"verdict": "impossible", "constraint": "payload"}
        return {"need": {}, "counts": {}, "solutions": [solution] * 3, "refusals": [refusal] * 2}

    monkeypatch.setattr("robotplus.cli.mcp_local._command", run)
    call = ("answer_need", {"scenario": "arc_welding", "numbers": {"takt_s": 30}, "limit": 2})
    (answer,) = talk(server(LocalVerbs()), call)
    assert asked[0][0] == "answer" and asked[0][1]["numbers"] == {"takt_s": 30}
    assert answer["found"] == 3 and len(answer["ranking"]) == 2
    assert answer["refused_for"] == {"impossible: payload": 2}


def test_what_is_refused_is_counted_by_its_reason() -> None:
    refusals = [{"verdict": "impossible", "reason": r} for r in ("reach", "payload", "payload")]
    assert shortened([], refusals, 3)["refused_for"] == {"impossible: payload": 2, "impossible: reach": 1}


@pytest.mark.parametrize("arguments", [["--url", "nonsense"], ["--token", "rp_x"]])
def test_wrong_arguments_are_bad_input(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", *arguments]) == 2
    assert capsys.readouterr().err.startswith("robotplus: ")


def test_a_portal_that_is_not_there_is_one_line() -> None:
    with pytest.raises(InputError, match="no portal answers"):
        PortalVerbs("http://127.0.0.1:9", None).list_scenarios("")


@pytest.mark.django_db(transaction=True)
def test_over_a_portal(cast: Cast, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_catalogue(monkeypatch)
    buyer = cast.reader("buyer")
    raw = do_create_token(buyer, label="mcp", scopes=("read", "write"), days=1)[1]
    answered(buyer)
    certificate = Certificate.objects.first()
    assert certificate is not None
    monkeypatch.setattr(mcp_portal.time, "sleep", _working_meanwhile(work_off))
    portal = server(PortalVerbs(live_server.url, raw))
    listed, scenario, found, answer, verdict, refused = talk(
        portal,
        ("list_scenarios", {}),
        ("get_scenario", {"scenario": "arc_welding"}),
        ("search_offers", {"words": "焊接", "payload_kg": 5}),
        ("answer_need", {"scenario": "arc_welding", "limit": 1}),
        ("check_certificate", {"certificate": certificate.sha256}),
        ("answer_need", {"scenario": "arc_welding", "numbers": {"nonsense": 1}}),
    )
    assert "arc_welding" in [s["id"] for s in listed["scenarios"]] and scenario["numbers"]
    assert found["offers"] == []
    assert answer["state"] == "done" and answer["found"] >= len(answer["ranking"]) == 1
    assert verdict["holds"] is True
    assert "nonsense" in refused
    (strange,) = talk(server(PortalVerbs(live_server.url, "rp_nonsense")), ("list_scenarios", {}))
    assert "token" in strange


def _working_meanwhile(work: Callable[[], int]) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        work()

    return sleep
