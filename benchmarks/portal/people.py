"""Puts somebody of every kind of organisation into a portal and signs them in: ``python -m benchmarks.portal.people``.

Runs in the portal's environment, on an empty or a filled database; prints one line of JSON, by role: the key of the
session's cookie, a token of the API, the organisation's id and the person's address. With ``later``, what is asked
after thirty days becomes due instead.
"""

from __future__ import annotations

import json
import secrets
import sys

import django

PASSWORD = "a long pass phrase 7"
KINDS = {
    "plant": "user",
    "maker": "maker",
    "integrator": "integrator",
    "research": "research",
    "bank": "finance",
    "test_centre": "test_centre",
    "school": "school",
    "lessor": "lessor",
    "operator": "operator",
    "official": "commission",
    "newcomer": "",
}
NAMES = {
    "plant": "座椅总成厂",
    "maker": "臂之家机器人",
    "integrator": "渝焊集成",
    "research": "西部机器人研究院",
    "bank": "江北商业银行",
    "test_centre": "检测中心",
    "school": "机电职业学院",
    "lessor": "渝租设备",
    "operator": "运营中心",
    "official": "经信委",
}


def make() -> dict[str, dict[str, object]]:
    """Everybody, with open sessions."""
    from django.test import Client

    from robotplus.portal.core.models import Area
    from robotplus.portal.parties.access import reader_for
    from robotplus.portal.parties.actions.tokens import do_create_token
    from robotplus.portal.parties.models import Grant, Organisation, User

    area = Area.objects.order_by("code").last()
    run = secrets.token_hex(4)
    made: dict[str, dict[str, object]] = {}
    for role, kind in KINDS.items():
        user = User.objects.create_user(f"{role}-{run}@example.org", PASSWORD, name=role)
        token = ""
        organisation = None
        if kind:
            organisation = Organisation.objects.create(
                name_zh=NAMES[role],
                name_en=f"The {role.replace('_', ' ')}",
                country="XX",
                code=f"{role[:6].upper()}{run.upper()}",
                kind=kind,
                state=Organisation.State.APPROVED,
            )
            if area is not None:
                organisation.areas.add(area)
            grant = role if role in ("operator", "official") else "owner"
            Grant.objects.create(user=user, organisation=organisation, role=grant)
            if grant == "owner":
                token = do_create_token(
                    reader_for(user), label="acceptance", scopes=("read", "write"), days=2
                )[1]
        client = Client()
        client.force_login(user)
        made[role] = {
            "session": client.cookies["sessionid"].value,
            "token": token,
            "organisation": None if organisation is None else organisation.pk,
            "email": user.email,
        }
    return made


def later() -> None:
    """As if thirty days had passed since the inquiries: the daily round asks what became of them."""
    from django.core.management import call_command
    from django.utils import timezone

    from robotplus.portal.deals.models import OutcomeQuestion

    OutcomeQuestion.objects.filter(days=30).update(due=timezone.localdate())
    call_command("ask_outcomes")


if __name__ == "__main__":
    django.setup()
    if sys.argv[1:] == ["later"]:
        later()
    else:
        print(json.dumps(make(), ensure_ascii=False))
