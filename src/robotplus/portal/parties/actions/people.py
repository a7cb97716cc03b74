"""What a person changes of themself."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.parties.models import User


def do_describe_person(user: User, *, name: str, language: str) -> None:
    """Change the name, and the language of what is sent.

    Raises:
        RefusedError: no name, or a language that we do not speak.
    """
    if not name.strip() or len(name) > 80:
        raise RefusedError(_("at most %(limit)d characters") % {"limit": 80}, field="name")
    if language not in dict(settings.LANGUAGES):
        raise RefusedError(_("not one of the choices"), field="language")
    user.name, user.language = name.strip(), language
    user.save(update_fields=["name", "language"])
