"""Signing in by the deployer's OpenID Connect provider: a new person consents, a known one is let in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from conftest import Cast
from django.test import Client

from robotplus.portal.parties.models import LoginRecord, User

pytestmark = pytest.mark.django_db
SERVER = "https://id.example.org"
LOGIN, CALLBACK = "/accounts/oidc/oidc/login/", "/accounts/oidc/oidc/login/callback/"


class Response:
    def __init__(self, body: dict[str, Any]) -> None:
        self.body, self.status_code, self.headers = body, 200, {"content-type": "application/json"}

    def raise_for_status(self) -> None: ...

    def json(self) -> dict[str, Any]:
        return self.body


class Provider:
    """Stands where the deployer's provider would: discovery, token and userinfo."""

    def __init__(self) -> None:
        self.person = {"sub": "p-1", "name": "王工", "email": "wang@example.org", "email_verified": True}
        self.asked: list[str] = []

    def __enter__(self) -> Provider:
        return self

    def __exit__(self, *args: object) -> None: ...

    def get(self, url: str, **rest: Any) -> Response:
        return self.request("GET", url, **rest)

    def post(self, url: str, **rest: Any) -> Response:
        return self.request("POST", url, **rest)

    def request(self, method: str, url: str, **rest: Any) -> Response:
        self.asked.append(url)
        if url.endswith("/.well-known/openid-configuration"):
            ends = {"token": "token_endpoint", "auth": "authorization_endpoint", "me": "userinfo_endpoint"}
            return Response(
                {
                    "issuer": SERVER,
                    "jwks_uri": f"{SERVER}/keys",
                    **{v: f"{SERVER}/{k}" for k, v in ends.items()},
                }
            )
        if url.startswith(f"{SERVER}/token"):
            claims = {
                "iss": SERVER,
                "aud": "portal",
                "exp": time.time() + 60,
                "iat": time.time(),
                **self.person,
            }
            token = jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"kid": "1"})
            return Response({"access_token": "a", "token_type": "Bearer", "id_token": token})
        assert url == f"{SERVER}/me", url
        return Response(self.person)


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": "城市统一身份",
                    "client_id": "portal",
                    "secret": "s",
                    "settings": {"server_url": SERVER},
                }
            ],
        }
    }
    settings.SIGN_IN_ORIGINS = [SERVER]
    monkeypatch.setattr(
        "robotplus.portal.parties.oidc.ProviderAdapter.get_requests_session", lambda self: made
    )
    return made


def sign_in(client: Client) -> Any:
    """Over to the provider and back."""
    there = client.post(LOGIN)
    assert there.status_code == 302, there.content
    at = urlsplit(there["Location"])
    asked = parse_qs(at.query)
    assert f"{at.scheme}://{at.netloc}{at.path}" == f"{SERVER}/auth"
    assert asked["client_id"] == ["portal"] and "code_challenge" in asked
    return client.get(CALLBACK, {"code": "c", "state": asked["state"][0]})


def test_a_new_person_consents_and_is_known_the_next_time(provider: Provider, client: Client) -> None:
    page = client.get("/accounts/login/")
    assert "城市统一身份" in page.content.decode()
    assert f"form-action 'self' {SERVER}" in page["Content-Security-Policy"]
    back = sign_in(client)
    assert back.status_code == 302 and "signup" in back["Location"] and not User.objects.exists()
    form = client.get(back["Location"])
    assert "王工" in form.content.decode()
    facts = {"name": "王工", "email": "wang@example.org"}
    assert client.post(back["Location"], facts).status_code == 200 and not User.objects.exists()
    client.post(back["Location"], {**facts, "consent": "on"})
    user = User.objects.get()
    assert (user.name, user.email, bool(user.consent_at)) == ("王工", "wang@example.org", True)
    assert client.get("/me/").status_code == 200  # the provider has proven the address
    again = Client()
    assert sign_in(again).status_code == 302 and again.get("/me/").status_code == 200
    assert User.objects.count() == 1 and LoginRecord.objects.filter(user=user).count() == 2


def test_an_account_with_the_same_address_is_not_taken_over(provider: Provider, cast: Cast) -> None:
    User.objects.filter(pk=cast.buyer.pk).update(email="wang@example.org")
    client = Client()
    sign_in(client)
    assert client.get("/me/").status_code == 302  # not signed in
    assert not cast.buyer.socialaccount_set.exists()


def test_a_forged_return_opens_nothing(provider: Provider, client: Client) -> None:
    found = client.get(CALLBACK, {"code": "c", "state": "made-up"})
    assert found.status_code in (200, 401, 403) and not User.objects.exists()
    assert f"{SERVER}/token" not in provider.asked


def test_a_token_for_another_client_opens_nothing(
    provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = jwt.encode
    monkeypatch.setattr(jwt, "encode", lambda claims, *a, **k: real({**claims, "aud": "other"}, *a, **k))
    found = sign_in(client)
    assert "signup" not in found.headers.get("Location", "") and not User.objects.exists()


def test_without_a_provider_nothing_is_there(client: Client) -> None:
    assert client.get(LOGIN).status_code == 404
    page = client.get("/accounts/login/")
    assert "oidc" not in page.content.decode()
    assert "form-action 'self';" in page["Content-Security-Policy"]
