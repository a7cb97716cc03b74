"""``robotplus mcp``: the same verbs for assistants, over the Model Context Protocol on stdin and stdout."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from robotplus.errors import InputError, RobotPlusError

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

SHOWN = 10  # robots of a ranking
ABOUT = """Which robots can do an industrial job, proven by certificates that an independent checker has verified.
Find the scenario with list_scenarios, read the numbers it takes with get_scenario, then answer_need with those that
differ. A verdict is "proven", "proven_if_confirmed" (its premises are to be confirmed with the maker) or weaker; a
certificate is a calculation under stated premises, no official approval."""


class Verbs(Protocol):
    """What an assistant can do, by the local engine or over a portal."""

    def list_scenarios(self, words: str) -> list[dict[str, Any]]: ...

    def get_scenario(self, scenario: str) -> dict[str, Any]: ...

    def search_offers(
        self, words: str, *, payload_kg: float | None, reach_m: float | None
    ) -> dict[str, Any]: ...

    def answer_need(
        self, scenario: str, numbers: Mapping[str, float], *, need: Mapping[str, Any] | None, limit: int
    ) -> dict[str, Any]: ...

    def check_certificate(self, certificate: str) -> dict[str, Any]: ...


def command(
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="A portal to ask, such as https://robots.example.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN", help="A token of the portal; better in ROBOTPLUS_TOKEN, unseen by others."
        ),
    ] = None,
) -> None:
    """Serve the verbs to an assistant (MCP over stdin and stdout): by this machine's engine, or over a portal.

    Example: robotplus mcp --url https://robots.example
    """
    from robotplus.cli.mcp_local import LocalVerbs
    from robotplus.cli.mcp_portal import PortalVerbs

    try:
        import mcp  # noqa: F401
    except ImportError:
        fix = "pip install 'robotplus[portal]'"
        raise InputError("the package mcp is not installed", "mcp", fix=fix) from None
    token = token or os.environ.get("ROBOTPLUS_TOKEN")
    if token and not url:
        raise InputError("a token is for a portal", "--token", fix="give its --url too")
    server(PortalVerbs(url, token) if url else LocalVerbs()).run("stdio")


def server(verbs: Verbs) -> MCPServer[Any]:
    """The server with its five tools."""
    from mcp.server.mcpserver import MCPServer
    from mcp_types import ToolAnnotations

    from robotplus import __version__

    made: MCPServer[Any] = MCPServer(
        "robotplus", instructions=ABOUT, version=__version__, log_level="WARNING"
    )
    reading = ToolAnnotations(read_only_hint=True)

    @made.tool(annotations=reading)
    def list_scenarios(words: str = "") -> dict[str, Any]:
        """The job scenarios that can be asked about; with words (Chinese or English), those that are meant."""
        return said(lambda: {"scenarios": verbs.list_scenarios(words)})

    @made.tool(annotations=reading)
    def get_scenario(scenario: str) -> dict[str, Any]:
        """One scenario: what it is, the numbers it takes with unit, default and range, and its reference cases."""
        return said(lambda: verbs.get_scenario(scenario))

    @made.tool(annotations=reading)
    def search_offers(
        words: str = "", payload_kg: float | None = None, reach_m: float | None = None
    ) -> dict[str, Any]:
        """What is offered (over a portal), or the robots of the catalogue (without one).

        Args:
            words: what is looked for, Chinese or English.
            payload_kg: at least this payload [kg].
            reach_m: at least this reach [m].
        """
        return said(lambda: verbs.search_offers(words, payload_kg=payload_kg, reach_m=reach_m))

    @made.tool()
    def answer_need(
        scenario: str = "",
        numbers: dict[str, float] | None = None,
        need: dict[str, Any] | None = None,
        limit: int = SHOWN,
    ) -> dict[str, Any]:
        """The robots proven able to do a job, best first, and why the others are not. Takes up to some minutes.

        Args:
            scenario: id of a scenario, with
            numbers: those of its numbers that differ from their defaults; or else
            need: a whole need file as JSON (``robotplus schema need``).
            limit: how many robots of the ranking to return.
        """
        return said(lambda: verbs.answer_need(scenario, numbers or {}, need=need, limit=limit))

    @made.tool(annotations=reading)
    def check_certificate(certificate: str) -> dict[str, Any]:
        """Whether every claim of a certificate holds, checked anew by the independent checker.

        Args:
            certificate: path of a certificate file on this machine; over a portal also its digest (sha256:…).
        """
        return said(lambda: verbs.check_certificate(certificate))

    return made


def said(verb: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The verb's result; what is wrong in the question goes to the assistant as one line."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        return verb()
    except RobotPlusError as e:
        raise ToolError(str(e)) from e


def shortened(ranking: list[dict[str, Any]], refusals: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    """The head of a ranking, and how many robots are refused for each reason: ids of hundreds help nobody."""
    reasons: dict[str, int] = {}
    for one in refusals:
        reason = f"{one['verdict']}: {one['reason']}"
        reasons[reason] = reasons.get(reason, 0) + 1
    ordered = dict(sorted(reasons.items(), key=lambda item: -item[1]))
    return {"found": len(ranking), "ranking": ranking[: max(1, limit)], "refused_for": ordered}
