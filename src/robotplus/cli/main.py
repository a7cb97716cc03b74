"""The console script ``robotplus``: the commands, and one line on stderr for every error a user can cause.

What a command needs is imported when it runs, so that ``--version`` and help stay quick.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Annotated, NoReturn

import typer

from robotplus import __version__
from robotplus.cli import (
    answer,
    check,
    cost,
    machines,
    mcp,
    measure,
    prove,
    read,
    robots,
    scenarios,
    schema,
    serve,
)
from robotplus.errors import RobotPlusError, visible

BAD_INPUT, DEFECT, INTERRUPTED, TERMINATED = 2, 70, 130, 143

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("answer")(answer.command)
app.command("read")(read.command)
app.command("prove")(prove.command)
app.command("check")(check.command)
app.command("cost")(cost.command)
app.add_typer(robots.app, name="robots")
app.add_typer(machines.machines, name="machines")
app.add_typer(machines.parts, name="parts")
app.command("scenarios")(scenarios.command)
app.command("measure")(measure.command)
app.command("schema")(schema.command)
app.command("serve")(serve.command)
app.command("mcp")(mcp.command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"robotplus {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A need goes in, robots proven to do the job come out, with the reasons for every no.

    Example: robotplus answer examples/needs/arc_welding.toml -o build/welding
    """


def run() -> None:
    """Entry point of the console script."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    0: done, or the certificate holds; 1: the answer is no; 2: bad input; 70: a defect of ours; 130: Ctrl-C.
    """
    # one thread a process: the workers share the cores between them
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return _command(arguments)
    except RobotPlusError as e:
        return _complain(str(e))
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 0
    except OSError as e:
        place = f"{e.filename}: " if e.filename else ""
        return _complain(f"{place}{e.strerror or e}")
    except RecursionError:
        return _complain("the input is nested too deeply")
    except MemoryError:
        return _complain("there is not enough memory")
    except Exception as e:
        at = traceback.extract_tb(e.__traceback__)[-1]
        _complain(
            f"a defect of robotplus, please report it: {type(e).__name__}: {e} ({at.filename}:{at.lineno})"
        )
        return DEFECT
    except KeyboardInterrupt:
        sys.stderr.write("robotplus: interrupted\n")
        return INTERRUPTED


def _command(arguments: Sequence[str]) -> int:
    """Typer without its own handling of errors, which prints boxes of several lines."""
    try:
        words = list(arguments) or ["--help"]
        code = typer.main.get_command(app)(words, prog_name="robotplus", standalone_mode=False)
        sys.stdout.flush()
    except Exception as e:
        # typer does not export the root of its usage errors
        if any(base.__name__ == "ClickException" for base in type(e).__mro__):
            return _complain(f"{e.format_message()} (see robotplus --help)")  # type: ignore[attr-defined]
        raise
    if code == INTERRUPTED:  # how typer passes Ctrl-C on
        raise KeyboardInterrupt
    return int(code or 0)


def _complain(line: str) -> int:
    sys.stderr.write(f"robotplus: {visible(' '.join(line.split()))}\n")
    return BAD_INPUT


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)
