"""Validates what people say of themselves and of their organisation."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.parties.models import OrganisationKind, Role

ASSIGNABLE = (
    Role.OWNER,
    Role.EDITOR,
    Role.VIEWER,
)  # by an organisation's owners; the operator gives the others
_FOREIGN_CODE = re.compile(r"[0-9A-Z][0-9A-Z ./-]{2,39}")
_E164 = re.compile(r"\+[1-9]\d{5,14}")


def normal_phone(given: Any) -> Any:
    """A mobile number in E.164: eleven digits that begin with 1 are Chinese; anything else stays as it is."""
    if not isinstance(given, str) or "@" in given:
        return given
    plain = re.sub(r"[\s()-]", "", given)
    if re.fullmatch(r"1\d{10}", plain):
        return f"+86{plain}"
    return f"+{plain[2:]}" if re.fullmatch(r"00[1-9]\d{5,14}", plain) else plain


def check_address(given: str) -> str:
    """An e-mail address or a mobile number, in its stored form.

    Raises:
        RefusedError: it is neither.
    """
    address: str = normal_phone(given.strip())
    if _E164.fullmatch(address):
        return address
    try:
        validate_email(address)
    except ValidationError:
        raise RefusedError(_("not an e-mail address or mobile number"), field="address") from None
    return address.lower()


def check_code(country: str, code: str) -> str:
    """An organisation's register number in its stored form.

    Chinese ones are unified social credit codes (GB 32100-2015, with check character).

    Raises:
        RefusedError: it cannot be one.
    """
    if country == "CN":
        try:
            return str(uscc.validate(code))
        except NumberError:
            raise RefusedError(
                _("not a unified social credit code: 18 characters with a check character"), field="code"
            ) from None
    plain = " ".join(code.upper().split())
    if not _FOREIGN_CODE.fullmatch(plain):
        raise RefusedError(_("the number in the country's company register"), field="code")
    return plain


def check_organisation(given: dict[str, Any]) -> dict[str, Any]:
    """The clean facts of an organisation that registers.

    Raises:
        RefusedError: with what is wrong, field by field.
    """
    clean = {k: str(given.get(k) or "").strip() for k in ("name_zh", "name_en", "country", "code", "kind")}
    clean |= check_profile(given)
    problems: dict[str, str] = {}
    if not clean["name_zh"]:
        problems["name_zh"] = _("required")
    for name, limit in (("name_zh", 120), ("name_en", 160)):
        if len(clean[name]) > limit:
            problems[name] = _("at most %(limit)d characters") % {"limit": limit}
    clean["country"] = clean["country"].upper() or "CN"
    if not re.fullmatch("[A-Z]{2}", clean["country"]):
        problems["country"] = _("a country code of two letters")
    if clean["kind"] not in set(OrganisationKind.values) - {OrganisationKind.OPERATOR}:
        problems["kind"] = _("not one of the choices")
    try:
        clean["code"] = check_code(clean["country"], clean["code"])
    except RefusedError as e:
        problems |= e.problems
    if problems:
        raise RefusedError(_("please look at the marked fields"), problems=problems)
    return clean


def check_profile(given: dict[str, Any]) -> dict[str, str]:
    """What an organisation may change of itself at any time: who they are, and their website."""
    about, website = str(given.get("about") or "").strip(), str(given.get("website") or "").strip()
    problems: dict[str, str] = {}
    if len(about) > 4000:
        problems["about"] = _("at most %(limit)d characters") % {"limit": 4000}
    if website:
        try:
            URLValidator(schemes=["http", "https"])(website)
        except ValidationError:
            problems["website"] = _("an address that begins with https://")
    if problems:
        raise RefusedError(_("please look at the marked fields"), problems=problems)
    return {"about": about, "website": website}


def check_role(role: str) -> str:
    """A role that owners may give.

    Raises:
        RefusedError: it is none of these.
    """
    if role not in ASSIGNABLE:
        raise RefusedError(_("not one of the choices"), field="role")
    return role
