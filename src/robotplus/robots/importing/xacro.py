"""Xacro files expanded to plain URDF: properties, arguments, macros, blocks, conditions, includes.

The common part of the language (https://wiki.ros.org/xacro) is read; what is not, such as ``load_yaml``, is
refused in one line, and the file can be expanded with the xacro tool first. Expressions are evaluated by
:mod:`robotplus.robots.importing.expressions`, never by Python.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from robotplus.errors import RobotError
from robotplus.robots.importing.expressions import evaluate

MAX_CALLS = 60
MAX_ELEMENTS = 100_000
MAX_CHARACTERS = 10_000_000  # put in for expressions, over the whole expansion
MAX_TEXT = 100_000  # what one expression may stand for [characters]

_TOKEN = re.compile(r"\$(\$+[({])|\$\{([^{}]*)\}|\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_PARAMETER = re.compile(r"(\*{0,2}\w+)(?::?=(\^\|?)?('[^']*'|\"[^\"]*\"|\S*))?")


@dataclass(frozen=True)
class Reader:
    """Access to other files: ``find(package, where)`` is a folder, ``read(path)`` the root of an XML file."""

    find: Callable[[str, str], Path]
    read: Callable[[Path], Element]


@dataclass(frozen=True)
class _Macro:
    parameters: tuple[tuple[str, bool, str | None], ...]  # name with its stars, taken from outside, default
    body: Element


class _Scope:
    """Names visible at a place; each evaluated at its first use, as xacro does."""

    def __init__(self, parent: _Scope | None = None) -> None:
        self.parent = parent
        self.values: dict[str, Any] = {}
        self.blocks: dict[str, list[Element]] = {}

    def holder(self, name: str) -> _Scope | None:
        scope: _Scope | None = self
        while scope is not None and name not in scope.values:
            scope = scope.parent
        return scope

    def block(self, name: str) -> list[Element] | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.blocks:
                return scope.blocks[name]
            scope = scope.parent
        return None

    def root(self) -> _Scope:
        return self.parent.root() if self.parent else self


def is_xacro(root: Element) -> bool:
    """Whether an XML tree uses the xacro namespace."""
    return any(_local(element) for element in root.iter())


def expand(root: Element, path: Path, arguments: Mapping[str, str], *, reader: Reader) -> Element:
    """The plain tree that a xacro tree stands for; ``root`` is not changed.

    Args:
        root: XML tree of the file.
        path: the file, for ``$(dirname)``, relative includes and messages.
        arguments: values of the file's ``xacro:arg`` names.
        reader: access to other files.

    Raises:
        RobotError: unknown names, arguments or macros, a missing parameter, endless recursion, or a part of
            the language that is not read.
    """
    return _Expansion(arguments, reader).run(root, path)


class _Expansion:
    def __init__(self, arguments: Mapping[str, str], reader: Reader) -> None:
        self.arguments = dict(arguments)
        self.reader = reader
        self.macros: dict[str, _Macro] = {}
        self.path = Path()
        self.depth = self.count = self.characters = 0

    def run(self, root: Element, path: Path) -> Element:
        self.path = path
        out = Element(root.tag, {k: str(v) for k, v in root.attrib.items()})
        out.extend(list(self.children(root, _Scope())))
        return out

    def children(self, parent: Element, scope: _Scope) -> Iterator[Element]:
        for child in list(parent):
            yield from self.element(child, scope)

    def element(self, node: Element, scope: _Scope) -> Iterator[Element]:
        self.grow(elements=1)
        name = _local(node)
        if name is None:
            out = Element(node.tag, {key: self.text(value, scope) for key, value in node.attrib.items()})
            out.text = self.text(node.text, scope) if node.text and node.text.strip() else None
            out.extend(list(self.children(node, scope)))
            yield out
        elif name == "property":
            self.property(node, scope)
        elif name == "arg":
            self.arguments.setdefault(self.attribute(node, "name"), self.text(node.get("default", ""), scope))
        elif name == "macro":
            self.macros[self.attribute(node, "name").removeprefix("xacro:")] = _Macro(
                tuple(self.parameters(node.get("params", ""))), node
            )
        elif name in ("if", "unless"):
            if self.truth(self.attribute(node, "value"), scope) == (name == "if"):
                yield from self.children(node, scope)
        elif name == "include":
            yield from self.include(self.text(self.attribute(node, "filename"), scope), node, scope)
        elif name == "insert_block":
            block = scope.block(self.text(self.attribute(node, "name"), scope))
            if block is None:
                self.fail("unknown block", node.get("name"))
            else:
                for item in block:
                    self.grow(elements=sum(1 for _ in item.iter()))
                    yield copy.deepcopy(item)
        elif name == "call":
            yield from self.call(self.text(self.attribute(node, "macro"), scope), node, scope)
        elif name in ("element", "attribute"):
            self.fail(f"xacro:{name} is not read")
        else:
            yield from self.call(name, node, scope)

    def property(self, node: Element, scope: _Scope) -> None:
        name = self.attribute(node, "name")
        target = scope.root() if node.get("scope") == "global" else scope
        if node.get("scope") == "parent":
            target = scope.parent or scope
        value, default = node.get("value"), node.get("default")
        if value is None and default is not None:
            if scope.holder(name) is not None:
                return
            value = default
        if value is None:
            target.blocks[name] = list(self.children(node, scope))
        elif target is scope:
            target.values[name] = _Lazy(value)
        else:
            target.values[name] = self.value(value, scope)

    def include(self, filename: str, node: Element, scope: _Scope) -> Iterator[Element]:
        if node.get("ns") is not None:
            self.fail("includes with a namespace are not read", node.get("ns"))
        self.enter()
        here, self.path = self.path, self.path.parent / filename
        yield from self.children(self.reader.read(self.path), scope)
        self.path = here
        self.depth -= 1

    def call(self, name: str, node: Element, outside: _Scope) -> Iterator[Element]:
        macro = self.macros.get(name)
        if macro is None:
            self.fail("unknown macro", name, allowed=", ".join(sorted(self.macros)[:12]) or "none is defined")
            return
        self.enter()
        inside = _Scope(outside)
        given = dict(node.attrib)
        blocks = iter(list(self.children(node, outside)))
        for parameter, from_outside, default in macro.parameters:
            bare = parameter.lstrip("*")
            if parameter.startswith("*"):
                block = next(blocks, None)
                if block is None:
                    self.fail(f"macro {name} needs the block {bare}")
                    return
                inside.blocks[bare] = list(block) if parameter.startswith("**") else [block]
            elif bare in given:
                inside.values[bare] = self.value(given.pop(bare), outside)
            elif from_outside and outside.holder(bare) is not None:
                inside.values[bare] = self.lookup(outside)(bare)
            elif default is not None:
                inside.values[bare] = self.value(default, inside)
            else:
                self.fail(f"macro {name} needs the parameter {bare}")
        if given:
            self.fail(f"macro {name} has no parameter {next(iter(given))}")
        yield from self.children(macro.body, inside)
        self.depth -= 1

    def parameters(self, text: str) -> Iterator[tuple[str, bool, str | None]]:
        for match in _PARAMETER.finditer(text):
            name, outside, default = match.groups()
            has_default = default is not None and not (outside == "^" and not default)
            yield (
                name,
                outside is not None,
                default.strip("'\"") if has_default and default is not None else None,
            )

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_CALLS:
            self.fail("macros or includes call each other without end")

    def truth(self, text: str, scope: _Scope) -> bool:
        value = self.value(text, scope)
        if isinstance(value, str):
            if value.lower() not in ("true", "false"):
                self.fail("a condition must be true, false or a number", value)
            return value.lower() == "true"
        return bool(value)

    def text(self, text: str | None, scope: _Scope) -> str:
        value = self.value(text or "", scope, convert=False)
        return repr(value) if isinstance(value, float) else str(value)

    def value(self, text: str, scope: _Scope, *, convert: bool = True) -> Any:
        """What a text stands for: a value of its own type when it is one single ``${…}``, else a text."""
        whole = _TOKEN.fullmatch(text.strip())
        if whole and whole[2] is not None:
            found = evaluate(whole[2], self.lookup(scope), self.where())
            if isinstance(found, str | list):
                self.grow(characters=len(str(found)))
            return found
        out = _TOKEN.sub(lambda match: self.put(self.token(match, scope)), text)
        return _typed(out) if convert else out

    def put(self, text: str) -> str:
        self.grow(characters=len(text))
        return text

    def grow(self, *, elements: int = 0, characters: int = 0) -> None:
        self.count += elements
        self.characters += characters
        if self.count > MAX_ELEMENTS or self.characters > MAX_CHARACTERS or characters > MAX_TEXT:
            self.fail("the expansion grows without end")

    def token(self, match: re.Match[str], scope: _Scope) -> str:
        escaped, expression, command = match.groups()
        if escaped is not None:
            return escaped
        if expression is not None:
            return self.text(match[0], scope)
        word, _, rest = command.strip().partition(" ")
        rest = self.text(rest.strip(), scope)
        if word == "arg":
            if rest not in self.arguments:
                self.fail("the argument is not given and has no default", rest)
            return self.arguments[rest]
        if word == "find":
            return str(self.reader.find(rest, self.where()))
        if word == "dirname":
            return str(self.path.parent)
        if word == "eval":
            return self.text("${" + rest + "}", scope)
        return self.fail(f"$({word} …) is not read", command, allowed="arg, find, dirname, eval")

    def lookup(self, scope: _Scope) -> Callable[[str], Any]:
        def get(name: str) -> Any:
            holder = scope.holder(name)
            if holder is None:
                raise KeyError(name)
            value = holder.values[name]
            if isinstance(value, _Lazy):
                # A name means nothing while it is being evaluated: circles end as unknown names.
                del holder.values[name]
                holder.values[name] = self.value(value.text, holder)
            return holder.values[name]

        return get

    def attribute(self, node: Element, name: str) -> str:
        value = node.get(name)
        if value is None:
            return self.fail(f"xacro:{_local(node)} needs the attribute {name}")
        return value

    def where(self) -> str:
        return self.path.name

    def fail(self, message: str, value: object = None, *, allowed: str | None = None) -> str:
        fix = "expand the file with the xacro tool first" if "not read" in message else None
        raise RobotError(message, self.where(), value=value, allowed=allowed, fix=fix)


@dataclass(frozen=True)
class _Lazy:
    """A property before its first use."""

    text: str


def _local(node: Element) -> str | None:
    """Name of a xacro element without its namespace; None for other elements."""
    space, _, name = node.tag.rpartition("}")
    return name if space.rstrip("/").endswith("/xacro") else None


def _typed(text: str) -> Any:
    """A text as int, float or bool where it reads as one."""
    stripped = text.strip()
    for kind in (int, float):
        try:
            number = kind(stripped)
            finite = math.isfinite(number)
        except (ValueError, OverflowError):
            continue
        return number if finite and "_" not in stripped else text
    return {"true": True, "false": False}.get(stripped.lower(), text)
