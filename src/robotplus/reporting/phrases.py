"""Phrases that data, scenarios and the solver bring along in English, said in Chinese too.

Names that a user or a maker gave, addresses and digests are no phrases: they stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

WORDS: Final[dict[str, str]] = {
    # sources of figures
    "data sheet, from memory": "数据手册（凭记忆）",
    "data sheet, from memory (medium)": "数据手册（凭记忆，可信度中）",
    "data sheet, from memory (low)": "数据手册（凭记忆，可信度低）",
    "sum of the link masses of the maker's model, which agrees within 0.5 % with the data sheet on five "
    "sister models": "厂家模型各连杆质量之和，与五个同系列型号的数据手册相差不超过 0.5 %",
    "given at import": "导入时给定",
    "as in the model file": "与型号文件一致",
    "no rating is known": "无额定值数据",
    "unknown": "未知",
    # readings of joint limits
    "FANUC's J3 counts the forearm against the horizontal: J3 = q3 - q2; holds if the limits are the "
    "controller's J3 limits": "发那科 J3 以水平面为基准计小臂角：J3 = q3 - q2；若限位为控制器 J3 限位则成立",
    "the mechanical stops of q3 are not published; they include this interval, because the controller's J3 "
    "reaches both of its limits somewhere in the range of J2": "q3 机械限位未公布；它包含此区间，因为控制器 J3 "
    "在 J2 行程内某处可达其两端限位",
    # mounting
    "floor": "落地",
    "wall": "壁挂",
    "ceiling": "吊装",
    "shelf": "架装",
    # tools, parts and stops of the built-in scenarios
    "welding torch": "焊枪",
    "spot welding C-gun": "C 型点焊钳",
    "spray gun": "喷枪",
    "line scanner": "线扫描仪",
    "vacuum gripper": "真空吸具",
    "gripper": "夹爪",
    "dual gripper": "双工位夹爪",
    "small parallel gripper": "小型平行夹爪",
    "seam": "焊缝",
    "spot": "焊点",
    "line": "行程线",
    "scan": "扫描线",
    "case": "箱子",
    "part": "工件",
    "raw": "毛坯",
    "finished": "成品",
    "blank": "坯料",
    "panel": "面板",
    "base": "底座",
    "tool": "工具",
}
PATTERNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"(data sheet, .*); agrees with the geometry \((.*)\)", "{0}；与几何模型一致（{1}）"),
        (r"encoded in the maker's model name in the repository (\S+)", "厂家仓库 {0} 中型号名称所含"),
        (r"imported from (.*)", "导入自 {0}"),
        (r"(.*) \(maker's manual\)", "{0}（厂家手册）"),
        (
            r"estimated, not published: time to full joint speed from size, joint and load (\S+) kg, calibrated "
            r"on makers' pick cycles; low and high are nominal divided and multiplied by (\S+)",
            "估算值，厂家未公布：由尺寸、关节与 {0} kg 负载估算达到最高关节速度的时间，按厂家公布的拾放循环标定；"
            "上下限为标称值乘除 {1}",
        ),
        (r"published by the maker \((.*)\); low is derated by load", "厂家公布（{0}）；下限按负载折减"),
        (r"stop (\d+): (.*)", "第 {0} 处：{1}"),
        (r"stop (\d+)", "第 {0} 处"),
        (r"(\d+) × (.*)", "{0} × {1}"),
        (r"place (.*)", "放置 {0}"),
        (r"pick (.*)", "抓取 {0}"),
        (r"link_(\d+)", "连杆 {0}"),
        (r"([a-z][a-z ]*) (\d+)", "{0} {1}"),
        (r"zone (\d+)", "{0} 区"),
    )
)
LISTED: Final = (("/", " / "), (", ", "、"))


def said(text: str) -> tuple[str, str]:
    """A phrase in Chinese and in English; one that is not known stays as it is in both."""
    chinese = translated(text)
    english = re.sub(r"\blink_(\d+)\b", r"link \1", text)
    return chinese or text, english.replace("/", " / ") if _pair(text) else english


def translated(text: str) -> str | None:
    """The phrase in Chinese; None when it is no known phrase."""
    if text in WORDS:
        return WORDS[text]
    for pattern, zh in PATTERNS:
        if (found := pattern.fullmatch(text)) is not None:
            return zh.format(*(translated(part) or part for part in found.groups()))
    for mark, joint in LISTED:
        parts = [part.strip() for part in text.split(mark)]
        if len(parts) > 1 and (mark != "/" or _pair(text)):
            return _all(parts, translated, joint)
    return None


def _all(parts: list[str], say: Callable[[str], str | None], joint: str) -> str | None:
    """The parts joined when every one is a phrase."""
    words = [say(part) for part in parts]
    return None if None in words else joint.join(w for w in words if w is not None)


def _pair(text: str) -> bool:
    """Two bodies that may touch, such as ``link_4/tool``."""
    return re.fullmatch(r"(link_\d+|tool|part)\s*/\s*(link_\d+|tool|part)", text) is not None
