"""Opening certificates, and asking for a check."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from robotplus.engine import engine_digest
from robotplus.hashing import digest
from robotplus.portal.core.errors import LimitError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.reader import Reader
from robotplus.portal.evidence.models import Certificate, Evidence
from robotplus.portal.jobs.actions import do_enqueue
from robotplus.portal.jobs.models import Job, Result

CLAIM = "does_the_task"
FILE_LIMIT = 10_000_000  # bytes of a certificate that somebody brings to be checked


@transaction.atomic
def do_set_access(reader: Reader, certificate: Certificate, access: str) -> None:
    """Say who may read a certificate; the caller has the right to (`access_certificate` with ``edit``).

    Opened at least for checking, it is evidence of level E1 for its model; closed again, that ends.

    Raises:
        RefusedError: no such access.
    """
    if access not in Certificate.Access.values:
        raise RefusedError(_("no such access"), field="access")
    before = certificate.access
    if before == access:
        return
    certificate.access, certificate.organisation = access, reader.organisation
    certificate.save(update_fields=["access", "organisation"])
    if access == Certificate.Access.PRIVATE:
        certificate.evidence_set.update(status=Evidence.Status.REVOKED)
    else:
        give_evidence(certificate)
    log_event(reader, "certificate.open", certificate, before=before, after=access)


def give_evidence(certificate: Certificate) -> None:
    """The E1 record of a certificate that others can at least have checked."""
    Evidence.objects.update_or_create(
        certificate=certificate,
        claim=CLAIM,
        defaults={
            "subject_type": "catalogue.model",
            "subject_id": certificate.model_id or "",
            "subject_sha256": certificate.model_sha256,
            "value": certificate.claims,
            "conditions": {"need_sha256": certificate.need_sha256, "scenario": certificate.scenario},
            "basis": "derived",
            "level": 1,
            "issuer": certificate.organisation,
            "status": Evidence.Status.VALID,
        },
    )


def open_certificates(found: QuerySet[Certificate], access: str) -> None:
    """Open certificates that hold nothing of their owner's but a model that is as open itself."""
    for certificate in found.exclude(access=access):
        certificate.access = access
        certificate.save(update_fields=["access"])
        give_evidence(certificate)


def close_certificates(found: QuerySet[Certificate]) -> None:
    """Make certificates private again; the evidence that they gave ends."""
    opened = found.exclude(access=Certificate.Access.PRIVATE)
    Evidence.objects.filter(certificate__in=opened).update(status=Evidence.Status.REVOKED)
    opened.update(access=Certificate.Access.PRIVATE)


def check_key(certificate: Certificate) -> str:
    """A check is done anew every day, and whenever the engine changed."""
    return digest(["check", certificate.sha256, engine_digest(), timezone.localdate().isoformat()])


@transaction.atomic
def do_check(reader: Reader, certificate: Certificate) -> Job | None:
    """Have a certificate checked anew; None when today's check is there already.

    Raises:
        LimitError: a browser without an account asks for too many.
    """
    key = check_key(certificate)
    if Result.objects.filter(key=key).exists():
        return None
    if not reader.user and not reader.visitor:
        raise LimitError(_("your browser has to keep the visitor's cookie for this"))
    return do_enqueue(reader, "check", {"certificate": certificate.sha256}, key=key)


@transaction.atomic
def do_check_file(reader: Reader, content: bytes) -> Job:
    """Have a certificate checked that somebody brings as a file; it is not kept beyond the check.

    Raises:
        RefusedError: not signed in, too large, or no text.
    """
    if reader.user is None:
        raise RefusedError(_("sign in to have a file checked; a digest needs no account"), field="file")
    if len(content) > FILE_LIMIT:
        raise RefusedError(
            _("the file is larger than %(limit)d MB") % {"limit": FILE_LIMIT // 1_000_000}, field="file"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(_("not a certificate file"), field="file") from None
    if "\0" in text:
        raise RefusedError(_("not a certificate file"), field="file")
    named = f"sha256:{hashlib.sha256(content).hexdigest()}"
    key = digest(["check", "file", named, engine_digest(), timezone.localdate().isoformat()])
    return do_enqueue(reader, "check", {"text": text}, key=key)
