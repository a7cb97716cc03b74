"""Which models an answer looks at: private ones for their owner alone, corrected ones for everybody."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from answered import answered, ask, small_catalogue, use_small_catalogue
from conftest import Cast

from robotplus.portal.catalogue.models import Model, ModelRevision
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader
from robotplus.portal.evidence.access import access_certificate
from robotplus.portal.matches.catalogue import RevisionStore, open_catalogue, own_models
from robotplus.portal.matches.shown import page_of
from robotplus.portal.parties.models import Organisation
from robotplus.robots.files import read_robot

pytestmark = pytest.mark.django_db
PRIVATE = "own_arm_7"


@pytest.fixture(autouse=True)
def few_robots(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_small_catalogue(monkeypatch)
    yield


def keep(document: dict[str, Any], *, owner: Organisation | None = None, access: str = "public") -> Model:
    """Bring a model file in as the current revision of a model."""
    robot = read_robot(document, "test")
    model, _ = Model.objects.get_or_create(
        id=robot.id,
        defaults={
            "maker": robot.maker,
            "name": robot.model,
            "category": robot.kind,
            "owner": owner,
            "access": access,
        },
    )
    model.current = ModelRevision.objects.create(
        model=model,
        number=model.revisions.count() + 1,
        values=robot.document,
        kind_version=1,
        sha256=robot.sha256,
    )
    model.save()
    return model


def twin(**changes: Any) -> dict[str, Any]:
    """The file of a catalogue arm, changed."""
    return {**copy.deepcopy(small_catalogue()["kuka_kr10_r1100_3"].document), **changes}


@pytest.mark.parametrize("access", ["private", "check_only"])
def test_a_private_model_is_answered_for_its_owner_alone(cast: Cast, access: str) -> None:
    keep(twin(id=PRIVATE, model="OWN 7"), owner=cast.reader("buyer").organisation, access=access)
    mine, others = answered(cast.reader("buyer")), ask(cast.reader("seller"))
    assert mine.key != others.key and others.key == ask(Reader(visitor="v")).key
    page = page_of(mine.key)
    assert page is not None
    row = next(r for r in page["rows"] if r["robot"] == PRIVATE)
    assert access_certificate(cast.reader("buyer"), row["certificate"]).model_id == PRIVATE
    answered(cast.reader("seller"))
    with pytest.raises(AbsentError):
        access_certificate(cast.reader("seller"), row["certificate"])
    theirs = page_of(others.key)
    assert theirs is not None and PRIVATE not in str(theirs)


def test_a_corrected_model_takes_the_place_of_its_file(cast: Cast) -> None:
    before = ask(cast.reader("buyer"))
    plain = small_catalogue()["kuka_kr10_r1100_3"]
    assert keep(plain.document).current_id and own_models(None) == {}
    corrected = copy.deepcopy(plain.document)
    corrected["ratings"]["payload_kg"]["value"] = 9.0
    model = keep(corrected)
    assert model.current is not None
    assert own_models(None) == {plain.id: model.current.sha256}
    whole = open_catalogue(own_models(None))
    assert len(whole) == len(small_catalogue())
    assert whole[plain.id].payload_kg is not None and whole[plain.id].payload_kg.value == 9.0
    assert ask(cast.reader("buyer")).key != before.key
    store = RevisionStore()
    assert store.find(plain.id, plain.sha256)[1] == "superseded"
    assert store.find(plain.id, model.current.sha256)[1] == "current"
    assert store.find(plain.id, "sha256:0") == (None, None)
