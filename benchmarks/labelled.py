"""Labelled texts: the plain form of ``tests/reading/data``, and JSON lines as others keep them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LABEL = re.compile(r"^[a-z_0-9]+ \| (?:>=|<=|=|set|range) \| ")

# Scenarios as other texts call them, by the word before the English: the ids that are right for each. Handling and
# welding have two scenarios each, and texts seldom say which.
CALLED = {
    "智能检测": ("mfg_inspection",),
    "装配": ("mfg_assembly",),
    "搬运": ("mfg_handling_palletising", "mfg_handling_machine_tending"),
    "焊接": ("mfg_welding_arc", "mfg_welding_spot"),
    "喷涂": ("mfg_painting",),
    "投放": ("agr_feeding",),
    "收获": ("agr_harvest",),
    "分拣": ("agr_sorting",),
    "清污": ("agr_cleaning",),
    "消毒": ("agr_disinfection",),
    "环境监测": ("agr_env_monitoring",),
    "农产品初加工": ("agr_primary_processing",),
    "摊铺": ("con_paving",),
    "整平": ("con_levelling",),
    "墙板安装": ("con_wallboard",),
    "装饰装修": ("con_decoration",),
    "测量测绘": ("con_survey",),
    "管道修补": ("con_pipe_repair",),
    "地面铺装": ("con_tiling", "con_paving"),
    "移动平台": ("pub_mobile_platform",),
    "辅助医疗": ("pub_medical_assistance",),
    "康养照护": ("pub_rehab_care", "pub_elderly_rehab"),
    "教学": ("pub_teaching",),
    "应急救援": ("sp_rescue",),
    "地质探测": ("sp_geology",),
    "电厂巡检": ("sp_power_inspection",),
    "无人运输": ("sp_unmanned_transport",),
    "城市巡逻": ("sp_city_patrol",),
}


@dataclass(frozen=True)
class LabelledText:
    """A text, its language and sector, the scenario ids that are right for it, and the labels of its figures."""

    id: str
    lang: str
    sector: str
    scenarios: tuple[str, ...]
    text: str
    labels: tuple[dict[str, Any], ...]


def labelled_texts(path: Path) -> list[LabelledText]:
    """Texts in the plain form; the first lines of the file explain it.

    Raises:
        ValueError: a quote that is not in its text.
    """
    out = []
    for part in path.read_text(encoding="utf-8").split("\n=== ")[1:]:
        head, _, rest = part.partition("\n")
        identifier, lang, sector, scenario = (piece.strip() for piece in head.split(" | "))
        lines = [line for line in rest.splitlines() if line.strip()]
        text = "\n".join(line for line in lines if not _LABEL.match(line))
        labels = tuple(_label(line) for line in lines if _LABEL.match(line))
        for label in labels:
            if label["quote"] not in text:
                raise ValueError(f"{identifier}: {label['quote']!r} is not in the text")
        out.append(LabelledText(identifier, lang, sector, tuple(scenario.split("/")), text, labels))
    return out


def _label(line: str) -> dict[str, Any]:
    name, op, value, unit, quote, *more = (piece.strip() for piece in line.split(" | "))
    flags = {flag: True for flag in more[1:]}
    role = more[0] if more else "requirement"
    label = {"field": name, "op": op, "value": json.loads(value), "unit": None if unit == "-" else unit}
    return label | {"quote": quote, "role": role} | flags


def labelled_lines(path: Path) -> list[LabelledText]:
    """Texts as JSON lines with ``id, lang, sector, scenario, text, labels``; the scenario in words as in ``CALLED``."""
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        called = CALLED.get(row["scenario"].split(" ")[0], ())
        out.append(
            LabelledText(row["id"], row["lang"], row["sector"], called, row["text"], tuple(row["labels"]))
        )
    return out
