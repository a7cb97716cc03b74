"""What `answer`, `prove` and `check` do when the need asks for a plan of movements instead of an arm's motion."""

from __future__ import annotations

from pathlib import Path

import typer

from robotplus.reporting.strings import Language

OWNED = ("answer.json", "report.html", "plan-*.json")


def asks_for_plan(need: Path) -> bool:
    """Whether a need file is of this kind; what is wrong with a file is for its reader to say."""
    from robotplus.errors import NeedError
    from robotplus.scenarios.files import MAX_NEED_BYTES, PLANS, parse
    from robotplus.scenarios.reading import read_text

    try:
        text = read_text(need, limit=MAX_NEED_BYTES)
        # parsed only where the word occurs: needs of arms are parsed once, by their own reader
        return any(name in text for name in PLANS) and not parse(text, need).keys().isdisjoint(PLANS)
    except NeedError:
        return False


def is_plan(text: str) -> bool:
    """Whether a certificate's text is of this kind."""
    import json as parser

    from robotplus.certificates import plan, route

    if plan.FORMAT not in text and route.FORMAT not in text:
        return False  # an arm's certificate, which may be long, is parsed once, by its own reader
    try:
        document = parser.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("format") in (plan.FORMAT, route.FORMAT)


def answer_plans(need: Path, output: Path | None, *, json: bool, language: Language) -> None:
    """`robotplus answer` for such a need."""
    from robotplus.cli.output import bar, console, json_text, print_json, ready_for_folder, staged
    from robotplus.matching.planning import answer_plan
    from robotplus.reporting.plans import plan_report, print_plans
    from robotplus.robots.machine import machines
    from robotplus.scenarios.plans import read_plan_need

    task = read_plan_need(need)
    if output is not None:
        ready_for_folder(output)
    with bar(quiet=json) as show:
        result = answer_plan(
            task, machines(), progress=lambda done, of, found: show(f"planning, {found} found", done, of)
        )
    if output is not None:
        with staged(output, owned=OWNED) as room:
            (room / "answer.json").write_text(json_text(result.to_document()), encoding="utf-8")
            (room / "report.html").write_text(plan_report(result, language=language), encoding="utf-8")
            for s in result.solutions:
                text = json_text(s.certificate.to_document())
                (room / f"plan-{s.machine.id}.json").write_text(text, encoding="utf-8")
    if json:
        print_json(result.to_document())
    else:
        print_plans(result, console(), folder=output, language="en" if language == "both" else language)


def prove_plan(need: Path, machine: str, output: Path | None, *, json: bool, language: Language) -> None:
    """`robotplus prove` for such a need; exit code 1 for a no."""
    from robotplus.certificates.certificate import Refusal
    from robotplus.cli.machines import find
    from robotplus.cli.output import console, json_text, print_json, ready_for_file, write_file
    from robotplus.cli.prove import refuse_unless_held, say_no
    from robotplus.matching.planning import check_any, prove_any
    from robotplus.reporting.plans import print_plan
    from robotplus.reporting.terminal import print_verdict
    from robotplus.robots.machine import machines
    from robotplus.scenarios.plans import read_plan_need

    task, model = read_plan_need(need), find(machines(), machine, "robotplus machines lists them")
    if output is not None:
        ready_for_file(output)
    result = prove_any(task, model)
    if isinstance(result, Refusal):
        say_no(f"{model.maker} {model.model}", result, json=json, language=language)
    verdict = check_any(result, machines(), need=task)
    refuse_unless_held(verdict)
    document = result.to_document()
    if output is not None:
        write_file(output, json_text(document))
    if json:
        print_json(document)
        return
    print_plan(result, console(), language=language)
    print_verdict(verdict, console(), language=language)


def check_plan_file(
    certificate: Path, text: str, need: Path | None, *, json: bool, language: Language
) -> None:
    """`robotplus check` for such a certificate; exit code 1 when it does not hold, 2 when it cannot be checked."""
    from robotplus.cli.output import console, print_json
    from robotplus.matching.planning import check_any, read_any
    from robotplus.reporting.plans import print_plan
    from robotplus.reporting.terminal import print_verdict
    from robotplus.robots.machine import machines
    from robotplus.scenarios.plans import read_plan_need

    claimed = read_any(text, certificate.name)
    verdict = check_any(claimed, machines(), need=None if need is None else read_plan_need(need))
    if json:
        print_json(
            {
                "format": "robotplus.verdict/1",
                "certificate": str(certificate),
                "machine": claimed.machine_id,
                "verdict": claimed.verdict,
                "holds": verdict.holds,
                "status": verdict.status,
                "reasons": [{"code": code, "sentence": sentence} for code, sentence in verdict.reasons],
                "measured": verdict.measured,
                "currency": verdict.currency,
            }
        )
    else:
        print_plan(claimed, console(), language=language)
        print_verdict(verdict, console(), language=language)
    if verdict.status == "cannot_check":
        raise typer.Exit(2)
    if not verdict.holds:
        raise typer.Exit(1)
