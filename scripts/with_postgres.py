"""Runs a command with a PostgreSQL of its own: ``python scripts/with_postgres.py pytest tests/portal``.

Installs PostgreSQL where it may (root on Debian), starts an empty cluster in a temporary folder on a free port,
sets ``DATABASE_URL``, and removes all of it after. With ``DATABASE_URL`` set already, the command runs against
that one. Exit code: the command's; 3 without PostgreSQL.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def find(name: str) -> str | None:
    """Debian keeps the server's programs out of PATH."""
    kept = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda p: float(p.split("/")[4]))
    return kept[-1] if kept else shutil.which(name)


def install() -> None:
    """Debian's package, where we may install one; its own cluster is not started."""
    if os.getuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        subprocess.run(["apt-get", "-qq", "update"], **quiet)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "install", "-y", "postgresql"], env=environment, **quiet)


def as_server() -> Callable[[], None] | None:
    """PostgreSQL refuses to run as root: root runs it as the user ``postgres``."""
    if os.getuid() != 0:
        return None
    server = pwd.getpwnam("postgres")

    def become() -> None:
        os.setgid(server.pw_gid)
        os.setuid(server.pw_uid)

    return become


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def cluster() -> Iterator[str]:
    """An empty PostgreSQL as long as it is needed; its address.

    Raises:
        FileNotFoundError: PostgreSQL is not here and could not be installed.
    """
    if find("initdb") is None:
        install()
    initdb, control = find("initdb"), find("pg_ctl")
    if initdb is None or control is None:
        raise FileNotFoundError("PostgreSQL was not found; install it: apt-get install postgresql")
    become = as_server()
    with tempfile.TemporaryDirectory(prefix="robotplus-pg-", ignore_cleanup_errors=True) as folder:
        if become is not None:
            server = pwd.getpwnam("postgres")
            os.chown(folder, server.pw_uid, server.pw_gid)
        data, port = str(Path(folder) / "data"), free_port()
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "preexec_fn": become, "cwd": folder}
        subprocess.run(
            [initdb, "-D", data, "-U", "robotplus", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], **quiet
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        subprocess.run(
            [control, "-D", data, "-w", "-l", str(Path(folder) / "log"), "-o", options, "start"], **quiet
        )
        try:
            yield f"postgres://robotplus@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([control, "-D", data, "-m", "immediate", "stop"], **quiet)


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    try:
        with cluster() as url:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})
    except FileNotFoundError as e:
        print(e, file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
