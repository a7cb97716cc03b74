"""The compiled kernels: plain C in this folder, built once by ``python -m robotplus.proving.kernels``.

They are compiled by the clang inside the ``ziglang`` wheel (no compiler is assumed on the machine) into
one shared library named by the digest of its sources, so a stale library is never loaded.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

from robotplus.errors import BuildError

FOLDER = Path(__file__).parent
FLAGS = ["-std=c11", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"]
if platform.machine() in ("x86_64", "AMD64"):
    # where there are such registers; compilers hesitate to use them
    FLAGS.append("-mprefer-vector-width=512")


def sources() -> list[Path]:
    return sorted(FOLDER.glob("*.c"))


def library_path() -> Path:
    """Where the library for today's sources, flags and processor lies (whether it is built or not)."""
    h = hashlib.sha256(" ".join(FLAGS).encode())
    for path in sorted([*FOLDER.glob("*.c"), *FOLDER.glob("*.h")]):
        h.update(path.name.encode() + path.read_bytes())
    return FOLDER / f"rp-{h.hexdigest()[:16]}.so"


def build(*, force: bool = False) -> Path:
    """Compile the kernels if needed and return the library's path.

    Raises:
        BuildError: the compiler failed; its first error line is in the message.
    """
    target = library_path()
    if target.exists() and not force:
        return target
    compiler = os.environ.get("ROBOTPLUS_CC", f"{sys.executable} -m ziglang cc").split()
    partial = target.with_suffix(f".{os.getpid()}.tmp")
    command = [*compiler, *FLAGS, "-fPIC", "-shared", "-o", str(partial), *map(str, sources()), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        partial.unlink(missing_ok=True)
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr[:200])
        raise BuildError(f"the kernels did not compile: {first}")
    os.replace(partial, target)
    for old in FOLDER.glob("rp-*.so"):
        if old != target:
            old.unlink(missing_ok=True)
    return target


@functools.cache
def library() -> ctypes.CDLL:
    """The loaded library, built on first use when missing."""
    return ctypes.CDLL(str(build()))
