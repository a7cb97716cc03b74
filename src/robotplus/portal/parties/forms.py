"""Sign-up asks for a name and for consent to the privacy notice, whose version is kept."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from robotplus.portal.parties.models import User


class SignupForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=80)
    consent = forms.BooleanField(label=_("I agree to the privacy notice"))

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.consent_version, user.consent_at = settings.SITE["privacy_version"], timezone.now()
        user.save(update_fields=["name", "consent_version", "consent_at"])
