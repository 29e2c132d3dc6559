"""Waiting for a real condition, with an end to it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TypeVar

from tests.infrastructure import PATIENCE

Value = TypeVar("Value")


def wait_for(look: Callable[[], Value | None], *, what: str, seconds: float = PATIENCE, every: float = 0.1) -> Value:
    """Ask ``look`` until it gives something true, and give that back.

    Raises TimeoutError naming ``what`` when ``seconds`` have passed without it.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(every)


def free_port() -> int:
    """A loopback port nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
