"""Questions to makers: both languages, the unit of every figure, what the task needs."""

from __future__ import annotations

import dataclasses
import re

import pytest

from robotplus.proving.questions import AS_IN_THE_MODEL, ASKED, question, said
from robotplus.robots.catalogue import load_catalogue

ROBOT = next(r for r in load_catalogue().values() if all(j.kind == "revolute" for j in r.joints))
VALUES = {
    "payload_kg": 12.5,
    "repeatability_mm": 0.03,
    "ip": "IP65",
    "explosion_zone": "zone 1",
    "temperature_c": [0.0, 45.0],
    "mounting": ["floor", "ceiling"],
    "wrist_moment_nm": [52.0, 52.0, 32.0],
    "wrist_inertia_kgm2": [2.4, 2.4, 1.2],
}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_figure_is_asked_for_in_its_unit(name: str) -> None:
    for value in (None, VALUES.get(name, AS_IN_THE_MODEL)):
        en, zh = question(ROBOT, name, value)
        assert ROBOT.model in en and ROBOT.model in zh and en.startswith(ROBOT.maker)
        assert not re.search("[\u4e00-\u9fff]", en.replace(ROBOT.maker, "").replace(ROBOT.model, ""))
        if ASKED[name][2] and name != "acceleration":
            assert ASKED[name][2] in en and ASKED[name][2] in zh
    assert "floor" not in zh and "zone" not in zh and AS_IN_THE_MODEL not in zh


def test_what_the_task_needs_is_said_with_its_unit() -> None:
    en, zh = question(ROBOT, "payload_kg", 12.5, needed="≥ 18")
    assert en.endswith("12.5 kg. This task needs ≥ 18 kg.") and zh.endswith("12.5 kg。本任务需要 ≥ 18 kg。")
    assert question(ROBOT, "mounting", ["floor"], needed="wall")[1].endswith("落地。本任务需要 壁挂。")


def test_speeds_are_quoted_in_degrees_from_the_model() -> None:
    joints = tuple(dataclasses.replace(j, velocity=3.141592653589793) for j in ROBOT.joints)
    en, _ = question(dataclasses.replace(ROBOT, joints=joints), "velocity", AS_IN_THE_MODEL)
    assert en.endswith(", ".join(["180"] * ROBOT.dof) + " °/s.")
    unknown = dataclasses.replace(ROBOT, joints=(dataclasses.replace(joints[0], velocity=None), *joints[1:]))
    assert question(unknown, "velocity", AS_IN_THE_MODEL)[0].endswith(AS_IN_THE_MODEL + ".")


def test_numbers_are_said_alike_in_both_languages() -> None:
    assert (
        said([1.0, 0.25], "mm", zh=False) == "1, 0.25 mm" and said([1.0, 0.25], "mm", zh=True) == "1、0.25 mm"
    )
