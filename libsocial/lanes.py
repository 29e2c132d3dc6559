"""Threads in lanes, for the one worker of the one process: nothing slow can stand before what is due now.

One worker and not one per queue: two workers of one Celery application overwrite each other's choice of
queues, and then some queue is served by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from celery.concurrency.base import apply_target
from celery.concurrency.thread import ApplyResult, TaskPool

# Threads of each lane, and the queues that run in it.
LANES: dict[str, tuple[int, tuple[str, ...]]] = {
    "publish": (6, ("publish",)),
    "default": (3, ("default",)),
    "slow": (4, ("prepare", "metrics", "inbox")),
}
QUEUES = [queue for _threads, queues in LANES.values() for queue in queues]


class LanePool(TaskPool):
    """Hands a task to the threads of its queue's lane; each lane waits for itself only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lanes: dict[str, ThreadPoolExecutor] = {}
        for name, (threads, queues) in LANES.items():
            lane = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"lane-{name}")
            self.lanes.update(dict.fromkeys(queues, lane))

    def on_stop(self) -> None:
        for lane in set(self.lanes.values()):
            lane.shutdown(cancel_futures=True)
        super().on_stop()

    def on_apply(
        self,
        target: Callable[..., Any],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
        callback: Callable[..., Any] | None = None,
        accept_callback: Callable[..., Any] | None = None,
        **_: Any,
    ) -> ApplyResult:
        lane = self.lanes.get(queue_of(args or ()), self.lanes["default"])
        return ApplyResult(lane.submit(apply_target, target, args, kwargs, callback, accept_callback))


def queue_of(args: tuple[Any, ...]) -> str:
    """The queue a task came by. Celery traces with (task, id, request, …); the request holds how it was delivered."""
    request = args[2] if len(args) > 2 and isinstance(args[2], dict) else {}
    return str((request.get("delivery_info") or {}).get("routing_key", ""))
