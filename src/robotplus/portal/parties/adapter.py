"""Joins allauth to our person: mobile numbers, the channels that codes go out by, and the log of sign-ins."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from robotplus.portal.core.reader import VISITOR_COOKIE
from robotplus.portal.matches.actions import do_adopt_answers
from robotplus.portal.parties.access import reader_for
from robotplus.portal.parties.actions.logins import do_log_login
from robotplus.portal.parties.channels import sms
from robotplus.portal.parties.checks import normal_phone
from robotplus.portal.parties.models import User

EMAIL_STAGE = "allauth.account.stages.EmailVerificationStage"
OUR_EMAIL_STAGE = "robotplus.portal.parties.signup.AddressStage"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Phone numbers live on the user; codes go through the deployer's SMS channel (the console at first).

    A number that nobody has proven belongs to nobody: it opens no account and keeps nobody from it.
    """

    def get_login_stages(self) -> list[str]:
        return [OUR_EMAIL_STAGE if s == EMAIL_STAGE else s for s in super().get_login_stages()]

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        do_log_login(user, address=self.get_client_ip(request))
        if visitor := request.get_signed_cookie(VISITOR_COOKIE, default=""):
            with transaction.atomic():  # what this browser answered before is theirs now
                do_adopt_answers(reader_for(user, visitor=visitor), visitor)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def phone_form_field(self, **kwargs: Any) -> Any:
        from robotplus.portal.parties.signup import MobileField  # allauth's forms need this adapter first

        return MobileField(**kwargs)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    @transaction.atomic
    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        User.objects.filter(phone=phone, phone_verified=False).exclude(pk=user.pk).update(phone=None)
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=normal_phone(phone), phone_verified=True).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: object) -> None:
        sms().send(phone, f"验证码 {code} (verification code)")

    def send_unknown_account_sms(self, phone: str, **kwargs: object) -> None:
        sms().send(phone, "此号码没有账户 (no account for this number)")

    def send_account_already_exists_sms(self, phone: str, **kwargs: object) -> None:
        sms().send(phone, "此号码已有账户 (this number has an account)")
