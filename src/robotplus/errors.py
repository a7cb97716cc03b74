"""The errors of robotplus.

RobotPlusError
├── InputError            a file, value or argument from outside is wrong (exit code 2)
│   ├── NeedError         a need file
│   ├── RobotError        a robot file (own JSON, URDF, MJCF)
│   └── CertificateError  a certificate file that cannot be read
└── BuildError            the compiled kernels are missing or do not match their source
"""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class RobotPlusError(Exception):
    """Root of every error robotplus raises on purpose."""


class InputError(RobotPlusError):
    """Something from outside is wrong; the message is one line a plant engineer can act on.

    Args:
        message: what is wrong, without the place.
        where: file and place in it, such as ``need.toml: tool.mass_kg``.
        value: the offending value, as read.
        allowed: what would have been accepted, in words or as ``lower <= value <= upper``.
        fix: what to do next.
    """

    def __init__(
        self,
        message: str,
        where: str | None = None,
        *,
        value: object = None,
        allowed: str | None = None,
        fix: str | None = None,
    ) -> None:
        self.message, self.where, self.value, self.allowed, self.fix = message, where, value, allowed, fix
        parts = [f"{where}: {message}" if where else message]
        if value is not None:
            parts.append(f"got {str(value)[:80]!r}")
        if allowed:
            parts.append(f"allowed: {allowed}")
        if fix:
            parts.append(fix)
        super().__init__(visible(" ".join("; ".join(parts).splitlines())))


class NeedError(InputError):
    """A need file is wrong."""


class RobotError(InputError):
    """A robot file is wrong."""


class CertificateError(InputError):
    """A certificate file cannot be read (this is not the same as a certificate that does not hold)."""


class BuildError(RobotPlusError):
    """The compiled kernels are missing or do not match their source."""


def visible(text: str) -> str:
    """The text with each control character (C0, DEL, C1) as an escape: a file's content moves no cursor."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
