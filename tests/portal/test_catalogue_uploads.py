"""Uploads of robot descriptions: a private model with its capability card, what is missing, who may read it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from answered import use_small_catalogue, work_off
from conftest import Cast
from django.core.files.uploadedfile import SimpleUploadedFile

from robotplus.portal.catalogue.carding import card_of, do_renew_cards
from robotplus.portal.catalogue.models import Capability, Correction, Model, ModelClaim
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.models import Event
from robotplus.portal.desk.actions import do_decide_claim
from robotplus.portal.evidence.models import Certificate, Evidence
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.catalogue import own_models
from robotplus.portal.matches.reference import do_record_capabilities
from robotplus.robots.catalogue import load_catalogue
from robotplus.robots.files import read_robot
from robotplus.robots.urdf import to_urdf

pytestmark = pytest.mark.django_db
LIKE = load_catalogue()["fanuc_lrmate25_19a"]
URDF = to_urdf(LIKE)
SHEET = "data sheet LR-1, page 2"
PLAIN_BOX = (
    b"solid b\n"
    + b"\n".join(
        b"facet normal 0 0 0\nouter loop\nvertex %s\nvertex %s\nvertex %s\nendloop\nendfacet" % corners
        for corners in (
            (b"0 0 0", b"60 0 0", b"0 60 0"),
            (b"0 0 0", b"0 60 0", b"0 0 60"),
            (b"0 0 0", b"0 0 60", b"60 0 0"),
            (b"60 0 0", b"0 0 60", b"0 60 0"),
        )
    )
    + b"\nendsolid b\n"
)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> None:
    use_small_catalogue(monkeypatch)
    settings.MEDIA_ROOT = tmp_path


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def upload(
    cast: Cast, content: bytes | str = URDF, called: str = "arm.urdf", *, role: str = "seller", **more: str
) -> Any:
    body = content.encode() if isinstance(content, str) else content
    return cast.client(role).post("/models/new/", {"file": SimpleUploadedFile(called, body), **more})


def fetched(client: Any, at: str) -> int:
    """What a download answers."""
    response = client.get(at)
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code)


def complete(cast: Cast) -> Model:
    """An uploaded model whose missing figures have been supplied, its card waiting."""
    upload(cast, name="LR-1")
    work_off()
    model = Model.objects.get()
    given = {"payload_kg": "25 公斤", "mounting": "floor", "source": SHEET}
    assert cast.client("seller").post(f"/models/{model.pk}/figures/", given).status_code == 302
    model.refresh_from_db()
    return model


def failure() -> str:
    """The one line that the person who uploaded is told."""
    with pytest.raises(RefusedError) as refused:
        work_off()
    assert not Model.objects.exists()
    line = str(refused.value)
    assert line and "\n" not in line
    return line


def test_an_upload_is_a_private_model_that_says_what_is_missing(cast: Cast) -> None:
    assert upload(cast, name="LR-1").status_code == 302
    job = Job.objects.get()
    seller = cast.client("seller")
    where = f"/models/imports/{job.pk}/"
    assert "hx-get" in seller.get(where).content.decode()
    assert cast.client("rival").get(where).status_code == 404
    assert work_off() == 1  # it is read; nothing is proven while the payload is unknown
    model = Model.objects.select_related("current").get()
    at = f"/models/{model.pk}/"
    assert seller.get(where)["Location"] == at
    assert (model.access, model.owner) == ("private", cast.reader("seller").organisation)
    assert (model.name, model.maker) == ("LR-1", "Arm Maker")
    robot = read_robot(model.current.values, model.pk)
    assert [j.velocity for j in robot.joints] == pytest.approx([j.velocity for j in LIKE.joints])
    assert Result.objects.get(kind="import").summary == {"model": model.pk}  # its geometry lies in one place
    page = seller.get(at).content.decode()
    assert (
        'name="payload_kg"' in page
        and "LR-1" in page
        and "LR-1" in seller.get("/models/mine/").content.decode()
    )
    for role in ("buyer", "rival", "operator", "visitor", "city_official"):
        client = cast.client(role)
        assert client.get(at).status_code == 404
        assert "LR-1" not in client.get("/models/").content.decode()
        assert at not in client.get("/search/", {"q": "LR-1"}).content.decode()
    assert at in seller.get("/search/", {"q": "LR-1"}).content.decode()


def test_figures_need_a_source_and_keep_their_history(cast: Cast) -> None:
    upload(cast)
    work_off()
    model = Model.objects.get()
    at = f"/models/{model.pk}/figures/"
    seller = cast.client("seller")
    for wrong in (
        {"payload_kg": "25", "source": ""},
        {"payload_kg": "heavy", "source": SHEET},
        {"velocity": "10/20", "source": SHEET},
        {"lower": "/".join(["400"] * 6), "source": SHEET},  # above the upper limits
        {"source": SHEET},
    ):
        page = seller.post(at, wrong)
        assert page.status_code == 422, wrong
    assert "25" in seller.post(at, {"payload_kg": "25", "source": ""}).content.decode()
    assert (Correction.objects.count(), model.revisions.count()) == (0, 1)
    assert cast.client("rival").post(at, {"payload_kg": "25", "source": SHEET}).status_code == 404
    speeds = "/".join(f"{100 + k}" for k in range(6))
    assert seller.post(at, {"velocity": speeds, "source": SHEET}).status_code == 302
    robot = read_robot(Model.objects.get().current.values, model.pk)
    assert robot.joints[2].velocity == pytest.approx(102 * 3.141592653589793 / 180)
    assert robot.velocity is not None and robot.velocity.source == SHEET
    kept = Correction.objects.get()
    assert (kept.state, kept.source, kept.decided_by) == ("accepted", SHEET, cast.seller)
    page = seller.get(f"/models/{model.pk}/").content.decode()
    assert SHEET in page and "100 / 101 / 102" in page


def test_the_card_names_what_it_is_proven_for_and_what_fails(cast: Cast) -> None:
    model = complete(cast)
    assert Job.objects.filter(kind="card", state="queued").count() == 1
    assert work_off() == 1
    card = card_of(model)
    assert card is not None and len(card["lines"]) == 7
    proven = {line["scenario"] for line in card["lines"] if "sha256" in line}
    refused = [line for line in card["lines"] if "sha256" not in line]
    assert proven == set(Capability.objects.values_list("scenario", flat=True))
    assert "arc_welding" in proven and all(line["reason"][0] for line in refused)
    certificate = Certificate.objects.get(scenario="arc_welding")
    assert (certificate.access, certificate.organisation) == ("private", model.owner)
    assert not Evidence.objects.exists()
    where = f"/evidence/{certificate.sha256.removeprefix('sha256:')}/"
    page = cast.client("seller").get(f"/models/{model.pk}/").content.decode()
    assert where in page and "payload-curve" in page and "reach-map" in page
    assert cast.client("seller").get(where).status_code == 200
    for role in ("rival", "buyer", "visitor"):
        assert cast.client(role).get(where).status_code == 404
    assert own_models(None) == {} and own_models(model.owner_id) == {model.pk: model.current.sha256}
    cast.client("seller").post(f"/models/{model.pk}/figures/", {"payload_kg": "0.001", "source": SHEET})
    assert card_of(Model.objects.get()) is None  # of the new revision there is none yet
    work_off()
    assert not Capability.objects.filter(scenario="palletising").exists()


def test_its_owner_says_who_reads_it(cast: Cast) -> None:
    model = complete(cast)
    work_off()
    at = f"/models/{model.pk}/"
    certificate = Certificate.objects.get(scenario="arc_welding")
    where = f"/evidence/{certificate.sha256.removeprefix('sha256:')}/"
    visitor, seller = cast.client("visitor"), cast.client("seller")
    assert cast.client("rival").post(f"{at}access/", {"access": "public"}).status_code == 404
    assert seller.post(f"{at}access/", {"access": "anyone"}).status_code == 422
    seller.post(f"{at}access/", {"access": "check_only"})
    page = visitor.get(at).content.decode()
    assert where in page and "reach-map" not in page and SHEET not in page.split("</table>")[1]
    assert visitor.get(where).status_code == 200 and fetched(visitor, f"{where}file") == 403
    assert visitor.get(f"/api/models/{model.pk}/file").status_code == 404
    assert cast.client("buyer").post(f"{at}access/", {"access": "public"}).status_code == 403
    assert Evidence.objects.filter(status="valid", subject_id=model.pk).exists()
    assert own_models(None) == {}
    seller.post(f"{at}access/", {"access": "public"})
    assert "reach-map" in visitor.get(at).content.decode() and fetched(visitor, f"{where}file") == 200
    assert own_models(None) == {}  # until the operator has approved that they speak for it
    claim = ModelClaim.objects.get()
    assert (claim.state, claim.organisation) == ("pending", model.owner)
    assert "等待" in seller.get(at).content.decode()
    do_decide_claim(cast.reader("operator"), claim.pk, approve=True)
    assert own_models(None) == {model.pk: model.current.sha256}
    seller.post(f"{at}access/", {"access": "private"})
    assert own_models(None) == {}
    assert visitor.get(at).status_code == visitor.get(where).status_code == 404
    assert not Evidence.objects.filter(status="valid").exists()
    assert Event.objects.filter(verb="model.open").count() == 3


def test_what_is_not_approved_opens_nothing(cast: Cast) -> None:
    upload(cast, role="newcomer")
    work_off()
    at = f"/models/{Model.objects.get().pk}/"
    client = cast.client("newcomer")
    assert client.get(at).status_code == 200
    assert client.post(f"{at}access/", {"access": "public"}).status_code == 403
    assert upload(cast, role="buyer_viewer").status_code == 403
    assert upload(cast, role="visitor").status_code == 403


def test_a_next_version_keeps_the_supplied_figures(cast: Cast) -> None:
    model = complete(cast)
    work_off()
    changed = URDF.replace(f'name="{LIKE.id}"', 'name="second"')
    assert upload(cast, changed, role="rival", model=model.pk).status_code == 404
    assert upload(cast, changed, model=model.pk, name="LR-2").status_code == 302
    assert work_off() == 2  # read, and its card
    model = Model.objects.select_related("current").get()
    assert (model.name, model.revisions.count()) == ("LR-2", 3)
    assert model.current.values["ratings"]["payload_kg"]["source"] == SHEET
    assert upload(cast, changed, model=model.pk, name="LR-2").status_code == 302
    work_off()
    assert model.revisions.count() == 3  # the same file twice is one revision


def test_a_zip_brings_its_meshes(cast: Cast) -> None:
    mesh = '<mesh filename="package://arm/meshes/tip.stl" scale="0.001 0.001 0.001"/>'
    head, box, rest = URDF.rpartition("<box")
    described = head + mesh + rest[rest.index("/>") + 2 :]
    assert box
    files = {
        "arm/urdf/arm.urdf": described.encode(),
        "arm/meshes/tip.stl": PLAIN_BOX,
        "arm/README.md": b"no matter",
        "arm/package.xml": b"<package><name>arm</name></package>",
    }
    assert upload(cast, zipped(files), "arm.zip").status_code == 302
    work_off()
    last = Model.objects.get().current.values["links"][-1]["boxes"]
    assert max(max(b["size"]) for b in last) <= max(
        0.07, max(max(b.size) for b in LIKE.links[-1].boxes or ())
    )


def test_a_description_without_its_meshes_says_so(cast: Cast) -> None:
    mesh = '<mesh filename="package://arm/meshes/tip.stl"/>'
    head, _, rest = URDF.rpartition("<box")
    upload(cast, head + mesh + rest[rest.index("/>") + 2 :])
    assert "arm" in failure()


@pytest.mark.parametrize("name", ["../../../../etc/passwd", "file:///etc/passwd", "package://../etc/passwd"])
def test_mesh_names_do_not_leave_the_upload(cast: Cast, name: str) -> None:
    head, _, rest = URDF.rpartition("<box")
    described = head + f'<mesh filename="{name}"/>' + rest[rest.index("/>") + 2 :]
    upload(cast, zipped({"a/arm.urdf": described.encode()}), "arm.zip")
    line = failure()
    assert "root:" not in line and "robotplus-model-" not in line


def _link(target: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("arm.urdf")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, target)
    return out.getvalue()


def test_hostile_files_are_refused_in_one_line(cast: Cast, settings: Any) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><robot name="&a;"/>'
    settings.UPLOAD_LIMIT = 300_000
    refused = {
        "entity.urdf": bomb.encode(),
        "page.urdf": b"<html><script>alert(1)</script></html>",
        "arm.exe": b"MZ",
        "bomb.zip": zipped({"arm.urdf": b" " * 40_000_000}),
        "escape.zip": zipped({"../arm.urdf": URDF.encode()}),
        "huge.urdf": URDF.encode() + b" " * 400_000,
        "empty.urdf": b"",
        "sheet.csv": b"a,b\n1,2\n",
    }
    for called, content in refused.items():
        assert upload(cast, content, called).status_code == 422, called
    assert Job.objects.count() == 0
    upload(cast, _link("/etc/passwd"), "link.zip")
    assert "link" in failure()


def test_a_xacro_cannot_run_for_ever(cast: Cast) -> None:
    loop = (
        '<robot name="x" xmlns:xacro="http://www.ros.org/wiki/xacro"><xacro:macro name="m" params="n">'
        '<xacro:m n="${n+1}"/><xacro:m n="${n+1}"/></xacro:macro><xacro:m n="0"/></robot>'
    )
    upload(cast, loop, "arm.xacro")
    assert failure()


def test_the_api_takes_an_upload_to_its_card(cast: Cast) -> None:
    seller, rival = cast.client("seller"), cast.client("rival")
    sent = {"file": SimpleUploadedFile("arm.urdf", URDF.encode()), "name": "LR-1", "kind": "industrial"}
    made = seller.post("/api/own-models", sent)
    assert made.status_code == 201 and made.json()["state"] == "queued"
    where = f"/api/own-models/uploads/{made.json()['job']}"
    assert rival.get(where).status_code == 404
    work_off()
    followed = seller.get(where).json()
    assert followed["state"] == "done"
    at = f"/api/models/{followed['model']}"
    assert [m["id"] for m in seller.get("/api/own-models").json()] == [followed["model"]]
    assert rival.get("/api/own-models").json() == [] and rival.get(f"{at}/card").status_code == 404
    card = seller.get(f"{at}/card").json()
    assert card["state"] == "waiting for figures" and card["lines"] == []
    assert [m["name"] for m in card["missing"] if m["blocks"]] == ["payload_kg"]

    def supply(figures: dict[str, str]) -> Any:
        body = {"figures": figures, "source": SHEET}
        return seller.post(f"{at}/figures", body, content_type="application/json")

    assert supply({"colour": "red"}).status_code == 422
    assert supply({"payload_kg": "25"}).json()["state"] == "queued"
    work_off()
    card = seller.get(f"{at}/card").json()
    assert card["state"] == "done" and len(card["lines"]) == 7
    assert any(line["certificate"] for line in card["lines"])
    assert all(line["certificate"] or line["reason"]["zh"] for line in card["lines"])
    opened = seller.put(f"{at}/access", {"access": "public"}, content_type="application/json")
    assert opened.json()["access"] == "public" and rival.get(at).status_code == 200


def test_a_survey_leaves_what_it_did_not_look_at(cast: Cast) -> None:
    """A public model that nobody vouched for keeps its card's rows when the whole catalogue is surveyed."""
    model = complete(cast)
    work_off()
    cast.client("seller").post(f"/models/{model.pk}/access/", {"access": "public"})
    summary = {"scenario": "arc_welding", "catalogue_sha256": "sha256:0", "certificates": []}
    do_record_capabilities(Result.objects.create(key="sha256:1", kind="survey", summary=summary), [])
    assert Capability.objects.filter(model=model, scenario="arc_welding").exists()
    do_decide_claim(cast.reader("operator"), ModelClaim.objects.get().pk, approve=True)
    do_record_capabilities(Result.objects.get(key="sha256:1"), [])
    assert not Capability.objects.filter(model=model, scenario="arc_welding").exists()


def test_cards_are_renewed_with_the_engine(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    complete(cast)
    work_off()
    assert do_renew_cards() == 0
    monkeypatch.setattr("robotplus.portal.catalogue.carding.engine_digest", lambda: "another")
    assert do_renew_cards() == 1
    assert Job.objects.get(state="queued").asker == ""  # nobody waits for it
