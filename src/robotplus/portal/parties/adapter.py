"""Joins allauth to our person: mobile numbers, and the channels that codes go out by."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter

from robotplus.portal.parties.channels import sms
from robotplus.portal.parties.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Phone numbers live on the user; codes go through the deployer's SMS channel (the console at first)."""

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).order_by("-phone_verified").first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: object) -> None:
        sms().send(phone, f"验证码 {code} (verification code)")

    def send_unknown_account_sms(self, phone: str, **kwargs: object) -> None:
        sms().send(phone, "此号码没有账户 (no account for this number)")

    def send_account_already_exists_sms(self, phone: str, **kwargs: object) -> None:
        sms().send(phone, "此号码已有账户 (this number has an account)")
