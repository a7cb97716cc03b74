"""Reads what a form of kind fields posted, back into the values that ``kinds.values.check_values`` takes."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from robotplus.portal.kinds import Field, Kind

SEVERAL = ("choices", "areas")


def posted_values(kind: Kind, post: QueryDict, *, prefix: str = "") -> dict[str, Any]:
    """The values by field name; an empty control is left out.

    Uploaded files of ``document`` fields are stored by the view first; it puts their ids in.
    """
    out: dict[str, Any] = {}
    for field in kind.fields:
        value = _one(field, post, f"{prefix}{field.name}")
        if value not in (None, "", []):
            out[field.name] = value
    return out


def _one(field: Field, post: QueryDict, name: str) -> Any:
    if field.type == "flag":
        return name in post or None
    if field.type in SEVERAL:
        return [v for v in post.getlist(name) if v]
    if field.type == "price":
        if not post.get(f"{name}.amount", "").strip():
            return None
        parts = ("amount", "currency", "tax_rate", "basis")
        return {
            **{p: post[f"{name}.{p}"] for p in parts if f"{name}.{p}" in post},
            "tax_included": f"{name}.tax_included" in post,
            "scope": post.getlist(f"{name}.scope"),
        }
    return post.get(name)
