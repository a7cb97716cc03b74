"""The verbs for assistants over a portal's API."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robotplus.cli.mcp import shortened
from robotplus.errors import InputError

TIMEOUT_S = 30.0  # of one call
PATIENCE_S = 300.0  # for an answer or a check
POLL_S = 1.0
WAITING = ("queued", "running")


class PortalVerbs:
    """See `robotplus.cli.mcp.Verbs`.

    Args:
        url: of the portal, without ``/api``.
        token: of a member; without one, what visitors may.

    Raises:
        InputError: not an address of a portal.
    """

    def __init__(self, url: str, token: str | None) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InputError("not an address", "--url", value=url, allowed="https://…")
        self.base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/api"
        self.headers = {"Accept": "application/json", "Accept-Language": "en"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def list_scenarios(self, words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", f"/scenarios?{_query(q=words)}")
        return found

    def get_scenario(self, scenario: str) -> dict[str, Any]:
        found: dict[str, Any] = self._call("GET", f"/scenarios/{_quoted(scenario)}")
        return found

    def search_offers(self, words: str, *, payload_kg: float | None, reach_m: float | None) -> dict[str, Any]:
        least = {
            name: f"{value:g}.."
            for name, value in (("payload", payload_kg), ("reach", reach_m))
            if value is not None
        }
        offers = self._call("GET", f"/search?{_query(q=words, noun='offer', **least)}")
        models = self._call("GET", f"/search?{_query(q=words, noun='model', **least)}")
        return {"offers": offers["items"], "models": models["items"], "count": offers["count"]}

    def answer_need(
        self, scenario: str, numbers: Mapping[str, float], *, need: Mapping[str, Any] | None, limit: int
    ) -> dict[str, Any]:
        asked = {"scenario": scenario, "numbers": dict(numbers), "document": need}
        state = self._call("POST", "/answers", {k: v for k, v in asked.items() if v})
        at = f"/answers/{state['slug']}"
        state = self._followed(state, at)
        page = f"{self.base.removesuffix('/api')}{at}/"
        if state["state"] != "done":
            return {"state": state["state"], "failure": state["failure"], "page": page}
        result = self._call("GET", f"{at}/result")
        refusals = [{"verdict": r["verdict"], "reason": r["reason"]["en"]} for r in result["refusals"]]
        head = {"state": "done", "page": page, "takt_s": result["takt_s"], "counts": result["counts"]}
        return {**head, **shortened(result["ranking"], refusals, limit)}

    def check_certificate(self, certificate: str) -> dict[str, Any]:
        if certificate.startswith("sha256:"):
            at = f"/certificates/{_quoted(certificate)}/check"
            state = self._followed(self._call("POST", at), at)
        else:
            state = self._call("POST", "/check", Path(certificate))
            state = self._followed(state, f"/check/{state['id']}")
        verdict: dict[str, Any] = state["verdict"] or {"state": state["state"], "failure": state["failure"]}
        return verdict

    def _followed(self, state: dict[str, Any], at: str) -> dict[str, Any]:
        """The state once it waits no longer, or as it is when patience ends."""
        end = time.monotonic() + PATIENCE_S
        while state["state"] in WAITING and time.monotonic() < end:
            time.sleep(POLL_S)
            state = self._call("GET", at)
        return state

    def _call(self, method: str, at: str, sent: Mapping[str, Any] | Path | None = None) -> Any:
        """One call; a `Path` is sent as a file.

        Raises:
            InputError: what the portal refuses with, or that it cannot be reached.
        """
        headers, data = dict(self.headers), None
        if isinstance(sent, Path):
            data, headers["Content-Type"] = _form(sent)
        elif sent is not None:
            data, headers["Content-Type"] = json.dumps(sent).encode(), "application/json"
        request = urllib.request.Request(self.base + at, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as e:
            with e:
                raise InputError(_refusal(e)) from None
        except (OSError, ValueError) as e:
            raise InputError(f"no portal answers: {getattr(e, 'reason', e)}", self.base) from None


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        said = json.loads(error.read())
        problems = "; ".join(f"{k}: {v}" for k, v in said["problems"].items())
        return f"{said['error']} ({problems})" if problems else str(said["error"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"the portal answers {error.code}"


def _form(path: Path) -> tuple[bytes, str]:
    """A form with one file."""
    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="certificate.json"\r\n\r\n'
    return (
        head.encode() + path.read_bytes() + f"\r\n--{mark}--\r\n".encode(),
        f"multipart/form-data; boundary={mark}",
    )


def _query(**given: str) -> str:
    return urllib.parse.urlencode(given)


def _quoted(part: str) -> str:
    return urllib.parse.quote(part, safe="")
