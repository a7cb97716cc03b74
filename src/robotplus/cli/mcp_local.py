"""The verbs for assistants by the engine on this machine.

Answering and checking run as commands of their own: they fork workers and print, and the server's process must do
neither.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robotplus.cli.mcp import shortened
from robotplus.errors import InputError

RUN = [sys.executable, "-c", "from robotplus.cli.main import run; run()"]
FOUND = 20  # robots of a search
TELLS_NO = 1  # exit code of a check that does not hold


class LocalVerbs:
    """See `robotplus.cli.mcp.Verbs`."""

    def list_scenarios(self, words: str) -> list[dict[str, Any]]:
        from robotplus.scenarios.library import scenarios

        asked = words.lower().split()
        return [
            {
                "id": s.id,
                "name_zh": s.name_zh,
                "name_en": s.name_en,
                "field": s.field,
                "provable": bool(s.family),
            }
            for s in scenarios()
            if all(w in f"{s.id} {s.name_zh} {s.name_en} {s.about_zh} {s.about_en}".lower() for w in asked)
        ]

    def get_scenario(self, scenario: str) -> dict[str, Any]:
        from robotplus.scenarios.library import get_scenario

        return dataclasses.asdict(get_scenario(scenario))

    def search_offers(self, words: str, *, payload_kg: float | None, reach_m: float | None) -> dict[str, Any]:
        from robotplus.robots.catalogue import load_catalogue

        asked = words.lower().split()
        found = [
            {
                "model": r.id,
                "maker": r.maker,
                "name": r.model,
                "payload_kg": None if r.payload_kg is None else r.payload_kg.value,
                "reach_m": None if r.reach_m is None else r.reach_m.value,
            }
            for r in load_catalogue().values()
            if all(w in f"{r.id} {r.maker} {r.model}".lower() for w in asked)
            and (payload_kg is None or (r.payload_kg is not None and r.payload_kg.value >= payload_kg))
            and (reach_m is None or (r.reach_m is not None and r.reach_m.value >= reach_m))
        ]
        note = "robots of the built-in catalogue; who sells them is known by a portal (--url)"
        return {"offers": [], "models": found[:FOUND], "count": len(found), "note": note}

    def answer_need(
        self, scenario: str, numbers: Mapping[str, float], *, need: Mapping[str, Any] | None, limit: int
    ) -> dict[str, Any]:
        if need is None:
            need = {"id": scenario, "title_en": scenario, "scenario": scenario, "numbers": dict(numbers)}
        elif scenario or numbers:
            raise InputError("a need file says all of it", "need", fix="leave scenario and numbers out")
        with tempfile.TemporaryDirectory(prefix="robotplus-mcp-") as folder:
            path = Path(folder) / "need.json"
            path.write_text(json.dumps(need, ensure_ascii=False), encoding="utf-8")
            answer = _command("answer", str(path), "--json")
        ranking = [
            {
                key: s[key]
                for key in ("robot", "maker", "model", "verdict", "claims", "to_confirm", "tightest")
            }
            for s in answer["solutions"]
        ]
        refusals = [{"verdict": r["verdict"], "reason": r["constraint"]} for r in answer["refusals"]]
        return {"need": answer["need"], "counts": answer["counts"], **shortened(ranking, refusals, limit)}

    def check_certificate(self, certificate: str) -> dict[str, Any]:
        if certificate.startswith("sha256:"):
            raise InputError("a digest is known to a portal alone", "certificate", fix="give the file's path")
        return _command("check", "--json", "--", certificate)


def _command(*words: str) -> dict[str, Any]:
    """What one of our commands prints as JSON.

    Raises:
        InputError: what it complains of.
    """
    done = subprocess.run(
        [*RUN, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode not in (0, TELLS_NO) or not done.stdout.strip():
        lines = done.stderr.strip().splitlines() or ["the command ended without a word"]
        raise InputError(lines[-1].removeprefix("robotplus: "))
    found: dict[str, Any] = json.loads(done.stdout)
    return found
