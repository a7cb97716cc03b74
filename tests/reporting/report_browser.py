"""A small driver of Chromium for tests: the DevTools protocol over a pipe, so nothing has to be installed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--remote-debugging-pipe"),
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    "--window-size=1280,900",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # offline: no name resolves
)


class Browser:
    """One page in a headless Chromium; ``complaints`` collects console messages and uncaught errors."""

    def __init__(self, profile: Path) -> None:
        self.complaints: list[str] = []
        self._count, self._buffer, self._session = 0, b"", ""
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()
        plumbing = f'exec "$@" 3<&{to_read} 4>&{to_write}'  # Chromium reads commands on 3 and answers on 4
        self._process = subprocess.Popen(
            [
                "bash",
                "-c",
                plumbing,
                "bash",
                str(CHROMIUM),
                *FLAGS,
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            pass_fds=(to_read, to_write),
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        try:
            self._attach()
        except BaseException:
            self.__exit__()
            raise

    def _attach(self) -> None:
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Page", "Log"):
            self._call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._to)
        os.close(self._from)

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file afresh and wait until its player has said how it went."""
        self._call("Page.navigate", url="about:blank")
        self._call("Page.navigate", url=f"file://{path}{fragment}")
        self.until("document.documentElement?.dataset.player !== undefined")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, condition: str, seconds: float = 60.0) -> None:
        """Wait for a JavaScript expression to become true."""
        deadline = time.monotonic() + seconds
        while not self.run(condition):
            assert time.monotonic() < deadline, f"never became true: {condition}; {self.complaints}"
            time.sleep(0.05)

    def press(self, key: str, code: str) -> None:
        """Press a key on the focused element."""
        for kind in ("keyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=kind, key=key, code=code)

    def resize(self, width: int, *, height: int = 800, mobile: bool = True) -> None:
        """Lay the page out for another size, as a phone or a desktop would."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def picture(self, *, top: float, width: float, height: float) -> bytes:
        """A PNG of a stretch of the page, also of what has to be scrolled to."""
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        taken = self._call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(taken["data"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            more = os.read(self._from, 1 << 16)
            assert more, "Chromium went away"
            self._buffer += more
        line, self._buffer = self._buffer.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _note(self, event: dict[str, Any]) -> None:
        if event["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(json.dumps(event["params"])[:400])
