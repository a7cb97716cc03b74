"""``robotplus prove`` and ``robotplus check``: exit codes 0, 1 and 2 mean yes, no and cannot."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import NEEDS, SEAM, Command

from robotplus.hashing import digest
from robotplus.scenarios.files import read_need


def test_prove_at_the_place_that_answer_found(certificate: Path, command: Command, tmp_path: Path) -> None:
    found = json.loads(certificate.read_text("utf-8"))
    x, y, z = found["base"]["xyz"]
    place = (x, y, z, math.degrees(found["base"]["yaw"]))
    path = tmp_path / "cert.json"
    said = command("prove", SEAM, "--robot", found["robot"]["id"], "--base", *place, "-o", path, "--json")
    assert said.code == 0
    assert said.json == json.loads(path.read_text("utf-8"))
    assert said.json["base"]["xyz"] == found["base"]["xyz"]
    assert command("check", path, "--need", SEAM).code == 0


def test_prove_says_why_not(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "cert.json"
    said = command("prove", NEEDS / "spot_welding.toml", "--robot", "ur_ur3e", "-o", path)
    assert said.code == 1 and "heavier than the rated payload" in said.out and not path.exists()
    assert said.out.startswith("Universal Robots UR3e: Unknown") and " kg, " in said.out
    zh = command("prove", NEEDS / "spot_welding.toml", "--robot", "ur_ur3e", "--lang", "zh")
    assert zh.code == 1 and "数据不足：工具与工件超过额定负载" in zh.out and "需要" in zh.out
    assert not re.search("[a-z]{4}", zh.out.replace("Universal Robots", ""))
    said = command("prove", NEEDS / "spot_welding.toml", "--robot", "ur_ur3e", "--json")
    assert said.code == 1 and said.json["format"] == "robotplus.refusal/1"


@pytest.mark.parametrize(
    ("place", "hint"),
    [((50, 50, 0, 0), "metres, not millimetres"), ((0.6, -1.2, 0.05, 0), ""), ((0.6, -9.2, 0, 0), "")],
)
def test_a_base_where_the_need_allows_none_is_refused_with_the_region(
    place: tuple[float, ...], hint: str, command: Command
) -> None:
    said = command("prove", SEAM, "--robot", "kuka_kr7_r900_3", "--base", *place)
    assert said.code == 2 and said.err.count("\n") == 1
    (x0, x1), (y0, y1) = (read_need(SEAM).program.base.x, read_need(SEAM).program.base.y)
    assert f"allowed: x {x0:g} to {x1:g}, y {y0:g} to {y1:g}, z " in said.err and hint in said.err
    assert ("millimetres" in said.err) == bool(hint)


def test_a_robot_may_be_called_by_its_model(command: Command, catalogue: Path) -> None:
    assert command("robots", "show", "UR10e", "--json", "--catalogue", catalogue).json["id"] == "ur_ur10e"
    assert command("robots", "show", "fanuc_m20id_25", "--json").json["id"] == "fanuc_m20_25_18d"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ur_ur10ee", "ur_ur10e"), ("kuka_kr7_r900", "kuka_kr7_r900_3"), ("KR20", "kuka_kr20_r3100")],
)
def test_did_you_mean(typed: str, meant: str, command: Command) -> None:
    said = command("prove", SEAM, "--robot", typed)
    assert said.code == 2 and meant in said.err and said.err.count("\n") == 1


def test_an_altered_certificate_does_not_hold(certificate: Path, command: Command, tmp_path: Path) -> None:
    document = json.loads(certificate.read_text("utf-8"))
    document["claims"]["joint_range_used"] = 0.01
    del document["sha256"]
    path = tmp_path / "cert.json"
    path.write_text(json.dumps(document | {"sha256": digest(document)}))
    said = command("check", path, "--json")
    assert said.code == 1
    assert [r["code"] for r in said.json["reasons"]] == ["claim_joint_range"]


def test_a_certificate_for_another_need_does_not_hold(certificate: Path, command: Command) -> None:
    said = command("check", certificate, "--need", NEEDS / "arc_welding.toml", "--json")
    assert said.code == 1 and said.json["reasons"][0]["code"] == "need_different"


def test_a_model_that_is_unknown_cannot_be_checked(
    certificate: Path, command: Command, tmp_path: Path
) -> None:
    document = json.loads(certificate.read_text("utf-8"))
    del document["sha256"]
    document["robot"]["sha256"] = "sha256:" + 64 * "0"
    path = tmp_path / "cert.json"
    path.write_text(json.dumps(document | {"sha256": digest(document)}))
    said = command("check", path, "--json")
    assert said.code == 2 and said.json["status"] == "cannot_check"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not a JSON file"),
        (b"[]", "another certificate format or version"),
        (b'{"format": "robotplus.certificate/9"}', "robotplus.certificate/9"),
        (b'{"format": "robotplus.certificate/1", "sha256": "sha256:00"}', "digest"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 100_000, "not a JSON file"),
    ],
)
def test_what_is_no_certificate_cannot_be_read(
    content: bytes, said: str, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "cert.json"
    path.write_bytes(content)
    outcome = command("check", path)
    assert outcome.code == 2 and said in outcome.err and outcome.err.count("\n") == 1 and outcome.out == ""


@pytest.mark.parametrize(
    "change",
    [
        {"claims": []},
        {"claims": {"cycle_time_s": 3, "base_tolerance": "wide", "payload_used": [1]}},
        {"not_shown": [1, "two"]},
        {"verdict": ["proven"]},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("robot", ["same", "unknown"])
def test_a_malformed_certificate_gets_its_verdict(
    change: dict[str, Any], robot: str, certificate: Path, command: Command, tmp_path: Path
) -> None:
    document = json.loads(certificate.read_text("utf-8")) | change
    if robot == "unknown":
        document["robot"]["id"] = "x\x1b[2J[/b]"
    del document["sha256"]
    document["sha256"] = digest(document)
    path = tmp_path / "cert.json"
    path.write_text(json.dumps(document), "utf-8")
    outcome = command("check", path)
    if robot == "unknown":
        assert outcome.code == 2 and "cannot check" in outcome.out
        assert "\x1b" not in outcome.out and "x\\x1b[2J[/b]" in outcome.out
    elif "verdict" not in change:
        assert outcome.code == 1 and "malformed" in outcome.out
    assert outcome.code in (1, 2) and outcome.err == ""
