"""The documents as the tests read them: pages, their links, headings and code blocks."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """The text of a page, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[tuple[str, str]]:
    """(language, content) of every fenced code block."""
    return [(found[1], found[2]) for found in _BLOCK.finditer(text)]


def prose(text: str) -> str:
    """The text without code blocks."""
    return _BLOCK.sub("", text)


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)


def anchor(heading: str) -> str:
    """A heading's anchor as GitHub makes it: small letters, hyphens for spaces, no other signs."""
    bare = re.sub(r"[`*\[\]]", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")


def links(text: str) -> list[str]:
    """Targets of links and pictures."""
    return re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", prose(text)) + re.findall(r'src="([^"]+)"', prose(text))


def cells(text: str, column: int = 0) -> list[str]:
    """What stands in backticks in one column of every table of a page."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    return [name for row in rows if len(row) > column for name in re.findall(r"`([^`]+)`", row[column])]


def commands(text: str) -> list[str]:
    """Every command line shown in a code block: continued lines joined, prompts and comments dropped."""
    joined = "".join(content.replace("\\\n", " ") for _, content in blocks(text))
    lines = [re.sub(r"^\$ ", "", line).split(" #")[0].strip() for line in joined.splitlines()]
    return [line for line in lines if line.split(" ")[0] in ("robotplus", "make")]
