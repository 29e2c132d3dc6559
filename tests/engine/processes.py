"""Real worker processes for these tests: forked from the warm parent, so that each starts in milliseconds."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

KILLED = -signal.SIGKILL


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def start(act: Callable[[], Any]) -> int:
    """A child that does this and ends; its number. Connections are never shared with it."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        act()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def end_of(pid: int) -> int:
    """Its exit code, or the negative number of the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def together(acts: Sequence[Callable[[], Any]]) -> list[int]:
    """All at the same moment; their exit codes."""
    ready, go = os.pipe()

    def waiting(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> None:
            os.close(go)
            os.read(ready, 1)
            act()

        return run

    pids = [start(waiting(act)) for act in acts]
    os.close(go)
    os.close(ready)
    return [end_of(pid) for pid in pids]


@contextmanager
def at_statement(number: int, act: Callable[[], None], *, after: bool) -> Iterator[None]:
    """Acts just before or just after the `number`-th SQL statement of this process."""
    seen = 0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        mine = seen == number
        if mine and not after:
            act()
        result = execute(sql, params, many, context)
        if mine:
            act()
        return result

    with connection.execute_wrapper(watch):
        yield
