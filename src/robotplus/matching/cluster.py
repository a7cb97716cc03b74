"""The same work over a Ray cluster: ``pip install 'robotplus[cluster]'``; RAY_ADDRESS names a running one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from robotplus.errors import InputError
from robotplus.matching.workers import Failed


class Cluster:
    """Does jobs on every processor of a Ray cluster, one started here when none is named.

    Args:
        make: called once in each of the cluster's processes; returns what does the jobs.

    Raises:
        InputError: Ray is not installed, or the cluster that RAY_ADDRESS names does not answer.
    """

    def __init__(self, make: Callable[[], Callable[[Any], Any]]) -> None:
        try:
            import ray
        except ImportError:
            fix = "pip install 'robotplus[cluster]'"
            raise InputError("Ray is not installed", "--cluster", fix=fix) from None
        self._ray = ray
        try:
            ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
        except (ConnectionError, RuntimeError, OSError) as e:
            raise InputError(f"no cluster answers ({e})", "--cluster") from None
        self._size = max(1, int(ray.cluster_resources().get("CPU", 1)))
        made = ray.put(make)
        actor = ray.remote(_Hand)
        self._hands = [actor.remote(made) for _ in range(self._size)]

    def run(self, jobs: Sequence[Any], *, ahead: int = 1) -> Iterator[tuple[int, Any]]:
        """Results (or Failed) with the index of their job, as they come."""
        waiting = iter(range(len(jobs)))
        pending: dict[Any, tuple[int, Any]] = {}

        def send(hand: Any) -> None:
            index = next(waiting, None)
            if index is not None:
                pending[hand.do.remote(jobs[index])] = (index, hand)

        for hand in self._hands * ahead:
            send(hand)
        while pending:
            ready, _ = self._ray.wait(list(pending))
            index, hand = pending.pop(ready[0])
            try:
                result = self._ray.get(ready[0])
            except self._ray.exceptions.RayError as e:
                result = Failed(f"the cluster: {' '.join(str(e).split())[:200]}")
            send(hand)
            yield index, result

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the cluster; one that was started here ends."""
        self._ray.shutdown()


class _Hand:
    """One process of the cluster."""

    def __init__(self, make: Callable[[], Callable[[Any], Any]]) -> None:
        self._work = make()

    def do(self, job: Any) -> Any:
        try:
            return self._work(job)
        except Exception as e:
            return Failed(f"{type(e).__name__}: {e}")
