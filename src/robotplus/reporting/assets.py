"""Builds the 3D player that reports carry inside: ``python -m robotplus.reporting.assets``.

Installs the packages pinned in viewer/package-lock.json through npm (no install scripts are run) and bundles
viewer/player.js into assets/player.js. Reports work without it, but show no 3D.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from robotplus.errors import BuildError
from robotplus.npm import bundle

ROOM = Path(__file__).parent
VIEWER = ROOM / "viewer"
BUNDLE = ROOM / "assets" / "player.js"
SOURCES = ("package.json", "package-lock.json", "player.js")


def source_line() -> str:
    """First line of a bundle: names the sources it was built from."""
    digest = hashlib.sha256(b"\0".join((VIEWER / name).read_bytes() for name in SOURCES))
    return f"/* robotplus player {digest.hexdigest()[:16]} */"


def player_script() -> str | None:
    """The bundled player, or None when it has not been built from the present sources."""
    if not BUNDLE.is_file():
        return None
    script = BUNDLE.read_text(encoding="utf-8")
    return script if script.startswith(source_line()) else None


def build() -> Path:
    """Install and bundle; returns the bundle's path.

    Raises:
        BuildError: no Node.js, or npm could not reach its registry.
    """
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder) / "viewer"
        room.mkdir()
        for name in SOURCES:
            shutil.copy(VIEWER / name, room)
        bundle(room, "the report viewer")
        script = (Path(folder) / "assets" / "player.js").read_text(encoding="utf-8")
    BUNDLE.parent.mkdir(exist_ok=True)
    partial = BUNDLE.with_suffix(".partial")
    partial.write_text(f"{source_line()}\n{script}", encoding="utf-8")
    partial.replace(BUNDLE)
    return BUNDLE


def main() -> int:
    """Build when needed; a failure is told in one line and leaves reports without 3D."""
    if player_script() is not None:
        print("report player: up to date")
        return 0
    try:
        path = build()
    except BuildError as e:
        print(f"report player: not built, reports will show no 3D ({e})", file=sys.stderr)
        return 1
    print(f"report player: {path.stat().st_size / 1024:.0f} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
