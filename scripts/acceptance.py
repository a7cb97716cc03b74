"""Measures the portal against its bars: ``python scripts/acceptance.py [SECTION …]``; writes build/acceptance.json.

Rows are printed and written as they come: a run that is stopped keeps what it measured. With sections named, their
rows replace those of an earlier run and the others stay. Ctrl-C ends what was started.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.place import place  # noqa: E402 - found from the repository's root
from benchmarks.portal.databases import NAMES, Databases  # noqa: E402
from benchmarks.rows import Row, from_document, spelled, write  # noqa: E402

Section = Callable[[argparse.Namespace, str, Databases], Iterator[Row]]
TESTS = "tests/portal/test_"


class Book:
    """The rows by section, in the order of the sections; the file always holds all there are so far."""

    def __init__(self, path: Path, *, keep: bool) -> None:
        self._path = path
        there = json.loads(path.read_text(encoding="utf-8")) if keep and path.exists() else []
        self._rows: dict[str, list[Row]] = {name: [] for name in ["place", *SECTIONS]}
        for row in there:
            self._rows.setdefault(row.get("section", ""), []).append(from_document(row))

    def begin(self, section: str, database: str) -> None:
        """Forget what an earlier run measured of it."""
        said = f"({NAMES[database]})" if database else ""
        self._rows[section] = [r for r in self._rows[section] if said and said not in r.name]

    def add(self, section: str, row: Row) -> None:
        self._rows[section].append(row)
        met = {True: "met    ", False: "NOT MET", None: "       "}[row.passed]
        asked = f"  (asked: {row.bar})" if row.bar else ""
        print(f"{met} {row.name}: {spelled(row.value)} {row.unit}".rstrip() + asked, flush=True)
        documents = [
            {"section": name, **one.to_document()} for name, rows in self._rows.items() for one in rows
        ]
        write(documents, self._path)

    def missed(self) -> list[str]:
        return [row.name for rows in self._rows.values() for row in rows if row.passed is False]

    def met(self) -> int:
        return sum(row.passed is True for rows in self._rows.values() for row in rows)


def serve(_: argparse.Namespace, vendor: str, databases: Databases) -> Iterator[Row]:
    from benchmarks.portal import starting

    yield from starting.serve(vendor, databases)


def clone(_: argparse.Namespace, __: str, ___: Databases) -> Iterator[Row]:
    from benchmarks.portal import starting

    yield from starting.make_serve()


def journeys(_: argparse.Namespace, vendor: str, databases: Databases) -> Iterator[Row]:
    from benchmarks.portal import suites

    yield from suites.journeys(NAMES[vendor], databases.server(vendor))


def search(args: argparse.Namespace, vendor: str, databases: Databases) -> Iterator[Row]:
    from benchmarks.portal import searching

    yield from searching.rows(
        vendor,
        databases,
        offers=args.offers,
        needs=args.needs,
        rate=args.rate,
        seconds=args.seconds,
        filled=args.filled if vendor == "sqlite" else None,
    )


def quality(_: argparse.Namespace, vendor: str, databases: Databases) -> Iterator[Row]:
    from benchmarks.portal import suites

    yield from suites.quality(NAMES[vendor], databases.server(vendor))


def kill(args: argparse.Namespace, vendor: str, databases: Databases) -> Iterator[Row]:
    from benchmarks.portal import killing

    yield from killing.rows(NAMES[vendor], databases.server(vendor), kills=args.kills)


def uploads(args: argparse.Namespace, vendor: str, databases: Databases) -> Iterator[Row]:
    from benchmarks.portal import uploads

    yield from uploads.rows(vendor, databases, size=args.upload_mb * 2**20)


def pages(_: argparse.Namespace, __: str, databases: Databases) -> Iterator[Row]:
    from benchmarks.portal import pages

    yield from pages.rows(databases)


def tests(title: str, file: str, **environment: str) -> Section:
    """A section that is one file of the tests."""

    def section(_: argparse.Namespace, vendor: str, databases: Databases) -> Iterator[Row]:
        from benchmarks.portal import suites

        found = suites.run(f"{TESTS}{file}.py", environment={**environment, **databases.server(vendor)})
        yield from suites.held(f"{title} ({NAMES[vendor]})", found)

    return section


EACH = tuple(NAMES)
ALONE = ("",)
SECTIONS: dict[str, tuple[Section, tuple[str, ...]]] = {
    "serve": (serve, EACH),
    "pages": (pages, ALONE),
    "search": (search, EACH),
    "journeys": (journeys, EACH),
    "quality": (quality, EACH),
    "kinds": (tests("a kind by a file alone", "kinds_by_file"), EACH),
    "hostile": (tests("hostile files", "documents_hostile"), EACH),
    "uploads": (uploads, EACH),
    "permissions": (tests("permissions, every URL and operation", "permissions_matrix"), EACH),
    "queries": (tests("queries of the search's pages are bounded", "search_pages"), EACH),
    "fuzz": (tests("schemathesis on the API", "api_fuzz", ROBOTPLUS_FUZZ_EXAMPLES="50"), EACH),
    "kill": (kill, EACH),
    "clone": (clone, ALONE),
}


def measure(args: argparse.Namespace, book: Book) -> None:
    """The sections asked for, one after the other; what breaks off is a row that is not met."""
    wanted = [name for name in args.sections or SECTIONS if name not in args.skip]
    book.begin("place", "")
    for row in place():
        book.add("place", row)
    with Databases() as databases:
        for number, name in enumerate(wanted, start=1):
            section, over = SECTIONS[name]
            for vendor in over:
                if vendor and args.database not in ("", vendor):
                    continue
                begun = time.monotonic()
                print(
                    f"[{number} of {len(wanted)}] {name} {NAMES.get(vendor, '')}".rstrip() + " …", flush=True
                )
                book.begin(name, vendor)
                try:
                    for row in section(args, vendor, databases):
                        book.add(name, row)
                except Exception as e:
                    said = f" ({NAMES[vendor]})" if vendor else ""
                    book.add(name, Row(f"{name}{said}", f"broke off: {e}"[:300], "ends", "", False))
                print(f"        {time.monotonic() - begun:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--skip", action="append", default=[], choices=SECTIONS, help="may be given again")
    parser.add_argument("--database", default="", choices=["", *EACH], help="only on this one")
    parser.add_argument("--kills", type=int, default=50, help="of web and worker together (default 50)")
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--needs", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second (default 20)")
    parser.add_argument("--seconds", type=float, default=45.0, help="of each load of the search (default 45)")
    parser.add_argument(
        "--filled", type=Path, help="a portal's folder that load_many filled: SQLite is not loaded"
    )
    parser.add_argument(
        "--upload-mb", type=int, default=1024, help="of the file that is too long (default 1024)"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "acceptance.json")
    args = parser.parse_args()
    if unknown := set(args.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    signal.signal(signal.SIGTERM, _stop)
    book = Book(args.out, keep=bool(args.sections))
    begun = time.monotonic()
    try:
        measure(args, book)
    except KeyboardInterrupt:
        print(f"stopped; what was measured is in {args.out}", file=sys.stderr)
        return 130
    missed = book.missed()
    print(f"{book.met()} bars met, {len(missed)} not; {time.monotonic() - begun:.0f} s; rows in {args.out}")
    print("\n".join(f"  not met: {name}" for name in missed))
    return int(bool(missed))


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
