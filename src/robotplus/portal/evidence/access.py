"""Who may know of a certificate, and who may have its file."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.errors import AbsentError, ForbiddenError
from robotplus.portal.core.reader import Reader
from robotplus.portal.evidence.models import Certificate, Evidence
from robotplus.portal.matches.access import answers_for, linked_answers

SHA = "sha256:"
OPEN = (Certificate.Access.PUBLIC, Certificate.Access.CHECK_ONLY)


def certificates_for(reader: Reader) -> models.QuerySet[Certificate]:
    """Public and check-only ones, and those of needs that the reader has an answer to.

    A private model's certificate is known to its owner only, whatever the need.
    """
    asked = answers_for(reader).filter(need_sha256=OuterRef("need_sha256"))
    seen_model = Q(model=None) | Q(model__owner=None)
    if reader.organisation_id is not None:
        seen_model |= Q(model__owner_id=reader.organisation_id)
    own = Q(Exists(asked)) & seen_model
    if reader.organisation_id is not None:
        own |= Q(organisation_id=reader.organisation_id)
    return Certificate.objects.filter(Q(access__in=OPEN) | own).select_related(
        "model", "result", "organisation"
    )


def listed() -> models.QuerySet[Certificate]:
    """What the public list shows, newest first."""
    found = Certificate.objects.filter(access__in=OPEN, result__isnull=False)
    return found.select_related("model", "organisation").order_by("-pk")


def access_certificate(
    reader: Reader, sha256: str | int, *, file: bool = False, edit: bool = False
) -> Certificate:
    """One certificate by its digest, with or without its algorithm's name, or by its key in events and reports.

    Whoever can read an answer by its link can read its certificates by theirs: both are unguessable.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: its file stays here (``file``), or it is not the reader's to open (``edit``).
    """
    if isinstance(sha256, int):
        sha256 = Certificate.objects.filter(pk=sha256).values_list("sha256", flat=True).first() or ""
    named = sha256 if sha256.startswith(SHA) else SHA + sha256
    found = certificates_for(reader).filter(sha256=named).first() or _linked(named)
    if found is None:
        raise AbsentError(_("no such certificate, or it is private"))
    if file and not may_have_file(reader, found):
        raise ForbiddenError(_("its owner lets it be checked here; the file itself is not given"))
    if edit and not may_open(reader, found):
        raise ForbiddenError(
            _("only an approved organisation that asked for this answer opens its certificates")
        )
    return found


def may_have_file(reader: Reader, certificate: Certificate) -> bool:
    """Whether the file with its geometry and motion may be read."""
    if certificate.access == Certificate.Access.CHECK_ONLY:
        return _own(reader, certificate)
    return True


def may_open(reader: Reader, certificate: Certificate) -> bool:
    """Whether the reader may set who reads it: of their organisation's answer, and not opened by another."""
    free = certificate.organisation_id in (None, reader.organisation_id)
    return reader.may_publish and free and _own(reader, certificate)


def evidence_of(reader: Reader, model: Model) -> models.QuerySet[Evidence]:
    """The evidence records of a model, the highest level first; those of certificates that stay closed are left out."""
    known = Q(certificate=None) | Q(certificate__in=certificates_for(reader).values("pk"))
    rows = Evidence.objects.filter(known, subject_type="catalogue.model", subject_id=model.pk)
    return rows.select_related("issuer", "certificate").order_by("-level", "-pk")


def _own(reader: Reader, certificate: Certificate) -> bool:
    if certificate.organisation_id is not None and certificate.organisation_id == reader.organisation_id:
        return True
    return answers_for(reader).filter(need_sha256=certificate.need_sha256).exists()


def _linked(sha256: str) -> Certificate | None:
    """The certificate of a visitor's or a shared answer, which whoever has the link may read."""
    found = Certificate.objects.filter(sha256=sha256, result__isnull=False, model__owner=None)
    with_link = linked_answers().filter(key=OuterRef("result__key"))
    return found.filter(Exists(with_link)).select_related("model", "result", "organisation").first()
