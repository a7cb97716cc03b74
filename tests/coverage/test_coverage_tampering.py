"""Altered plans, their digest recomputed, are refused, each for its own reason; broken files in one line."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.coverage.conftest import area_need, only, scrubber

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.plan import PlanCertificate, read_plan
from robotplus.checking.coverage import check_plan
from robotplus.errors import CertificateError
from robotplus.hashing import digest
from robotplus.proving.coverage import prove_coverage
from robotplus.robots.machine import Machine
from robotplus.scenarios.plans import PlanNeed, plan_from_document

Edit = Callable[[dict[str, Any]], object]
NEED = area_need(
    holes_m=[[[8, 5], [10, 5], [10, 7], [8, 7]]],
    dose_l_m2=0.3,
    refill_min=4,
    passes=2,
    slope_deg=2,
    within_h=20,
)
MACHINE = scrubber(runtime_h=0.5, charge_h=1.0)


@pytest.fixture(scope="module")
def honest() -> dict[str, Any]:
    result = prove_coverage(NEED, MACHINE)
    assert isinstance(result, PlanCertificate), result
    return result.to_document()


def verdict_of(document: dict[str, Any], *, need: PlanNeed | None = NEED, machine: Machine = MACHINE) -> Any:
    document = copy.deepcopy(document)
    document.pop("sha256", None)
    return check_plan(
        read_plan(json.dumps({**document, "sha256": digest(document)})), only(machine), need=need
    )


def test_the_honest_one_holds(honest: dict[str, Any]) -> None:
    assert verdict_of(honest).holds
    assert honest["claims"]["charges"] >= 1 and honest["claims"]["refills"] >= 1


def leg_of(document: dict[str, Any], kind: str, nth: int = 0, reason: str | None = None) -> dict[str, Any]:
    legs = [x for x in document["legs"] if x["kind"] == kind and reason in (None, x["reason"])]
    found: dict[str, Any] = legs[nth]
    return found


def other_need(document: dict[str, Any], **table: Any) -> None:
    """An easier task, with its digest."""
    changed = copy.deepcopy(document["need"])
    changed["area_coverage"].update(table)
    read = plan_from_document(changed)
    document["need"], document["need_sha256"] = read.document, read.sha256


def drop_work(document: dict[str, Any]) -> None:
    """A swath becomes a mere way."""
    for leg in [x for x in document["legs"] if x["kind"] == "work"][:6]:
        leg["kind"], leg["reason"] = "move", ""


def drop_wait(document: dict[str, Any], reason: str) -> None:
    document["legs"] = [x for x in document["legs"] if x["reason"] != reason]
    document["claims"]["charges" if reason == "charge" else "refills"] = 0


def through_the_pillar(document: dict[str, Any]) -> None:
    leg = leg_of(document, "work")
    a = leg["xy"][0]
    document["legs"].insert(
        document["legs"].index(leg),
        {"kind": "move", "xy": [a, [9.0, 6.0], a], "seconds": 0.0, "reason": ""},
    )


def premise(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in document["premises"] if p["name"] == name)
    return found


TAMPERED: dict[str, tuple[Edit, str]] = {
    "less area": (lambda d: other_need(d, outline_m=[[0, 0], [20, 0], [20, 10], [0, 10]]), "another_need"),
    "lower share asked": (lambda d: other_need(d, min_coverage_percent=50), "another_need"),
    "no obstacle": (lambda d: other_need(d, holes_m=[]), "another_need"),
    "more time allowed": (lambda d: other_need(d, within_h=200), "another_need"),
    "one pass": (lambda d: other_need(d, passes=1), "another_need"),
    "level ground": (lambda d: other_need(d, slope_deg=0), "another_need"),
    "need under the old digest": (lambda d: d["need"]["area_coverage"].update(dose_l_m2=0.1), "need_digest"),
    "need that is none": (lambda d: d["need"]["area_coverage"].pop("outline_m"), "need_malformed"),
    "another machine": (lambda d: d["machine"].update(id="avidbots_neo2"), "model_unknown"),
    "another version": (lambda d: d["machine"].update(sha256="sha256:00"), "model_unknown"),
    "wider tool": (lambda d: d["driving"].update(width=1.2), "width"),
    "smaller body": (lambda d: d["driving"].update(length=0.4), "body"),
    "faster": (lambda d: d["driving"].update(work_speed=1.5), "speed"),
    "faster ways": (lambda d: d["driving"].update(move_speed=2.0), "speed"),
    "stands still": (lambda d: d["driving"].update(work_speed=0.0), "speed"),
    "brisker": (lambda d: d["driving"].update(acceleration=[1.0, 2.0]), "estimates"),
    "turns faster": (lambda d: d["driving"].update(turn_rate=[3.0, 6.0]), "estimates"),
    "tracks perfectly": (lambda d: d["driving"].update(tracking=0.0), "tracking"),
    "moves sideways": (lambda d: d["driving"].update(turning="side"), "turning"),
    "a swath left out": (drop_work, "coverage"),
    "a shortened swath": (
        lambda d: leg_of(d, "work")["xy"].__setitem__(1, leg_of(d, "work")["xy"][0]),
        "jump",
    ),
    "through the pillar": (through_the_pillar, "collision"),
    "out of the room": (lambda d: [x["xy"].__setitem__(0, [-1.0, -1.0]) for x in d["legs"][:1]], "collision"),
    "jump": (lambda d: d["legs"].pop(3), "jump"),
    "no legs": (lambda d: d.update(legs=[]), "no_legs"),
    "second pass missing": (
        lambda d: [x.update(reason="pass 1") for x in d["legs"] if x["reason"] == "pass 2"],
        "passes",
    ),
    "a third pass": (lambda d: leg_of(d, "work").update(reason="pass 3"), "passes"),
    "charges left out": (lambda d: drop_wait(d, "charge"), "battery"),
    "charges too short": (lambda d: leg_of(d, "wait", reason="charge").update(seconds=10.0), "charging"),
    "fillings left out": (lambda d: drop_wait(d, "fill"), "tank"),
    "fillings too short": (lambda d: leg_of(d, "wait", reason="fill").update(seconds=1.0), "filling"),
    "time runs backwards": (lambda d: leg_of(d, "wait").update(seconds=-5.0), "waits"),
    "claims less time": (lambda d: d["claims"]["time_s"].update(low=1.0, high=2.0), "time"),
    "claims more covered": (lambda d: d["claims"]["covered_m2"].update(inner=240.0, outer=240.0), "covered"),
    "claims a larger share": (lambda d: d["claims"].update(share=1.1), "share"),
    "claims another target": (lambda d: d["claims"].update(target_m2=1.0), "target"),
    "claims more clearance": (lambda d: d["claims"].update(min_clearance_m=0.5), "clearance"),
    "claims shorter ways": (lambda d: d["claims"].update(move_m=0.0), "move_m"),
    "claims fewer charges": (lambda d: d["claims"].update(charges=0), "charges"),
    "claims fewer fillings": (lambda d: d["claims"].update(refills=0), "refills"),
    "claims another limit": (lambda d: d["claims"].update(within_s=None), "time_limit"),
    "premise left out": (lambda d: d["premises"].remove(premise(d, "runtime_h")), "premise"),
    "premise altered": (lambda d: premise(d, "max_speed_mps").update(value=2.0), "premise"),
    "premise to confirm hidden": (lambda d: premise(d, "dims_m").update(confirm=True), "premise"),
    "verdict upgraded": (lambda d: d.update(verdict="proven_if_confirmed"), "verdict"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_refused_for_its_own_reason(honest: dict[str, Any], name: str) -> None:
    edit, code = TAMPERED[name]
    document = copy.deepcopy(honest)
    edit(document)
    verdict = verdict_of(document)
    assert not verdict.holds
    assert code in {found for found, _ in verdict.reasons}, verdict.reasons


def test_an_easier_need_is_refused_without_the_need_beside_it_only_if_it_is_inconsistent(
    honest: dict[str, Any],
) -> None:
    """A certificate is about the need inside it; whoever asked for another one says so with ``need``."""
    document = copy.deepcopy(honest)
    other_need(document, within_h=200)
    document["claims"]["within_s"] = 200 * 3600.0
    assert verdict_of(document, need=None).holds
    assert not verdict_of(document).holds


def test_a_class_of_machines_is_no_product(honest: dict[str, Any]) -> None:
    import dataclasses

    verdict = verdict_of(honest, machine=dataclasses.replace(MACHINE, product=False))
    assert "no_product" in {code for code, _ in verdict.reasons}
    other = dataclasses.replace(MACHINE, kind="agri_mower")
    assert "another_kind" in {code for code, _ in verdict_of(honest, machine=other).reasons}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("claims"),
        lambda d: d["claims"].pop("share"),
        lambda d: d["claims"].update(share="all"),
        lambda d: d["claims"].update(extra=1),
        lambda d: d["claims"]["time_s"].update(low=9e9),
        lambda d: d["legs"][0]["xy"].append(["a", 1]),
        lambda d: d["legs"][0].update(kind="fly"),
        lambda d: d["legs"][0].update(xy=[]),
        lambda d: d["driving"].update(turning="magic"),
        lambda d: d["driving"].pop("width"),
        lambda d: d["premises"].append({"name": "x"}),
        lambda d: d.update(verdict="certain"),
    ],
)
def test_a_broken_file_says_so_in_one_line(honest: dict[str, Any], spoil: Edit) -> None:
    document = copy.deepcopy(honest)
    document.pop("sha256")
    spoil(document)
    with pytest.raises(CertificateError) as caught:
        read_plan(json.dumps({**document, "sha256": digest(document)}))
    assert "\n" not in str(caught.value)


def test_a_changed_byte_breaks_the_digest(honest: dict[str, Any]) -> None:
    document = copy.deepcopy(honest)
    document["claims"]["share"] = 0.99
    with pytest.raises(CertificateError, match="digest"):
        read_plan(json.dumps(document))
    for text in ("", "[]", '{"format": "robotplus.plan/2"}', "{"):
        with pytest.raises(CertificateError):
            read_plan(text)


def test_a_refusal_is_no_certificate() -> None:
    assert isinstance(prove_coverage(NEED, scrubber(runtime_h=None)), Refusal)
