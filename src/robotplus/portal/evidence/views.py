"""Pages of certificates."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from robotplus.portal.core.errors import AbsentError, RefusedError
from robotplus.portal.core.reader import Reader
from robotplus.portal.evidence.access import access_certificate, listed, may_have_file, may_open
from robotplus.portal.evidence.actions import FILE_LIMIT, check_key, do_check, do_check_file, do_set_access
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.evidence.redaction import redacted
from robotplus.portal.jobs import results
from robotplus.portal.jobs.access import access_job, jobs_for
from robotplus.portal.jobs.models import Result
from robotplus.portal.matches.visiting import who_asks
from robotplus.portal.web.templatetags.ui import language
from robotplus.scenarios.library import scenarios

PAGE = 25
PARTS = {"glb": "model/gltf-binary", "profile.json": "application/json"}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Public certificates, by scenario; a form finds one by its digest."""
    if wanted := "".join(request.GET.get("sha256", "").split()):
        found = access_certificate(request.reader, wanted)  # type: ignore[attr-defined]
        return redirect("certificate", found.sha256.removeprefix("sha256:"))
    rows = listed()
    if scenario := request.GET.get("scenario", ""):
        rows = rows.filter(scenario=scenario)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    known = [s for s in scenarios() if s.family]
    return render(request, "evidence/index.html", {"page": page, "scenario": scenario, "scenarios": known})


@require_GET
def certificate(request: HttpRequest, hexdigest: str) -> HttpResponse:
    """A certificate: claims, premises, who may have it, and its check."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_certificate(reader, hexdigest)
    context = {
        "certificate": found,
        "hex": hexdigest,
        "document": redacted(_document(found)),
        "sections": _sections(found),
        "has_file": may_have_file(reader, found),
        "may_open": may_open(reader, found),
        "accesses": Certificate.Access.choices,
        **_check_state(reader, found),
    }
    return render(request, "evidence/certificate.html", context)


def _document(found: Certificate) -> dict[str, Any]:
    if found.result is None:
        raise AbsentError(_("the file of this certificate is no longer kept"))
    path = results.file_of(found.result.key, f"{found.sha256.removeprefix('sha256:')}.json")
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def _sections(found: Certificate) -> dict[str, str]:
    """Claims and premises as the answer page shows them; reporting's markup escapes what came from outside."""
    assert found.result is not None
    path = results.file_of(found.result.key, f"{found.sha256.removeprefix('sha256:')}.page.json")
    kept = json.loads(path.read_bytes())["sections"][language()]
    return {name: mark_safe(kept[name].replace("h4>", "h2>")) for name in ("claims", "premises", "not_shown")}


def _check_state(reader: Reader, found: Certificate) -> dict[str, Any]:
    key = check_key(found)
    done = Result.objects.filter(key=key).first()
    return {
        "check": done and done.summary,
        "job": jobs_for(reader).filter(key=key).order_by("-created_at").first(),
    }


@require_POST
def check(request: HttpRequest, hexdigest: str) -> HttpResponse:
    """Have it checked anew; the page polls for the verdict."""
    asking = who_asks(request)
    found = access_certificate(asking.reader, hexdigest)
    do_check(asking.reader, found)
    return asking.keep(redirect("certificate", hexdigest))


@require_GET
def check_state(request: HttpRequest, hexdigest: str) -> HttpResponse:
    """What htmx polls while the check runs."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_certificate(reader, hexdigest)
    context = {"certificate": found, "hex": hexdigest, **_check_state(reader, found)}
    return render(request, "evidence/_check.html", context)


@require_POST
def check_file(request: HttpRequest) -> HttpResponse:
    """Have a certificate checked that somebody brings."""
    given = request.FILES.get("file")
    if given is None:
        raise RefusedError(_("choose a certificate file"), field="file")
    job = do_check_file(request.reader, given.read(FILE_LIMIT + 1))  # type: ignore[attr-defined]
    return redirect("certificate_checked", job.pk)


@require_GET
def checked(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What came of the check of a file; htmx polls the part with the verdict."""
    job = access_job(request.reader, pk)  # type: ignore[attr-defined]
    done = Result.objects.filter(key=job.key, kind="check").first()
    name = "evidence/_checked.html" if getattr(request, "htmx", False) else "evidence/checked.html"
    return render(request, name, {"job": job, "check": done and done.summary})


@require_GET
def download(request: HttpRequest, hexdigest: str) -> FileResponse:
    """The whole file, for whoever may have it."""
    found = access_certificate(request.reader, hexdigest, file=True)  # type: ignore[attr-defined]
    if found.result is None:
        raise AbsentError(_("the file of this certificate is no longer kept"))
    path = results.file_of(found.result.key, f"{hexdigest}.json")
    name = f"cert-{found.model_id or hexdigest[:12]}.json"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/json")


@require_GET
def part(request: HttpRequest, hexdigest: str, kind: str) -> FileResponse:
    """What the player loads, for whoever may have the file: it shows work and motion."""
    found = access_certificate(request.reader, hexdigest, file=True)  # type: ignore[attr-defined]
    if kind not in PARTS or found.result is None:
        raise AbsentError(_("no such file"))
    file = results.file_of(found.result.key, f"{found.sha256.removeprefix('sha256:')}.{kind}").open("rb")
    response = FileResponse(file, content_type=PARTS[kind])
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_GET
def redaction(request: HttpRequest, hexdigest: str) -> JsonResponse:
    """Claims, hashes and premises, for whoever may know of it."""
    found = access_certificate(request.reader, hexdigest)  # type: ignore[attr-defined]
    response = JsonResponse(
        redacted(_document(found)), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = f'attachment; filename="cert-{hexdigest[:12]}-redacted.json"'
    return response


@require_POST
def open_to(request: HttpRequest, hexdigest: str) -> HttpResponse:
    """Say who may read it."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = access_certificate(reader, hexdigest, edit=True)
    do_set_access(reader, found, request.POST.get("access", ""))
    return redirect("certificate", hexdigest)
