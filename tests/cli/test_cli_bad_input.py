"""Bad input: one clear line on stderr, exit code 2, nothing half-written, never a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import NEEDS, SEAM, Command

from robotplus.cli import main as cli
from robotplus.cli.output import write_file
from robotplus.errors import InputError

COMMAND = Path(sys.executable).parent / "robotplus"
TEXT = SEAM.read_text("utf-8")


def refused(command: Command, *arguments: object) -> str:
    """The one line with which a command refuses."""
    outcome = command(*arguments)
    assert outcome.code == 2, outcome
    assert outcome.out == "" and outcome.err.count("\n") == 1 and outcome.err.startswith("robotplus: ")
    assert "Traceback" not in outcome.err
    return outcome.err


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


NEED_CHANGES: dict[str, tuple[str, str, str]] = {
    "unknown key": ("mass_kg = 3.5", "mass_kg = 3.5\nweight = 3", "weight"),
    "wrong unit": ("takt_s = 25", "takt_ms = 25000", "takt_ms"),
    "wrong sign": ("takt_s = 25", "takt_s = -25", "takt_s"),
    "NaN": ("takt_s = 25", "takt_s = nan", "takt_s"),
    "infinite": ("mass_kg = 3.5", "mass_kg = inf", "mass_kg"),
    "text for a number": ("takt_s = 25", 'takt_s = "25"', "takt_s"),
    "no TOML": ("[tool]", "[tool", "need.toml"),
    "empty path": ("arc = {", "polyline = []\n# arc = {", "polyline"),
    "no stroke": ("[[process_path.stroke]]", "[[process_path.strokes]]", "stroke"),
    "TCP inside the part": (
        "centre_mm = [0, -900, 720], start_mm = [-386.9607, -87.4353, 720]",
        "centre_mm = [0, -900, 710], start_mm = [-386.9607, -87.4353, 710]",
        "inside 'plate'",
    ),
    "leaves the folder": ("arc = {", 'csv = "../../etc/passwd"\n# arc = {', "leaves the need's folder"),
    "absolute path": ("arc = {", 'csv = "/etc/passwd"\n# arc = {', "leaves the need's folder"),
    "missing file": ("arc = {", 'csv = "none.csv"\n# arc = {', "no such file"),
    "missing mesh": (
        "[process_path]",
        '[[cell.mesh]]\nname = "m"\nstl = "none.stl"\n[process_path]',
        "none.stl",
    ),
    "huge number": ("takt_s = 25", "takt_s = 1e308", "takt_s"),
    "deep key": ("takt_s = 25", "a" + 50_000 * ".a" + " = 25", "nested too deeply"),
    "deep quoted table": (
        "[process_path]",
        "[a" + 20 * ' . "a b"' + "]\n[process_path]",
        "nested too deeply",
    ),
    "deep nesting": ("takt_s = 25", "takt_s = " + 5000 * "[" + 5000 * "]", "need.toml"),
}


@pytest.mark.parametrize("name", NEED_CHANGES)
def test_needs(name: str, command: Command, catalogue: Path, tmp_path: Path) -> None:
    old, new, said = NEED_CHANGES[name]
    need = tmp_path / "need.toml"
    need.write_text(changed(old, new))
    line = refused(command, "answer", need, "-o", tmp_path / "out", "--catalogue", catalogue)
    assert said in line
    assert {path.name for path in tmp_path.iterdir()} == {"need.toml"}
    assert said in refused(command, "prove", need, "--robot", "ur_ur10e", "-o", tmp_path / "cert.json")


def test_an_unknown_scenario(command: Command, tmp_path: Path) -> None:
    (tmp_path / "need.toml").write_text('id = "n"\ntitle_en = "n"\nscenario = "arc_weldin"')
    assert "arc_welding" in refused(command, "answer", tmp_path / "need.toml")


def test_a_csv_of_ten_million_points(command: Command, tmp_path: Path) -> None:
    (tmp_path / "need.toml").write_text(changed("arc = {", 'csv = "points.csv"\n# arc = {'))
    with (tmp_path / "points.csv").open("wb") as file:
        file.truncate(10_000_000 * 12)
    assert "too large" in refused(command, "answer", tmp_path / "need.toml")


def test_files_that_are_no_text(command: Command, tmp_path: Path) -> None:
    (tmp_path / "need.toml").write_bytes(b'id = "\xff\xfe"')
    assert "UTF-8" in refused(command, "answer", tmp_path / "need.toml")
    assert "no such file" in refused(command, "answer", tmp_path / "none.toml")
    assert "no such file" in refused(command, "answer", tmp_path)
    assert "no such file" in refused(command, "check", tmp_path / "none.json")


ROBOT = "<robot name='r'>{}</robot>"
LINKS = "<link name='a'/><link name='b'/>"
JOINT = (
    "<joint name='{0}' type='revolute'><parent link='{1}'/><child link='{2}'/><axis xyz='0 0 1'/>"
    "<limit lower='-1' upper='1' velocity='1' effort='1'/></joint>"
)
MESH = (
    "<link name='a'><collision><geometry><mesh filename='{}'/></geometry></collision></link><link name='b'/>"
)
ROBOTS: dict[str, tuple[str, str]] = {
    "loop": (ROBOT.format(LINKS + JOINT.format("j", "a", "b") + JOINT.format("k", "b", "a")), ""),
    "missing mesh": (ROBOT.format(MESH.format("none.stl") + JOINT.format("j", "a", "b")), "none.stl"),
    "mesh elsewhere": (ROBOT.format(MESH.format("/etc/passwd") + JOINT.format("j", "a", "b")), ""),
    "entities": (
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + ROBOT.format("&b;"),
        "",
    ),
    "no XML": ("<robot", ""),
    "no robot": ("<html/>", ""),
}


@pytest.mark.parametrize("name", ROBOTS)
def test_robot_descriptions(name: str, command: Command, tmp_path: Path) -> None:
    text, said = ROBOTS[name]
    (tmp_path / "r.urdf").write_text(text)
    assert said in refused(command, "robots", "import", tmp_path / "r.urdf", "-o", tmp_path / "r.json")
    assert {path.name for path in tmp_path.iterdir()} == {"r.urdf"}


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "robotplus.robot/1"}', '{"format": NaN}'])
def test_robot_files(content: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "arm.json").write_text(content)
    assert "arm.json" in refused(command, "robots", "--catalogue", tmp_path)
    assert "arm.json" in refused(command, "answer", SEAM, "--add", tmp_path / "arm.json")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["answr", "x.toml"], "answr"),
        (["answer"], "NEED"),
        (["answer", SEAM, "--no-such"], "--no-such"),
        (["answer", SEAM, "--effort", "much"], "--effort"),
        (["answer", SEAM, "--effort", "nan"], "effort"),
        (["answer", SEAM, "--effort", "-1"], "effort"),
        (["answer", SEAM, "--workers", "0"], "workers"),
        (["answer", SEAM, "--order", "price"], "price"),
        (["answer", SEAM, "--lang", "fr"], "fr"),
        (["prove", SEAM], "--robot"),
        (["prove", SEAM, "--robot", "ur_ur10e", "--base", "nan", "0", "0", "0"], "--base"),
        (["prove", SEAM, "--robot", "ur_ur10e", "--base", "1", "2"], "--base"),
        (["robots", "--payload", "heavy"], "heavy"),
        (["robots", "--ip", "65"], "65"),
        (["robots", "--kind", "scaar"], "scara"),
        (["robots", "--mounting", "roof"], "ceiling"),
        (["robots", "--payload", "20..5"], "5..20"),
        (["robots", "--add", "/dev/zero"], "not a regular file"),
        (["robots", "\x1b[2J"], "\\x1b[2J"),
        (["robots", "show", "ur_ur10z"], "ur_ur10e"),
        (["robots", "--catalogue", "/no/such/folder"], "/no/such/folder"),
        (["robots", "import", "arm.txt"], "arm.txt"),
        (["robots", "import", "arm.xacro", "--xacro", "half"], "half"),
        (["schema", "robots"], "robots"),
        (["check", SEAM], "JSON"),
    ],
)
def test_arguments(arguments: list[Any], said: str, command: Command) -> None:
    assert said in refused(command, *arguments)


def test_a_full_disk(
    certificate: Path, command: Command, catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, *_: Any, **__: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    for arguments in (
        ["answer", SEAM, "-o", tmp_path / "out", "--catalogue", catalogue],
        ["answer", NEEDS / "spray_painting.toml", "-o", tmp_path / "out", "--catalogue", catalogue],
        ["prove", SEAM, "--robot", "kuka_kr7_r900_3", "-o", tmp_path / "cert.json"],
    ):
        assert "No space left" in refused(command, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written(command: Command, catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    need = NEEDS / "spray_painting.toml"
    assert "file" in refused(
        command, "answer", need, "-o", tmp_path / "file" / "out", "--catalogue", catalogue
    )
    assert "file" in refused(command, "answer", need, "-o", tmp_path / "file", "--catalogue", catalogue)
    said = command("prove", SEAM, "--robot", "kuka_kr7_r900_3", "-o", tmp_path / "none" / "cert.json")
    assert said.code == 2 and said.err.count("\n") == 1


def test_what_is_no_regular_file_is_never_replaced(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("proven before the output was looked at")

    monkeypatch.setattr("robotplus.proving.prove", never)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for output in (tmp_path / "pipe", tmp_path / "link", tmp_path, ".", "/dev/null"):
        line = refused(command, "prove", SEAM, "--robot", "ur_ur10e", "-o", output)
        assert "not a regular file" in line and str(output) in line
        with pytest.raises(InputError, match="not a regular file"):
            write_file(Path(output), "text")
    assert (tmp_path / "pipe").is_fifo() and (tmp_path / "link").is_symlink()
    assert Path("/dev/null").is_char_device()
    line = refused(command, "prove", SEAM, "--robot", "ur_ur10e", "-o", tmp_path / "none" / "c.json")
    assert "no such folder" in line
    assert "pipe" in refused(command, "robots", "--add", tmp_path / "pipe")


def test_a_cluster_without_ray(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "robotplus[cluster]" in refused(command, "answer", SEAM, "--cluster")


def test_a_defect_of_ours_is_one_line_too(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise LookupError("planted")

    monkeypatch.setattr("robotplus.scenarios.files.read_need", broken)
    outcome = command("answer", SEAM)
    assert outcome.code == cli.DEFECT
    assert outcome.err.count("\n") == 1 and "LookupError: planted" in outcome.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_goes_nowhere() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([COMMAND, "schema", "robot"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "No space left" in done.stderr
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([COMMAND, "schema", "robot"], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.stderr == ""
