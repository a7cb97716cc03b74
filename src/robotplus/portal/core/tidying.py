"""Takes away uploads that nothing leads to: begun and never attached, refused with their form, or cut off by a kill."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from robotplus.portal.core.documents import INCOMING
from robotplus.portal.core.models import Document

LOOSE_DAYS = 30  # a document that hangs on nothing waits so long for its form
DAY_S = 86_400


def do_tidy_documents() -> int:
    """Forget old loose documents, then files older than a day without a row; how many files went."""
    oldest = timezone.now() - dt.timedelta(days=LOOSE_DAYS)
    for document in Document.objects.filter(subject_type="", at__lt=oldest):
        with contextlib.suppress(models.ProtectedError):  # something names it after all
            document.delete()
    folder = Path(settings.MEDIA_ROOT) / "documents"
    return sum(_discard(path) for path in sorted(folder.rglob("*")) if path.is_file())


def _discard(path: Path) -> bool:
    """Take a file away unless it is young or a row needs it; an upload of the same bytes at this moment stays whole.

    The file is moved aside before it is judged: what an upload puts in its place meanwhile is not touched.
    """
    if not _is_waste(path, path.name):
        return False
    aside = path.with_name(f"{INCOMING}{uuid.uuid4().hex}")
    os.rename(path, aside)
    if not _is_waste(aside, path.name):
        os.replace(aside, path)
        return False
    aside.unlink()
    return True


def _is_waste(path: Path, name: str) -> bool:
    if time.time() - path.stat().st_mtime < DAY_S:
        return False
    return name.startswith(INCOMING) or not Document.objects.filter(sha256=f"sha256:{name}").exists()
