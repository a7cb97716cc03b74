"""Documents are read for their text, and what is hostile or empty is refused in one line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from robotplus.errors import InputError
from robotplus.reading import read
from robotplus.reading.documents import MAX_BYTES, MAX_CHARACTERS, bounded, text_of_bytes, text_of_file

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, head: str = "") -> bytes:
    """A DOCX made by hand: the least that Word opens."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f"{head}<w:document {W}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"


def pdf(stream: str) -> bytes:
    """A PDF of one page made by hand, with its table of objects."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{place:010d} 00000 n \n" for place in places)
    return (out + f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF").encode(
        "ascii"
    )


def refusal(content: bytes, where: str = "need") -> str:
    with pytest.raises(InputError) as caught:
        text_of_bytes(content, where)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_word_document_with_split_runs_and_a_table() -> None:
    table = "<w:tbl>" + row("项目", "指标", "数量") + row("额定负载(kg)", "≥20", "2 台") + "</w:tbl>"
    text = text_of_bytes(docx(paragraph("臂展不小于1", ".8", "m") + table), "a.docx")
    assert text.splitlines() == ["臂展不小于1.8m", "项目 | 指标 | 数量", "额定负载(kg) | ≥20 | 2 台"]
    values = {(f.field, f.op, f.value) for f in read(text).figures}
    assert values == {("reach_mm", ">=", 1.8), ("payload_kg", ">=", 20), ("quantity", "=", 2)}


def test_a_workbook_written_by_another_program() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["参数", "要求"], ["额定负载(kg)", 25], ["重复定位精度", "±0.05mm"]):
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    values = {(f.field, f.value) for f in read(text_of_bytes(out.getvalue(), "a.xlsx")).figures}
    assert values == {("payload_kg", 25), ("repeatability_mm", 0.05)}


def test_the_text_layer_of_a_pdf() -> None:
    content = pdf("BT /F1 12 Tf 20 200 Td (payload at least 12 kg) Tj ET")
    assert text_of_bytes(content, "a.pdf").strip() == "payload at least 12 kg"


def test_a_scan_is_said_to_be_one() -> None:
    assert "scanned PDF" in refusal(pdf("0 0 100 100 re f"), "scan.pdf")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_text_as_windows_writes_it(coding: str) -> None:
    assert text_of_bytes("负载不小于20公斤".encode(coding), "a.txt") == "负载不小于20公斤"


def test_empty_files() -> None:
    for content in (b"", b" \r\n\t ", b"\xef\xbb\xbf", docx("")):
        assert "no text" in refusal(content)


def test_a_novel_is_too_long_and_a_long_tender_is_not() -> None:
    assert "too long" in refusal(("他说负载20公斤。" * (MAX_CHARACTERS // 8)).encode())
    assert bounded("x" * MAX_CHARACTERS, "here")


def test_a_document_of_a_hundred_megabytes_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.docx"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(InputError, match=r"large\.docx: the file is too large"):
        text_of_file(path)


def test_a_bomb_of_a_document_stops_at_the_bound() -> None:
    content = docx(paragraph("0" * 60_000_000))
    assert len(content) < MAX_BYTES / 10
    assert "unpacks to too much" in refusal(content)


def test_entities_are_refused_before_they_are_expanded() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    assert "entities" in refusal(docx(paragraph("&b;"), laughs))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .doc"),
        (b"PK\x03\x04 torn", "damaged"),
        (b"%PDF-1.4 torn", "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text"),
        (b"\xff\xfe\x00", "not a text"),
    ],
)
def test_what_is_no_document(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_a_zip_that_is_no_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("virus.exe", "x")
    assert "no document" in refusal(out.getvalue())


def test_every_prefix_of_a_document_is_read_or_refused() -> None:
    whole = docx(paragraph("负载20kg"))
    for end in range(0, len(whole), 7):
        with pytest.raises(InputError):
            text_of_bytes(whole[:end], "torn.docx")
