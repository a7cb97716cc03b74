"""The need document that a request gives: a scenario with numbers, or uploaded files.

Uploads are hostile: they are read in a folder of their own under names without paths, each within its limit,
and the need's own reader takes nothing that lies outside that folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from robotplus.errors import NeedError
from robotplus.portal.core.errors import RefusedError
from robotplus.portal.kinds.values import read_number
from robotplus.scenarios.files import MAX_NEED_BYTES, expand, read_need
from robotplus.scenarios.inlining import MAX_CSV_BYTES, MAX_STL_BYTES, read_points
from robotplus.scenarios.library import Scenario, get_scenario
from robotplus.scenarios.task import Need

LIMITS = {".toml": MAX_NEED_BYTES, ".json": MAX_NEED_BYTES, ".csv": MAX_CSV_BYTES, ".stl": MAX_STL_BYTES}
NEED_SUFFIXES = (".toml", ".json")
MAX_FILES = 8


def check_numbers(scenario: Scenario, given: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    """The numbers that were typed, and a sentence for each that is wrong; those left empty take the default.

    Args:
        given: text or number by the scenario's names; other keys are not looked at.
    """
    clean: dict[str, float] = {}
    problems: dict[str, str] = {}
    for number in scenario.numbers:
        raw = given.get(number.name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            continue
        try:
            value = read_number(raw, number.unit)
        except ValueError as e:
            problems[number.name] = str(e.args[0])
            continue
        if not number.low <= value <= number.high:
            problems[number.name] = _("must lie between %(low)g and %(high)g") % {
                "low": number.low,
                "high": number.high,
            }
        elif number.whole and value != int(value):
            problems[number.name] = _("must be a whole number")
        else:
            clean[number.name] = value
    return clean, problems


def scenario_document(scenario: Scenario, numbers: Mapping[str, float]) -> dict[str, Any]:
    """The short need file of a scenario; numbers equal to their defaults are left out, so that they agree."""
    usual = {n.name: n.default for n in scenario.numbers}
    return {
        "id": scenario.id,
        "title_en": scenario.name_en,
        "title_zh": scenario.name_zh,
        "scenario": scenario.id,
        "numbers": {k: v for k, v in numbers.items() if v != usual[k]},
    }


def document_of_uploads(
    files: Iterable[UploadedFile[Any]], *, scenario: str = "", numbers: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """The need document of uploaded files.

    One need file (TOML or JSON) with the CSV and STL files it names; or, without one, CSV paths that replace
    the strokes of a scenario of the process-path family and STL meshes that are added to its cell.

    Raises:
        RefusedError, NeedError: what is wrong, in one line.
    """
    given = list(files)
    if len(given) > MAX_FILES:
        raise RefusedError(_("at most %(n)d files at once") % {"n": MAX_FILES}, field="files")
    with tempfile.TemporaryDirectory(prefix="robotplus-need-") as folder:
        paths = [_keep(one, Path(folder)) for one in given]
        if len({p.name for p in paths}) != len(paths):
            raise RefusedError(_("two files have one name"), field="files")
        needs = [p for p in paths if p.suffix in NEED_SUFFIXES]
        if len(needs) > 1:
            raise RefusedError(_("give one need file"), field="files")
        if needs:
            return dict(read_need(needs[0]).document)
        return _around(get_scenario(scenario), numbers or {}, paths, Path(folder))


def _keep(upload: UploadedFile[Any], folder: Path) -> Path:
    """Write one upload into the folder under its own plain name, counting what really comes."""
    name = PurePosixPath((upload.name or "").replace("\\", "/")).name
    suffix = PurePosixPath(name).suffix.lower()
    if not name.isprintable() or name.startswith(".") or len(name) > 120 or suffix not in LIMITS:
        allowed = ", ".join(LIMITS)
        raise RefusedError(
            _("only these files are read here: %(allowed)s") % {"allowed": allowed}, field="files"
        )
    path = folder / f"{PurePosixPath(name).stem}{suffix}"
    size = 0
    with path.open("wb") as file:
        for chunk in upload.chunks():
            size += len(chunk)
            if size > LIMITS[suffix]:
                limit = LIMITS[suffix] // 1_000_000
                raise RefusedError(
                    _("the file is larger than %(limit)d MB") % {"limit": limit}, field="files"
                )
            file.write(chunk)
    return path


def _around(
    scenario: Scenario, numbers: Mapping[str, float], paths: list[Path], folder: Path
) -> dict[str, Any]:
    """A scenario's need with uploaded paths in place of its strokes, and uploaded meshes in its cell."""
    document: dict[str, Any] = scenario_document(scenario, numbers)
    meshes = [{"name": p.stem, "stl": p.name} for p in paths if p.suffix == ".stl"]
    if meshes:
        document["cell"] = {"mesh": meshes}
    tracks = [p for p in paths if p.suffix == ".csv"]
    if tracks:
        document = expand(document, "need")
        process = document.get("process_path")
        if not isinstance(process, dict):
            raise RefusedError(_("this scenario follows no path; a CSV path does not fit it"), field="files")
        process["stroke"] = [
            {"name": p.stem, "polyline": read_points(p, p.name)} for p in sorted(tracks, key=lambda p: p.name)
        ]
        document.pop("built_from", None)
    return dict(_read(document, folder).document)


def _read(document: dict[str, Any], folder: Path) -> Need:
    """Read a document whose meshes still lie in the folder, through the reader of need files."""
    import json

    path = folder / "need.json"
    if path.exists():
        raise NeedError("a file must not be called need.json", path.name)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return read_need(path)
