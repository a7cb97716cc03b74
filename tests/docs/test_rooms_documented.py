"""The pages about the code name every part of it: the trusted base, the rooms, the kernels."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

from tests.docs.documents import ROOT, cells, page

SOURCE = ROOT / "src"


@functools.cache
def modules() -> dict[str, Path]:
    found = {}
    for path in (SOURCE / "robotplus").rglob("*.py"):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def reached(room: str) -> set[str]:
    """A room's modules and all modules that they import, at any distance."""
    todo = [name for name in modules() if name == room or name.startswith(f"{room}.")]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += _imports(name)
    return seen


def _imports(name: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(modules()[name].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name for name in found if name in modules()]


def trusted() -> set[str]:
    """The modules in the tables of docs/trusted-base.md; ``.name`` is in the package of the name before."""
    out: set[str] = set()
    package = ""
    for name in cells(page("docs/trusted-base.md")):
        if name.startswith("robotplus"):
            package = name if name in ("robotplus.robots.importing",) else name.rpartition(".")[0]
            out.add(name)
        elif name.startswith("."):
            out.add(package + name)
    return out


def test_solver_and_checker_share_only_what_the_trusted_base_lists() -> None:
    shared = reached("robotplus.proving") & reached("robotplus.checking")
    assert "robotplus.certificates.motion" in shared
    assert shared - trusted() == set()


def test_the_trusted_base_is_all_of_its_rooms() -> None:
    rooms = ("robotplus.robots.", "robotplus.scenarios.", "robotplus.certificates.")
    listed = trusted()
    assert listed <= set(modules()), f"no such module: {sorted(listed - set(modules()))}"
    assert {name for name in modules() if name.startswith(rooms)} - listed == set()


def test_every_room_stands_in_the_architecture() -> None:
    rooms = {f"robotplus.{path.parent.name}" for path in (SOURCE / "robotplus").glob("*/__init__.py")}
    assert rooms <= set(cells(page("docs/architecture.md")))


def test_the_layers_that_are_linted_are_those_that_are_documented() -> None:
    layers = re.findall(r'"(robotplus\.[a-z. |]+)",', page("pyproject.toml").split("layers = [")[1])
    linted = {name for layer in layers for name in layer.split(" | ")}
    assert linted == {name for name in cells(page("docs/architecture.md")) if name.startswith("robotplus.")}


def test_every_kernel_file_is_described() -> None:
    folder = SOURCE / "robotplus" / "proving" / "kernels"
    files = {path.name for path in folder.iterdir() if path.suffix in (".c", ".h")}
    assert files <= set(cells(page("docs/kernels.md")))


def test_no_module_is_two_ideas() -> None:
    lines = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules().items()}
    assert {name: n for name, n in lines.items() if n > 400} == {}
