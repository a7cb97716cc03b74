"""Registering, approval, invitations, roles and leaving: who gets in, and who is out at once."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import pytest
from conftest import Cast, make_member, make_organisation, make_user
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from robotplus.portal.core.errors import AbsentError, ConflictError, ForbiddenError, LimitError, RefusedError
from robotplus.portal.core.events import events_of
from robotplus.portal.core.reader import Reader
from robotplus.portal.parties.access import reader_for, reader_of_token
from robotplus.portal.parties.actions.members import (
    do_accept_invitation,
    do_change_role,
    do_end_membership,
    do_grant_official,
    do_invite,
)
from robotplus.portal.parties.actions.organisations import do_register_organisation, do_review_organisation
from robotplus.portal.parties.actions.tokens import do_create_token, do_revoke_token
from robotplus.portal.parties.checks import check_code, normal_phone
from robotplus.portal.parties.models import Grant, Invitation, Notice, Organisation, User

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + bytes(40)
CODE = "91500000MA1TEXT12"
CODE += uscc.calc_check_digit(CODE)  # invented


def _register(reader: Reader, **changed: Any) -> Organisation:
    facts = {"name_zh": "新厂", "country": "CN", "code": CODE, "kind": "user"} | changed
    return do_register_organisation(reader, facts, licence=SimpleUploadedFile("a.pdf", PDF))


def _newcomer() -> Reader:
    return reader_for(make_user("fresh"))


def test_a_registered_organisation_waits_and_its_owner_works_meanwhile(
    cast: Cast, areas: dict[str, Any]
) -> None:
    reader = _newcomer()
    made = _register(reader, areas=["500106", "nowhere"])
    owner = reader_for(reader.user)  # type: ignore[arg-type]
    assert made.state == "pending" and made.licence.subject_id == str(made.pk)
    assert [a.code for a in made.areas.all()] == ["500106"]
    assert owner.may_edit and not owner.may_publish
    assert [n.user for n in Notice.objects.filter(verb="organisation.register")] == [cast.operator]
    with pytest.raises(ForbiddenError):
        do_invite(owner, address="a@example.org", role="editor", link=str)
    do_review_organisation(cast.reader("operator"), made, move="approve", note="")
    made.refresh_from_db()
    assert (made.state, made.reviewed_by) == ("approved", cast.operator) and made.reviewed_at
    assert reader_for(reader.user).may_publish  # type: ignore[arg-type]
    verbs = [e.verb for e in events_of(made)]
    assert verbs == ["organisation.register", "organisation.approve"]


def test_a_second_claim_on_a_code_goes_to_review_and_only_one_is_approved(cast: Cast) -> None:
    first, second = _register(_newcomer()), _register(_newcomer(), code=CODE.lower())
    assert (first.state, second.state) == ("pending", "review")
    operator = cast.reader("operator")
    do_review_organisation(operator, second, move="approve")
    with pytest.raises(ConflictError):
        do_review_organisation(operator, first, move="approve")
    first.refresh_from_db()
    assert first.state == "pending"
    with pytest.raises(RefusedError):
        do_review_organisation(operator, first, move="reject", note=" ")
    do_review_organisation(operator, first, move="reject", note="not yours")
    assert Organisation.objects.get(pk=first.pk).review_note == "not yours"


def test_only_the_operator_decides(cast: Cast) -> None:
    made = _register(_newcomer())
    for name in ("buyer", "seller", "district_official", "city_official", "visitor", "newcomer"):
        with pytest.raises(AbsentError):
            do_review_organisation(cast.reader(name), made, move="approve")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": CODE[:-1] + "M"}, "code"),
        ({"country": "DE", "code": "<b>"}, "code"),
        ({"country": "Germany"}, "country"),
        ({"name_zh": " "}, "name_zh"),
        ({"kind": "operator"}, "kind"),
        ({"website": "javascript:alert(1)"}, "website"),
    ],
)
def test_wrong_facts_are_named_field_by_field(cast: Cast, changed: dict[str, str], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        _register(_newcomer(), **changed)
    assert field in refused.value.problems
    assert not Organisation.objects.filter(name_zh="新厂").exists()


def test_a_bad_licence_registers_nothing(cast: Cast) -> None:
    facts = {"name_zh": "新厂", "country": "CN", "code": CODE, "kind": "user"}
    for licence in (None, SimpleUploadedFile("a.pdf", b"<html>"), SimpleUploadedFile("a.csv", b"a,b")):
        with pytest.raises(RefusedError) as refused:
            do_register_organisation(_newcomer(), facts, licence=licence)
        assert "licence" in refused.value.problems
    assert not Organisation.objects.filter(code=CODE).exists()


def test_one_person_does_not_flood_the_desk(cast: Cast) -> None:
    reader = _newcomer()
    for number in range(3):
        _register(reader, country="DE", code=f"HRB {number}00")
    with pytest.raises(LimitError):
        _register(reader, country="DE", code="HRB 900")


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_codes_are_taken_exactly_with_their_check_character(body: str) -> None:
    right = body + uscc.calc_check_digit(body)
    wrong = body + ("0" if right[-1] != "0" else "1")
    taken = uscc.is_valid(right)
    for code, expected in ((right, taken), (wrong, False)):
        try:
            assert check_code("CN", f" {code[:8]} {code[8:].lower()} ") == code and expected
        except RefusedError:
            assert not expected


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("0049 170 1234567", "+491701234567"),
        ("+86-13800138000", "+8613800138000"),
        ("a-b@c-d.cn", "a-b@c-d.cn"),
        (None, None),
    ],
)
def test_mobile_numbers_have_one_form(written: str | None, kept: str | None) -> None:
    assert normal_phone(written) == kept


def _invited(cast: Cast, django_capture: Any, role: str = "editor") -> str:
    with django_capture(execute=True):
        do_invite(
            cast.reader("buyer"), address="Guest@Example.org", role=role, link=lambda raw: f"https://x/{raw}"
        )
    found = re.search(r"https://x/(\S+)", mail.outbox[-1].body)
    assert found is not None and mail.outbox[-1].to == ["guest@example.org"]
    return found[1]


def test_an_invitation_opens_once_and_is_stored_hashed(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    raw = _invited(cast, django_capture_on_commit_callbacks)
    assert raw not in str(list(Invitation.objects.values()))
    guest, other = reader_for(make_user("guest")), reader_for(make_user("other"))
    grant = do_accept_invitation(guest, raw)
    assert (grant.role, grant.organisation) == ("editor", cast.reader("buyer").organisation)
    with pytest.raises(AbsentError):
        do_accept_invitation(other, raw)
    assert Notice.objects.filter(verb="member.join", user=cast.buyer).count() == 1


def test_an_invitation_expires(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    raw = _invited(cast, django_capture_on_commit_callbacks)
    assert Invitation.objects.get().expires_at - timezone.now() > dt.timedelta(days=6, hours=23)
    Invitation.objects.update(expires_at=timezone.now())
    with pytest.raises(AbsentError):
        do_accept_invitation(reader_for(make_user("guest")), raw)


@pytest.mark.parametrize("who", ["buyer_viewer", "newcomer", "ex_member", "operator", "visitor"])
def test_only_owners_of_approved_organisations_invite(cast: Cast, who: str) -> None:
    with pytest.raises(ForbiddenError):
        do_invite(cast.reader(who), address="a@example.org", role="editor", link=str)


@pytest.mark.parametrize(("address", "role"), [("nonsense", "editor"), ("a@example.org", "operator")])
def test_wrong_invitations_are_refused(cast: Cast, address: str, role: str) -> None:
    with pytest.raises(RefusedError):
        do_invite(cast.reader("buyer"), address=address, role=role, link=str)


def _grant_of(user: User) -> Grant:
    return Grant.objects.today().get(user=user)


def test_the_last_owner_stays(cast: Cast) -> None:
    reader = cast.reader("buyer")
    with pytest.raises(RefusedError):
        do_end_membership(reader, _grant_of(cast.buyer))
    with pytest.raises(RefusedError):
        do_change_role(reader, _grant_of(cast.buyer), "viewer")
    do_change_role(reader, _grant_of(cast.buyer_viewer), "owner")
    do_end_membership(reader, _grant_of(cast.buyer))
    assert cast.reader("buyer").organisation is None
    assert [g.role for g in Grant.objects.filter(user=cast.buyer_viewer).order_by("pk")] == [
        "viewer",
        "owner",
    ]


def test_only_owners_change_members_and_only_their_own(cast: Cast) -> None:
    target = _grant_of(cast.buyer_viewer)
    for name in ("seller", "rival", "operator", "city_official", "newcomer", "visitor", "ex_member"):
        with pytest.raises(ForbiddenError):
            do_change_role(cast.reader(name), target, "owner")
        with pytest.raises(ForbiddenError):
            do_end_membership(cast.reader(name), target)
    with pytest.raises(ForbiddenError):
        do_change_role(cast.reader("buyer_viewer"), target, "owner")
    with pytest.raises(RefusedError):
        do_change_role(cast.reader("buyer"), target, "operator")


def test_an_ex_member_is_out_at_once_in_session_and_by_token(cast: Cast) -> None:
    plant = cast.reader("buyer").organisation
    assert plant is not None
    editor = make_member(plant, "editor")
    reader = reader_for(editor)
    _token, raw = do_create_token(reader, label="ERP", scopes=["read", "write"], days=30)
    seen = reader_of_token(raw)
    assert seen is not None and seen.may_edit and seen.organisation == plant
    client = cast.client("buyer")
    client.force_login(editor)
    assert client.get("/organisations/members/").status_code == 200
    do_end_membership(cast.reader("buyer"), _grant_of(editor))
    assert client.get("/organisations/members/").status_code == 403
    assert reader_of_token(raw) is None and reader_for(editor).organisation is None


def test_a_token_never_does_more_than_its_scopes_and_member(cast: Cast) -> None:
    _made, reading = do_create_token(cast.reader("buyer"), label="a", scopes=["read"], days=1)
    _made, writing = do_create_token(cast.reader("buyer_viewer"), label="a", scopes=["write"], days=1)
    _made, working = do_create_token(cast.reader("operator"), label="a", scopes=["read"], days=1)
    desk_token, desk = do_create_token(cast.reader("operator"), label="a", scopes=["desk"], days=1)
    readers = [reader_of_token(raw) for raw in (reading, writing, working, desk)]
    assert all(r is not None and not r.may_edit for r in readers)
    assert [r.is_operator for r in readers if r] == [False, False, False, True]
    with pytest.raises(AbsentError):
        do_revoke_token(cast.reader("buyer"), desk_token.pk)
    do_revoke_token(cast.reader("operator"), desk_token.pk)
    assert reader_of_token(desk) is None
    assert reader_of_token("rp_unknown") is None
    cast.buyer.is_active = False
    cast.buyer.save()
    assert reader_of_token(reading) is None


def test_tokens_expire_and_belong_to_a_member(cast: Cast) -> None:
    token, raw = do_create_token(cast.reader("buyer"), label="a", scopes=["read"], days=1)
    token.expires_at = timezone.now()
    token.save()
    assert reader_of_token(raw) is None
    with pytest.raises(ForbiddenError):
        do_create_token(cast.reader("ex_member"), label="a", scopes=["read"], days=1)
    for wrong in ({"days": 0}, {"days": 9999}, {"scopes": ["root"]}, {"scopes": []}, {"label": " "}):
        with pytest.raises(RefusedError):
            do_create_token(cast.reader("buyer"), **({"label": "a", "scopes": ["read"], "days": 1} | wrong))


def test_the_operator_makes_officials_whose_scope_ends(cast: Cast, areas: dict[str, Any]) -> None:
    city = make_organisation("Second Commission", "commission")
    person = make_user("official")
    until = timezone.now() + dt.timedelta(hours=1)
    grant = do_grant_official(
        cast.reader("operator"),
        user=person,
        organisation=city,
        area=areas["west"],
        field="agriculture",
        until=until,
    )
    assert [(s.field, s.area) for s in reader_for(person).scopes] == [("agriculture", "500106")]
    Grant.objects.filter(pk=grant.pk).update(end=timezone.now())
    assert not reader_for(person).is_official
    for name in ("buyer", "city_official", "visitor"):
        with pytest.raises(AbsentError):
            do_grant_official(cast.reader(name), user=person, organisation=city)
    with pytest.raises(RefusedError):
        do_grant_official(cast.reader("operator"), user=person, organisation=city, role="owner")


def test_acting_for_another_organisation_takes_a_grant_there(cast: Cast) -> None:
    client = cast.client("buyer")
    maker = cast.reader("seller").organisation
    assert maker is not None
    client.post("/me/switch", {"organisation": maker.pk})
    assert "Arm Maker" not in client.get("/me/").content.decode()
    Grant.objects.create(user=cast.buyer, organisation=maker, role="viewer")
    client.post("/me/switch", {"organisation": maker.pk})
    assert client.get("/organisations/members/").context["organisation"] == maker


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_leave_one_behind(areas: dict[str, Any]) -> None:
    plant = make_organisation("Race Works")
    people = [make_member(plant), make_member(plant)]
    start, refused = threading.Barrier(2), []

    def leave(user: User) -> None:
        reader, grant = reader_for(user), _grant_of(user)
        start.wait()
        try:
            do_end_membership(reader, grant)
        except RefusedError as e:
            refused.append(e)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(p,)) for p in people]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(refused) == 1 and Grant.objects.today().filter(organisation=plant).count() == 1


def test_the_first_operator_is_made_at_the_machine(cast: Cast) -> None:
    first, second = make_user("first"), make_user("second")
    for user in (first, second):
        call_command("make_operator", user.email, name="运营中心", code=CODE)
        assert reader_for(user).is_operator
    body = Organisation.objects.get(code=CODE)
    assert (body.kind, body.state, body.grants.count()) == ("operator", "approved", 2)
    for wrong in (("nobody@example.org", CODE), (str(first.email), "123")):
        with pytest.raises(CommandError):
            call_command("make_operator", wrong[0], name="x", code=wrong[1])
