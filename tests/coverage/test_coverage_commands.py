"""The commands on needs of this kind: files, JSON, exit codes, one line for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.coverage.conftest import area_need, scrubber

from robotplus.certificates.certificate import Refusal
from robotplus.errors import NeedError
from robotplus.proving.coverage import prove_coverage
from robotplus.scenarios.plans import plan_from_document, read_plan_need

ALL = sorted((Path(__file__).parents[2] / "examples" / "plans").glob("*.toml"))
PLANS = [path for path in ALL if "[area_coverage]" in path.read_text(encoding="utf-8")]
SPRAYING = Path(__file__).parents[2] / "examples" / "plans" / "field_spraying.toml"


def run(*arguments: object) -> Any:
    command = [str(Path(sys.executable).parent / "robotplus"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("path", PLANS, ids=lambda p: p.stem)
def test_every_example_reads_and_reads_again(path: Path) -> None:
    need = read_plan_need(path)
    assert need.id == path.stem and need.title_zh != need.title_en
    assert plan_from_document(need.document).sha256 == need.sha256


def test_answer_prove_and_check(tmp_path: Path) -> None:
    out = tmp_path / "out"
    answered = run("answer", SPRAYING, "-o", out, "--json")
    assert answered.returncode == 0, answered.stderr
    document = json.loads(answered.stdout)
    assert document == json.loads((out / "answer.json").read_text(encoding="utf-8"))
    assert document["counts"]["proven_if_confirmed"] >= 1
    best = document["solutions"][0]["machine"]
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "<svg" in report and "水稻" in report and "src=" not in report and "href=" not in report
    certificate = out / f"plan-{best}.json"
    held = run("check", certificate, "--need", SPRAYING, "--json")
    assert held.returncode == 0 and json.loads(held.stdout)["holds"]
    again = run("prove", SPRAYING, "--robot", best, "--json")
    assert json.loads(again.stdout)["sha256"] == json.loads(certificate.read_text(encoding="utf-8"))["sha256"]
    other = run("check", certificate, "--need", PLANS[1])
    assert other.returncode == 1 and "another_need" in other.stdout
    no = run("prove", SPRAYING, "--robot", "xag_v40")
    assert no.returncode == 1 and "please state" in no.stdout


def test_a_wrong_id_is_one_line() -> None:
    wrong = run("prove", SPRAYING, "--robot", "dji_agras_t4")
    assert wrong.returncode == 2 and wrong.stderr.count("\n") == 1 and "dji_agras_t40" in wrong.stderr


AREA = {"kinds": ["cleaning_scrubber"], "outline_m": [[0, 0], [9, 0], [9, 9], [0, 9]]}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"outline_m": [[0, 0], [9, 9], [9, 0], [0, 9]]}, "not a simple polygon"),
        ({"outline_m": [[0, 0], [9, 0]]}, "at least 3"),
        ({"outline_m": [[0, 0], [0.1, 0], [0.1, 0.1]]}, "encloses"),
        ({"outline_m": [[0, 0], [float("nan"), 0], [9, 9]]}, "finite"),
        ({"holes_m": [[[0, 0], [9, 9], [9, 0], [0, 9]]]}, "holes_m"),
        ({"holes_m": [[[-1, -1], [10, -1], [10, 10], [-1, 10]]]}, "nothing"),
        ({"kinds": []}, "kinds"),
        ({"overlap_percent": 95}, "overlap_percent"),
        ({"passes": 0}, "passes"),
        ({"work_speed_m_s": -1}, "work_speed_m_s"),
        ({"reserve_percent": 100}, "reserve_percent"),
        ({"speed": 3}, "speed"),
        ({"outline_m": "a field"}, "outline_m"),
    ],
)
def test_bad_areas_are_one_line(table: dict[str, Any], said: str) -> None:
    document = {"id": "a", "title_en": "An area", "area_coverage": {**AREA, **table}}
    with pytest.raises(NeedError, match=said) as caught:
        plan_from_document(document)
    assert "\n" not in str(caught.value)


def test_a_margin_that_leaves_nothing_is_a_no_not_a_crash() -> None:
    result = prove_coverage(area_need(wall_margin_m=7), scrubber())
    assert isinstance(result, Refusal) and result.constraint == "area_access"


def test_the_schema_takes_every_example_and_refuses_an_unknown_key() -> None:
    import tomllib

    import jsonschema

    schema = json.loads(run("schema", "plan").stdout)
    for path in PLANS:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(document, schema)
        document["area_coverage"]["colour"] = "green"
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, schema)
