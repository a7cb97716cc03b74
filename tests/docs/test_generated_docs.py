"""Generated parts are what the generator writes today, and every command line shown can be parsed."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
from scripts import docs
from tests.docs.documents import PAGES, ROOT, blocks, cells, commands, headings, page

from robotplus.cli.main import app
from robotplus.robots.catalogue import load_catalogue
from robotplus.scenarios.files import need_from_document


def visible(command: Any, path: str = "robotplus") -> dict[str, Any]:
    """Every command that runs something, by the words that call it."""
    below = getattr(command, "commands", {})
    out = {} if below and not command.callback else {path: command}
    for name, inner in below.items():
        if not inner.hidden:
            out |= visible(inner, f"{path} {name}")
    return out


COMMANDS = visible(typer.main.get_command(app))


@pytest.mark.parametrize("path", docs.PAGES, ids=lambda p: p.name)
def test_generated_parts_are_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for measured in ("acceptance", "bench", "validate"):  # they differ from run to run
        monkeypatch.setitem(docs.PARTS, measured, lambda: None)
    text = path.read_text("utf-8")
    assert docs.render(text) == text, "run `make docs`"


def test_every_part_is_used_and_known() -> None:
    used = {found[2] for path in docs.PAGES for found in docs.PART.finditer(path.read_text("utf-8"))}
    assert used == set(docs.PARTS)


def test_every_command_and_option_is_in_the_reference() -> None:
    text = page("docs/cli.md")
    spelled = {cell.split()[0] for cell in cells(text)}
    for words, command in COMMANDS.items():
        assert words in headings(text)
        for param in command.params:
            if param.param_type_name == "option":
                assert set(param.opts) <= spelled, words


def test_every_command_explains_itself_with_an_example() -> None:
    for words, command in COMMANDS.items():
        text = f"{command.help}\n{command.epilog}"
        if words != "robotplus":
            assert f"{words} " in text or f"{words}\n" in text, f"{words} --help shows no example"
        for param in command.params:
            assert getattr(param, "help", None), f"{words}: {param.name} is not explained"


def test_every_command_line_shown_can_be_parsed() -> None:
    texts = [path.read_text("utf-8") for path in PAGES]
    shown = [line for text in texts for line in commands(text) if line.startswith("robotplus")]
    assert len(shown) >= 8
    for line in shown:
        parse(line)


@pytest.mark.parametrize("line", ["robotplus answr x.toml", "robotplus answer x.toml --no-such-option"])
def test_a_wrong_command_line_would_be_noticed(line: str) -> None:
    with pytest.raises(Exception, match=r"(?i)no such"):
        parse(line)


def parse(line: str) -> None:
    """Parse a command line as far as names of commands, options and the number of arguments go."""
    words = shlex.split(line)[1:]
    command, context = typer.main.get_command(app), None
    while True:
        context = command.make_context("robotplus", [], parent=context, resilient_parsing=True)
        below = getattr(command, "commands", {})
        if not below or not words or words[0].startswith("-"):
            break
        if words[0] not in below:
            if command.callback is not None and len(command.params) > 1:
                break
            raise LookupError(f"no such command: {line}")
        command = below[words.pop(0)]
    context.resilient_parsing = False
    _, left, _ = command.make_parser(context).parse_args(words)
    assert not left or not getattr(command, "commands", {}), line


def test_readmes_show_the_same_commands() -> None:
    english, chinese = (page(name).replace(" --lang zh", "") for name in ("README.md", "README.zh.md"))
    assert commands(english) == commands(chinese)
    assert len(headings(page("README.md"))) == len(headings(page("README.zh.md")))


def test_robots_shown_are_in_the_catalogue() -> None:
    texts = [path.read_text("utf-8") for path in PAGES]
    texts += [f"{command.help}\n{command.epilog}" for command in COMMANDS.values()]
    named = {
        found[1] for text in texts for found in re.finditer(r"(?:--robot|robots show|cert-)[ ]?(\w+)", text)
    }
    shown = {name for name in named if "_" in name}
    assert len(shown) >= 1
    assert shown <= set(load_catalogue())


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "docs/robots.md"])
def test_the_size_of_the_catalogue_is_told_right(name: str) -> None:
    catalogue = load_catalogue()
    makers = {robot.maker for robot in catalogue.values()}
    pattern = r"(\d+) (?:real robot arms|arms) of (\d+) makers|(\d+) 家厂商的 (\d+) 款"
    told = re.search(pattern, page(name).replace("\n", " "))
    assert told
    assert {int(n) for n in told.groups() if n} == {len(catalogue), len(makers)}


def test_needs_shown_can_be_read() -> None:
    pages = [
        p for p in PAGES if p.name != "kinds.md"
    ]  # its blocks are kinds: tests/portal/test_kinds_by_file.py
    shown = [(p, text) for p in pages for kind, text in blocks(p.read_text("utf-8")) if kind == "toml"]
    assert shown
    for path, text in shown:
        assert need_from_document(tomllib.loads(text), path.name).sha256


def test_the_version_is_that_of_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert version in headings(page("CHANGELOG.md"))[1]
