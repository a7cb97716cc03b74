"""Certificates: who knows of them, who has the file, who opens them, and the check in the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answered import SCENARIO, answered, small_catalogue, use_small_catalogue, work_off
from conftest import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from robotplus.certificates.certificate import read_certificate
from robotplus.errors import CertificateError
from robotplus.portal.catalogue.actions import do_load_catalogue
from robotplus.portal.catalogue.models import Capability, Model
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.reader import NOBODY, Reader
from robotplus.portal.evidence.access import access_certificate, listed
from robotplus.portal.evidence.actions import FILE_LIMIT, do_set_access
from robotplus.portal.evidence.models import Certificate, Evidence
from robotplus.portal.evidence.redaction import redacted
from robotplus.portal.jobs import results
from robotplus.portal.jobs.handlers import Work, handler
from robotplus.portal.jobs.models import Job
from robotplus.portal.jobs.worker import Worker
from robotplus.portal.matches.reference import do_survey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_robots(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_small_catalogue(monkeypatch)
    monkeypatch.setattr("robotplus.portal.jobs.worker.HOURLY", ())
    yield


@pytest.fixture
def held(cast: Cast) -> Certificate:
    """A private certificate of the buyer's answer."""
    answered(cast.reader("buyer"))
    found = Certificate.objects.order_by("pk").first()
    assert found is not None and found.access == Certificate.Access.PRIVATE
    return found


def hexes(certificate: Certificate) -> str:
    return certificate.sha256.removeprefix("sha256:")


def url(name: str, certificate: Certificate, *more: str) -> str:
    return reverse(name, args=[hexes(certificate), *more])


def status(client: Client, path: str) -> int:
    response = client.get(path)
    if response.streaming:
        b"".join(response)
    return response.status_code


@pytest.mark.parametrize(
    ("access", "page", "file"),
    [("private", 404, 404), ("check_only", 200, 403), ("public", 200, 200)],
)
def test_others_see_what_its_owner_opened(
    cast: Cast, held: Certificate, access: str, page: int, file: int
) -> None:
    do_set_access(cast.reader("buyer"), held, access)
    for role in ("seller", "rival", "ex_member", "city_official", "operator", "visitor"):
        client = cast.client(role)
        assert status(client, url("certificate", held)) == page, role
        assert status(client, url("certificate_redacted", held)) == page, role
        assert status(client, url("certificate_file", held)) == file, role
        for part in ("glb", "profile.json"):
            assert status(client, url("certificate_part", held, part)) == file, role
    for name in ("certificate", "certificate_redacted", "certificate_file"):
        assert status(cast.client("buyer_viewer"), url(name, held)) == 200
    assert (held in listed()) == (access != "private")


def test_only_an_approved_editor_who_asked_opens_it(cast: Cast, held: Certificate) -> None:
    do_set_access(cast.reader("buyer"), held, "public")
    for role in ("buyer_viewer", "seller", "newcomer", "visitor", "operator"):
        with pytest.raises(ForbiddenError):
            access_certificate(cast.reader(role), held.sha256, edit=True)
        response = cast.client(role).post(url("certificate_access", held), {"access": "private"})
        assert response.status_code == 403, role
    assert cast.client("buyer").post(url("certificate_access", held), {"access": "x"}).status_code == 422
    assert (
        cast.client("buyer").post(url("certificate_access", held), {"access": "private"}).status_code == 302
    )
    held.refresh_from_db()
    assert held.access == "private"


def test_an_opened_certificate_is_evidence_until_it_is_closed(cast: Cast, held: Certificate) -> None:
    buyer = cast.reader("buyer")
    do_set_access(buyer, held, "check_only")
    record = Evidence.objects.get(certificate=held)
    assert (record.level, record.basis, record.status) == (1, "derived", "valid")
    assert record.subject_sha256 == held.model_sha256 and record.value == held.claims
    do_set_access(buyer, held, "private")
    record.refresh_from_db()
    assert record.status == "revoked"


def test_the_same_question_gives_the_same_certificates(cast: Cast, held: Certificate) -> None:
    with pytest.raises(AbsentError):
        access_certificate(cast.reader("seller"), held.sha256)
    answered(cast.reader("seller"))
    assert access_certificate(cast.reader("seller"), held.sha256) == held


def test_a_private_models_certificate_stays_with_its_owner(cast: Cast, held: Certificate) -> None:
    answered(cast.reader("seller"))
    model = Model.objects.create(
        id="secret_arm", maker="x", name="x", owner=cast.reader("buyer").organisation, access="private"
    )
    Certificate.objects.filter(pk=held.pk).update(model=model)
    with pytest.raises(AbsentError):
        access_certificate(cast.reader("seller"), held.sha256)
    assert access_certificate(cast.reader("buyer"), held.sha256) == held


def test_a_visitors_certificates_follow_the_unguessable_links(cast: Cast) -> None:
    answered(Reader(visitor="v"))
    found = Certificate.objects.order_by("pk").first()
    assert found is not None
    assert access_certificate(NOBODY, found.sha256) == found
    assert found not in listed()


def test_the_file_is_a_certificate_that_the_engine_reads(cast: Cast, held: Certificate) -> None:
    text = b"".join(cast.client("buyer").get(url("certificate_file", held))).decode()
    certificate = read_certificate(text)
    assert certificate.to_document()["sha256"] == held.sha256
    assert certificate.need_sha256 == held.need_sha256


def test_the_redacted_file_gives_no_geometry_away(cast: Cast, held: Certificate) -> None:
    assert held.result is not None
    document = json.loads(results.file_of(held.result.key, f"{hexes(held)}.json").read_text())
    kept = redacted(document)
    assert not {"need", "moves", "base", "order", "acceleration"} & kept.keys()
    assert kept["claims"] == document["claims"] and kept["premises"] == document["premises"]
    assert kept["sha256"] == held.sha256
    shown = json.loads(cast.client("buyer").get(url("certificate_redacted", held)).content)
    assert shown == kept


def test_it_is_checked_anew_in_the_page(cast: Cast, held: Certificate) -> None:
    do_set_access(cast.reader("buyer"), held, "check_only")
    client = cast.client("visitor")
    assert client.post(url("certificate_check", held)).status_code == 302
    assert "hx-get" in client.get(url("certificate_check_state", held)).text
    work_off()
    shown = client.get(url("certificate_check_state", held)).text
    assert "alert-success" in shown and "hx-get" not in shown
    assert client.post(url("certificate_check", held)).status_code == 302
    assert Job.objects.filter(kind="check").count() == 1, "today's check serves everybody"


def test_a_kept_file_that_was_altered_does_not_pass(held: Certificate, tmp_path: Path) -> None:
    assert held.result is not None
    path = results.file_of(held.result.key, f"{hexes(held)}.json")
    document = json.loads(path.read_text())
    document["claims"]["min_clearance_m"] = 9.0
    path.write_text(json.dumps(document))
    work = Work("sha256:0", {"certificate": held.sha256}, tmp_path, None, lambda progress: None)
    with pytest.raises(CertificateError):
        handler("check").run(work)


def test_a_digest_finds_its_certificate(cast: Cast, held: Certificate) -> None:
    do_set_access(cast.reader("buyer"), held, "public")
    client = cast.client("visitor")
    for typed in (held.sha256, hexes(held), f" {held.sha256[:40]} {held.sha256[40:]} "):
        assert client.get(reverse("evidence"), {"sha256": typed}).url == url("certificate", held)
    for typed in ("sha256:" + "0" * 64, "../x", "<script>"):
        assert client.get(reverse("evidence"), {"sha256": typed}).status_code == 404


def test_the_survey_says_what_models_can_do(cast: Cast, django_assert_max_num_queries: Any) -> None:
    do_load_catalogue(small_catalogue())
    jobs = do_survey()
    assert {j.kind for j in jobs} == {"answer", "survey"} and do_survey() != []
    others = [j.pk for j in jobs if (j.kind, j.params["document"]["scenario"]) != ("answer", SCENARIO)]
    Job.objects.filter(pk__in=others).delete()
    work_off()
    rows = Capability.objects.filter(scenario=SCENARIO)
    assert rows.exists() and all(r.certificate is not None for r in rows)
    for row in rows:
        assert row.certificate is not None and row.certificate.access == "public"
        assert row.verdict in ("proven", "proven_if_confirmed")
    assert listed().count() == rows.count() == Evidence.objects.count()
    with django_assert_max_num_queries(12):
        assert cast.client("visitor").get(reverse("evidence")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_file_that_somebody_brings_is_checked(cast: Cast, held: Certificate) -> None:
    text = b"".join(cast.client("buyer").get(url("certificate_file", held)))
    client = cast.client("seller")

    def verdict(content: bytes) -> str:
        brought = client.post(
            reverse("certificate_check_file"), {"file": SimpleUploadedFile("cert.json", content)}
        )
        assert "hx-get" in client.get(brought.url).text
        assert cast.client("rival").get(brought.url).status_code == 404
        Worker().run(once=True)
        return str(client.get(brought.url).text)

    assert held.sha256 in (shown := verdict(text)) and "alert-success" in shown
    assert "alert-danger" in verdict(text.replace(b'"verdict":"proven', b'"verdict":"Proven'))
    assert "alert-danger" in verdict(b"{}")


def test_files_to_check_are_bounded_and_need_an_account(cast: Cast) -> None:
    path = reverse("certificate_check_file")
    assert cast.client("visitor").post(path, {"file": SimpleUploadedFile("c.json", b"{}")}).status_code == 422
    assert cast.client("buyer").post(path).status_code == 422
    for content in (b"\xff\xfe", b"a\0b", b" " * (FILE_LIMIT + 1)):
        given = {"file": SimpleUploadedFile("c.json", content)}
        assert cast.client("buyer").post(path, given).status_code == 422
    assert not Job.objects.exists()
