"""Home, the sentence that finds a scenario, the list of scenarios and a scenario's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from robotplus.errors import NeedError
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.jobs import results
from robotplus.portal.matches.shown import number_fields
from robotplus.portal.web import figures, showing
from robotplus.portal.web.fields import PLAN_FIELDS
from robotplus.portal.web.finding import find_scenarios, meant
from robotplus.scenarios.library import Scenario, get_scenario, scenarios

SHOWN = 3  # playbacks on the home page
PARTS: Final = {"glb": "model/gltf-binary", "profile.json": "application/json", "svg": "image/svg+xml"}


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    shown = sorted(figures.playbacks(scenarios()).values(), key=lambda p: p.newness)[:SHOWN]
    context = {"fields": figures.field_figures(), "playbacks": shown, "funnel": figures.month_funnel()}
    return render(request, "web/home.html", context)


@require_GET
def say(request: HttpRequest) -> HttpResponse:
    """One clear scenario opens; several are offered; with none, all are listed beside posting a need."""
    text = request.GET.get("q", "").strip()[:500]
    if not text:
        return redirect("scenario_list")
    found = find_scenarios(text)
    if (one := meant(found)) is not None:
        return redirect(f"{reverse('scenario', args=[one.id])}#numbers")
    chosen = [f.scenario for f in found] or scenarios()
    return render(request, "web/said.html", {"said": text, "found": found, **_list(chosen)})


@require_GET
def scenario_list(request: HttpRequest) -> HttpResponse:
    field, text = request.GET.get("field", ""), request.GET.get("q", "").strip()[:200]
    only = request.GET.get("provable", "")
    chosen = [f.scenario for f in find_scenarios(text)] if text else list(scenarios())
    chosen = [s for s in chosen if field in ("", s.field) and (not only or s.family)]
    context = {"field": field, "said": text, "provable": only, "plan_fields": PLAN_FIELDS, **_list(chosen)}
    return render(request, "web/scenarios.html", context)


def _list(chosen: Sequence[Scenario]) -> dict[str, Any]:
    verdicts = figures.verdicts_of(s.id for s in chosen)
    groups = [
        (f, [(s, verdicts[s.id]) for s in chosen if s.field == f.id])
        for f in PLAN_FIELDS
        if any(s.field == f.id for s in chosen)
    ]
    return {"groups": groups, "count": len(chosen)}


@require_GET
def scenario(request: HttpRequest, scenario_id: str) -> HttpResponse:
    found = _scenario(scenario_id)
    context = {
        "scenario": found,
        "field": next(f for f in PLAN_FIELDS if f.id == found.field),
        "numbers": number_fields(found, request.GET),
        "indicators": [showing.indicator(i) for i in found.indicators],
        "cases": [showing.case(c, found.chinese) for c in found.cases],
        "verdicts": figures.verdicts_of([found.id])[found.id],
        "playback": figures.playbacks([found]).get(found.id),
        "texts": showing.texts(found),
        "neighbours": [s for s in scenarios() if s.field == found.field and s.id != found.id],
    }
    return render(request, "web/scenario.html", context)


@require_GET
def playback(request: HttpRequest, scenario_id: str, part: str) -> HttpResponse | FileResponse:
    """The animation, the curves or the still picture of the scenario's playback."""
    shown = figures.playbacks([_scenario(scenario_id)]).get(scenario_id)
    if shown is None or part not in PARTS:
        raise AbsentError(_("there is no playback of it yet"))
    if part == "svg":
        response = HttpResponse(showing.drawing(shown.model), content_type=PARTS[part])
    else:
        certificate = shown.capability.certificate
        assert certificate is not None and certificate.result is not None  # playbacks() chose it so
        name = f"{certificate.sha256.removeprefix('sha256:')}.{part}"
        file = results.file_of(certificate.result.key, name).open("rb")
        response = FileResponse(file, content_type=PARTS[part])  # type: ignore[assignment]
    response["Cache-Control"] = "public, max-age=600"
    return response


def _scenario(scenario_id: str) -> Scenario:
    try:
        return get_scenario(scenario_id)
    except NeedError as e:
        raise AbsentError(_("there is no such scenario")) from e
