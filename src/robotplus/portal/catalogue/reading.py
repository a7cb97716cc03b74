"""Has an uploaded robot description read in a process of its own, which bounds its memory, time and files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from robotplus.portal.catalogue.importer import CPU_S
from robotplus.portal.core.errors import RefusedError

WAIT_S: Final = 2 * CPU_S  # on a busy machine
MODULE: Final = "robotplus.portal.catalogue.importer"


def read_description(file: Path, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The robot file of an uploaded URDF, xacro, MJCF or zip of one with its meshes.

    Args:
        file: the bytes as they came.
        name: what the upload was called.
        options: see `importer.read`.

    Raises:
        RefusedError: what is wrong with it, in one line.
    """
    with tempfile.TemporaryDirectory(prefix="robotplus-model-") as folder:
        given = {"file": str(file), "name": name, "folder": folder, "options": dict(options)}
        try:
            ended = subprocess.run(
                [sys.executable, "-P", "-m", MODULE],
                input=json.dumps(given),
                capture_output=True,
                text=True,
                timeout=WAIT_S,
                check=False,
                cwd=folder,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        except subprocess.TimeoutExpired:
            raise RefusedError(_("reading the description takes too long"), field="file") from None
    try:
        said = json.loads(ended.stdout)
    except ValueError:
        raise RefusedError(
            _("reading the description takes more time or memory than is given here"), field="file"
        ) from None
    if "refused" in said:
        raise RefusedError(_("the description is refused: %(why)s") % {"why": said["refused"]}, field="file")
    document: dict[str, Any] = said["document"]
    return document
