"""Commands run in this process; a folder of eight robots stands in for the catalogue."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from robotplus.cli.main import main
from robotplus.robots.catalogue import DATA

ROOT = Path(__file__).parents[2]
NEEDS = ROOT / "examples" / "needs"
SEAM = NEEDS / "bench_seam.toml"
ROBOTS = (
    "abb_irb1200_5_90",
    "dobot_nova5",
    "fanuc_m20ia",
    "fanuc_lrmate10_11a",
    "kuka_kr7_r900_3",
    "kuka_lbr_iiwa14_r820",
    "ur_ur10e",
    "ur_ur3e",
)


@dataclass(frozen=True)
class Outcome:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Command(Protocol):
    def __call__(self, *arguments: object) -> Outcome: ...


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run ``robotplus ARGUMENTS``."""

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    for robot in ROBOTS:
        (path,) = DATA.glob(f"*/{robot}.json")
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def written(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an answer."""
    folder = tmp_path_factory.mktemp("answers") / "deep" / "seam"
    assert main(["answer", str(SEAM), "-o", str(folder), "--catalogue", str(catalogue), "--json"]) == 0
    return folder


@pytest.fixture(scope="session")
def certificate(written: Path) -> Path:
    return sorted(written.glob("cert-*.json"))[0]
