"""The portal's words in Chinese: collects what is marked for translation, keeps what is translated, compiles it.

``python scripts/messages.py [APP …]`` brings locale/zh_Hans/LC_MESSAGES/django.po of every app (or of those) up to
date and compiles it; ``--check`` changes nothing; both name what has no translation. ``--compile`` only compiles.
A message that several apps use stands in the file of one of them: the one that has it already, else the first.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PORTAL = Path(__file__).resolve().parent.parent / "src" / "robotplus" / "portal"
LOCALE = "zh_Hans"
PLACE = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"
HOSTS = {"kinds": "web", "": "web"}  # what is no Django app has its messages in another's file
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Key = tuple[str, str]  # context, msgid


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*", help="the apps whose files to write and to judge (all)")
    parser.add_argument("--compile", action="store_true", help="only compile what changed")
    parser.add_argument("--check", action="store_true", help="change nothing, name what is missing")
    options = parser.parse_args(arguments)
    if options.compile:
        print(f"messages: {compile_stale()} compiled")
        return 0
    if not options.check:
        for app, catalog in updated().items():
            if app in (options.apps or apps()):
                write(app, catalog)
        compile_stale()
    problems = [f"{app}: {m}" for app in options.apps or apps() for m in faults(app)]
    print("\n".join([*problems, f"messages: {len(problems)} missing or wrong"]))
    return 1 if problems else 0


def apps() -> list[str]:
    """The portal's Django apps, the common one first."""
    found = sorted(p.parent.name for p in PORTAL.glob("*/apps.py"))
    return sorted(found, key=lambda a: (a != "web", a))


def used(app: str) -> dict[Key, tuple[str, ...] | str]:
    """Every message that the sources of an app, and of what it hosts, mark for translation."""
    rooms = [PORTAL / app, *(PORTAL / name for name, host in HOSTS.items() if host == app and name)]
    files = [p for room in rooms for p in sorted(room.rglob("*")) if p.suffix in (".py", ".html", ".txt")]
    if HOSTS[""] == app:
        files += sorted(PORTAL.glob("*.py"))
    out: dict[Key, tuple[str, ...] | str] = {}
    for path in files:
        for message, context in _marked(path):
            first = message[0] if isinstance(message, tuple) else message
            if first and not (isinstance(out.get((context, first)), tuple)):
                out[context, first] = message
    return out


def _marked(path: Path) -> Iterator[tuple[tuple[str, ...] | str, str]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = templatize(source, origin=str(path))
    found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for _line, message, _comments, context in found:
        yield message, context or ""


def read(app: str) -> Catalog:
    """An app's translations as they stand; empty when it has none yet."""
    path = PORTAL / app / PLACE
    if not path.is_file():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def updated() -> dict[str, Catalog]:
    """Every app's catalog with what its sources use today, translations kept."""
    before = {app: read(app) for app in apps()}
    messages = {app: used(app) for app in apps()}
    home: dict[Key, str] = {}
    for only_translated in (True, False):
        for app in apps():
            for key in messages[app]:
                known = before[app].get(key[1], context=key[0] or None)
                if key not in home and (not only_translated or (known is not None and _translated(known))):
                    home[key] = app
    out = {app: Catalog(locale=LOCALE) for app in apps()}
    for app, found in messages.items():
        for key, message in found.items():
            if home[key] == app:
                known = before[app].get(key[1], context=key[0] or None)
                said = known.string if known is not None and _translated(known) else None
                if isinstance(message, tuple) and isinstance(said, str):
                    said = (said,)
                out[app].add(
                    message,
                    string=said or ("" if isinstance(message, str) else ("",)),
                    context=key[0] or None,
                )
    return {app: catalog for app, catalog in out.items() if len(catalog)}


def write(app: str, catalog: Catalog) -> None:
    path = PORTAL / app / PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalog, sort_output=True, no_location=True, omit_header=True, width=0)
    head = (
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    _replace(path, head.encode() + buffer.getvalue().strip() + b"\n")


def compile_stale() -> int:
    """Compile every catalog that is newer than what was compiled from it; returns how many."""
    count = 0
    for path in sorted(PORTAL.glob(f"*/{PLACE}")):
        compiled = path.with_suffix(".mo")
        if compiled.is_file() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        buffer = io.BytesIO()
        write_mo(buffer, read(path.relative_to(PORTAL).parts[0]))
        _replace(compiled, buffer.getvalue())
        count += 1
    return count


def faults(app: str) -> list[str]:
    """What an app uses and nobody translated, and translations that do not fit their message."""
    everywhere: dict[Key, Message] = {}
    for each in apps():
        for message in _messages(read(each)):
            if _translated(message):
                everywhere[message.context or "", _first(message.id)] = message
    missing = [f"no translation: {msgid!r}" for c, msgid in used(app) if (c, msgid) not in everywhere]
    wrong = [
        f"other placeholders: {_first(m.id)!r}"
        for m in _messages(read(app))
        if _translated(m) and any(_holes(_first(m.id)) != _holes(s) for s in _several(m.string))
    ]
    return missing + wrong


def _messages(catalog: Catalog) -> Iterable[Message]:
    return (m for m in catalog if m.id)


def _first(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _several(message: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


def _translated(message: Message) -> bool:
    return all(_several(message.string)) and bool(message.string)


def _holes(text: str) -> list[str]:
    """The placeholders that are filled when the text is shown."""
    return sorted(re.findall(r"%\(\w+\)[\w.]*[a-z]|\{\w*\}", text))


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
