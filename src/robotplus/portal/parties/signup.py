"""How a person signs up and in: by e-mail or mobile number, either of which is enough and is proven by a code."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import PhoneField
from allauth.account.forms import SignupForm
from allauth.account.stages import EmailVerificationStage
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from robotplus.portal.parties.checks import normal_phone


class MobileField(PhoneField):  # type: ignore[misc]
    """Takes Chinese mobile numbers as people write them."""

    def to_python(self, value: Any) -> Any:
        return normal_phone(super().to_python(value))


class EitherSignupForm(SignupForm):  # type: ignore[misc]
    """allauth's form where an e-mail address may be missing when there is a mobile number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False
        self.fields["phone"].help_text = _("An e-mail address or a mobile number is enough.")
        self.order_fields(["name", "email", "phone", "password1", "password2", "consent"])

    def clean_email(self) -> str:
        given: str = self.cleaned_data["email"]
        return super().clean_email() if given else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not (cleaned.get("email") or cleaned.get("phone") or self.errors):
            raise forms.ValidationError(_("Give an e-mail address or a mobile number."))
        return cleaned


class AddressStage(EmailVerificationStage):  # type: ignore[misc]
    """The e-mail code, passed by those who have no e-mail address and have proven their number."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user is not None and not user.email and (get_adapter().get_phone(user) or ("", False))[1]:
            return None, True
        response, cont = super().handle()
        return response, cont
