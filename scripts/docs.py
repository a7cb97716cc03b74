"""Write the generated parts of the documents: ``python scripts/docs.py``, or ``--check`` to compare only.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; the rest of a page is
written by hand. Tables of figures come from build/bench.json, build/validate.json and
build/acceptance.json and stay as they are when those are missing. What commands print is made anew with
``--outputs`` only.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "README.zh.md"])
PART = re.compile(r"(<!-- generated: ([a-z_-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def render(page: str) -> str:
    """The page with every generated part made anew."""

    def part(found: re.Match[str]) -> str:
        text = PARTS[found[2]]()
        return found[0] if text is None else f"{found[1]}{text.strip()}\n{found[4]}"

    return PART.sub(part, page)


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; bars in cells are escaped."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def constraints() -> str:
    """Every constraint a robot can be refused for."""
    from robotplus.certificates.constraints import CONSTRAINTS

    rows = [[f"`{name}`", c.unit, c.en, c.zh] for name, c in CONSTRAINTS.items()]
    return table(["constraint", "unit", "meaning", "含义"], rows)


def sources() -> str:
    """Repositories that robot models were read from, with their licence and the number of models."""
    from robotplus.robots.catalogue import load_catalogue

    counts: Counter[tuple[str, str]] = Counter()
    for robot in load_catalogue().values():
        found = re.match(r"(\S+) .*?\((.*)\)\.?$", robot.geometry_source)
        if found is None:
            raise ValueError(f"{robot.id}: a geometry source without licence: {robot.geometry_source}")
        counts[found[1], licence(found[2])] += 1
    rows = [[repository, named, str(n)] for (repository, named), n in sorted(counts.items())]
    return table(["repository", "licence", "models"], rows)


def licence(stated: str) -> str:
    """One spelling a licence; what is said about meshes is kept, as no mesh was used."""
    stated = re.sub(r" \(package\.xml\)$", "", stated)
    stated = re.sub(r"^Apache[ -]?(License )?2(\.0)?$", "Apache-2.0", stated)
    parts = list(dict.fromkeys(part.strip() for part in stated.split(",")))
    return ", ".join(parts)


def numbers() -> str:
    """The numbers of every scenario with their defaults, ranges and where they come from."""
    from robotplus.scenarios.library import scenarios

    return "\n\n".join(entry("number", s, s.numbers) for s in scenarios() if s.family)


def questions() -> str:
    """The scenarios without a task family, by field: in one table, then each with what it will ask."""
    from robotplus.scenarios.library import scenarios

    waiting = [s for s in scenarios() if not s.family]
    rows = [
        [f"`{s.id}`", f"{s.name_zh} {s.name_en}", s.field.replace("_", " "), s.plan_name] for s in waiting
    ]
    out = [table(["id", "scenario", "field", "the plan's word"], rows)]
    return "\n\n".join(out + [entry("question", s, s.questions) for s in waiting])


def entry(head: str, scenario: Any, figures: Any) -> str:
    """A scenario's section: what it is, its numbers or questions, its notes."""
    heads = [head, "meaning", "含义", "default", "range", "unit", "source"]
    rows = [
        [
            f"`{n.name}`",
            n.label_en,
            n.label_zh,
            "–" if n.default is None else f"{n.default:g}",
            f"{n.low:g} – {n.high:g}{', whole' if n.whole else ''}",
            n.unit,
            n.source,
        ]
        for n in figures
    ]
    notes = "\n".join(f"- {note}" for note in scenario.notes)
    title = f"### {scenario.name_zh} {scenario.name_en}: `{scenario.id}`"
    return "\n\n".join([title, scenario.about_en, table(heads, rows), notes])


def modules() -> str:
    """The solver's modules with the first sentence of each."""
    rows = []
    for path in sorted((ROOT / "src/robotplus/proving").glob("[a-z]*.py")):
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
        rows.append([f"`{path.name}`", " ".join(first.split())])
    return table(["module", "what it holds"], rows)


def figures(name: str) -> Callable[[], str | None]:
    """The table of build/NAME.json, or None when it was not measured here."""

    def text() -> str | None:
        path = ROOT / "build" / f"{name}.json"
        if not path.exists():
            return None
        rows = json.loads(path.read_text(encoding="utf-8"))
        met = {True: "yes", False: "**no**", None: ""}
        cells = [[r["name"], figure(r["value"]), r["unit"], r["bar"], met[r["pass"]]] for r in rows]
        return table(["what", "value", "unit", "bar", "met"], cells)

    return text


def figure(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)


def commands() -> str:
    """Every command with its arguments and options, from the command line's own definitions."""
    import typer.main

    from robotplus.cli.main import app

    return "\n\n".join(sections(typer.main.get_command(app), "robotplus"))


def sections(command: Any, path: str) -> list[str]:
    """A command's section, then those of the commands below it."""
    below = getattr(command, "commands", {})
    out = []
    if command.params and (not below or command.callback is not None):
        out.append(section(command, path))
    for name in below:
        if not below[name].hidden:
            out += sections(below[name], f"{path} {name}")
    return out


def section(command: Any, path: str) -> str:
    shown = [p for p in command.params if not getattr(p, "hidden", False)]
    arguments = [p for p in shown if p.param_type_name == "argument"]
    usage = " ".join([path, "[OPTIONS]", *(spelled(p) for p in arguments)])
    text = [f"## {path}", plain(command.help), f"    {usage}"]
    rows = [[spelled(p), plain(getattr(p, "help", None)), default(p)] for p in shown if p.name != "help"]
    text.append(table(["argument or option", "meaning", "default"], rows))
    if command.epilog:
        text.append(plain(command.epilog))
    return "\n\n".join(t for t in text if t)


def spelled(param: Any) -> str:
    """An argument as NAME or [NAME], an option by its spellings and what it takes."""
    if param.param_type_name == "argument":
        name = param.metavar or param.name.upper()
        return name if param.required else f"[{name}]"
    takes = "" if param.is_flag else f" {param.metavar or param.name.upper()}"
    return ", ".join(f"`{o}{takes}`" for o in [*param.opts, *param.secondary_opts])


def default(param: Any) -> str:
    if param.required:
        return "required"
    value = param.default
    if callable(value) or value in (None, False, True, ()) or param.param_type_name == "argument":
        return ""
    return f"`{getattr(value, 'value', value)}`"


def plain(text: str | None) -> str:
    """Help text as Markdown: angle brackets would be tags there."""
    return (text or "").replace("\b", "").replace("<", "\\<").strip()


def output(line: str, *, ranks: int = 6, last: int = 0) -> Callable[[], str | None]:
    """A command and what it prints: the ranking cut short, or only the ``last`` lines."""

    def text() -> str | None:
        if "outputs" not in WANTED:
            return None
        words = shlex.split(line)
        words[0] = str(Path(sys.executable).with_name(words[0]))
        run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
        shown: list[str] = []
        for row in ["…"] * bool(last) + run.stdout.splitlines()[-last:]:
            rank = re.match(r" *(\d+)  ", row)
            if rank is None or int(rank[1]) <= ranks:
                shown.append(row.rstrip())
            elif int(rank[1]) == ranks + 1:
                shown.append("   …")
        return "\n".join(["```", f"$ {line}", *shown, "```"])

    return text


NEED = "examples/needs/arc_welding.toml"
WANTED: set[str] = set()  # "outputs" when commands are to be run

PARTS: dict[str, Callable[[], str | None]] = {
    "acceptance": figures("acceptance"),
    "answer": output(f"robotplus answer {NEED} -o build/welding"),
    "answer-zh": output(f"robotplus answer {NEED} -o build/welding --lang zh"),
    "bench": figures("bench"),
    "check": output(f"robotplus check cert.json --need {NEED}", last=1),
    "check-zh": output(f"robotplus check cert.json --need {NEED} --lang zh", last=1),
    "commands": commands,
    "constraints": constraints,
    "modules": modules,
    "numbers": numbers,
    "questions": questions,
    "prove": output(f"robotplus prove {NEED} --robot fanuc_m20_25_18d -o cert.json"),
    "prove-zh": output(f"robotplus prove {NEED} --robot fanuc_m20_25_18d -o cert.json --lang zh"),
    "sources": sources,
    "validate": figures("validate"),
}


def main() -> None:
    """Write, or with ``--check`` name the pages that are out of date and exit 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--outputs", action="store_true", help="run the commands whose output is shown")
    args = parser.parse_args()
    WANTED.update({"outputs"} if args.outputs else ())
    stale = []
    for path in PAGES:
        before = path.read_text(encoding="utf-8")
        after = render(before)
        if after != before:
            stale.append(str(path.relative_to(ROOT)))
            if not args.check:
                path.write_text(after, encoding="utf-8")
    if stale:
        print(f"{'out of date' if args.check else 'written'}: {', '.join(stale)}")
    sys.exit(bool(args.check and stale))


if __name__ == "__main__":
    main()
