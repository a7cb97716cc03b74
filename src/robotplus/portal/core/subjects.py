"""Finds the thing that an event, a notice, a document or a report is about.

A subject is named by its type (``offers.offer``) and id. Its app's ``access.py`` decides who may read it:
``access_offer(reader, pk)`` for a model ``Offer``, ``access_desk_request`` for ``DeskRequest``. What has no such
function cannot be read this way. ``access_offer_documents``, where there is one, decides about its files instead.
Its page is the route of the same name (``offer``, ``desk_request``) with the id as argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module, util
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import NoReverseMatch, reverse

from robotplus.portal.core.errors import AbsentError
from robotplus.portal.core.reader import Reader

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def subject_type(subject: models.Model | type[models.Model]) -> str:
    return subject._meta.label_lower


def noun_of(model: type[models.Model]) -> str:
    """``DeskRequest`` becomes ``desk_request``."""
    return _WORD.sub("_", model.__name__).lower()


def model_of(kind: str) -> type[models.Model]:
    """The model that a subject type names.

    Raises:
        AbsentError: it names none of ours.
    """
    try:
        found = apps.get_model(kind)
    except (LookupError, ValueError):
        raise AbsentError("there is no such thing") from None
    if not found.__module__.startswith("robotplus.portal."):
        raise AbsentError("there is no such thing")
    return found


def access_subject(reader: Reader, kind: str, pk: object) -> Any:
    """The subject, where the reader may read it.

    Raises:
        AbsentError: there is none that the reader may know of.
        ForbiddenError: what its app says.
    """
    return _access(reader, model_of(kind), pk, "")


def access_documents_of(reader: Reader, kind: str, pk: object) -> Any:
    """The subject, where the reader may read the files attached to it.

    Raises:
        AbsentError: there is none whose files the reader may know of.
        ForbiddenError: what its app says.
    """
    model = model_of(kind)
    return _access(reader, model, pk, "_documents" if _function(model, "_documents") else "")


def subject_url(kind: str, pk: object) -> str:
    """The subject's page, empty when it has none."""
    try:
        return reverse(noun_of(model_of(kind)), args=[pk])
    except (AbsentError, NoReverseMatch):
        return ""


def _function(model: type[models.Model], ending: str) -> Callable[[Reader, Any], Any] | None:
    module = model.__module__.rpartition(".")[0] + ".access"
    if util.find_spec(module) is None:
        return None
    return getattr(import_module(module), f"access_{noun_of(model)}{ending}", None)


def _access(reader: Reader, model: type[models.Model], pk: object, ending: str) -> Any:
    access = _function(model, ending)
    if access is None:
        raise AbsentError("there is no such thing")
    try:
        key = model._meta.pk.to_python(pk)
    except ValidationError:
        raise AbsentError("there is no such thing") from None
    return access(reader, key)
