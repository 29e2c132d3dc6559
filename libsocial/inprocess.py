"""The broker of the one process: memory that wakes its listener, instead of being asked twenty times a second.

Kombu's memory transport sleeps between two looks. Here the listener sleeps until
something is put in, so that nothing waits and an idle library costs next to nothing.
"""

from __future__ import annotations

import threading
import time
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, memory

NAME = "inprocess"
_news = threading.Event()


class Channel(memory.Channel):
    """Kombu's, with a bell."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        _news.set()

    def _put_fanout(self, exchange: str, message: Any, routing_key: str | None = None, **kwargs: Any) -> None:
        super()._put_fanout(exchange, message, routing_key, **kwargs)
        _news.set()


class Transport(memory.Transport):
    """One listener only: the worker of this process."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        """Deliver one message, waiting for it; TimeoutError when none came in time."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            _news.clear()  # before looking: what is put in from here on rings again
            try:
                self.cycle.get(self._deliver, timeout=timeout)
            except Empty:
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError from None
                _news.wait(left)
            else:
                return


def announce() -> None:
    """Makes ``inprocess://`` known to Kombu."""
    TRANSPORT_ALIASES[NAME] = f"{__name__}:Transport"
