"""Stores uploaded files, which may be hostile, under their digest; serves them only through their subject.

A file lies in ``MEDIA_ROOT/documents/ab/<sha256>``, outside every folder that is served as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import unicodedata
import uuid
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.translation import gettext as _

from robotplus.portal.core.archives import HostileFileError
from robotplus.portal.core.errors import AbsentError, ConflictError, ForbiddenError, RefusedError
from robotplus.portal.core.events import log_event
from robotplus.portal.core.models import Document
from robotplus.portal.core.reader import Reader
from robotplus.portal.core.sniffing import ALLOWED, MEDIA_TYPES, sniff
from robotplus.portal.core.subjects import access_documents_of, subject_type
from robotplus.portal.core.uploads import is_too_large

MAX_NAME = 120
INCOMING = ".incoming-"  # begins the name of a file that is not whole yet
_UNSAFE = re.compile(r'[<>:"|?*]+')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)


def clean_name(given: str) -> str:
    """A file name that is safe on every system: no folders, no control or direction marks, bounded length."""
    plain = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C")
    plain = _UNSAFE.sub("_", plain).strip(" .") or "file"
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: MAX_NAME - len(ending) - 1]}{dot}{ending}" if dot else plain[:MAX_NAME]


def do_store_document(
    reader: Reader,
    upload: UploadedFile[Any],
    *,
    subject: models.Model | None = None,
    allow: frozenset[str] = ALLOWED,
) -> Document:
    """Keep an upload after looking into it.

    Args:
        subject: what it is attached to, and so who may read it; without one, its uploader's organisation alone.
            The caller has authorised the reader for it.
        allow: the types taken here, of ``sniffing.MEDIA_TYPES``.

    Raises:
        ForbiddenError: a visitor.
        RefusedError: too large, another type, or dangerous.
    """
    if reader.user is None:
        raise ForbiddenError(_("sign in to upload files"))
    if is_too_large(upload):
        limit = settings.UPLOAD_LIMIT // 2**20
        raise RefusedError(_("files may have up to %(limit)d MiB") % {"limit": limit}, field="file")
    name = clean_name(upload.name or "")
    stream = cast(IO[bytes], upload.file)
    try:
        kind = sniff(stream, name)
    except HostileFileError as e:
        raise RefusedError(_("the file is refused: %(why)s") % {"why": e}, field="file") from e
    if kind not in allow:
        raise RefusedError(_("this type of file is not taken here"), field="file")
    digest, size = _keep(stream)
    with transaction.atomic():
        document = Document.objects.create(
            organisation=reader.organisation,
            uploaded_by=reader.user,
            name=name,
            media_type=MEDIA_TYPES[kind],
            size=size,
            sha256=digest,
            subject_type="" if subject is None else subject_type(subject),
            subject_id="" if subject is None else str(subject.pk),
        )
        log_event(reader, "document.upload", document, size=size, type=kind)
    return document


@transaction.atomic
def do_attach_document(reader: Reader, document: Document, *, subject: models.Model) -> None:
    """Attach an own document that hangs on nothing yet; from then on its subject decides who may read it.

    Raises:
        AbsentError: it is another organisation's.
        ConflictError: it is attached to something else already.
    """
    if not _is_own(reader, document):
        raise AbsentError(_("there is no such document"))
    place = {"subject_type": subject_type(subject), "subject_id": str(subject.pk)}
    if (document.subject_type, document.subject_id) == tuple(place.values()):
        return
    if not Document.objects.filter(pk=document.pk, subject_type="").update(**place):
        raise ConflictError(_("the document belongs to something else already"))
    document.subject_type, document.subject_id = place.values()
    log_event(reader, "document.attach", document)


def access_document(reader: Reader, pk: uuid.UUID) -> Document:
    """A document whose subject the reader may read; without a subject, an own one.

    Raises:
        AbsentError: there is none that the reader may know of.
    """
    document = Document.objects.filter(pk=pk).first()
    if document is not None and document.subject_type:
        with contextlib.suppress(AbsentError, ForbiddenError):
            access_documents_of(reader, document.subject_type, document.subject_id)
            return document
    elif document is not None and _is_own(reader, document):
        return document
    raise AbsentError(_("there is no such document"))


def open_document(document: Document) -> IO[bytes]:
    """The document's bytes."""
    return path_of(document.sha256).open("rb")


def path_of(digest: str) -> Path:
    hexed = digest.removeprefix("sha256:")
    return Path(settings.MEDIA_ROOT) / "documents" / hexed[:2] / hexed


def _is_own(reader: Reader, document: Document) -> bool:
    if reader.user is None:
        return False
    if document.organisation_id is None:
        return document.uploaded_by_id == reader.user.pk
    return document.organisation_id == reader.organisation_id


def _keep(stream: IO[bytes]) -> tuple[str, int]:
    """Copy to the place that the digest names: there whole or not at all, whenever we are killed."""
    folder = Path(settings.MEDIA_ROOT) / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    handle, made = tempfile.mkstemp(dir=folder, prefix=INCOMING)
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := stream.read(2**20):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        named = f"sha256:{digest.hexdigest()}"
        place = path_of(named)
        place.parent.mkdir(exist_ok=True)
        os.replace(made, place)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    return named, size
