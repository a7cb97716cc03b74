"""Tables of offers: read as people write them, errors by row and column, all or nothing."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from conftest import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from robotplus.portal.kinds import kind, noun_kinds
from robotplus.portal.offers.models import Offer
from robotplus.portal.offers.tables import columns

pytestmark = pytest.mark.django_db

HEAD = [
    "title",
    "category",
    "mass_kg",
    "flange",
    "price.amount",
    "price.currency",
    "price.basis",
    "price.tax_included",
]
GOOD = [
    ["夹爪 A", "end_effector", "1,2 公斤", "ISO 9409-1-50-4-M6", "12000", "CNY", "unit", "是"],
    ["相机", "sensor", 0.4, "", "", "", "", ""],
]


def as_csv(rows: list[list[Any]], encoding: str = "utf-8-sig") -> SimpleUploadedFile:
    text = "\n".join(",".join(f'"{c}"' for c in row) for row in rows)
    return SimpleUploadedFile("offers.csv", text.encode(encoding))


def as_xlsx(rows: list[list[Any]], encoding: str = "") -> SimpleUploadedFile:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return SimpleUploadedFile("offers.xlsx", out.getvalue())


def as_json(rows: list[list[Any]], encoding: str = "") -> SimpleUploadedFile:
    made = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return SimpleUploadedFile("offers.json", json.dumps(made).encode())


@pytest.mark.parametrize("make", [as_csv, as_xlsx, as_json])
def test_a_table_becomes_drafts(cast: Cast, make: Any) -> None:
    page = cast.client("seller").post("/offers/import/", {"kind": "component", "file": make([HEAD, *GOOD])})
    assert page.status_code == 302
    gripper, camera = Offer.objects.order_by("pk")
    assert (gripper.title, gripper.state, gripper.current.values["mass_kg"]) == ("夹爪 A", "draft", 1.2)
    assert (
        gripper.current.values["price"]["amount"] == "12000.00"
        and gripper.current.values["price"]["tax_included"]
    )
    assert "price" not in camera.current.values


def test_a_table_in_gb18030(cast: Cast) -> None:
    cast.client("seller").post(
        "/offers/import/", {"kind": "component", "file": as_csv([HEAD, *GOOD], "gb18030")}
    )
    assert Offer.objects.filter(title="夹爪 A").exists()


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_errors_by_row_and_column_and_nothing_half_imported(cast: Cast, make: Any) -> None:
    bad = [HEAD, GOOD[0], ["", "gripper", "schwer", *GOOD[0][3:]]]
    page = cast.client("seller").post("/offers/import/", {"kind": "component", "file": make(bad)})
    text = page.content.decode()
    assert page.status_code == 422 and not Offer.objects.exists()
    for column in ("title", "category", "mass_kg"):
        assert f"<td>3</td><td><code>{column}</code>" in text


def test_a_model_that_nobody_knows_imports_nothing(cast: Cast) -> None:
    rows = [["title", "model"], ["A", "no_such_model"]]
    page = cast.client("seller").post("/offers/import/", {"kind": "product", "file": as_csv(rows)})
    assert page.status_code == 422 and "<td>2</td><td><code>model</code>" in page.content.decode()
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("a.csv", b""),
        SimpleUploadedFile("a.csv", b"title,title\na,b\n"),
        SimpleUploadedFile("a.csv", b"title\n"),
        SimpleUploadedFile("a.csv", b"title,colour\na,red\n"),
        SimpleUploadedFile("a.json", b'{"title": "a"}'),
        SimpleUploadedFile("a.json", b"[" * 100_000),
        SimpleUploadedFile("a.xlsx", b"PK\x03\x04 not a zip"),
        SimpleUploadedFile("a.pdf", b"%PDF-1.4\n"),
        SimpleUploadedFile("a.csv", b"title\n" + b"x\n" * 6000),
    ],
    ids=lambda u: u.name + str(u.size),
)
def test_what_is_no_table_says_so(cast: Cast, upload: SimpleUploadedFile) -> None:
    page = cast.client("seller").post("/offers/import/", {"kind": "component", "file": upload})
    assert page.status_code == 422 and 'role="alert"' in page.content.decode()
    assert not Offer.objects.exists()


@pytest.mark.parametrize("named", [k.id for k in noun_kinds("offer")])
def test_every_kind_has_an_empty_table(cast: Cast, named: str) -> None:
    sheet = cast.client("visitor").get(f"/offers/table-{named}.csv").content.decode("utf-8-sig").strip()
    assert sheet.split(",") == columns(kind(named, "offer"))
