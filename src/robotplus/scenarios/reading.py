"""Guarded reading of need files: size, encoding and place are checked before anything is parsed."""

from __future__ import annotations

from pathlib import Path

from robotplus.errors import NeedError


def read_text(path: Path, *, limit: int, where: str | None = None) -> str:
    """The UTF-8 text of a file of at most ``limit`` bytes.

    Raises:
        NeedError: missing, not a file, too large, unreadable, or not UTF-8.
    """
    where = where or path.name
    try:
        if not path.is_file():
            raise NeedError("no such file", where, value=str(path))
        size = path.stat().st_size
        if size > limit:
            raise NeedError(
                "the file is too large", where, value=f"{size} bytes", allowed=f"<= {limit} bytes"
            )
        with path.open("rb") as file:
            content = file.read(limit + 1)  # what lies about its size, as /proc does, has no say
        if len(content) > limit:
            raise NeedError("the file is too large", where, allowed=f"<= {limit} bytes")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise NeedError(f"not UTF-8 text (byte {e.start})", where, fix="save it as UTF-8") from None
    except OSError as e:
        raise NeedError(f"cannot be read ({e.strerror})", where) from None


def inside(folder: Path, name: object, where: str) -> Path:
    """The path of a file named in a need, which must lie in the need's folder or below.

    Raises:
        NeedError: not a name, or a path that leaves the folder.
    """
    if not isinstance(name, str) or not name or "\0" in name:
        raise NeedError("must be a file name", where)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise NeedError(
            "the path leaves the need's folder", where, value=name, fix="put the file beside the need"
        )
    return path
