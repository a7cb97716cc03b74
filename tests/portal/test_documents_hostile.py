"""Uploads are hostile until looked into, and are read only through what they hang on."""

from __future__ import annotations

import datetime as dt
import io
import os
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Cast, make_organisation
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from robotplus.portal.core.documents import (
    access_document,
    clean_name,
    do_attach_document,
    do_store_document,
    open_document,
    path_of,
)
from robotplus.portal.core.errors import AbsentError, ConflictError, ForbiddenError, RefusedError
from robotplus.portal.core.models import Document, Event
from robotplus.portal.core.sniffing import ALLOWED, MEDIA_TYPES
from robotplus.portal.core.tidying import do_tidy_documents
from robotplus.portal.core.uploads import DRAIN_LIMIT, LimitedUploadHandler, is_too_large

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20)
PDF = b"%PDF-1.7\n" + bytes(40)
BOMB = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]><{0}>&a;</{0}>'


def _zip(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def _office(part: str = "xl/workbook.xml", **more: bytes) -> bytes:
    plain = {"[Content_Types].xml": b"<Types/>", part: b"<workbook/>"}
    return _zip(plain | {k.replace("__", "/"): v for k, v in more.items()})


def _xlsx() -> bytes:
    out = io.BytesIO()
    book = Workbook()
    book.active.append(["型号", 3.5])
    book.save(out)
    return out.getvalue()


def _stl() -> bytes:
    return bytes(80) + struct.pack("<I", 2) + bytes(100)


GOOD = {
    "sheet.pdf": PDF,
    "photo.png": PNG,
    "photo.jpeg": b"\xff\xd8\xff\xe0" + bytes(40),
    "path.csv": "序号,x\n1,0.5\n".encode(),
    "old path.csv": "序号,x\n1,0.5\n".encode("gb18030"),
    "offers.xlsx": _xlsx(),
    "letter.docx": _office("word/document.xml"),
    "need.json": b'{"payload_kg": 3}',
    "need.toml": b"n = 1\n",
    "part.stl": _stl(),
    "text.stl": b"solid part\nfacet normal 0 0 1\nendfacet\nendsolid",
    "arm.urdf": b'<?xml version="1.0"?><robot name="a"><link name="b"/></robot>',
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_taken_is_kept_whole_under_its_digest(cast: Cast, name: str) -> None:
    kept = do_store_document(cast.reader("buyer"), SimpleUploadedFile(name, GOOD[name]))
    with open_document(kept) as file:
        assert file.read() == GOOD[name]
    assert (kept.name, kept.size) == (name, len(GOOD[name]))
    assert kept.media_type in MEDIA_TYPES.values()
    assert path_of(kept.sha256).name == kept.sha256.removeprefix("sha256:")
    assert not list((Path(settings.MEDIA_ROOT) / "documents").glob(".incoming-*"))
    assert Event.objects.get(subject_type="core.document").subject_id == str(kept.pk)


def _bomb() -> bytes:
    return _office(xl__sheet=bytes(20 * 2**20))


def _many() -> bytes:
    return _zip({"[Content_Types].xml": b"<Types/>"} | {f"xl/{i}": b"" for i in range(2100)})


def _encrypted() -> bytes:
    data = bytearray(_office())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(signature)
        data[at + offset] |= 1
    return bytes(data)


BAD: dict[str, Any] = {
    "page.html": b"<!doctype html><script>alert(1)</script>",
    "page.csv": b"<html><script>alert(1)</script>",
    "late.csv": b"a,b\n<script>alert(1)</script>\n",
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "picture.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "robot.urdf": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "entities.urdf": BOMB.format("robot").encode(),
    "utf16.urdf": BOMB.format("robot").encode("utf-16"),
    "bomb.xlsx": _bomb,
    "many.xlsx": _many,
    "encrypted.xlsx": _encrypted,
    "dtd.xlsx": lambda: _zip(
        {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": BOMB.format("workbook").encode()}
    ),
    "dtd16.docx": lambda: _zip(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": BOMB.format("w").encode("utf-16")}
    ),
    "escape.xlsx": lambda: _office(**{"..__..__etc__passwd": b"x"}),
    "absolute.xlsx": lambda: _office(**{"__etc__passwd": b"x"}),
    "macro.xlsx": lambda: _office(**{"xl__vbaProject.bin": b"x"}),
    "cut.xlsx": lambda: _xlsx()[:-30],
    "plain.zip": lambda: _zip({"a": b"a"}),
    "plain.xlsx": lambda: _zip({"a": b"a"}),
    "sheet.pdf": PNG,
    "photo.jpg": PDF,
    "program.exe": b"MZ" + bytes(100),
    "program.csv": b"MZ\0\0" + bytes(100),
    "noending": PDF,
    "empty.pdf": b"",
    "deep.json": b"[" * 100_000,
    "broken.toml": b"a = = 1",
    "wrong.stl": bytes(80) + struct.pack("<I", 3) + bytes(100),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_says_why_in_one_line_and_leaves_nothing(cast: Cast, name: str) -> None:
    data = BAD[name]() if callable(BAD[name]) else BAD[name]
    with pytest.raises(RefusedError) as refused:
        do_store_document(cast.reader("buyer"), SimpleUploadedFile(name, data))
    assert "\n" not in str(refused.value) and "file" in refused.value.problems
    assert not Document.objects.exists()


def test_overlapping_entries_are_refused(cast: Cast) -> None:
    """Directory entries that lead to the same bytes: the trick behind bombs of modest ratio."""
    data = _zip({"[Content_Types].xml": b"<Types/>", "xl/part.0": bytes(range(256)) * 40}, zipfile.ZIP_STORED)
    record, end = data.rfind(b"PK\1\2"), data.rfind(b"PK\5\6")
    copies = b"".join(data[record:end].replace(b"part.0", f"part.{i}".encode()) for i in range(1, 9))
    size, offset = struct.unpack_from("<II", data, end + 12)
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 10, 10, size + len(copies), offset, 0)
    twisted = data[:end] + copies + tail
    assert len(zipfile.ZipFile(io.BytesIO(twisted)).infolist()) == 10
    with translation.override("en"), pytest.raises(RefusedError, match="overlap"):
        do_store_document(cast.reader("buyer"), SimpleUploadedFile("a.xlsx", twisted))


def test_a_type_must_be_asked_for(cast: Cast) -> None:
    reader, data = cast.reader("buyer"), _zip({"a.txt": b"a"})
    with pytest.raises(RefusedError):
        do_store_document(reader, SimpleUploadedFile("a.zip", data))
    assert do_store_document(reader, SimpleUploadedFile("a.zip", data), allow=ALLOWED | {"zip"}).size == len(
        data
    )
    with pytest.raises(RefusedError):
        do_store_document(reader, SimpleUploadedFile("a.csv", b"a,b"), allow=frozenset({"pdf"}))


@given(st.text(max_size=300))
def test_names_are_safe_whatever_is_given(given_name: str) -> None:
    name = clean_name(given_name)
    assert 0 < len(name) <= 120 and name == clean_name(name)
    assert not set(name) & set('/\\<>:"|?*\0\n\r\u202e') and not name.startswith((".", " "))


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\表 1.xlsx", "表 1.xlsx"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("con.pdf", "_con.pdf"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_keep_what_is_harmless(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


def test_a_document_is_read_through_its_subject_alone(cast: Cast) -> None:
    loose = do_store_document(cast.reader("buyer"), SimpleUploadedFile("a.pdf", PDF))
    paper = do_store_document(
        cast.reader("buyer"), SimpleUploadedFile("b.pdf", PDF), subject=cast.reader("buyer").organisation
    )
    assert loose.sha256 == paper.sha256  # the same bytes, and yet two documents with their own readers
    for name in ("buyer", "buyer_viewer"):
        assert access_document(cast.reader(name), loose.pk) == loose
    for name in ("seller", "rival", "newcomer", "ex_member", "district_official", "operator", "visitor"):
        with pytest.raises(AbsentError):
            access_document(cast.reader(name), loose.pk)
    assert access_document(cast.reader("buyer"), paper.pk) == access_document(
        cast.reader("operator"), paper.pk
    )
    for name in ("buyer_viewer", "seller", "rival", "ex_member", "city_official", "visitor"):
        with pytest.raises(AbsentError):
            access_document(cast.reader(name), paper.pk)


def test_a_document_hangs_on_one_thing(cast: Cast) -> None:
    reader = cast.reader("buyer")
    document = do_store_document(reader, SimpleUploadedFile("a.pdf", PDF))
    with pytest.raises(AbsentError):
        do_attach_document(cast.reader("rival"), document, subject=cast.reader("rival").organisation)
    do_attach_document(reader, document, subject=reader.organisation)
    do_attach_document(reader, document, subject=reader.organisation)
    with pytest.raises(ConflictError):
        do_attach_document(reader, document, subject=make_organisation("Third"))


def test_a_document_of_a_type_without_access_is_nobodys(cast: Cast) -> None:
    document = do_store_document(cast.reader("buyer"), SimpleUploadedFile("a.pdf", PDF))
    for kind in ("parties.user", "auth.permission", "nonsense", "core.event"):
        Document.objects.filter(pk=document.pk).update(subject_type=kind, subject_id="1")
        with pytest.raises(AbsentError):
            access_document(cast.reader("operator"), document.pk)


def test_downloads_are_attachments_that_no_browser_renders(cast: Cast) -> None:
    document = do_store_document(cast.reader("buyer"), SimpleUploadedFile("图.png", PNG))
    response = cast.client("buyer").get(f"/documents/{document.pk}")
    assert b"".join(response.streaming_content) == PNG
    assert (
        response["Content-Disposition"].startswith("attachment")
        and "%E5%9B%BE" in response["Content-Disposition"]
    )
    assert (
        response["X-Content-Type-Options"] == "nosniff" and "sandbox" in response["Content-Security-Policy"]
    )
    assert "no-store" in response["Cache-Control"]
    for close in response._resource_closers:  # as a server does; the client would close the database too
        close()
    for name in ("seller", "visitor"):
        assert cast.client(name).get(f"/documents/{document.pk}").status_code == 404


def test_visitors_upload_nothing(cast: Cast) -> None:
    with pytest.raises(ForbiddenError):
        do_store_document(cast.reader("visitor"), SimpleUploadedFile("a.pdf", PDF))


def test_what_is_over_the_limit_is_not_kept_and_is_answered_in_words(
    cast: Cast, settings: Any, areas: dict[str, Any]
) -> None:
    settings.UPLOAD_LIMIT = 1000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client: Client = cast.client("buyer")
    given_form = {
        "name_zh": "新厂",
        "country": "DE",
        "code": "HRB 1234",
        "kind": "user",
        "licence": SimpleUploadedFile("a.pdf", PDF + bytes(200_000)),
    }
    response = client.post("/organisations/new", given_form)
    assert response.status_code == 422
    assert "MiB" in response.content.decode() and "新厂" in response.content.decode()
    assert not Document.objects.exists()


def test_a_request_without_end_is_not_read(cast: Cast) -> None:
    given_form = {"name_zh": "新厂", "licence": SimpleUploadedFile("a.pdf", PDF)}
    answer = cast.client("buyer").post("/organisations/new", given_form, CONTENT_LENGTH=str(DRAIN_LIMIT + 1))
    assert answer.status_code in (400, 413) and not Document.objects.exists()


def test_the_files_of_one_request_are_bounded_together(cast: Cast, settings: Any) -> None:
    """Many files under the limit are no way around it: what is over the sum is marked and not kept."""
    settings.UPLOAD_LIMIT = 100_000
    files = {f"file{i}": SimpleUploadedFile(f"{i}.pdf", PDF + bytes(90_000)) for i in range(8)}
    request = RequestFactory().post("/", files)
    request.upload_handlers = [LimitedUploadHandler(request)]
    got = [request.FILES[name] for name in files]
    assert [is_too_large(f) for f in got] == [False] * 4 + [True] * 4
    assert sum(len(f.read()) for f in got) <= 4 * 100_000
    request.close()


def test_only_what_nothing_leads_to_is_taken_away(cast: Cast) -> None:
    def store(data: bytes) -> Document:
        return do_store_document(cast.reader("buyer"), SimpleUploadedFile("a.pdf", PDF + data))

    attached, loose, young, twin = store(b"1"), store(b"2"), store(b"3"), store(b"2")
    do_attach_document(cast.reader("buyer"), attached, subject=cast.reader("buyer").organisation)
    folder = Path(settings.MEDIA_ROOT) / "documents"
    cut, orphan = folder / ".incoming-cut", folder / "ab" / ("ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    for path in (cut, orphan):
        path.write_bytes(b"x")
    fresh_cut = folder / ".incoming-fresh"
    fresh_cut.write_bytes(b"x")
    months_ago = time.time() - 40 * 86_400
    for path in (cut, orphan, path_of(attached.sha256), path_of(loose.sha256)):
        os.utime(path, (months_ago, months_ago))
    old = timezone.now() - dt.timedelta(days=40)
    Document.objects.filter(pk__in=[attached.pk, loose.pk]).update(at=old)
    call_command("tidy_documents")
    assert not cut.exists() and not orphan.exists() and fresh_cut.exists()
    assert set(Document.objects.values_list("pk", flat=True)) == {attached.pk, young.pk, twin.pk}
    for kept in (attached, young, twin):  # the twin has the same bytes as the loose one that went
        assert path_of(kept.sha256).is_file()
    fresh_cut.unlink()
    Document.objects.filter(pk=twin.pk).update(at=old)
    assert do_tidy_documents() >= 1 and not path_of(twin.sha256).exists()
    assert path_of(attached.sha256).is_file()
