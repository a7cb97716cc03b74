"""The front end is built from what is pinned, only when something changed, and its absence is one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from robotplus import npm
from robotplus.errors import BuildError
from robotplus.portal.web import assets


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sources, with a place of its own for what is built."""
    front = tmp_path / "frontend"
    front.mkdir()
    for path in assets.sources():
        shutil.copy(path, front)
    monkeypatch.setattr(assets, "FRONTEND", front)
    monkeypatch.setattr(assets, "BUILT", tmp_path / "static" / "web")
    return front


def pretend(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stand in for npm; returns the folders it was asked to bundle."""
    asked: list[Path] = []

    def bundle(folder: Path, what: str) -> None:
        asked.append(folder)
        made = folder.parent / "web" / "static" / "web"
        made.mkdir(parents=True)
        (made / "app.js").write_text("//", encoding="utf-8")
        (folder / assets.AXE).parent.mkdir(parents=True)
        (folder / assets.AXE).write_text("//", encoding="utf-8")

    monkeypatch.setattr(assets, "bundle", bundle)
    return asked


def test_it_is_built_once_and_again_when_a_source_changed(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = pretend(monkeypatch)
    assert not assets.is_built() and assets.main() == 0 and assets.is_built()
    assert assets.main() == 0 and len(asked) == 1 and "up to date" in capsys.readouterr().out
    (house / "app.js").write_text("// changed", encoding="utf-8")
    assert not assets.is_built() and assets.main() == 0 and len(asked) == 2
    assert (house / assets.AXE).is_file() and (assets.BUILT / "app.js").is_file()


def test_without_node_one_line_says_so_and_what_was_built_stays(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(npm.shutil, "which", lambda name: None)
    monkeypatch.setattr(npm.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BuildError, match=r"Node\.js was not found"):
        npm.find_npm()
    assets.BUILT.mkdir(parents=True)
    (assets.BUILT / "app.js").write_text("// before", encoding="utf-8")
    assert assets.main() == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "unstyled" in told
    assert (assets.BUILT / "app.js").read_text(encoding="utf-8") == "// before"


def test_a_failing_npm_is_told_by_its_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "npm"
    command.write_text("#!/bin/sh\necho first >&2\necho registry unreachable >&2\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.setattr(npm, "find_npm", lambda: ([str(command)], tmp_path))
    with pytest.raises(BuildError, match=r"npm ci failed in the test: registry unreachable"):
        npm.bundle(tmp_path, "the test")


def test_every_package_is_pinned_with_its_digest() -> None:
    lock: dict[str, Any] = json.loads((assets.FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: p for name, p in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
