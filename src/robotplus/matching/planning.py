"""`answer_plan`: a need for a plan of movements, every machine of the kinds it names -> a ranked PlanAnswer."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from robotplus import __version__
from robotplus.certificates.certificate import Refusal, Verdict
from robotplus.certificates.plan import PlanCertificate, read_plan
from robotplus.certificates.route import FORMAT as ROUTE
from robotplus.certificates.route import RouteCertificate, read_route
from robotplus.checking.coverage import check_plan
from robotplus.checking.machine_refusal import check_impossible
from robotplus.checking.route import check_route
from robotplus.hashing import canonical
from robotplus.matching.workers import Crew, Failed, cores
from robotplus.proving.coverage import prove_coverage
from robotplus.proving.routes import prove_route
from robotplus.robots.machine import Collection, Machine
from robotplus.scenarios.plans import AnyPlan, PlanNeed, RouteNeed

VERDICTS = ("proven", "proven_if_confirmed", "impossible", "not_found", "unknown")
AnyCertificate = PlanCertificate | RouteCertificate


@dataclass(frozen=True)
class PlanSolution:
    """A machine with its checked plan."""

    machine: Machine
    certificate: AnyCertificate
    checked: Verdict


@dataclass(frozen=True)
class PlanAnswer:
    """The whole answer, best first; ``counts`` by verdict over the machines of the kinds that the need names."""

    need: AnyPlan
    solutions: tuple[PlanSolution, ...]
    refusals: tuple[Refusal, ...]
    counts: dict[str, int]
    catalogue_sha256: str
    names: dict[str, tuple[str, str]]
    seconds: float

    def name(self, machine_id: str) -> tuple[str, str]:
        """Maker and model; an id that is not known stands for the model."""
        return self.names.get(machine_id, ("", machine_id))

    def to_document(self) -> dict[str, Any]:
        """The answer as JSON; the time taken is left out so that bytes repeat."""
        return {
            "format": "robotplus.plan-answer/1",
            "engine": f"robotplus {__version__}",
            "need": {"id": self.need.id, "scenario": self.need.scenario, "sha256": self.need.sha256},
            "catalogue_sha256": self.catalogue_sha256,
            "counts": self.counts,
            "solutions": [
                {
                    "machine": s.machine.id,
                    "maker": s.machine.maker,
                    "model": s.machine.model,
                    "verdict": s.certificate.verdict,
                    "claims": s.certificate.claims,
                    "certificate_sha256": s.certificate.to_document()["sha256"],
                    "to_confirm": [vars(p) for p in s.certificate.premises if p.confirm],
                }
                for s in self.solutions
            ],
            "refusals": [
                {**r.to_document(), **dict(zip(("maker", "model"), self.names[r.robot_id], strict=True))}
                for r in self.refusals
            ],
        }


def prove_any(need: AnyPlan, machine: Machine) -> AnyCertificate | Refusal:
    """A plan of the need's family by one machine, or the reason why not."""
    return prove_route(need, machine) if isinstance(need, RouteNeed) else prove_coverage(need, machine)


def read_any(text: str, where: str = "certificate") -> AnyCertificate:
    """A plan's certificate of any family from its JSON text.

    Raises:
        CertificateError: as of the family's own reader.
    """
    return read_route(text, where) if f'"{ROUTE}"' in text else read_plan(text, where)


def check_any(
    certificate: AnyCertificate, catalogue: Mapping[str, Machine], *, need: AnyPlan | None = None
) -> Verdict:
    """What the family's checker says; a need of another family is another need."""
    if isinstance(certificate, RouteCertificate):
        other = isinstance(need, PlanNeed)
        verdict = check_route(certificate, catalogue, need=need if isinstance(need, RouteNeed) else None)
    else:
        other = isinstance(need, RouteNeed)
        verdict = check_plan(certificate, catalogue, need=need if isinstance(need, PlanNeed) else None)
    if not other:
        return verdict
    found = ("another_need", "the certificate is about a need of another family")
    return Verdict(False, "refused", (found, *verdict.reasons), verdict.measured, verdict.currency)


def answer_plan(
    need: AnyPlan,
    catalogue: Collection[Machine],
    *,
    workers: int | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> PlanAnswer:
    """Every machine of the kinds that a need names: those with a checked plan, best first, and why not the others.

    Args:
        workers: processes; None takes one for each processor core this process may use.
        progress: told machines done, of how many, and how many have a plan.

    Records that stand for a class of machines are not looked at.
    """
    started = time.perf_counter()
    looked_at = [m for m in catalogue.values() if m.kind in need.task.kinds and m.product]
    solutions: list[PlanSolution] = []
    refusals: list[Refusal] = []

    def work(machine_id: str) -> Refusal | tuple[AnyCertificate, Verdict]:
        result = prove_any(need, catalogue[machine_id])
        if isinstance(result, Refusal):
            if result.verdict == "impossible":
                verdict = check_impossible(result, catalogue[machine_id], need)
                if not verdict.holds:
                    return _defect(catalogue[machine_id], need, "check_refused", _why(verdict))
            return result
        written = read_any(canonical(result.to_document()).decode())
        return result, check_any(written, catalogue, need=need)

    if looked_at:
        with Crew(min(workers or cores(), len(looked_at)), work) as crew:
            for done, (i, result) in enumerate(crew.run([m.id for m in looked_at], ahead=2), start=1):
                if isinstance(result, Failed):
                    refusals.append(_defect(looked_at[i], need, "engine_failure", result.why))
                elif isinstance(result, Refusal):
                    refusals.append(result)
                elif result[1].holds:
                    solutions.append(PlanSolution(looked_at[i], *result))
                else:
                    refusals.append(_defect(looked_at[i], need, "check_refused", _why(result[1])))
                if progress is not None:
                    progress(done, len(looked_at), len(solutions))
    solutions.sort(key=_order)
    refusals.sort(key=lambda r: r.robot_id)
    counts: Counter[str] = Counter([s.certificate.verdict for s in solutions] + [r.verdict for r in refusals])
    return PlanAnswer(
        need=need,
        solutions=tuple(solutions),
        refusals=tuple(refusals),
        counts={name: counts[name] for name in VERDICTS},
        catalogue_sha256=catalogue.sha256,
        names={m.id: (m.maker, m.model) for m in looked_at},
        seconds=time.perf_counter() - started,
    )


def _order(s: PlanSolution) -> tuple[int, int, float, str]:
    """Proven first, fewer figures to confirm, then the shorter time."""
    c = s.certificate
    return (
        VERDICTS.index(c.verdict),
        sum(p.confirm for p in c.premises),
        c.claims["time_s"]["high"],
        s.machine.id,
    )


def _why(verdict: Verdict) -> str:
    return "; ".join(f"{code}: {sentence}" for code, sentence in verdict.reasons)


def _defect(machine: Machine, need: AnyPlan, constraint: str, why: str) -> Refusal:
    """A no that is our fault."""
    return Refusal(
        machine.id,
        machine.sha256,
        need.sha256,
        "not_found",
        constraint,
        None,
        None,
        None,
        "",
        where=why,
        budget={"attempts": 1},
    )
