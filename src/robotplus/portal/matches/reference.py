"""The portal's own questions: what every scenario's reference case gives with the whole catalogue.

Two jobs a scenario, last in the queue: the answer as a visitor gets it, so that pressing the button with the
numbers unchanged is answered at once; and the survey, which checks everything that was found, for the figures
"proven today" and the scenarios that a model's page names.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from robotplus.portal.catalogue.access import in_answers
from robotplus.portal.catalogue.models import Capability, Model
from robotplus.portal.core.reader import NOBODY
from robotplus.portal.evidence.actions import give_evidence
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.jobs.actions import do_enqueue
from robotplus.portal.jobs.models import Job, Result
from robotplus.portal.matches.actions import result_key
from robotplus.portal.matches.catalogue import own_models
from robotplus.portal.matches.documents import scenario_document
from robotplus.portal.search.index import do_index_many
from robotplus.scenarios.files import need_from_document
from robotplus.scenarios.library import scenarios


def do_survey() -> list[Job]:
    """Enqueue what is missing for today's catalogue and engine; the answers of all scenarios come first."""
    jobs = []
    own = own_models(None)
    for kind in ("answer", "survey"):
        for scenario in scenarios():
            if not scenario.family:
                continue
            need = need_from_document(scenario_document(scenario, {}))
            key = result_key(need, own, None, kind=kind)
            if not Result.objects.filter(key=key).exists():
                params = {"document": need.document, "models": own, "check_all": kind == "survey"}
                jobs.append(do_enqueue(NOBODY, kind, params, key=key))
    return jobs


@transaction.atomic
def do_record_capabilities(result: Result, found: list[dict[str, Any]]) -> None:
    """What each model can do of the reference case, from a survey or, before there is one, the answer.

    Its certificates are public: they hold nothing but the scenario's own numbers and public models.

    Args:
        found: ``model``, ``verdict``, ``claims`` and ``sha256`` of each robot whose certificate holds.
    """
    scenario = result.summary["scenario"]
    known = set(Model.objects.filter(pk__in=[f["model"] for f in found]).values_list("pk", flat=True))
    rows = {c.sha256: c for c in Certificate.objects.filter(sha256__in=[f["sha256"] for f in found])}
    for certificate in rows.values():
        if certificate.access == Certificate.Access.PRIVATE and certificate.organisation_id is None:
            certificate.access = Certificate.Access.PUBLIC
            certificate.save(update_fields=["access"])
            give_evidence(certificate)
    # other models are not among the surveyed: what their owners had proven stays
    before = Capability.objects.filter(scenario=scenario, model__in=Model.objects.filter(in_answers()))
    touched = known | set(before.values_list("model_id", flat=True))
    before.delete()
    Capability.objects.bulk_create(
        Capability(
            model_id=f["model"],
            scenario=scenario,
            verdict=f["verdict"],
            claims=f["claims"],
            certificate=rows.get(f["sha256"]),
            catalogue_sha256=result.summary["catalogue_sha256"],
        )
        for f in found
        if f["model"] in known
    )
    do_index_many(list(Model.objects.filter(pk__in=touched)))
