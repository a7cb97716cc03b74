"""Documents named by digest read back to the last sign, on both databases."""

from __future__ import annotations

import pytest
from conftest import Cast

from robotplus.hashing import digest
from robotplus.portal.catalogue.models import Model, ModelRevision
from robotplus.portal.jobs.models import Job

pytestmark = pytest.mark.django_db
AWKWARD = {"z": [-0.0, 0.0, 1e22, 1e-9, 5e-324, 1.0, 1, 0.1], "text": '\0 \u2028 "中"', "none": None, "a": {}}


def test_a_documents_digest_survives_the_database() -> None:
    job = Job.objects.create(kind="answer", key="k", params=AWKWARD)
    job.refresh_from_db()
    assert digest(job.params) == digest(AWKWARD)
    assert list(job.params) == list(AWKWARD) and str(job.params["z"][0]) == "-0.0"
    Job.objects.filter(pk=job.pk).update(params={})
    assert Job.objects.get(pk=job.pk).params == {}


@pytest.mark.parametrize("bulk", [False, True])
def test_a_model_file_survives_the_database(cast: Cast, bulk: bool) -> None:
    model = Model.objects.create(id="x", maker="x", name="x")
    document = {k: v for k, v in AWKWARD.items() if k != "text"}
    made = ModelRevision(model=model, number=1, values=document, kind_version=1, sha256=digest(document))
    ModelRevision.objects.bulk_create([made]) if bulk else made.save()
    assert digest(ModelRevision.objects.get().file) == digest(document)
