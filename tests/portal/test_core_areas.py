"""Areas come from a data file, the built-in one or a deployer's; subjects are found by convention alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Cast
from django.core.management import CommandError, call_command

from robotplus.errors import InputError
from robotplus.portal.core.areas import do_load_areas
from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.models import Area
from robotplus.portal.core.subjects import access_subject, noun_of, subject_url
from robotplus.portal.desk.scope import parts_of
from robotplus.portal.matches.models import DeskRequest

pytestmark = pytest.mark.django_db


def test_chongqing_has_its_districts_and_the_areas_that_lie_over_them() -> None:
    assert do_load_areas() == do_load_areas() == Area.objects.count()
    codes = set(Area.objects.filter(parent__code="500000").values_list("code", flat=True))
    official = {c for c in codes if c.startswith("500")}
    assert (
        len([c for c in official if c < "500200"]) == 26
        and len(official) == 38  # districts, counties, autonomous counties
        and codes - official == {"cq-liangjiang", "cq-gaoxin", "cq-wansheng"}
    )
    assert Area.objects.get(code="500106").name_zh == "沙坪坝区"
    assert len(parts_of("500000")) == 42 and len(parts_of("500106")) == 1 and parts_of("x") == set()


def test_a_deployer_gives_their_own(tmp_path: Path) -> None:
    file = tmp_path / "areas.toml"
    file.write_text(
        '[[area]]\ncode = "1"\nzh = "市"\nen = "City"\n'
        '[[area]]\ncode = "2"\nzh = "区"\nen = "Part"\nparent = "1"\nvalid_until = 2030-01-01\n',
        encoding="utf-8",
    )
    call_command("load_areas", str(file))
    part = Area.objects.get(code="2")
    assert part.parent is not None and part.parent.code == "1" and str(part.valid_until) == "2030-01-01"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml [",
        '[[area]]\ncode = "1"\n',
        '[[area]]\ncode = "1"\nzh = "a"\nen = "a"\nparent = "9"\n',
        '[[area]]\ncode = "1"\nzh = "a"\nen = "a"\nvalid_from = "2030"\n',
        '[[area]]\ncode = "1"\nzh = "a"\nen = "a"\ncolour = "red"\n',
    ],
)
def test_a_wrong_file_changes_nothing_and_says_what_is_wrong(tmp_path: Path, text: str) -> None:
    file = tmp_path / "areas.toml"
    file.write_text('[[area]]\ncode = "0"\nzh = "a"\nen = "a"\n' * bool(text.startswith("[[")) + text)
    with pytest.raises(InputError):
        do_load_areas(file)
    with pytest.raises(CommandError):
        call_command("load_areas", str(file))
    assert not Area.objects.exists()


def test_subjects_are_read_by_their_apps_rules_alone(cast: Cast) -> None:
    plant = cast.reader("buyer").organisation
    assert plant is not None and noun_of(DeskRequest) == "desk_request"
    assert access_subject(cast.reader("visitor"), "parties.organisation", str(plant.pk)) == plant
    assert subject_url("parties.organisation", plant.pk) == f"/organisations/{plant.pk}/"
    assert subject_url("parties.user", 1) == subject_url("nonsense", 1) == ""
    for kind, pk in (
        ("parties.user", "1"),
        ("auth.group", "1"),
        ("x", "1"),
        ("", ""),
        ("parties.organisation", "x"),
    ):
        with pytest.raises(AbsentError):
            access_subject(cast.reader("operator"), kind, pk)
