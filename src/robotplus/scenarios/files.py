"""Need files: read from disk (TOML or JSON), made self-contained, expanded from their scenario, lowered.

``read_need`` is the only reader that touches files; ``need_from_document`` takes what it produced: a
certificate's own copy of the need goes through it.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from robotplus.errors import NeedError
from robotplus.hashing import digest
from robotplus.scenarios.inlining import inline
from robotplus.scenarios.layouts import build
from robotplus.scenarios.library import get_scenario
from robotplus.scenarios.lowering import lower
from robotplus.scenarios.need import NeedTable, validate
from robotplus.scenarios.plausible import refuse_implausible
from robotplus.scenarios.reading import read_text
from robotplus.scenarios.task import Need

MAX_NEED_BYTES = 4_000_000
# A dotted key this deep means nothing here, and the parser's time grows with the square of its length.
_DEEP_KEY = re.compile(r"""(?:\.[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+){16}""")
TASKS = ("process_path", "pick_place")
PLANS = ("area_coverage", "route")  # tasks of machines that move about: robotplus.scenarios.plans reads them


def read_need(path: str | Path) -> Need:
    """Read a need file.

    Args:
        path: a ``.toml`` or ``.json`` file. CSV and STL files it names lie in its folder or below.

    Raises:
        NeedError: the file, or a file it names, is missing, unreadable or wrong; one line says what.
    """
    path = Path(path)
    document = parse(read_text(path, limit=MAX_NEED_BYTES), path)
    inline(document, path.resolve().parent, path.name)
    return need_from_document(document, path.name)


def need_from_document(document: dict[str, Any], where: str = "need") -> Need:
    """A need from its self-contained document, such as a certificate carries.

    The need's own document has the scenario expanded and every default filled in, so that it means the same
    under later scenario files; reading it again gives the same document.

    Raises:
        NeedError: one line says what is wrong.
    """
    table = validate(expand(document, where), where)
    refuse_implausible(table, where)
    full: dict[str, Any] = table.model_dump(mode="json", exclude_none=True)
    return Need(
        id=table.id,
        title_en=table.title_en,
        title_zh=table.title_zh or table.title_en,
        scenario=table.scenario,
        family="process_path" if table.process_path is not None else "pick_place",
        document=full,
        sha256=digest(full),
        seed=table.seed,
        program=lower(table, where),
    )


def need_schema() -> dict[str, Any]:
    """JSON Schema of the need file; ``numbers`` of a built-in ``scenario`` may stand in place of a task."""
    schema: dict[str, Any] = NeedTable.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["numbers"] = {
        "type": "object",
        "additionalProperties": {"type": "number"},
        "description": "Numbers of the built-in scenario that the task, tool, cell and base are built from.",
    }
    schema["required"] = ["id", "title_en"]
    full = {"required": ["tool", "base"], "oneOf": [{"required": [k]} for k in TASKS]}
    short = {"required": ["scenario"], "not": {"anyOf": [{"required": [k]} for k in TASKS]}}
    schema["oneOf"] = [full, short]
    return schema


def expand(document: dict[str, Any], where: str) -> dict[str, Any]:
    """The document with its scenario's tool, cell, base and task filled in; a full one comes back as it is.

    Tables given beside the numbers are laid over the scenario's key by key; things for the cell are added.
    """
    if not isinstance(document, dict):
        raise NeedError("a need is a table of keys", where, value=type(document).__name__)
    if any(k in document for k in TASKS):
        if "numbers" in document:
            raise NeedError("numbers and a full task exclude each other", where, fix="leave one of them out")
        return document
    scenario_id = document.get("scenario")
    if not isinstance(scenario_id, str):
        raise NeedError(
            "no task", where, fix="name a built-in scenario, or give a process_path or pick_place table"
        )
    numbers = document.get("numbers", {})
    if not isinstance(numbers, dict):
        raise NeedError("numbers must be a table", f"{where}: numbers")
    scenario = get_scenario(scenario_id, f"{where}: scenario")
    if not scenario.family:
        raise NeedError(
            "the scenario has no task family yet, nothing can be proven for it (尚不能证明)",
            f"{where}: scenario",
            value=scenario_id,
            fix="give a process_path or pick_place table in full, or post the need in the portal",
        )
    values = scenario.values(numbers, where)
    built = build(scenario.layout, values, f"{where}: numbers")
    own = {k: v for k, v in document.items() if k != "numbers"}
    cell = _laid_over(built.pop("cell"), own.pop("cell", {}), f"{where}: cell", add_lists=True)
    for key in ("tool", "base", "requirements"):
        built[key] = _laid_over(built.get(key, {}), own.pop(key, {}), f"{where}: {key}", add_lists=False)
    return {**built, **own, "cell": cell, "built_from": values}


def _laid_over(under: dict[str, Any], over: dict[str, Any], where: str, *, add_lists: bool) -> dict[str, Any]:
    if not isinstance(over, dict):
        raise NeedError("must be a table", where, value=type(over).__name__)
    out = {**under, **over}
    if add_lists:
        for key, value in over.items():
            if isinstance(value, list) and isinstance(under.get(key), list):
                out[key] = [*under[key], *value]
    return out


def parse(text: str, path: Path) -> dict[str, Any]:
    """The table of keys in a TOML or JSON text; the path's suffix says which.

    Raises:
        NeedError: it cannot be parsed, or is no table.
    """
    try:
        if path.suffix.lower() == ".json":
            document = json.loads(text, parse_constant=_no_constant)
        elif path.suffix.lower() == ".toml":
            if deep := _DEEP_KEY.search(text):
                line = text.count("\n", 0, deep.start()) + 1
                raise NeedError("a dotted key is nested too deeply", f"{path.name}: line {line}")
            document = tomllib.loads(text)
        else:
            raise NeedError("not a need file", path.name, value=path.suffix, allowed=".toml, .json")
    except (ValueError, RecursionError) as e:  # both decoders raise ValueErrors
        raise NeedError(f"cannot be parsed: {e}", path.name) from None
    if not isinstance(document, dict):
        raise NeedError("a need is a table of keys", path.name, value=type(document).__name__)
    return document


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")
