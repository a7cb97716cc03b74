"""The icons of the portal, drawn on a grid of 24 with strokes of 2; each stands beside a word, never alone."""

from __future__ import annotations

from typing import Final

ICONS: Final[dict[str, str]] = {
    # verdicts
    "check": "M5 13l4 4 10-10",
    "question": "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18v.01",
    "change": "M5 8h11l-3-3M19 16H8l3 3",
    "dots": "M6 12v.01M12 12v.01M18 12v.01",
    "cross": "M6 6l12 12M18 6L6 18",
    "search": "M10 4a6 6 0 1 1 0 12a6 6 0 0 1 0-12M15 15l5 5",
    "minus": "M6 12h12",
    # things
    "robot": "M4 20h8M8 20v-4M8 16l-2-5 6-6 5 3M17 8l3-1M17 8l1 4",
    "factory": "M3 20h18V9l-6 4V9l-6 4V5H4z",
    "leaf": "M5 19c0-9 5-14 15-14c0 9-4 14-12 14c-1.500 0-3-.5-3-3M5 20c2-5 5-8 9-10",
    "crane": "M7 21V4l13 4H4M17 7v5M15 12h4v4h-4zM4 21h6",
    "people": "M9 4a3 3 0 1 1 0 6a3 3 0 0 1 0-6M3 20c0-4 2-7 6-7s6 3 6 7M16 5a3 3 0 0 1 0 5M17 13c3 1 4 4 4 7",
    "shield": "M12 3l8 3v6c0 5-3 8-8 9c-5-1-8-4-8-9V6zM12 8v4M12 16v.01",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4",
    "clock": "M12 4a8 8 0 1 1 0 16a8 8 0 0 1 0-16M12 8v4l3 2",
    "inbox": "M4 13h4l2 3h4l2-3h4M4 13l3-8h10l3 8v6H4z",
    "building": "M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3",
    "pin": "M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11M12 8a2 2 0 1 1 0 4a2 2 0 0 1 0-4",
    "tag": "M4 4h8l8 8-8 8-8-8zM8 8v.01",
    "calendar": "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
    "message": "M4 5h16v11H9l-5 4z",
    # actions
    "play": "M7 5l12 7-12 7z",
    "pause": "M8 5v14M16 5v14",
    "upload": "M12 16V5M7 10l5-5 5 5M5 20h14",
    "download": "M12 4v11M7 10l5 5 5-5M5 20h14",
    "plus": "M12 5v14M5 12h14",
    "edit": "M4 20h4L19 9l-4-4L4 16z",
    "share": "M6 10a2 2 0 1 1 0 4a2 2 0 0 1 0-4M18 4a2 2 0 1 1 0 4a2 2 0 0 1 0-4"
    "M18 16a2 2 0 1 1 0 4a2 2 0 0 1 0-4M8 11l8-4M8 13l8 4",
    "filter": "M4 5h16l-6 8v6l-4-2v-4z",
    "left": "M15 5l-7 7 7 7",
    "right": "M9 5l7 7-7 7",
    "down": "M5 9l7 7 7-7",
    "alert": "M12 4l9 16H3zM12 10v4M12 17v.01",
    "info": "M12 4a8 8 0 1 1 0 16a8 8 0 0 1 0-16M12 11v5M12 8v.01",
    "sun": "M12 8a4 4 0 1 1 0 8a4 4 0 0 1 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1 1M18 18l1 1M5 19l1-1M18 6l1-1",
    "user": "M12 4a4 4 0 1 1 0 8a4 4 0 0 1 0-8M4 21c0-4 3-7 8-7s8 3 8 7",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "reset": "M5 12a7 7 0 1 0 2-5L5 9M5 4v5h5",
}
