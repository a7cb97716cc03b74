"""Whom and what a machine's certificate is about: its need, and the machine's file in that very version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from robotplus.certificates.certificate import Verdict
from robotplus.errors import NeedError
from robotplus.robots.machine import Machine

Finding = tuple[str, str]


class Asked(Protocol):
    """A need for machines, as far as its subject goes."""

    @property
    def sha256(self) -> str: ...
    @property
    def task(self) -> Any: ...


class Claimed(Protocol):
    """A certificate of a machine, as far as its subject goes."""

    @property
    def machine_id(self) -> str: ...
    @property
    def machine_sha256(self) -> str: ...
    @property
    def need(self) -> dict[str, Any]: ...
    @property
    def need_sha256(self) -> str: ...


N = TypeVar("N", bound=Asked)


@dataclass(frozen=True)
class Subject(Generic[N]):
    """The need inside, the machine named, how current both are, and what is wrong with either."""

    need: N
    machine: Machine
    currency: dict[str, str]
    findings: list[Finding]

    def verdict(self, measured: dict[str, Any]) -> Verdict:
        """Holds where nothing was found."""
        holds = not self.findings
        return Verdict(holds, "holds" if holds else "refused", tuple(self.findings), measured, self.currency)


def subject_of(
    claimed: Claimed, machines: Mapping[str, Machine], *, read: Callable[[dict[str, Any]], N], need: N | None
) -> Subject[N] | Verdict:
    """The subject, or the verdict where the need cannot be read or the machine is not known in that version.

    Args:
        claimed: the certificate.
        machines: today's machines by id.
        read: reads the need inside; raises NeedError.
        need: demand that the certificate is about this very need.
    """
    currency = {"model": "current", "need": "not given"}
    try:
        asked = read(claimed.need)
    except NeedError as e:
        return Verdict(False, "refused", (("need_malformed", str(e)),), {}, currency)
    findings: list[Finding] = []
    if asked.sha256 != claimed.need_sha256:
        findings.append(("need_digest", "the need inside is not the one that the digest names"))
    if need is not None:
        currency["need"] = "same" if need.sha256 == claimed.need_sha256 else "different"
        if currency["need"] == "different":
            findings.append(("another_need", "the certificate is about another need"))
    machine = machines.get(claimed.machine_id)
    if machine is None or machine.sha256 != claimed.machine_sha256:
        currency["model"] = "unknown"
        why = "the machine's file is not known here in that version"
        return Verdict(False, "cannot_check", (*findings, ("model_unknown", why)), {}, currency)
    if not machine.product:
        findings.append(("no_product", "the record stands for a class of machines"))
    if machine.kind not in asked.task.kinds:
        findings.append(("another_kind", f"the need does not name the kind {machine.kind}"))
    return Subject(asked, machine, currency, findings)
