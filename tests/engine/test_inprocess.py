"""The one process: its broker wakes the worker, its clock sleeps to the moment, its connections are kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import task_postrun, task_prerun
from django.db import connection
from kombu import Connection

from libsocial import celery, connections, inprocess, lanes
from libsocial.beat import Clock
from scheduler import tasks


@pytest.fixture
def line() -> Iterator[Connection]:
    inprocess.announce()
    with Connection("inprocess://localhost/") as made:
        yield made


def listening(line: Connection, *queues: str) -> list[str]:
    """Everything that arrives on these queues from now on."""
    heard: list[str] = []
    for name in queues:
        queue = line.SimpleQueue(name)
        queue.consumer.on_message = lambda message: (heard.append(message.payload), message.ack())
        queue.consumer.consume()
    return heard


def test_what_another_thread_puts_in_wakes_the_listener_at_once(line: Connection, monkeypatch: Any) -> None:
    """Without looking again and again meanwhile: it looks once, sleeps, and looks once more when the bell rings."""
    heard, looks, asleep = listening(line, "bell-a", "bell-b"), [], threading.Event()
    cycle_get, wait = line.transport.cycle.get, inprocess._news.wait
    monkeypatch.setattr(line.transport.cycle, "get", lambda *a, **k: (looks.append(1), cycle_get(*a, **k))[1])
    monkeypatch.setattr(inprocess._news, "wait", lambda left: (asleep.set(), wait(left))[1])

    def put() -> None:
        asleep.wait(60)
        with Connection("inprocess://localhost/") as other:
            other.SimpleQueue("bell-b").put("hello")

    thread = threading.Thread(target=put)
    thread.start()
    line.drain_events(timeout=120)
    thread.join()
    assert heard == ["hello"]
    assert len(looks) == 2


def test_what_was_there_before_is_taken_one_by_one_and_then_silence_is_told(line: Connection) -> None:
    heard = listening(line, "before")
    for word in ("one", "two"):
        line.SimpleQueue("before").put(word)
        line.drain_events(timeout=0)
    assert heard == ["one", "two"]
    with pytest.raises(TimeoutError):
        line.drain_events(timeout=0)


def test_the_clock_sleeps_to_its_very_tick() -> None:
    assert Clock.adjust(None, 0.5, -0.01) == 0.5


@pytest.mark.parametrize("asking", [tasks.reconcile, tasks.follow])
def test_neither_sweep_nor_dispatch_stands_behind_a_platform_that_is_asked_about_a_post(asking: Any) -> None:
    """A dead server is waited for up to a minute, by as many as are unclear there."""
    lane_of = {queue: name for name, (_threads, queues) in lanes.LANES.items() for queue in queues}
    route = celery.app.amqp.router.route
    taken = lane_of[route({}, asking.name)["queue"].name]
    for other in (tasks.dispatch, tasks.deliver, tasks.sweep, tasks.watch, tasks.heartbeat):
        assert lane_of[route({}, other.name)["queue"].name] != taken


# --- connections of workers ---------------------------------------------------
@pytest.fixture
def worker() -> Iterator[Any]:
    """A worker's signals, as in a process that works off tasks."""
    fixup = connections.fixup(celery.app)
    made = fixup.worker_fixup.install()
    yield made
    task_prerun.disconnect(made.on_task_prerun)
    task_postrun.disconnect(made.on_task_postrun)


def one_task() -> None:
    sender = tasks.heartbeat
    task_prerun.send(sender=sender, task_id="1", task=sender)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    task_postrun.send(sender=sender, task_id="1", task=sender)


@pytest.mark.django_db(transaction=True)
@pytest.mark.bothdbs
def test_two_tasks_of_one_thread_share_a_connection(worker: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)
    connection.close()
    one_task()
    first = connection.connection
    one_task()
    assert first is not None
    assert connection.connection is first


@pytest.mark.django_db(transaction=True)
@pytest.mark.bothdbs
def test_a_connection_that_met_an_error_and_is_dead_is_not_used_again(worker: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)
    connection.close()
    one_task()
    first = connection.connection
    connection.errors_occurred = True
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    one_task()
    assert connection.connection is not first
