"""Goes through deploy/steps.sh as the images do: install the wheel, prepare, web, worker, daily, backup.

``python scripts/with_postgres.py python scripts/deploy_trial.py`` after ``make wheel``. Ends with 0 when the first
page, the health check and an answer came from the installed portal.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
STEPS = str(ROOT / "deploy" / "steps.sh")
UP_WITHIN_S, ANSWER_WITHIN_S = 60, 240


def main() -> int:
    wheels = sorted((ROOT / "dist").glob("robotplus-*.whl"))
    if not wheels:
        print("no wheel in dist/; run `make wheel` first", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="robotplus-deploy-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "PYTHON": f"{folder}/env/bin/python",
            "ROBOTPLUS_HOME": f"{folder}/data",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "HOST": "127.0.0.1",
            "PORT": str(port),
        }
        probe.close()
        return trial(folder, str(wheels[-1]), f"http://127.0.0.1:{port}", environment)


def trial(folder: str, wheel: str, site: str, environment: dict[str, str]) -> int:
    def step(*words: str) -> None:
        started = time.monotonic()
        subprocess.run([STEPS, *words], check=True, env=environment, cwd=folder)
        print(f"{words[0]}: {time.monotonic() - started:.0f} s", flush=True)

    step("install", f"{folder}/env", wheel)
    step("prepare")
    running = [subprocess.Popen([STEPS, name], env=environment, cwd=folder) for name in ("web", "worker")]
    try:
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

        def page(path: str, form: dict[str, str] | None = None) -> str:
            data = urlencode(form).encode() if form else None
            request = urllib.request.Request(site + path, data, {"Referer": site})
            with browser.open(request, timeout=30) as answer:
                return f"{answer.url}\n{answer.read().decode()}"

        assert json.loads(wait(lambda: page("/healthz"), UP_WITHIN_S).partition("\n")[2])["ok"]
        home = page("/")
        styles = re.findall(r'href="(/static/[^"]+\.css)"', home)
        assert styles and all(page(s) for s in styles), "the front end is missing in the wheel"
        form = page("/scenarios/arc_welding/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token, "no form on the scenario's page"
        asked = page("/answers/new/", {"csrfmiddlewaretoken": token[1], "scenario": "arc_welding"})
        at = asked.partition("\n")[0].removeprefix(site)
        wait(lambda: "player" in page(at) and at, ANSWER_WITHIN_S)
        print("an answer came", flush=True)
        step("daily")
        subprocess.run(
            [environment["PYTHON"], "-m", "robotplus.portal", "backup", f"{folder}/backup"],
            check=True,
            env=environment,
        )
    finally:
        for process in running:
            process.terminate()
            process.wait(30)
    print("deploy trial: passed")
    return 0


def wait(ask: Callable[[], str | bool], seconds: float) -> str:
    """Ask until there is something, for so long at most."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := ask():
                return str(found)
            why = "nothing yet"
        except OSError as e:
            why = str(e)
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {why}")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
