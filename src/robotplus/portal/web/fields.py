"""The plan's five fields, and how its texts say where a figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from robotplus.portal.kinds.kind import Label


@dataclass(frozen=True, slots=True)
class PlanField:
    """One of the plan's five fields; ``icon`` names one of web.icons."""

    id: str
    label: Label
    icon: str


PLAN_FIELDS: Final = (
    PlanField("manufacturing", Label("制造业", "Manufacturing"), "factory"),
    PlanField("agriculture", Label("农业", "Agriculture"), "leaf"),
    PlanField("construction", Label("智能建造", "Construction"), "crane"),
    PlanField("public_service", Label("公共服务", "Public service"), "people"),
    PlanField("special", Label("特种应急", "Special and emergency"), "shield"),
)
ORIGINS: Final = (  # the first that a provenance text begins with
    ("retrieved:vendor-or-trade", Label("厂商或行业资料", "vendor or trade source")),
    ("retrieved:news/official", Label("新闻或官方发布", "news or official release")),
    ("retrieved:paper", Label("论文", "paper")),
    ("retrieved", Label("查阅所得", "retrieved")),
    ("derived", Label("推算", "derived")),
    ("mixed", Label("部分查阅、部分凭记忆或假设", "partly retrieved, partly from memory or assumed")),
    ("memory", Label("凭记忆", "from memory")),
    ("assumption", Label("假设", "assumption")),
)


def origin(text: str) -> Label:
    """What a provenance such as ``retrieved:vendor-or-trade(claim)`` means; an unheard of one says itself."""
    return next((label for start, label in ORIGINS if text.startswith(start)), Label(text, text))
