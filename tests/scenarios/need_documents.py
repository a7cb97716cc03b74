"""Small needs to build tests from."""

import copy
from typing import Any

TOOL = {
    "name": "pen",
    "mass_kg": 1,
    "com_mm": [0, 0, 50],
    "tcp": {"position_mm": [0, 0, 200]},
    "box": [{"position_mm": [0, 0, 80], "size_mm": [60, 60, 160]}],
}
LINE = {"points_mm": [[0, 0, 500], [400, 0, 500]], "direction": [0, 0, -1]}
NEED: dict[str, Any] = {
    "id": "test",
    "title_en": "A test",
    "tool": TOOL,
    "base": {"x_mm": [-1000, 1000], "y_mm": [-1000, 1000]},
    "process_path": {"stroke": [{"name": "line", "polyline": LINE}]},
}
PART = {"name": "case", "mass_kg": 12, "size_mm": [400, 300, 200]}


def need(**changes: Any) -> dict[str, Any]:
    """A small process-path need, its top-level keys changed; None removes one."""
    out = {**copy.deepcopy(NEED), **changes}
    return {k: v for k, v in out.items() if v is not None}


def stroke(**kinds: Any) -> dict[str, Any]:
    """A need of one stroke."""
    return need(process_path={"stroke": [{"name": "line", **kinds}]})


def handling(
    tool: dict[str, Any] | None = None, cell: dict[str, Any] | None = None, **task: Any
) -> dict[str, Any]:
    """A need of one handling task."""
    return need(process_path=None, tool=tool or TOOL, cell=cell or {}, pick_place={"part": PART, **task})
