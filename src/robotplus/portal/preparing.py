"""What has to be there before the portal's first page: tables, areas, models, static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = "collected-from.txt"


def prepare(tell: Callable[[str], None]) -> None:
    """Bring the database and the static files up to date; quick when they are.

    Args:
        tell: given one line for each step that takes its time.

    Raises:
        KindError: a kind file is wrong.
    """
    from robotplus.portal.catalogue.actions import do_load_catalogue
    from robotplus.portal.core.areas import do_load_areas
    from robotplus.portal.core.models import Area
    from robotplus.portal.kinds import kinds
    from robotplus.portal.matches.catalogue import built_in
    from robotplus.portal.search.index import do_index_scenarios

    kinds()
    call_command("migrate", verbosity=0, interactive=False)
    if not Area.objects.exists():
        do_load_areas()
    do_index_scenarios()
    if changed := do_load_catalogue(built_in()):
        tell(f"{changed} robot models brought in")
    if not settings.DEBUG:
        _collect()


def _collect() -> None:
    """Gather the static files under hashed names, when one changed since."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    state = _state()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state, encoding="ascii")


def _state() -> str:
    """Names all static files by place, size and time."""
    h = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            file = Path(storage.path(name)).stat()
            h.update(f"{name}\0{file.st_size}\0{file.st_mtime_ns}\n".encode())
    return h.hexdigest()
