"""The need that was read, as a TOML file in which every number says where it came from."""

from __future__ import annotations

import json

from robotplus.reading.filling import Filled, Filling


def need_toml(filling: Filling, need_id: str = "read_need") -> str:
    """The need file. Numbers of the reference case stand as comments: leaving them out means the same."""
    scenario = filling.scenario
    lines = [
        "# Read from a text by `robotplus read`; look it over before you rely on it.",
        f"id = {json.dumps(need_id)}",
        f"title_en = {json.dumps(scenario.name_en)}",
        f"title_zh = {json.dumps(scenario.name_zh, ensure_ascii=False)}",
        f"scenario = {json.dumps(scenario.id)}",
        "",
        "[numbers]",
        *(_line(number) for number in filling.numbers),
    ]
    if filling.requirements:
        lines += ["", "[requirements]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in filling.requirements.items()]
    return "\n".join(lines) + "\n"


def _line(filled: Filled) -> str:
    source = " ".join(filled.source.split())
    said = f"{filled.number.name} = {filled.value:g}"
    if filled.origin == "reference":
        return f"# {said} # reference case: {source}"
    return f"{said} # {filled.origin}: {source}"
