"""``robotplus answer``: the files are whole, agree with each other, and pass ``robotplus check``."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import NEEDS, SEAM, Command

from robotplus.cli.output import staged
from robotplus.errors import InputError


def test_the_folder_holds_everything_flat(written: Path, command: Command, catalogue: Path) -> None:
    answer = json.loads((written / "answer.json").read_text("utf-8"))
    checked = [s["robot"] for s in answer["solutions"] if s["verdict"] != "candidate"]
    assert len(checked) >= 4
    expected = (
        {"answer.json", "report.html"}
        | {f"cert-{r}.json" for r in checked}
        | {f"motion-{r}.glb" for r in checked}
    )
    assert {path.name for path in written.iterdir()} == expected
    for s in answer["solutions"]:
        document = json.loads((written / f"cert-{s['robot']}.json").read_text("utf-8"))
        assert document["sha256"] == s["certificate_sha256"]
        assert document["claims"] == s["claims"] and document["verdict"] == s["verdict"]
        assert (written / f"motion-{s['robot']}.glb").read_bytes()[:4] == b"glTF"
    page = (written / "report.html").read_text("utf-8")
    assert all(s["certificate_sha256"] in page for s in answer["solutions"])


def test_json_on_stdout_is_the_file(written: Path, command: Command, catalogue: Path) -> None:
    said = command("answer", SEAM, "--json", "--catalogue", catalogue, "--workers", 1)
    assert said.code == 0 and said.err == ""
    assert said.out == (written / "answer.json").read_text("utf-8")


def test_every_certificate_written_holds(written: Path, command: Command, catalogue: Path) -> None:
    for path in sorted(written.glob("cert-*.json"))[:2]:
        said = command("check", path, "--need", SEAM, "--json", "--catalogue", catalogue)
        assert (said.code, said.json["status"], said.json["reasons"]) == (0, "holds", [])


def test_the_table_names_the_best(written: Path, command: Command, catalogue: Path) -> None:
    said = command("answer", SEAM, "--catalogue", catalogue, "--lang", "en")
    best = json.loads((written / "answer.json").read_text("utf-8"))["solutions"][0]
    assert said.code == 0 and best["model"] in said.out and "10218-2" in said.out


def test_an_older_answer_is_replaced_and_what_is_not_ours_stays(
    written: Path, catalogue: Path, command: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "answer"
    shutil.copytree(written, folder)
    (folder / "notes.txt").write_text("mine")
    need = NEEDS / "spray_painting.toml"
    assert command("answer", need, "-o", folder, "--catalogue", catalogue).code == 0
    assert {p.name for p in folder.iterdir()} == {"answer.json", "report.html", "notes.txt"}
    assert json.loads((folder / "answer.json").read_text("utf-8"))["need"]["id"] == "spray_painting"


def test_a_failure_leaves_the_older_answer_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text("old")
    with pytest.raises(OSError), staged(tmp_path, owned=("answer.json", "cert-*.json")) as room:
        (room / "answer.json").write_text("new")
        raise OSError(28, "No space left on device")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"answer.json": "old"}


def test_a_failure_leaves_no_new_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), staged(tmp_path / "deep" / "new") as room:
        (room / "answer.json").write_text("new")
        raise KeyboardInterrupt
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize("name", ["answer.json", "cert-a.json"])
def test_a_pipe_or_folder_under_our_names_is_not_replaced(name: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    for make in (os.mkfifo, os.mkdir):
        make(tmp_path / name)
        with (
            pytest.raises(InputError, match="not a regular file"),
            staged(tmp_path, owned=("*.html", "cert-*.json")) as room,
        ):
            (room / "answer.json").write_text("new")
        assert {p.name for p in tmp_path.iterdir()} == {"report.html", name}
        (tmp_path / name).rename(tmp_path.parent / f"moved-{make.__name__}-{name}")


def test_an_empty_folder_of_the_user_stays(tmp_path: Path) -> None:
    with pytest.raises(OSError), staged(tmp_path / "mine"):
        raise OSError
    assert not (tmp_path / "mine").exists()
    (tmp_path / "mine").mkdir()
    with pytest.raises(OSError), staged(tmp_path / "mine"):
        raise OSError
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]


def test_what_a_killed_run_left_is_swept_but_not_what_a_running_one_needs(tmp_path: Path) -> None:
    stale = tmp_path / ".partial-killed"
    stale.mkdir()
    (stale / "answer.json").write_text("half")
    with staged(tmp_path) as one:
        assert not stale.exists()
        (one / "one").write_text("1")
        with staged(tmp_path) as two:
            (two / "two").write_text("2")
    assert {p.name for p in tmp_path.iterdir()} == {"one", "two"}


def test_a_robot_file_can_be_added(catalogue: Path, command: Command, tmp_path: Path) -> None:
    lone = tmp_path / "lone"
    lone.mkdir()
    shutil.copy(catalogue / "ur_ur3e.json", lone)
    said = command("answer", SEAM, "--catalogue", lone, "--add", catalogue / "kuka_kr7_r900_3.json", "--json")
    assert sum(said.json["counts"].values()) == 2
    assert [s["robot"] for s in said.json["solutions"]] == ["kuka_kr7_r900_3"]
