"""Clients that ask and send without pause while web and worker are killed, and note what was accepted."""

from __future__ import annotations

import http.client
import http.cookiejar
import itertools
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

from benchmarks.portal.calls import Caller, Reply

VISITORS: Final = 3
PAUSE_S: Final = 0.3
AGAIN_S: Final = 0.1  # after nobody answered


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where an accepted request leads to is all that the trial wants to know."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Load:
    """Visitors that ask for answers, and a plant that sends needs, messages and files to a maker.

    A call of the API is repeated under its key until it is answered: the key keeps it from being done twice.

    Attributes:
        accepted: names of what was accepted: slugs of answers, titles of needs, texts of messages, names of files.
    """

    def __init__(self, port: int, people: Mapping[str, Mapping[str, Any]]) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.accepted: dict[str, list[str]] = {"answers": [], "needs": [], "messages": [], "files": []}
        self.refused: list[str] = []
        self.stop = threading.Event()
        self._serial = itertools.count(1)
        self._lock = threading.Lock()
        caller = Caller(port, str(people["plant"]["token"]))
        sent = {"kind": "purchase", "text": "", "seller": people["maker"]["organisation"]}
        deal = f"/api/deals/{caller.post('/api/deals', sent).document['id']}"

        def need(name: str) -> Reply:
            content = {"kind": "application", "title": name, "values": {"description": name}}
            return caller.post("/api/needs", content, key=name)

        def message(name: str) -> Reply:
            return caller.post(f"{deal}/messages", {"text": name}, key=name)

        def file(name: str) -> Reply:
            body = self.body(name)
            return caller.upload(f"{deal}/files", name, [body], size=len(body), key=name)

        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(VISITORS)]
        for what, form, send in (
            ("needs", "need-{}", need),
            ("messages", "message-{}", message),
            ("files", "file-{}.csv", file),
        ):
            arguments = (what, form, send)
            self._threads.append(threading.Thread(target=self._send, args=arguments, daemon=True))
        for thread in self._threads:
            thread.start()

    @staticmethod
    def body(name: str) -> bytes:
        """What the file of this name holds."""
        return f"name,{name}\n".encode() * 20_000

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, what: str, form: str, send: Callable[[str], Reply]) -> None:
        while not self.stop.is_set():
            name = form.format(next(self._serial))
            while True:
                try:
                    reply = send(name)
                    break
                except (OSError, http.client.HTTPException):
                    time.sleep(AGAIN_S)
            if reply.status == 201:
                self.accepted[what].append(name)
            else:
                self.refused.append(f"{what}: {reply.status} {reply.text[:80]}")
            self.stop.wait(PAUSE_S)

    def _ask(self) -> None:
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), _NoRedirect)
        while not self.stop.is_set():
            number = next(self._serial)
            try:
                if not any(c.name == "csrftoken" for c in jar):
                    opener.open(f"{self.base}/answers/new/?scenario=arc_welding", timeout=30).read()
                token = next(c.value for c in jar if c.name == "csrftoken")
                form = {
                    "scenario": "arc_welding",
                    "takt_s": f"{20 + number * 0.01:.2f}",
                    "csrfmiddlewaretoken": token,
                }
                data = urllib.parse.urlencode(form).encode()
                opener.open(f"{self.base}/answers/new/", data, timeout=30).close()
            except urllib.error.HTTPError as e:
                with self._lock:
                    if e.code == 302:
                        self.accepted["answers"].append(e.headers["Location"].rstrip("/").rsplit("/", 1)[-1])
                    else:
                        self.refused.append(str(e.code))
                e.close()
            except (OSError, http.client.HTTPException, StopIteration):
                time.sleep(AGAIN_S)  # killed before it could say whether it accepted
            self.stop.wait(PAUSE_S)
