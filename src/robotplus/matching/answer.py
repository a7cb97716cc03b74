"""What `answer` returns: solutions with evidence, refusals with reasons, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from robotplus.certificates.certificate import Certificate, Premise, Refusal, Verdict, VerdictName
from robotplus.robots.model import Robot
from robotplus.scenarios.task import Need

if TYPE_CHECKING:
    from robotplus.matching.nearest import Changed


@dataclass(frozen=True)
class Solution:
    """A robot that was found able. ``verdict`` is "candidate" until ``checked`` holds a passing Verdict.

    ``tightest``: the smallest margin in words, English and Chinese.
    ``certificate_sha256``: digest of the certificate's file; None for a candidate, which has none.
    ``placements``: base places looked at: [{"x", "y", "z", "yaw", "score"}], score in [0, 1] (1: whole task).
    """

    robot: Robot
    verdict: VerdictName
    certificate: Certificate
    checked: Verdict | None
    tightest: tuple[str, str]
    placements: tuple[dict[str, float], ...]
    certificate_sha256: str | None = None

    @property
    def to_confirm(self) -> tuple[Premise, ...]:
        return tuple(p for p in self.certificate.premises if p.confirm)


@dataclass(frozen=True)
class Answer:
    """The whole answer. ``solutions`` are best first; ``counts`` by verdict over the whole catalogue.

    ``names``: maker and model by robot id, for the robots refused.
    ``changes``: robots refused that are proven with a change; counted apart, their refusals stay.
    """

    need: Need
    solutions: tuple[Solution, ...]
    refusals: tuple[Refusal, ...]
    counts: dict[str, int]
    catalogue_sha256: str
    engine: str
    seed: int
    order: tuple[str, ...]
    timing: dict[str, float]
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    changes: tuple[Changed, ...] = ()

    def name(self, robot_id: str) -> tuple[str, str]:
        """Maker and model; an id that is not known stands for the model."""
        return self.names.get(robot_id, ("", robot_id))

    def to_document(self) -> dict[str, Any]:
        """The answer as JSON (certificates by digest, not inlined); timings are left out so bytes repeat."""
        return {
            "format": "robotplus.answer/1",
            "engine": self.engine,
            "need": {"id": self.need.id, "scenario": self.need.scenario, "sha256": self.need.sha256},
            "catalogue_sha256": self.catalogue_sha256,
            "seed": self.seed,
            "order": list(self.order),
            "counts": self.counts,
            "solutions": [
                {
                    "robot": s.robot.id,
                    "maker": s.robot.maker,
                    "model": s.robot.model,
                    "verdict": s.verdict,
                    "claims": s.certificate.claims,
                    "base": {**vars(s.certificate.base), "xyz": list(s.certificate.base.xyz)},
                    "certificate_sha256": s.certificate_sha256,
                    "to_confirm": [vars(p) for p in s.to_confirm],
                    "not_shown": list(s.certificate.not_shown),
                    "tightest": {"en": s.tightest[0], "zh": s.tightest[1]},
                }
                for s in self.solutions
            ],
            "refusals": [
                {**r.to_document(), **dict(zip(("maker", "model"), self.name(r.robot_id), strict=True))}
                for r in self.refusals
            ],
            "changes": [c.to_document() for c in self.changes],
        }
