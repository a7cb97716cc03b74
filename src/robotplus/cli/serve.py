"""``robotplus serve``: the portal on one machine, web and worker together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Annotated

import typer

from robotplus.errors import InputError, RobotPlusError

PATIENCE_S = 15.0  # for a running job to be put back and open requests to end
CRASHES, WITHIN_S = 5, 60.0  # a process that ends so often so soon will not come up
TERMINATE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


def command(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Web processes.")] = 2,
    with_demo_organisations: Annotated[
        bool,
        typer.Option(
            "--with-demo-organisations",
            help="Invented organisations that trade, marked as examples everywhere.",
        ),
    ] = False,
) -> None:
    """Start the portal: database, catalogue, web and worker. It keeps its data in ROBOTPLUS_HOME.

    Ends both with Ctrl-C; starts either again when it dies.

    Example: robotplus serve --port 8000
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "robotplus.portal.settings")
    try:
        import django
    except ImportError:
        fix = "pip install 'robotplus[portal]'"
        raise InputError("the portal is not installed", "serve", fix=fix) from None
    _free(host, port)
    django.setup()
    from django.conf import settings

    from robotplus.portal.preparing import prepare

    prepare(_say)
    if with_demo_organisations:
        _examples()
    _say(f"http://{host}:{port}  (data in {settings.HOME})")
    supervise({"web": web(host, port, processes), "worker": worker()})


def _examples() -> None:
    from robotplus.portal.desk.examples import do_load_examples

    for one in do_load_examples():
        _say(f"sign in as {one.organisation}: {one.email}  {one.password}  (shown this once)")


def web(host: str, port: int, processes: int) -> list[str]:
    """The command of the web server."""
    options = ["--workers", str(processes), "--worker-class", "gthread", "--threads", "4", "--preload"]
    options += ["--bind", f"{host}:{port}", "--graceful-timeout", "5", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", *options, "robotplus.portal.wsgi"]


def worker() -> list[str]:
    return [sys.executable, "-m", "robotplus.portal", "work"]


def supervise(commands: dict[str, list[str]]) -> None:
    """Keep every command running until a signal comes; then end them all in good order.

    Raises:
        RobotPlusError: one of them does not stay up.
    """
    running: dict[str, subprocess.Popen[bytes]] = {}
    died: dict[str, list[float]] = {name: [] for name in commands}
    try:
        while True:
            for name, words in commands.items():
                process = running.get(name)
                if process is not None and process.poll() is None:
                    continue
                if process is not None:
                    now = time.monotonic()
                    died[name] = [t for t in died[name] if now - t < WITHIN_S] + [now]
                    if len(died[name]) >= CRASHES:
                        raise RobotPlusError(f"the {name} does not stay up (exit code {process.returncode})")
                    _say(f"the {name} ended (exit code {process.returncode}); starting it again")
                running[name] = subprocess.Popen(words, preexec_fn=_end_with_parent, start_new_session=True)
            time.sleep(0.3)
    finally:
        for process in running.values():
            process.terminate()
        deadline = time.monotonic() + PATIENCE_S
        for process in running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """On Linux the child is told to end when this process is killed without a word."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(TERMINATE_WITH_PARENT, signal.SIGTERM)


def _free(host: str, port: int) -> None:
    """
    Raises:
        InputError: something listens there already, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as e:
            raise InputError(f"cannot listen here ({e.strerror})", "--port", value=f"{host}:{port}") from None


def _say(line: str) -> None:
    sys.stdout.write(f"robotplus: {line}\n")
    sys.stdout.flush()
