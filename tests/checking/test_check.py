"""Certificates that hold are passed; every way of falsifying them is refused for its own reason."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import tampering
from building import Setting, seam_builder
from tampering import TAMPERS, Tamper

from robotplus.certificates.certificate import Certificate, read_certificate
from robotplus.certificates.motion import evaluate
from robotplus.checking import check
from robotplus.checking.profile import sample_motion
from robotplus.checking.reasons import REASONS
from robotplus.errors import CertificateError
from robotplus.hashing import digest
from robotplus.robots.catalogue import Catalogue
from robotplus.scenarios.files import need_from_document


def written(document: dict) -> str:
    document.pop("sha256", None)
    document["sha256"] = digest(document)
    return json.dumps(document)


@pytest.mark.parametrize("which", ["seam", "handling"])
def test_a_true_certificate_holds(which: str, catalogue: Catalogue, request: pytest.FixtureRequest) -> None:
    certificate = request.getfixturevalue(which)
    need = need_from_document(certificate.need)
    verdict = check(read_certificate(json.dumps(certificate.to_document())), catalogue, need=need)
    assert verdict.reasons == ()
    assert (verdict.holds, verdict.status) == (True, "holds")
    assert verdict.currency == {"model": "current", "need": "same"}


OTHERS = {
    "ur_ur10e": Setting((-0.75, 0.0, 0.3), 0.0, (-0.294, -1.37, 1.376, 1.565, 1.571, -5.007)),
    "kuka_lbr_iiwa14_r820": Setting(
        (-0.5, 0.0, 0.3), 0.0, (-2.333, 0.157, -0.685, 1.597, -0.1, -1.666, 0.119)
    ),
    "abb_irb2400_12_155": Setting((-1.1, 0.0, 0.3), 0.0, (0.0, 0.411, 0.502, 0.0, 0.657, -3.142)),
    "fanuc_m20ia": Setting((-1.1, 0.0, 0.3), 0.0, (0.0, 0.152, -0.814, 3.142, 0.605, -3.142)),
}


@pytest.mark.parametrize("robot_id", OTHERS)
def test_true_certificates_of_other_kinds_of_arm_hold(robot_id: str, catalogue: Catalogue) -> None:
    certificate = seam_builder(robot_id, OTHERS[robot_id]).certificate([0.0], min_clearance_m=0.0155)
    assert check(certificate, catalogue).reasons == ()


def test_the_profile_has_some_400_points_of_five_series(seam: Certificate, catalogue: Catalogue) -> None:
    series = check(seam, catalogue).measured["profile"]
    assert set(series) == {"t", "clearance_m", "self_clearance_m", "velocity_used", "tool_speed_mps"}
    assert 300 < len(series["t"]) <= 400
    assert {len(s) for s in series.values()} == {len(series["t"])}
    assert all(a <= b for a, b in zip(series["t"], series["t"][1:], strict=False))
    assert max(series["velocity_used"]) <= seam.claims["velocity_used"] + 1e-6
    assert min(series["clearance_m"]) >= seam.claims["min_clearance_m"] - 1e-4


@pytest.mark.parametrize("copies", [1, 40, 400, 2000])
def test_the_profile_looks_inside_every_move(copies: int, handling: Certificate) -> None:
    """However many moves there are, as long as the bound allows; long moves are looked at more often."""
    moves = handling.moves * copies
    t, q, qd, index = sample_motion(moves)
    assert len(t) == len(q) == len(qd) == len(index) <= 3000
    assert (np.diff(t) >= 0).all() and t[0] == 0
    assert t[-1] == pytest.approx(sum(m.duration for m in moves))
    if 3 * len(moves) > 3000:
        return
    inside = np.bincount(index, minlength=len(moves)) - 1
    inside[-1] -= 1  # the last move gives its end too
    travels = [k for k, m in enumerate(moves) if m.kind != "dwell"]
    assert inside[travels].min() >= 2
    time = np.array([m.duration for m in moves])
    way = np.array([np.abs(np.diff(m.q, axis=0)).sum() for m in moves])
    order = np.argsort((time / time.sum() + way / way.sum())[travels], kind="stable")
    assert (np.diff(inside[travels][order]) >= 0).all()
    k = len(t) // 3
    at = t[k] - sum(m.duration for m in moves[: index[k]])
    assert q[k] == pytest.approx(evaluate(moves[index[k]], np.array([at]))[0][0])


@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda t: t.name)
def test_tampering_is_refused_for_its_own_reason(
    tamper: Tamper, catalogue: Catalogue, request: pytest.FixtureRequest
) -> None:
    original = request.getfixturevalue(tamper.of)
    other = catalogue["abb_irb2400_12_155"]
    tampering.OTHER_ROBOT.update(id=other.id, sha256=other.sha256)
    certificate = read_certificate(written(tamper.apply(original.to_document())))
    need = need_from_document(original.need) if tamper.same_need else None
    verdict = check(certificate, catalogue, need=need)
    assert not verdict.holds
    assert verdict.status == ("cannot_check" if tamper.code == "robot_unknown" else "refused")
    assert tamper.code in [code for code, _ in verdict.reasons], verdict.reasons


def test_a_changed_byte_is_not_read(seam: Certificate) -> None:
    text = json.dumps(seam.to_document())
    with pytest.raises(CertificateError, match="digest"):
        read_certificate(text.replace('"yaw": 0.0', '"yaw": 0.1'))


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_a_certificate_with_a_value_that_is_no_number_is_not_read(value: str, seam: Certificate) -> None:
    with pytest.raises((CertificateError, ValueError)):
        read_certificate(json.dumps(seam.to_document()).replace('"yaw": 0.0', f'"yaw": {value}'))


def test_there_are_enough_ways_to_tamper() -> None:
    assert len(TAMPERS) >= 25
    assert sum(t.code != "need_hash" for t in TAMPERS) >= 15
    assert len({t.code for t in TAMPERS}) >= 25


def test_every_reason_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    assert [code for code in REASONS if f"`{code}`" not in page] == []


def test_another_need_is_noticed(seam: Certificate, handling: Certificate, catalogue: Catalogue) -> None:
    verdict = check(seam, catalogue, need=need_from_document(handling.need))
    assert [code for code, _ in verdict.reasons] == ["need_different"]
    assert verdict.currency["need"] == "different"


def test_a_robot_with_a_link_of_unknown_shape_cannot_be_certified(
    seam: Certificate, catalogue: Catalogue
) -> None:
    shapeless = next(r for r in catalogue.values() if r.dof == 6 and any(k.boxes is None for k in r.links))
    certificate = dataclasses.replace(seam, robot_id=shapeless.id, robot_sha256=shapeless.sha256)
    assert "robot_data" in [code for code, _ in check(certificate, catalogue).reasons]


def test_the_clearance_is_that_of_a_dense_sampling(seam: Certificate, catalogue: Catalogue) -> None:
    """What check lets a certificate claim is not above the distances at 4,000 samples."""
    from test_clearance import dense_clearance

    truth = dense_clearance(seam, catalogue[seam.robot_id], 4000)
    claims = seam.claims | {"base_tolerance": {"xy_m": 0.0, "angle_rad": 0.0}}
    for claimed, holds in ((truth - 1e-5, True), (truth + 2e-4, False)):
        certificate = dataclasses.replace(seam, claims=claims | {"min_clearance_m": claimed})
        assert check(certificate, catalogue).holds is holds
    assert np.isfinite(truth)
