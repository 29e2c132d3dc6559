"""Measuring the engine: how late, how fast, and what looking costs in a large table.

Runs on whatever database is configured now; the command that calls it makes a
scratch one first, because rows are written by the hundred thousand. The far
side is an adapter that sleeps: what is measured is ours.
"""

from __future__ import annotations

import heapq
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from channels_app import platforms
from channels_app.capabilities import AltText, Capabilities, MediaRules, TextLimit, TextUnit
from channels_app.content import Content, Part
from channels_app.models import Channel, Credential
from channels_app.platforms.base import Adapter, Prepared, Receipt, Session
from libsocial.accounts.models import Unit
from scheduler import engine, services
from scheduler.models import Attempt, Delivery

TICK = 0.5  # seconds, as in settings.CELERY_BEAT_SCHEDULE


@dataclass(frozen=True)
class Figure:
    """One measure with its unit, what we hold ourselves to, and the settings it was taken with."""

    name: str
    value: float
    unit: str
    goal: str
    settings: dict[str, Any]


class Still(Adapter):
    """A platform that takes its time and says yes."""

    key = "bench"
    name = "Bench"
    capabilities = Capabilities(TextLimit(500, TextUnit.CODEPOINTS), MediaRules(), AltText(True, 500))

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        return Prepared(key, {})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        time.sleep(self.seconds)
        return Receipt(prepared.key, "")


@contextmanager
def platform(seconds: float) -> Iterator[list[Channel]]:
    """The sleeping platform, known for as long as the block lasts, with ten channels on it."""
    platforms._BY_KEY["bench"] = Still(seconds)
    unit = Unit.objects.filter(parent=None).first() or Unit.objects.plant(name="Bench", zone="UTC", language="en")
    channels = []
    for number in range(10):
        channel, made = Channel.objects.get_or_create(
            platform="bench", server="", remote_id=str(number), defaults={"unit": unit, "name": f"Bench {number}"}
        )
        if made:
            Credential.objects.create(channel=channel, secret={})
        channels.append(channel)
    try:
        yield channels
    finally:
        del platforms._BY_KEY["bench"]


def plan(channels: Sequence[Channel], count: int, begin: datetime, over: float) -> None:
    """`count` deliveries, evenly spread over so many seconds."""
    for number in range(count):
        channel, due = channels[number % len(channels)], begin + timedelta(seconds=over * number / count)
        services.plan(
            channel=channel,
            unit=channel.unit,
            content=Content((Part(text=f"Post {number}"),)),
            due_at=due,
            not_after=due + timedelta(days=1),
            reference=f"bench:{number}",
            by=None,
        )


# --- draining -----------------------------------------------------------------
def drain(count: int, processes: int, threads: int, far_seconds: float) -> Figure:
    """All due at once: how many leave per second, with so many worker processes of so many threads."""
    with platform(far_seconds) as channels:
        plan(channels, count, timezone.now() - timedelta(seconds=1), 0.0)
        ids = [pk for pk, _due in engine.dispatch(limit=count)]
        began = time.perf_counter()
        _in_processes([lambda share=ids[n::processes]: _work_off(share, threads) for n in range(processes)])
        took = time.perf_counter() - began
    _all_published()
    facts = {"deliveries": count, "processes": processes, "threads": threads, "far_side_ms": far_seconds * 1000}
    return Figure("drain", round(count / took, 1), "posts/s", ">= 100 with PostgreSQL and Redis", facts)


def _in_processes(acts: Sequence[Callable[[], None]]) -> None:
    """Each in a forked process of its own; RuntimeError when one fails."""
    connections.close_all()
    pids = []
    for act in acts:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                act()
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    if any(os.waitpid(pid, 0)[1] for pid in pids):
        raise RuntimeError("a worker process failed")


def _work_off(ids: Sequence[int], threads: int) -> None:
    with _workers(threads) as pool:
        for future in [pool.submit(_deliver, pk) for pk in ids]:
            future.result()


@contextmanager
def _workers(threads: int) -> Iterator[ThreadPoolExecutor]:
    """A pool whose threads let go of their connections at the end, each its own."""
    everyone = threading.Barrier(threads)

    def leave() -> None:
        everyone.wait()
        connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        yield pool
        wait([pool.submit(leave) for _ in range(threads)])


def _deliver(pk: int) -> None:
    engine.deliver(pk)


def _all_published() -> None:
    left = Delivery.objects.exclude(state="published").filter(reference__startswith="bench:").count()
    if left:
        raise RuntimeError(f"{left} deliveries were not published")


# --- lateness -------------------------------------------------------------------
def lateness(count: int, seconds: float, threads: int, far_seconds: float) -> list[Figure]:
    """Posts spread over some seconds, handed out by a clock and carried by threads of one process."""
    with platform(far_seconds) as channels:
        begin = timezone.now() + timedelta(seconds=1 + count * 0.004)
        plan(channels, count, begin, seconds)
        first = Delivery.objects.filter(due_at__gte=begin)
        with _workers(threads) as pool:
            _clock(lambda: first.filter(state="published").count() == count, pool)
    late = sorted(
        (at - due).total_seconds()
        for at, due in Attempt.objects.filter(delivery__in=first).values_list("creating_since", "delivery__due_at")
    )
    facts = {"deliveries": count, "seconds": seconds, "threads": threads, "tick": TICK}
    return [
        Figure("lateness p50", round(statistics.median(late) * 1000, 1), "ms", "", facts),
        Figure("lateness p99", round(late[int(len(late) * 0.99) - 1] * 1000, 1), "ms", "< 1000", facts),
    ]


def _clock(done: Callable[[], bool], pool: ThreadPoolExecutor) -> None:
    """What beat and the broker do: a look every tick, each id fired at its moment."""
    memo: engine.Memo[tuple[int, datetime]] = engine.Memo(20)
    waiting: list[tuple[datetime, int]] = []
    end, next_look = time.monotonic() + 600, 0.0
    while time.monotonic() < end:
        if time.monotonic() >= next_look:
            next_look = time.monotonic() + TICK
            for pk, due in memo.fresh(engine.dispatch()):
                heapq.heappush(waiting, (due, pk))
            if not waiting and done():
                return
        while waiting and waiting[0][0] <= timezone.now():
            pool.submit(_deliver, heapq.heappop(waiting)[1])
        threading.Event().wait(0.005)
    raise RuntimeError("not everything left within ten minutes")


# --- looking ----------------------------------------------------------------------
def due_query(rows: int, rounds: int = 50) -> list[Figure]:
    """What one look costs with so many future posts in the table."""
    with platform(0) as channels:
        plan(channels, 1, timezone.now() + timedelta(days=30), 0.0)
    _multiply(rows)
    count, times = Delivery.objects.count(), []
    for _round in range(rounds):
        began = time.perf_counter()
        engine.dispatch()
        times.append((time.perf_counter() - began) * 1000)
    facts = {"rows": count, "rounds": rounds}
    return [
        Figure("due query p50", round(statistics.median(times), 2), "ms", "< 5", facts),
        Figure("due query max", round(max(times), 2), "ms", "", facts),
    ]


def _multiply(rows: int) -> None:
    """Copies the future rows onto themselves until there are so many; each copy a minute later."""
    quote = connection.ops.quote_name
    table = quote(Delivery._meta.db_table)
    names = [field.column for field in Delivery._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(name) for name in names)
    with connection.cursor() as cursor:
        while (have := Delivery.objects.filter(state="planned").count()) < rows:
            limit = min(have, rows - have)
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} "  # noqa: S608  names of our own model
                f"WHERE state = 'planned' LIMIT {limit}"
            )
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {table}")
