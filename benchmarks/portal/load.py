"""Questions to the search at a steady rate, whether earlier ones were answered or not.

A time runs from the moment a question was due to the last byte of its page, so that waiting behind slow ones counts.
"""

from __future__ import annotations

import http.client
import random
import statistics
import threading
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

QUESTIONS: Final = (
    "码垛机器人", "焊接", "弧焊工作站", "负载≥10公斤 码垛机器人", "welding robot", "payload 20 kg reach 1.8 m",
    "发那科 租赁", "谐波减速器", "机器人", "设备贷款", "GB/T 12642 检测", "汽车零部件喷涂系统集成", "palletising cell",
    "七轴协作机器人", "招聘焊接机器人编程", "视觉定位 揭榜挂帅", "kr 10 r1100", "交期30天以内 夹爪", "", "负载≥10公斤",
)  # fmt: skip
FACETS: Final = ("", "&noun=offer", "&noun=need", "&kind=product", "&area=500106")
WARM: Final = 40
TIMEOUT_S: Final = 60.0


@dataclass(frozen=True)
class Times:
    """What came of a load: seconds of each answered question, and how many were not answered with 200."""

    seconds: tuple[float, ...]
    failures: int
    span_s: float

    def share(self, percent: int) -> float:
        """The time within which so many percent were answered [s]."""
        if len(self.seconds) < 2:
            return float("inf")
        return statistics.quantiles(self.seconds, n=100)[percent - 1]


def put(port: int, path: str, *, rate: float, seconds: float, cookies: Sequence[str] = ("",)) -> Times:
    """Ask ``path`` that often a second for so long, after some to warm up.

    Args:
        port: of the server on this machine.
        path: the search's page or its operation of the API.
        rate: questions a second.
        seconds: how long.
        cookies: sessions that ask in turn; empty: a visitor.
    """
    times: list[float] = []
    failures: list[str] = []
    lock = threading.Lock()
    dice = random.Random(1)

    def ask(address: str, cookie: str, due: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", address, headers={"Cookie": f"sessionid={cookie}"} if cookie else {})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise OSError(f"{answer.status}")
            with lock:
                times.append(time.perf_counter() - due)
        except (OSError, http.client.HTTPException) as e:
            with lock:
                failures.append(f"{address}: {e}")
        finally:
            connection.close()

    def address() -> str:
        return f"{path}?q={urllib.parse.quote(dice.choice(QUESTIONS))}{dice.choice(FACETS)}"

    for number in range(WARM):
        ask(address(), cookies[number % len(cookies)], time.perf_counter())
    times.clear()
    failures.clear()
    threads = []
    begun = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        one = threading.Thread(target=ask, args=(address(), cookies[number % len(cookies)], due))
        one.start()
        threads.append(one)
    for one in threads:
        one.join()
    return Times(tuple(times), len(failures), time.perf_counter() - begun)
