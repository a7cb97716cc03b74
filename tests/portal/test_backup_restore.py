"""A backup restores to the same rows and files; a damaged one changes nothing."""

from __future__ import annotations

import tarfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from conftest import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError

from robotplus.portal.core.backup import kept_models, read_backup, write_backup
from robotplus.portal.core.documents import do_store_document, path_of
from robotplus.portal.core.errors import ConflictError, RefusedError
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.kinds.values import read_number
from robotplus.portal.needs.actions import do_create_need
from robotplus.portal.needs.models import Need

pytestmark = pytest.mark.django_db(transaction=True)


def rows() -> dict[str, list[Any]]:
    return {m._meta.label_lower: list(m._base_manager.order_by("pk").values()) for m in kept_models()}


@pytest.fixture
def kept(cast: Cast, tmp_path: Path) -> Path:
    """A backup of a small world; the database is empty after."""
    buyer, seller = cast.reader("buyer"), cast.reader("seller")
    need = do_create_need(
        buyer, kind="application", title="弧焊", values={"takt_s": 25}, scenario="arc_welding"
    )
    do_inquire(
        buyer, kind="purchase", text="?", key=uuid.uuid4(), seller_id=seller.organisation_id, need_id=need.pk
    )
    do_store_document(buyer, SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"))
    path = tmp_path / "portal.backup"
    write_backup(path)
    return path


def test_restored_rows_and_files_are_the_same(kept: Path) -> None:
    before = rows()
    assert read_number("25") == before["needs.needrevision"][0]["values"]["takt_s"]
    digest = before["core.document"][0]["sha256"]
    call_command("flush", interactive=False, verbosity=0)
    path_of(digest).unlink()
    call_command("restore", str(kept), verbosity=0)
    assert rows() == before
    assert path_of(digest).read_bytes().startswith(b"%PDF")
    assert Need.objects.create(
        kind="job", organisation_id=before["parties.organisation"][0]["id"], title="n", state="draft"
    ).pk


def test_a_filled_database_is_left_alone(kept: Path) -> None:
    before = rows()
    with pytest.raises(ConflictError):
        read_backup(kept)
    assert rows() == before


def test_a_damaged_backup_changes_nothing(kept: Path, tmp_path: Path) -> None:
    call_command("flush", interactive=False, verbosity=0)
    before = rows()
    folder = tmp_path / "open"
    with tarfile.open(kept) as tar:
        tar.extractall(folder, filter="data")
    lines = (folder / "rows.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "rows.jsonl").write_bytes(b"".join(lines[:-1]))
    damaged = tmp_path / "damaged"
    with tarfile.open(damaged, "w") as tar:
        tar.add(folder, ".")
    for wrong in (damaged, tmp_path / "absent", Path(__file__)):
        with pytest.raises(RefusedError):
            read_backup(wrong)
        with pytest.raises(CommandError):
            call_command("restore", str(wrong), verbosity=0)
    assert rows() == before
