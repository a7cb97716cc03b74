"""Calls of a portal's API over HTTP, with a token; large files are sent as they are made."""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    status: int
    text: str

    @property
    def document(self) -> Any:
        return json.loads(self.text)


class Caller:
    """One member's calls."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token

    def post(self, path: str, sent: Any = None, *, key: str = "") -> Reply:
        """JSON sent; ``key`` makes a repetition harmless.

        Raises:
            OSError, http.client.HTTPException: nobody answered, or not to the end.
        """
        body = b"" if sent is None else json.dumps(sent).encode()
        return self._send("POST", path, [body], len(body), "application/json", key)

    def get(self, path: str) -> Reply:
        """
        Raises:
            OSError, http.client.HTTPException: nobody answered, or not to the end.
        """
        return self._send("GET", path, [], 0, "", "")

    def upload(self, path: str, name: str, parts: Iterable[bytes], *, size: int, key: str = "") -> Reply:
        """A file of ``size`` bytes, given piece by piece.

        Raises:
            OSError, http.client.HTTPException: nobody answered, or not to the end.
        """
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield head
            yield from parts
            yield tail

        kind = f"multipart/form-data; boundary={boundary}"
        return self._send("POST", path, body(), len(head) + size + len(tail), kind, key)

    def _send(self, method: str, path: str, body: Iterable[bytes], size: int, kind: str, key: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        headers = {"Authorization": f"Bearer {self._token}"}
        if kind:
            headers |= {"Content-Type": kind, "Content-Length": str(size)}
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()
