"""Text messages and WeCom over HTTP, against a server that answers as they do; and what happens when they fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import Cast

from robotplus.portal.parties import channels
from robotplus.portal.parties.actions.notices import do_send_digests
from robotplus.portal.parties.http_channels import ChannelError, GatewayChannel, WeComChannel
from robotplus.portal.parties.models import Notice, User
from robotplus.portal.parties.notices import notify

HERE = "robotplus.portal.parties.http_channels"


class Gateway:
    """Answers as WeCom and as a gateway do, and keeps what it was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.tokens, self.good, self.refuse = 0, "", 0
        self.bearer: str | None = None

    def answer(self, path: str, body: Any, bearer: str | None) -> tuple[int, Any]:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        if parts.path == "/cgi-bin/gettoken":
            if query.get("corpsecret") != ["right"]:
                return 200, {"errcode": 40001, "errmsg": "invalid credential"}
            self.tokens += 1
            self.good = f"t{self.tokens}"
            return 200, {"errcode": 0, "access_token": self.good, "expires_in": 7200}
        if parts.path == "/cgi-bin/message/send":
            if query["access_token"] != [self.good]:
                return 200, {"errcode": 42001, "errmsg": "expired"}
            if body["touser"] == "nobody":
                return 200, {"errcode": 0, "invaliduser": "nobody"}
        elif self.refuse:
            return self.refuse, "not json"
        self.bearer = bearer
        self.sent.append(body)
        return 200, {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = made.answer(self.path, body, self.headers.get("Authorization"))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _do  # noqa: N815

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    at = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "WECOM_URL": at,
        "WECOM_CORP_ID": "corp",
        "WECOM_SECRET": "right",
        "WECOM_AGENT_ID": "1000002",
        "SMS_GATEWAY_URL": f"{at}/sms",
        "SMS_GATEWAY_TOKEN": "secret",
        "SMS_CHANNEL": f"{HERE}.GatewayChannel",
        "WECOM_CHANNEL": f"{HERE}.WeComChannel",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(WeComChannel, "_token", ("", 0.0))
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_text_message_goes_through_the_gateway(gateway: Gateway) -> None:
    channels.sms().send("+8613800138000", "验证码 1234")
    assert gateway.sent == [{"to": "+8613800138000", "text": "验证码 1234"}]
    assert gateway.bearer == "Bearer secret"
    gateway.refuse = 503
    with pytest.raises(HTTPError) as refused:
        GatewayChannel().send("+8613800138000", "x")
    refused.value.close()


def test_wecom_gets_one_token_for_many_messages_and_a_new_one_when_it_ends(gateway: Gateway) -> None:
    for text in ("一", "二"):
        channels.wecom().send("wang", text)
    assert gateway.tokens == 1
    assert gateway.sent[0] == {
        "touser": "wang",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": "一"},
    }
    gateway.good = "ended elsewhere"
    channels.wecom().send("wang", "三")
    assert gateway.tokens == 2 and [m["text"]["content"] for m in gateway.sent] == ["一", "二", "三"]
    channels.wecom().send("wang", "字" * 3000)
    assert len(gateway.sent[-1]["text"]["content"].encode()) <= 2048


@pytest.mark.parametrize(
    ("name", "value", "to"),
    [
        ("WECOM_SECRET", "wrong", "wang"),
        ("WECOM_AGENT_ID", "x", "wang"),
        ("WECOM_CORP_ID", "", "wang"),
        ("", "", "nobody"),
    ],
)
def test_what_wecom_refuses_is_said(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, name: str, value: str, to: str
) -> None:
    if name:
        monkeypatch.setenv(name, value)
    with pytest.raises(ChannelError):
        channels.wecom().send(to, "x")
    assert not gateway.sent


def test_only_web_addresses_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("", "file:///etc/passwd", "ftp://x"):
        monkeypatch.setenv("SMS_GATEWAY_URL", url)
        with pytest.raises(ChannelError):
            GatewayChannel().send("+8613800138000", "x")


@pytest.mark.django_db
def test_a_notice_that_a_channel_fails_comes_with_the_next_digest(
    gateway: Gateway, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.filter(pk=cast.buyer.pk).update(
        channels=["sms"], phone="+8613800138000", phone_verified=True
    )
    gateway.refuse = 500
    person = User.objects.get(pk=cast.buyer.pk)
    organisation = cast.reader("buyer").organisation
    assert organisation is not None
    with django_capture_on_commit_callbacks(execute=True):
        notify(person, "organisation.approve", organisation)
    assert Notice.objects.get().sent_at is None
    gateway.refuse = 0
    assert do_send_digests() == 1 and Notice.objects.get().sent_at is not None
    assert len(gateway.sent) == 1
