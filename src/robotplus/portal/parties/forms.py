"""The forms of people and organisations. They only carry what is typed; actions check it."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from robotplus.portal.core.errors import RefusedError
from robotplus.portal.core.models import Area
from robotplus.portal.parties.actions.tokens import MAX_DAYS
from robotplus.portal.parties.checks import ASSIGNABLE
from robotplus.portal.parties.models import OrganisationKind, Rhythm, Role, User


def show_problems(form: forms.Form, error: RefusedError) -> None:
    """Put what an action refuses beside the fields that it names."""
    for name, text in (error.problems or {NON_FIELD_ERRORS: error.message}).items():
        form.add_error(name if name in form.fields else None, text)


def countries() -> list[tuple[str, str]]:
    """Country codes with their names in the language of the page, China first."""
    names = Locale("zh" if (get_language() or "zh").startswith("zh") else "en").territories
    known = sorted(((c, n) for c, n in names.items() if len(c) == 2 and c.isalpha()), key=lambda p: p[1])
    return sorted(known, key=lambda p: p[0] != "CN")


def area_choices() -> list[tuple[str, str]]:
    chinese = (get_language() or "zh").startswith("zh")
    return [(a.code, a.name_zh if chinese else a.name_en) for a in Area.objects.all()]


class SignupForm(forms.Form):
    """What allauth's sign-up asks besides: a name, and consent to the privacy notice, whose version is kept."""

    name = forms.CharField(label=_("Your name"), max_length=80)
    consent = forms.BooleanField(label=_("I agree to the privacy notice"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        link = format_html(
            '<a href="{}" target="_blank">{}</a>', settings.SITE["privacy_url"], _("Privacy notice")
        )
        self.fields["consent"].help_text = link

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.language = (get_language() or "zh-hans")[:10]
        user.consent_version, user.consent_at = settings.SITE["privacy_version"], timezone.now()
        user.save(update_fields=["name", "language", "consent_version", "consent_at"])


class DescriptionForm(forms.Form):
    areas = forms.MultipleChoiceField(
        label=_("Districts you are in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    website = forms.CharField(label=_("Website"), required=False, max_length=200)
    about = forms.CharField(label=_("About you"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].choices = area_choices()  # type: ignore[attr-defined]


class OrganisationForm(DescriptionForm):
    name_zh = forms.CharField(label=_("Name as registered"), max_length=120)
    name_en = forms.CharField(label=_("English name"), required=False, max_length=160)
    kind = forms.ChoiceField(label=_("What you are"))
    country = forms.ChoiceField(label=_("Country or region"), initial="CN")
    code = forms.CharField(
        label=_("Unified social credit code, or number in the country's register"), max_length=40
    )
    licence = forms.FileField(label=_("Business licence or register extract (PDF, PNG, JPG)"), required=False)
    authorisation = forms.FileField(
        label=_("Letter that authorises you to act (PDF, PNG, JPG)"), required=False
    )
    field_order = (
        "name_zh",
        "name_en",
        "kind",
        "country",
        "code",
        "licence",
        "authorisation",
        "areas",
        "website",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [c for c in OrganisationKind.choices if c[0] != OrganisationKind.OPERATOR]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["country"].choices = countries()  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    address = forms.CharField(label=_("E-mail address or mobile number"), max_length=254)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(r.value, r.label) for r in ASSIGNABLE], initial=Role.EDITOR
    )


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=80)
    language = forms.ChoiceField(label=_("Language of what we send you"), choices=settings.LANGUAGES)


class ChannelForm(forms.Form):
    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm.choices)
    channels = forms.MultipleChoiceField(
        label=_("By"),
        choices=[("email", _("E-mail")), ("sms", _("text message")), ("wecom", _("WeCom"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    wecom = forms.CharField(label=_("Your id in WeCom"), required=False, max_length=64)


class TokenForm(forms.Form):
    label = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=[
            ("read", _("read what I may read")),
            ("write", _("do what I may do")),
            ("desk", _("use the desk")),
        ],
        initial=["read"],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(label=_("Valid for [days]"), initial=90, min_value=1, max_value=MAX_DAYS)


class EraseForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
