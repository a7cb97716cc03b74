"""Questions to makers, in English and Chinese: what is asked, in which unit, and what the task needs."""

from __future__ import annotations

import math
import re
from typing import Any

from robotplus.robots.model import Coupling, Robot

AS_IN_THE_MODEL = "as in the model file"
ASKED = {  # English, Chinese, unit
    "payload_kg": ("rated payload", "额定负载", "kg"),
    "velocity": ("maximum joint speeds", "各关节最大速度", "°/s"),
    "limits": ("joint limits", "各关节限位", "°"),
    "repeatability_mm": ("repeatability (ISO 9283)", "重复定位精度（ISO 9283）", "mm"),
    "ip": ("ingress protection", "防护等级", ""),
    "explosion_zone": ("explosion protection", "防爆等级", ""),
    "temperature_c": ("ambient temperature range", "环境温度范围", "°C"),
    "mounting": ("allowed mounting", "允许的安装方式", ""),
    "wrist_moment_nm": ("allowable wrist moment", "腕部允许力矩", "N·m"),
    "wrist_inertia_kgm2": ("allowable wrist inertia", "腕部允许惯量", "kg·m²"),
    "geometry": ("link lengths and shape", "连杆尺寸与外形", ""),
    "acceleration": ("joint accelerations with the load", "带载关节加速度", "°/s²"),
    "shape": ("outer shape of every link", "各连杆外形", ""),
}
SAID_ZH = {
    "floor": "落地",
    "wall": "壁挂",
    "ceiling": "吊装",
    "shelf": "架装",
    AS_IN_THE_MODEL: "与型号文件一致",
}


def question(robot: Robot, name: str, value: Any = None, *, needed: Any = None) -> tuple[str, str]:
    """The question to the maker, in English and Chinese.

    Args:
        robot: whose figure it is.
        name: of the figure, a key of `ASKED`; joint speeds and limits are quoted from the robot.
        value: what is to be confirmed; None asks for the figure.
        needed: what the task needs of it, with a sign such as "≥" before it when it is a bound.
    """
    en, zh, unit = ASKED[name]
    if value is None:
        told = f" [{unit}]" if unit else ""
        ask = (f"please state the {en} of the {robot.model}{told}", f"请提供 {robot.model} 的{zh}{told}")
    else:
        seen = joint_figures(robot, name) if value == AS_IN_THE_MODEL else value
        shown, shown_zh = (said(seen, unit, zh=chinese) for chinese in (False, True))
        ask = (
            f"please confirm the {en} of the {robot.model}: {shown}",
            f"请确认 {robot.model} 的{zh}：{shown_zh}",
        )
    need = ("", "")
    if needed is not None:
        need = (
            f" This task needs {said(needed, unit, zh=False)}.",
            f"本任务需要 {said(needed, unit, zh=True)}。",
        )
    return f"{robot.maker}: {ask[0]}.{need[0]}", f"{robot.maker}：{ask[1]}。{need[1]}"


def reading_question(robot: Robot, coupling: Coupling) -> tuple[str, str]:
    """Whether the maker's joint limits may be read as independent of each other."""
    return (
        f"{robot.maker}: are the joint limits of the {robot.model} independent? {coupling.note}",
        f"{robot.maker}：{robot.model} 的关节限位是相互独立的吗？",
    )


def joint_figures(robot: Robot, name: str) -> Any:
    """Speeds [°/s] or limits [°] of turning joints as the model file has them; other figures by reference."""
    if any(j.kind != "revolute" for j in robot.joints):
        return AS_IN_THE_MODEL
    if name == "velocity" and all(j.velocity is not None for j in robot.joints):
        return [round(math.degrees(j.velocity), 1) for j in robot.joints if j.velocity is not None]
    if name == "limits":
        ranges = [(j.lower, j.upper) for j in robot.joints]
        degrees = [[round(math.degrees(v), 1) for v in r if v is not None] for r in ranges]
        return [f"{r[0]:g} … {r[1]:g}" for r in degrees if len(r) == 2]
    return AS_IN_THE_MODEL


def said(value: Any, unit: str, *, zh: bool) -> str:
    """A figure with its unit in one language."""
    parts = value if isinstance(value, (list, tuple)) else [value]
    words = [f"{v:.6g}" if isinstance(v, (int, float)) else str(v) for v in parts]
    if zh:
        words = [SAID_ZH.get(w, re.sub(r"zone (\d+)", r"\1 区", w)) for w in words]
    shown = ("、" if zh else ", ").join(words)
    return f"{shown} {unit}" if unit and any(c.isdigit() for c in shown) else shown
