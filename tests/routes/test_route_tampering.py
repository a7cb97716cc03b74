"""Altered tours, their digest recomputed, are refused, each for its own reason."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.routes.conftest import grid, only, route_need, walker

from robotplus.certificates.certificate import Refusal
from robotplus.certificates.route import RouteCertificate, read_route
from robotplus.checking.route import check_route
from robotplus.errors import CertificateError
from robotplus.hashing import digest
from robotplus.proving.routes import prove_route
from robotplus.robots.machine import Machine
from robotplus.scenarios.plans import route_from_document

Edit = Callable[[dict[str, Any]], object]
NEED = route_need(
    ("03", "12", "30", "33", "22", "01"),
    each={"load_kg": 3.0, "close_min": 55.0},
    ways=grid(slope_deg=3.0, width_m=1.2, step_m=0.05, gap_m=0.02, speed_m_s=0.9),
    rounds=3,
    every_h=1.0,
    max_machines=2,
    loading_min=2.0,
    carry_kg=1.0,
    battery_swap_min=4.0,
)
MACHINE = walker(runtime_h=0.5)


@pytest.fixture(scope="module")
def honest() -> dict[str, Any]:
    result = prove_route(NEED, MACHINE)
    assert isinstance(result, RouteCertificate), result
    return result.to_document()


def verdict_of(document: dict[str, Any], *, machine: Machine = MACHINE) -> Any:
    document = {k: v for k, v in document.items() if k != "sha256"}
    written = read_route(json.dumps({**document, "sha256": digest(document)}))
    return check_route(written, only(machine), need=NEED)


def some(d: dict[str, Any], kind: str, nth: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = [a for tour in d["tours"] for a in tour if a["kind"] == kind][nth]
    return found


def drop(d: dict[str, Any], kind: str) -> None:
    tour = next(t for t in d["tours"] if any(a["kind"] == kind for a in t))
    tour.remove(next(a for a in tour if a["kind"] == kind))


def drop_all(d: dict[str, Any], kind: str) -> None:
    d["tours"] = [[a for a in tour if a["kind"] != kind] for tour in d["tours"]]


def premise(d: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in d["premises"] if p["name"] == name)
    return found


def easier(d: dict[str, Any], **table: Any) -> None:
    d["need"]["route"].update(table)
    read = route_from_document(d["need"])
    d["need"], d["need_sha256"] = read.document, read.sha256


def late(d: dict[str, Any]) -> None:
    d["tours"][0].insert(0, {"kind": "until", "seconds": 3400.0})


TAMPERED: dict[str, tuple[Edit, str]] = {
    "fewer rounds": (lambda d: easier(d, rounds=1), "another_need"),
    "old digest": (lambda d: d["need"]["route"].update(carry_kg=0.0), "need_digest"),
    "no need": (lambda d: d["need"]["route"].pop("stops"), "need_malformed"),
    "another machine": (lambda d: d["machine"].update(id="bd_spot"), "model_unknown"),
    "another version": (lambda d: d["machine"].update(sha256="sha256:0"), "model_unknown"),
    "faster": (lambda d: d["rolling"].update(speed=1.5), "speed"),
    "stands still": (lambda d: d["rolling"].update(speed=0.0), "speed"),
    "brisker": (lambda d: d["rolling"].update(acceleration=[2.0, 3.0]), "estimates"),
    "a visit left out": (lambda d: drop(d, "serve"), "visits"),
    "a visit twice": (lambda d: some(d, "serve").update(stop=some(d, "serve", 1)["stop"]), "visits"),
    "a stop that is none": (lambda d: some(d, "serve").update(stop=99), "visits"),
    "a later round served early": (lambda d: some(d, "serve").update(round=2), "visits"),
    "served elsewhere": (lambda d: some(d, "serve").update(stop=5 - some(d, "serve")["stop"]), "elsewhere"),
    "through the wall": (lambda d: some(d, "go").update(nodes=["00", "33"]), "no_way"),
    "a jump": (lambda d: drop(d, "go"), "jump"),
    "not home": (lambda d: d["tours"][0].pop(), "not_home"),
    "no charge": (lambda d: drop_all(d, "charge"), "battery"),
    "short charge": (lambda d: some(d, "charge").update(seconds=5.0), "charging"),
    "no loading": (lambda d: drop_all(d, "load"), "loading"),
    "short loading": (lambda d: some(d, "load").update(seconds=1.0), "loading"),
    "leaves late": (late, "window"),
    "home late": (late, "time_limit"),
    "less time": (lambda d: d["claims"].update(time_s={"low": 1.0, "high": 2.0}), "time"),
    "another limit": (lambda d: d["claims"].update(within_s=None), "time_limit"),
    "fewer machines": (lambda d: d["claims"].update(machines=0), "machines"),
    "fewer trips": (lambda d: d["claims"].update(trips=1), "trips"),
    "fewer charges": (lambda d: d["claims"].update(charges=0), "charges"),
    "shorter": (lambda d: d["claims"].update(travel_m=1.0), "travel_m"),
    "a quicker round": (lambda d: d["claims"].update(round_s=1.0), "round_s"),
    "a tighter bound": (lambda d: d["claims"].update(bound_s=d["claims"]["bound_s"] + 1), "bound"),
    "other weights": (lambda d: d["weights"].__setitem__(1, -500.0), "bound"),
    "a weight less": (lambda d: d["weights"].pop(), "bound"),
    "more machines": (lambda d: d["tours"].extend([[], []]), "fleet"),
    "premise gone": (lambda d: d["premises"].remove(premise(d, "max_slope_deg")), "premise"),
    "premise altered": (lambda d: premise(d, "runtime_h").update(value=9.0), "premise"),
    "verdict weakened": (lambda d: d.update(verdict="proven_if_confirmed"), "verdict"),
}


def test_the_honest_one_holds(honest: dict[str, Any]) -> None:
    assert verdict_of(honest).holds
    assert honest["claims"]["charges"] >= 1 and honest["claims"]["trips"] >= 6


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_refused_for_its_own_reason(honest: dict[str, Any], name: str) -> None:
    edit, code = TAMPERED[name]
    document = copy.deepcopy(honest)
    edit(document)
    verdict = verdict_of(document)
    assert not verdict.holds
    assert code in {found for found, _ in verdict.reasons}, verdict.reasons


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("claims"),
        lambda d: d["claims"].pop("trips"),
        lambda d: d["claims"].update(bound_s="none"),
        lambda d: d["tours"][0][0].update(kind="fly"),
        lambda d: some(d, "go").update(nodes=["00"]),
        lambda d: some(d, "serve").update(stop=-1),
        lambda d: d["weights"].append(float("inf")) or d["weights"].append("x"),
        lambda d: d["rolling"].pop("speed"),
        lambda d: d.update(verdict="certain"),
    ],
)
def test_a_broken_file_says_so_in_one_line(honest: dict[str, Any], spoil: Edit) -> None:
    document = copy.deepcopy(honest)
    document.pop("sha256")
    spoil(document)
    document["weights"] = [w for w in document["weights"] if w != float("inf")]
    with pytest.raises(CertificateError) as caught:
        read_route(json.dumps({**document, "sha256": digest(document)}))
    assert "\n" not in str(caught.value)
    with pytest.raises(CertificateError, match="digest"):
        read_route(json.dumps({**honest, "verdict": "proven_if_confirmed"}))


@pytest.mark.parametrize("turning", ["ackermann", None])
def test_a_machine_that_cannot_turn_where_it_stands_is_not_driven_round_corners(
    honest: dict[str, Any], turning: str | None
) -> None:
    other = walker(runtime_h=0.5, turning=turning)
    result = prove_route(NEED, other)
    assert isinstance(result, Refusal)
    assert (result.verdict, result.where) == ("unknown", "turning")
    document = copy.deepcopy(honest)
    document["machine"]["sha256"] = other.sha256
    assert {"turning", "premise"} <= {code for code, _ in verdict_of(document, machine=other).reasons}
