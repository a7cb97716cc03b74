"""The desk's forms."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from robotplus.portal.desk.funnel import Wanted
from robotplus.portal.parties.forms import area_choices
from robotplus.portal.parties.models import Organisation, OrganisationKind, Role
from robotplus.portal.web.fields import PLAN_FIELDS
from robotplus.portal.web.templatetags.ui import said

PUBLIC_BODIES = (OrganisationKind.COMMISSION, OrganisationKind.DISTRICT, OrganisationKind.OPERATOR)
ALL = [("", _("all"))]


def field_choices() -> list[tuple[str, str]]:
    return [(f.id, said(f.label)) for f in PLAN_FIELDS]


class MonthField(forms.DateField):
    """A whole month, by its first day; single days would tell who came on them."""

    widget = forms.DateInput(attrs={"type": "month", "placeholder": "2026-03"}, format="%Y-%m")
    input_formats = ("%Y-%m",)


class FunnelForm(forms.Form):
    """What the funnel counts; anything odd in the address counts as not asked."""

    by = forms.ChoiceField(
        label=_("Count by"),
        choices=[("field", _("field")), ("area", _("district of use")), ("month", _("month"))],
        required=False,
    )
    field = forms.ChoiceField(label=_("Field"), required=False)
    area = forms.ChoiceField(label=_("District of use"), required=False)
    start = MonthField(label=_("From month"), required=False)
    end = MonthField(label=_("To month"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [*ALL, *field_choices()]  # type: ignore[attr-defined]
        self.fields["area"].choices = [*ALL, *area_choices()]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        self.full_clean()
        given = {k: v for k, v in self.cleaned_data.items() if v}
        if end := given.get("end"):  # the last month counts too
            given["end"] = (end + dt.timedelta(days=32)).replace(day=1)
        return Wanted(**given)


class ReportForm(forms.Form):
    text = forms.CharField(
        label=_("What is wrong with it"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class FeatureForm(forms.Form):
    reason = forms.CharField(label=_("Why (shown with the offer)"), max_length=300)
    days = forms.IntegerField(label=_("For how long [days]"), initial=30, min_value=1, max_value=92)


class GrantForm(forms.Form):
    """An official or operator. ``person``: the e-mail address or mobile number of an account."""

    person = forms.CharField(label=_("E-mail address or mobile number of the account"), max_length=254)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(state=Organisation.State.APPROVED, kind__in=PUBLIC_BODIES),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=[(r.value, r.label) for r in (Role.OFFICIAL, Role.OPERATOR)]
    )
    field = forms.ChoiceField(label=_("Only this field"), required=False)
    area = forms.ChoiceField(label=_("Only this district"), required=False)
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [*ALL, *field_choices()]  # type: ignore[attr-defined]
        self.fields["area"].choices = [*ALL, *area_choices()]  # type: ignore[attr-defined]
