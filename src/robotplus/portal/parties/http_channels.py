"""Channels over HTTP: WeCom's own interface, and a gateway of the deployer's that takes JSON.

WeCom (企业微信): ``WECOM_CHANNEL=robotplus.portal.parties.http_channels.WeComChannel`` with ``WECOM_CORP_ID``,
``WECOM_SECRET`` and ``WECOM_AGENT_ID`` of an application of the deployer's. Source of its two calls, gettoken and
message/send: https://developer.work.weixin.qq.com/document/path/91039 and /90236.

Text messages: carriers differ, so a small gateway beside the portal speaks to them:
``SMS_CHANNEL=robotplus.portal.parties.http_channels.GatewayChannel`` posts ``{"to": …, "text": …}`` to
``SMS_GATEWAY_URL`` with ``SMS_GATEWAY_TOKEN`` as its bearer token, and takes any answer of 2xx as sent.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from robotplus.errors import InputError

TIMEOUT_S: Final = 10.0
WECOM: Final = "https://qyapi.weixin.qq.com"
EARLY_S: Final = 120.0  # a token is fetched anew so long before it ends
STALE_TOKEN: Final = (40014, 42001)  # WeCom: the token is not valid, or has ended
LONGEST: Final = 2048  # bytes of a WeCom text message


class ChannelError(InputError):
    """A message was not taken; the daily digest tries again."""


class GatewayChannel:
    """Text messages through the deployer's gateway."""

    def send(self, address: str, text: str) -> None:
        """
        Raises:
            ChannelError: the gateway is not named.
            OSError: it cannot be reached, or does not take the message.
        """
        url = os.environ.get("SMS_GATEWAY_URL", "")
        if not url:
            raise ChannelError("name the gateway", "SMS_GATEWAY_URL")
        _call(url, {"to": address, "text": text}, token=os.environ.get("SMS_GATEWAY_TOKEN", ""))


class WeComChannel:
    """Messages of an application to members of the deployer's WeCom, by their ids there."""

    _token: ClassVar[tuple[str, float]] = ("", 0.0)  # of this process, and until when [s, monotonic]

    def send(self, address: str, text: str) -> None:
        """
        Raises:
            ChannelError: it is not set up, or WeCom refuses the message.
            OSError: WeCom cannot be reached.
        """
        body = {
            "touser": address,
            "msgtype": "text",
            "agentid": _whole("WECOM_AGENT_ID"),
            "text": {"content": _cut(text)},
        }
        for last in (False, True):
            query = urlencode({"access_token": self._fetch_token(anew=last)})
            answer = _call(f"{_wecom()}/cgi-bin/message/send?{query}", body)
            code = answer.get("errcode")
            if code == 0 and not answer.get("invaliduser"):
                return
            if last or code not in STALE_TOKEN:
                raise ChannelError(f"WeCom refuses the message ({code}: {answer.get('errmsg', '')[:120]})")

    @classmethod
    def _fetch_token(cls, *, anew: bool) -> str:
        token, until = cls._token
        if token and not anew and time.monotonic() < until:
            return token
        query = urlencode({"corpid": _set("WECOM_CORP_ID"), "corpsecret": _set("WECOM_SECRET")})
        answer = _call(f"{_wecom()}/cgi-bin/gettoken?{query}")
        if answer.get("errcode") != 0:
            raise ChannelError(f"WeCom gives no token ({answer.get('errcode')})")
        lasts = float(answer.get("expires_in", 0)) - EARLY_S
        cls._token = str(answer["access_token"]), time.monotonic() + lasts
        return cls._token[0]


def _wecom() -> str:
    """Where WeCom is; a deployer's own proxy to it may stand in."""
    return os.environ.get("WECOM_URL", WECOM).rstrip("/")


def _set(name: str) -> str:
    if value := os.environ.get(name, ""):
        return value
    raise ChannelError("is not set", name)


def _whole(name: str) -> int:
    value = _set(name)
    if not value.isdecimal():
        raise ChannelError("a whole number", name, value=value)
    return int(value)


def _cut(text: str) -> str:
    return text.encode("utf-8")[:LONGEST].decode("utf-8", "ignore")


def _call(url: str, body: Mapping[str, Any] | None = None, *, token: str = "") -> dict[str, Any]:
    """The JSON that an address answers, empty where it answers none."""
    if not url.startswith(("https://", "http://")):
        raise ChannelError("an address that begins with https://", value=url.partition("?")[0])
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        content = response.read(1_000_000)
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
