"""The nearest change on an answer's page: asked for, found, answered, and nobody else's to start."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from answered import answered, ask, use_small_catalogue, work_off
from django.urls import reverse

from robotplus.certificates.certificate import read_certificate
from robotplus.checking import check
from robotplus.portal.jobs.models import Job
from robotplus.portal.matches.catalogue import built_in
from robotplus.portal.matches.changing import changes_of
from robotplus.portal.matches.models import Answer

pytestmark = pytest.mark.django_db
_serial = itertools.count(1)


def takt() -> float:
    """[s] within the cycle-time interval of every arm of the small catalogue, another one for every test."""
    return 21.0 + next(_serial) / 1000


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_small_catalogue(monkeypatch)


def url(name: str, answer: Answer, **more: Any) -> str:
    return reverse(name, kwargs={"slug": answer.slug, **more})


def test_a_change_is_found_and_answered(cast: Any) -> None:
    answer = answered(cast.reader("buyer"), takt_s=takt())
    client = cast.client("buyer")
    assert url("answer_changes", answer) in client.get(url("answer", answer)).content.decode()
    assert client.post(url("answer_changes", answer)).status_code == 302
    polled = client.get(url("answer_changes", answer), headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in polled
    assert work_off() == 1
    found = changes_of(answer)
    assert found is not None and found["sums"], "the fixture's takt must be just too short"
    page = client.get(url("answer_changes", answer), headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in page and found["sums"][0]["change"]["zh"] in page

    robot = found["rows"][0]["robot"]
    file = client.get(url("answer_change_file", answer, robot=robot))
    certificate = read_certificate(b"".join(file.streaming_content).decode())
    assert check(certificate, built_in()).holds
    assert certificate.need_sha256 == found["rows"][0]["change"]["need_sha256"] != answer.need_sha256

    sha256 = found["sums"][0]["change"]["need_sha256"]
    response = client.post(url("answer_changed", answer), {"need": sha256})
    made = Answer.objects.get(slug=response["Location"].rstrip("/").split("/")[-1])
    assert (made.need_sha256, made.previous_id) == (sha256, answer.pk)
    work_off()
    rows = client.get(url("answer", made)).content.decode()
    assert f'id="robot-{robot}"' in rows


def test_asking_twice_is_one_search(cast: Any) -> None:
    answer = answered(cast.reader("buyer"), takt_s=takt())
    client = cast.client("buyer")
    for _ in range(2):
        client.post(url("answer_changes", answer))
    assert Job.objects.filter(kind="changes").count() == 1
    work_off()
    client.post(url("answer_changes", answer))
    assert Job.objects.filter(kind="changes").count() == 1


def test_strangers_neither_start_it_nor_read_it(cast: Any) -> None:
    answer = answered(cast.reader("buyer"), takt_s=takt())
    for role in ("rival", "visitor"):
        client = cast.client(role)
        assert client.post(url("answer_changes", answer)).status_code == 404
        assert client.post(url("answer_changed", answer), {"need": "sha256:0"}).status_code == 404
    assert not Job.objects.filter(kind="changes").exists()


def test_a_need_that_is_no_change_of_this_answer_is_refused(cast: Any) -> None:
    answer = answered(cast.reader("buyer"), takt_s=takt())
    response = cast.client("buyer").post(url("answer_changed", answer), {"need": answer.need_sha256})
    assert response.status_code == 404


def test_an_answer_that_is_not_there_yet_has_no_changes(cast: Any) -> None:
    answer = ask(cast.reader("buyer"), takt_s=takt())
    assert cast.client("buyer").post(url("answer_changes", answer)).status_code == 404


def test_the_file_keeps_what_the_engine_wrote(cast: Any) -> None:
    answer = answered(cast.reader("buyer"), takt_s=takt())
    cast.client("buyer").post(url("answer_changes", answer))
    work_off()
    found = changes_of(answer)
    assert found == json.loads(json.dumps(found))
    assert {row["verdict"] for row in found["rows"]} == {"proven_with_a_change"}  # type: ignore[index]


def test_the_api_looks_for_changes_reads_them_and_answers_one(cast: Any) -> None:
    answer = answered(cast.reader("buyer"), takt_s=takt())
    client = cast.client("buyer")
    address = f"/api/answers/{answer.slug}/changes"
    assert client.get(address).json()["state"] == "none"
    assert client.post(address).json()["state"] == "queued"
    work_off()
    found = client.get(address).json()
    assert found["state"] == "done" and found["changes"][0]["lever"] == "takt"
    assert {row["need_sha256"] for row in found["robots"]} <= {c["need_sha256"] for c in found["changes"]}
    sha256 = found["changes"][0]["need_sha256"]
    made = client.post(
        f"/api/answers/{answer.slug}/changed", {"need_sha256": sha256}, content_type="application/json"
    )
    assert made.status_code == 201 and made.json()["need_sha256"] == sha256
    assert cast.client("rival").get(address).status_code == 404
