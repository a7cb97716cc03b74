"""Measures the search under load: ``python scripts/load_search.py --home FOLDER`` (a portal that load_many filled).

Starts gunicorn on a free local port with that portal's data (SQLite in the folder, or ``DATABASE_URL``), sends it 20
requests a second for a while, whether earlier ones were answered or not, and prints the times from sending to the last
byte: questions in Chinese and English, with figures and facets.
The server's own processor time a request is printed too: on a shared machine it tells more than times on the clock.
Exit code 1 when the 95th percentile is above the bar.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

BAR_S = 0.2
QUESTIONS = (
    "码垛机器人", "焊接", "弧焊工作站", "负载≥10公斤 码垛机器人", "welding robot", "payload 20 kg reach 1.8 m",
    "发那科 租赁", "谐波减速器", "机器人", "设备贷款", "GB/T 12642 检测", "汽车零部件喷涂系统集成", "palletising cell",
    "七轴协作机器人", "招聘焊接机器人编程", "视觉定位 揭榜挂帅", "kr 10 r1100", "交期30天以内 夹爪", "", "负载≥10公斤",
)  # fmt: skip
FACETS = ("", "&noun=offer", "&noun=need", "&kind=product", "&area=500106")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def start(home: str, port: int, workers: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ROBOTPLUS_HOME": home}
    command = [sys.executable, "-m", "gunicorn", "robotplus.portal.wsgi", "-b", f"127.0.0.1:{port}"]
    command += ["-w", str(workers), "--threads", "4", "--log-level", "error"]
    server = subprocess.Popen(command, env=environment)
    for _attempt in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/search/?q=x", timeout=30):
                return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    server.kill()
    raise SystemExit("the server did not start")


def processor_s(pid: int) -> float:
    """Processor time of a process and its children so far."""
    pids, total = [pid], 0
    for one in pids:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
        children = Path(f"/proc/{one}/task/{one}/children")
        pids += [int(p) for p in children.read_text().split()] if children.exists() else []
    return total / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--path", default="/search/", help="the page, or the API's address of the search")
    options = parser.parse_args()
    port = free_port()
    server = start(options.home, port, options.workers)
    times: list[float] = []
    failures: list[str] = []
    lock = threading.Lock()
    dice = random.Random(1)

    def ask(address: str) -> None:
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                answer.read()
            with lock:
                times.append(time.perf_counter() - begun)
        except (urllib.error.URLError, OSError) as e:
            with lock:
                failures.append(f"{address}: {e}")

    def address() -> str:
        said = urllib.parse.quote(dice.choice(QUESTIONS))
        return f"http://127.0.0.1:{port}{options.path}?q={said}{dice.choice(FACETS)}"

    try:
        for _warm in range(40):
            ask(address())
        times.clear()
        before = processor_s(server.pid)
        threads = []
        begun = time.perf_counter()
        for i in range(int(options.rate * options.seconds)):
            time.sleep(max(0.0, begun + i / options.rate - time.perf_counter()))
            threads.append(threading.Thread(target=ask, args=(address(),)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        used = (processor_s(server.pid) - before) / max(len(times), 1)
    finally:
        server.terminate()
        server.wait()
    cuts = statistics.quantiles(times, n=100)
    found = {
        "requests": len(times),
        "failures": len(failures),
        "p50_ms": round(1e3 * cuts[49]),
        "p95_ms": round(1e3 * cuts[94]),
        "server_processor_ms_a_request": round(1e3 * used, 1),
    }
    print(json.dumps(found))
    print("\n".join(failures[:3]), file=sys.stderr)
    return int(bool(failures) or cuts[94] > BAR_S)


if __name__ == "__main__":
    sys.exit(main())
