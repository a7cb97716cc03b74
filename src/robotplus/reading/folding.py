"""A text with its signs made alike, character for character, so that places in it are places in the text."""

from __future__ import annotations

_ALIKE = {
    "　": " ", "\t": " ", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\r": "\n",
    "～": "~", "〜": "~", "∼": "~", "˜": "~", "—": "~", "–": "~", "―": "~", "－": "-", "−": "-", "‐": "-", "‑": "-",
    "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤", "﹤": "<", "﹥": ">", "×": "x", "✕": "x", "╳": "x", "＊": "*", "∗": "*",
    "￥": "¥", "。": "。", "・": "·", "﹪": "%", "┃": "|", "│": "|", "｜": "|", "’": "'", "‘": "'", "“": '"', "”": '"',
}  # fmt: skip
_TABLE = {ord(sign): alike for sign, alike in _ALIKE.items()}
_TABLE |= {full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F) if full not in _TABLE}


def fold(text: str) -> str:
    """Full-width signs as plain ones, dashes and tildes as one, small letters; as long as the text itself."""
    plain = text.translate(_TABLE)
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in plain)
