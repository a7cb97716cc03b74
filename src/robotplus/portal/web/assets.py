"""Builds the portal's style sheet and scripts: ``python -m robotplus.portal.web.assets``.

Installs the packages pinned in frontend/package-lock.json and bundles them into web/static/web/, beside the 3D
player that the reports have (built by ``robotplus.reporting.assets``). The portal works without them, unstyled.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from robotplus.errors import BuildError
from robotplus.npm import bundle
from robotplus.reporting.assets import player_script

FRONTEND = Path(__file__).parent.parent / "frontend"
BUILT = Path(__file__).parent / "static" / "web"
STAMP = "built-from.txt"
AXE = Path("node_modules") / "axe-core" / "axe.min.js"  # for the accessibility tests, never served


def sources() -> list[Path]:
    """Everything that the bundles are made of."""
    return sorted(p for p in FRONTEND.iterdir() if p.suffix in (".js", ".css", ".json"))


def digest() -> str:
    """Names the state of the sources, and of the player beside them."""
    parts = [p.read_bytes() for p in sources()] + [(player_script() or "").encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_built() -> bool:
    """Whether the bundles there were built from the present sources."""
    stamp = BUILT / STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == digest()


def build() -> Path:
    """Install and bundle; returns the folder of the bundles.

    Raises:
        BuildError: no Node.js, or npm could not reach its registry.
    """
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder) / "frontend"
        room.mkdir()
        for path in sources():
            shutil.copy(path, room)
        bundle(room, "the portal's front end")
        made = Path(folder) / "web" / "static" / "web"
        if (player := player_script()) is not None:
            (made / "player.js").write_text(player, encoding="utf-8")
        (made / STAMP).write_text(digest(), encoding="ascii")
        shutil.rmtree(BUILT, ignore_errors=True)
        shutil.copytree(made, BUILT)
        (FRONTEND / AXE).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(room / AXE, FRONTEND / AXE)
    return BUILT


def main() -> int:
    """Build when needed; a failure is told in one line and leaves the portal unstyled."""
    if is_built():
        print("portal front end: up to date")
        return 0
    try:
        path = build()
    except BuildError as e:
        print(f"portal front end: not built, pages will be unstyled ({e})", file=sys.stderr)
        return 1
    size = sum(p.stat().st_size for p in path.iterdir()) / 1024
    print(f"portal front end: {size:.0f} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
