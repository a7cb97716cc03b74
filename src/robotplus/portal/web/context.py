"""What every page knows: the site, its reader and the deployer's footer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from robotplus import __version__


def site(request: HttpRequest) -> dict[str, Any]:
    return {"site": settings.SITE, "reader": getattr(request, "reader", None), "engine_version": __version__}
