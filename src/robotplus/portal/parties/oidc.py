"""Signing in by an OpenID Connect provider that the deployer names: what allauth asks us about it."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from robotplus.portal.parties.models import User


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Takes the name from the provider; a number that it tells counts as unproven until a code was typed here."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("last_name"), data.get("first_name"))
        user.name = str(data.get("name") or "".join(p for p in parts if p))[:80]
        return user

    def get_signup_form_initial_data(self, sociallogin: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_signup_form_initial_data(sociallogin)
        return {**found, "name": sociallogin.user.name}
