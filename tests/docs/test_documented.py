"""Whatever a user can meet is documented: names read from the code are looked for on a page."""

from __future__ import annotations

import ast
import re
import typing

from tests.docs.documents import PAGES, ROOT, cells, commands, page

from robotplus.certificates.certificate import VerdictName
from robotplus.certificates.constraints import CONSTRAINTS
from robotplus.checking.reasons import REASONS
from robotplus.scenarios.library import scenarios

SOURCES = sorted((ROOT / "src" / "robotplus").rglob("*.py"))


def test_every_scenario_and_each_of_its_numbers() -> None:
    listed = cells(page("docs/scenarios.md"))
    numbers = cells(page("docs/scenarios.md"))
    for scenario in scenarios():
        assert scenario.id in listed
        assert {n.name for n in (*scenario.numbers, *scenario.questions)} <= set(numbers)


def test_every_constraint_has_its_meaning_and_what_helps() -> None:
    meanings, helps = page("docs/refusals.md").split("## What to do about it")
    assert set(CONSTRAINTS) <= set(cells(meanings))
    assert set(CONSTRAINTS) <= set(cells(helps.split("## Witnesses")[0]))


def test_every_constraint_is_raised_somewhere() -> None:
    raising = [path for path in SOURCES if {"proving", "matching"} & set(path.parts)]
    text = "".join(path.read_text("utf-8") for path in raising)
    assert [name for name in CONSTRAINTS if f'"{name}"' not in text] == []


def test_every_reason_of_check_with_its_sentence() -> None:
    text = page("docs/check.md")
    for code, sentence in REASONS.items():
        assert f"| `{code}` | {sentence} |" in text


def test_every_verdict() -> None:
    assert set(typing.get_args(VerdictName)) <= set(cells(page("docs/verdicts.md")))


def test_every_witness_kind_the_checker_knows() -> None:
    checker = (ROOT / "src/robotplus/checking/refusal.py").read_text("utf-8")
    listed = set(cells(page("docs/refusals.md")))
    kinds = set(re.findall(r'"(\w+)": _\w+,', checker))
    assert {"rating", "reach"} <= kinds  # the expression finds what is there
    assert kinds <= listed


def test_every_environment_variable() -> None:
    named = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named |= _variables(node)
    assert {"ROBOTPLUS_STORE", "ROBOTPLUS_CC"} <= named  # the reader below finds what is there
    assert named <= set(cells(page("docs/settings.md")))


def _variables(node: ast.AST) -> set[str]:
    """Names read from the environment, or given to an option as its variable."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        given = [k.value for k in node.keywords if k.arg == "envvar"]
        if called in ("os.environ.get", "os.getenv", "environ.get", "getenv"):
            given += node.args[:1]
    elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("os.environ", "environ"):
        given = [node.slice]
    else:
        return set()
    return {str(g.value) for g in given if isinstance(g, ast.Constant)}


def test_every_claim_and_premise_of_a_certificate() -> None:
    text = page("docs/certificates.md")
    documented = {*cells(text)}
    certify = (ROOT / "src/robotplus/proving/certify.py").read_text("utf-8")
    claims = next(
        node.value
        for node in ast.walk(ast.parse(certify))
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "claims"
    )
    assert isinstance(claims, ast.Dict)
    names = {key.value for key in claims.keys if isinstance(key, ast.Constant)}
    assert len(names) > 10
    assert names <= documented
    premises = set(re.findall(r'names.add\("(\w+)"\)|deciding\["(\w+)"\]', _premises()))
    assert {a or b for a, b in premises} | {"acceleration", "joint_limits_reading"} <= documented


def _premises() -> str:
    return (ROOT / "src/robotplus/checking/premises.py").read_text("utf-8")


def test_every_make_target_is_documented_and_every_one_shown_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) - {"help"}
    described = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    assert targets <= described, "make help does not list it"
    listed = {name.removeprefix("make ") for name in cells(page("CONTRIBUTING.md"))}
    assert targets <= listed
    texts = [path.read_text("utf-8") for path in PAGES]
    shown = {line.split()[1] for text in texts for line in commands(text) if line.startswith("make ")}
    shown |= set(re.findall(r"`make ([a-z-]+)`", "".join(texts)))
    assert shown <= targets | {"help"}
