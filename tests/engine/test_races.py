"""Workers racing, clocks jumping, brokers forgetting, databases going away: no double, no loss, the right minute."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone

from channels_app.models import Channel
from libsocial.core import localtime
from scheduler import engine, services, tasks, timing, workers
from scheduler.engine import claiming, delivering
from scheduler.models import Attempt, Delivery
from tests.engine import processes, story
from tests.engine.farside import FarSide
from tests.engine.paper import Paper
from tests.engine.processes import end_of, start
from tests.engine.story import fresh, look, planned, state, step, tale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]


def carry(deliveries: list[Delivery]) -> Any:
    """What a worker process does with ids that came to it; 'lane' means: look again until all are out."""

    def work() -> None:
        for _ in range(3000):
            for delivery in deliveries:
                engine.deliver(delivery.pk)
            if not Delivery.objects.filter(pk__in=[row.pk for row in deliveries], state__in=("planned", "waiting")):
                return
            threading.Event().wait(0.01)  # a lane that was busy is looked at again after its pause

    return work


# --- several workers -----------------------------------------------------------
def test_four_processes_given_the_same_ids_send_each_once(channel: Channel, far: FarSide) -> None:
    deliveries = [planned(channel, f"post {number}") for number in range(20)]
    assert processes.together([carry(deliveries)] * 4) == [0] * 4
    assert sorted(far.texts) == sorted(f"post {number}" for number in range(20))
    assert [tale(delivery) for delivery in deliveries] == [[("publish", "")]] * 20


def test_two_processes_at_one_delivery_again_and_again(channel: Channel, far: FarSide) -> None:
    for number in range(10):
        delivery = planned(channel, f"post {number}")
        processes.together([lambda pk=delivery.pk: engine.deliver(pk)] * 2)
        assert state(delivery) == "published"
        assert Attempt.objects.filter(delivery=delivery).count() == 1
    assert far.state["made"] == 10


def test_a_platform_that_wants_one_at_a_time_gets_one_at_a_time(channel: Channel, far: FarSide, paper: Paper) -> None:
    paper.capabilities = paper.capabilities.with_facts(one_at_a_time=True)
    far.script(*["slow0.05"] * 6)
    deliveries = [planned(channel, f"post {number}") for number in range(6)]
    with time_machine.travel(timezone.now(), tick=True):
        assert processes.together([carry(deliveries)] * 3) == [0] * 3
    assert far.state["most_at_once"] == 1
    assert len(far.texts) == 6


def test_two_that_reconcile_at_once_ask_once_and_decide_once(channel: Channel, far: FarSide) -> None:
    far.script("drop")
    delivery = planned(channel)
    step()
    later = timezone.now() + timing.check_after(0) + timing.SETTLING

    def ask() -> None:
        with time_machine.travel(later, tick=False):
            engine.reconcile(delivery.pk)

    processes.together([ask] * 3)
    assert (state(delivery), far.state["asked"]) == ("waiting", 1)


def test_a_cancel_and_a_claim_at_the_same_moment_have_one_winner(channel: Channel, far: FarSide, lib: Any) -> None:
    for number in range(8):
        delivery = planned(channel, reference=f"race:{number}")
        processes.together(
            [
                lambda pk=delivery.pk: engine.deliver(pk),
                lambda number=number: services.cancel_reference(f"race:{number}", lib.alice),
            ]
        )
        out = len([post for post in far.state["posts"] if post["key"] == delivery.parts.get().key])
        assert (state(delivery), out) in {("published", 1), ("cancelled", 0)}


# --- a worker that is slow, not dead ---------------------------------------------
def test_a_worker_whose_lease_was_taken_creates_nothing(channel: Channel, far: FarSide, paper: Paper) -> None:
    """It slept through its lease before the mark; the sweep gave the delivery back."""

    def sleep_through() -> None:
        with time_machine.travel(timezone.now() + timing.LEASE, tick=False):
            engine.sweep()

    delivery = planned(channel)
    paper.points["prepared 0"] = sleep_through
    assert step() == ["lost"]
    assert far.texts == []
    assert state(delivery) == "waiting"
    paper.points.clear()
    with time_machine.travel(fresh(delivery).next_at, tick=False):
        assert step() == ["published"]
    assert far.texts == ["Story time"]


def test_a_receipt_that_comes_after_the_sweep_still_counts(channel: Channel, far: FarSide, paper: Paper) -> None:
    """The clock jumped an hour while the platform was answering: the row became unclear, then the answer came."""

    def jump() -> None:
        with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
            engine.sweep()

    delivery = planned(channel)
    paper.points["answer 0"] = jump
    assert step() == ["lost"]
    assert state(delivery) == "unclear"
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1), tick=False):
        assert look() == ["published"]
    assert (far.state["asked"], far.texts) == (0, ["Story time"])


def test_long_work_keeps_its_lease(channel: Channel, far: FarSide, paper: Paper, monkeypatch: Any) -> None:
    """An upload longer than the lease: signs of life are written meanwhile, and the sweep finds nothing to do."""
    monkeypatch.setattr(timing, "RENEW_EVERY", 0.01)
    monkeypatch.setattr(claiming, "KEEPER", claiming.Keeper())
    delivery = planned(channel)

    def upload() -> None:
        before = fresh(delivery).next_at
        while fresh(delivery).next_at <= before:  # however long a busy machine takes; the test's time-out ends it
            threading.Event().wait(0.01)
        assert engine.sweep(now=before) == {}

    paper.points["prepared 0"] = upload
    assert step() == ["published"]


# --- the clock ------------------------------------------------------------------
@pytest.mark.parametrize("hours", [1, -1])
def test_the_clock_jumps_an_hour_and_nothing_is_sent_twice(hours: int, channel: Channel, far: FarSide) -> None:
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as clock:
        deliveries = [
            planned(channel, f"at {minute}", due=timezone.now() + timedelta(minutes=minute)) for minute in (0, 30, 90)
        ]
        step()
        clock.shift(timedelta(hours=hours))
        look(), step()
        clock.shift(timedelta(hours=3))
        look(), step(), step()
    assert far.texts == ["at 0", "at 30", "at 90"]
    assert {state(delivery) for delivery in deliveries} == {"published"}


@pytest.mark.parametrize(
    ("day", "wall", "leaves"),
    [
        ("spring forward", datetime(2027, 3, 28, 10, 0), datetime(2027, 3, 28, 9, 0, tzinfo=UTC)),
        ("the hour that is not there", datetime(2027, 3, 28, 1, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("fall back", datetime(2026, 10, 25, 10, 0), datetime(2026, 10, 25, 10, 0, tzinfo=UTC)),
        ("the hour that comes twice", datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_days_on_which_the_clocks_change(day: str, wall: datetime, leaves: datetime, channel, far: FarSide) -> None:
    """Planned in the library's own wall time, sent at its minute, once, even when the hour comes twice."""
    moment = localtime.resolve(wall, "Europe/London")
    assert moment.utc == leaves
    with time_machine.travel(leaves - timedelta(hours=3), tick=False) as clock:
        planned(channel, due=moment.utc)
        while timezone.now() < leaves + timedelta(hours=3):
            if step():
                assert timezone.now() == leaves
            clock.shift(timedelta(minutes=15))
    assert len(far.texts) == 1


# --- the broker -----------------------------------------------------------------
@pytest.fixture
def broker(monkeypatch: Any) -> list[tuple[int, dict[str, Any]]]:
    """Where messages go while no worker listens; a test may lose or double them."""
    sent: list[tuple[int, dict[str, Any]]] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **options: sent.append((args[0], options)))
    return sent


def test_messages_lost_by_the_broker_are_sent_anew(channel: Channel, far: FarSide, broker, monkeypatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(tasks, "MEMO", engine.Memo(tasks.STALE.total_seconds(), lambda: clock[0]))
    delivery = planned(channel)
    tasks.dispatch()
    tasks.dispatch()
    assert [pk for pk, _ in broker] == [delivery.pk], "handed out once while the message may still be on its way"
    broker.clear()  # flushed
    clock[0] += tasks.STALE.total_seconds()
    tasks.dispatch()
    for pk, _ in broker:
        tasks.deliver(pk)
    assert far.texts == ["Story time"]


def test_two_clocks_double_every_message_and_nothing_else(channel: Channel, far: FarSide, broker, monkeypatch) -> None:
    deliveries = [planned(channel, f"post {number}") for number in range(5)]
    for _ in range(2):
        monkeypatch.setattr(tasks, "MEMO", engine.Memo(20))
        tasks.dispatch()
    assert len(broker) == 10
    for pk, _ in broker:
        tasks.deliver(pk)
    assert len(far.texts) == 5
    assert all(tale(delivery) == [("publish", "")] for delivery in deliveries)


def test_a_message_fires_at_its_moment_and_grows_stale(channel: Channel, broker, monkeypatch) -> None:
    monkeypatch.setattr(tasks, "MEMO", engine.Memo(20))
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False):
        soon = planned(channel, due=timezone.now() + timedelta(seconds=1))
        now = planned(channel)
        planned(channel, due=timezone.now() + timedelta(seconds=2))
        tasks.dispatch()
    assert broker == [
        (now.pk, {"eta": None, "expires": now.due_at + tasks.STALE}),
        (soon.pk, {"eta": soon.due_at, "expires": soon.due_at + tasks.STALE}),
    ]


def test_a_worker_whose_clock_is_behind_comes_back_and_is_not_early(channel, far, broker, monkeypatch) -> None:
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as clock:
        delivery = planned(channel, due=timezone.now() + timedelta(seconds=0.3))
        tasks.deliver(delivery.pk)
        assert (far.texts, [pk for pk, _ in broker]) == ([], [delivery.pk])
        clock.shift(broker.pop()[1]["countdown"] * 2)
        tasks.deliver(delivery.pk)
    assert (far.texts, broker) == (["Story time"], [])


def test_dispatching_changes_nothing(channel: Channel) -> None:
    planned(channel)
    before = list(Delivery.objects.values())
    with only_reading():
        assert len(engine.dispatch()) == 1
    assert list(Delivery.objects.values()) == before


@contextmanager
def only_reading() -> Iterator[None]:
    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        assert sql.startswith("SELECT"), sql
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield


# --- the database goes away --------------------------------------------------------
@contextmanager
def database_away(statements: int = 10**6) -> Iterator[None]:
    """The next statements meet a dead connection."""
    left = [statements]

    def refuse(execute: Any, *rest: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise OperationalError("server closed the connection unexpectedly")
        return execute(*rest)

    with connection.execute_wrapper(refuse):
        yield


def test_ticks_survive_a_database_that_is_away_and_the_next_one_goes_on(channel, far, broker, monkeypatch) -> None:
    monkeypatch.setattr(tasks, "MEMO", engine.Memo(20))
    delivery = planned(channel)
    with database_away():
        for tick in (tasks.dispatch, tasks.sweep, tasks.watch):
            tick()
        tasks.deliver(delivery.pk)
    assert far.texts == []
    tasks.dispatch()
    assert [pk for pk, _ in broker] == [delivery.pk]
    tasks.deliver(delivery.pk)
    assert far.texts == ["Story time"]


def test_a_receipt_waits_out_a_short_absence_of_the_database(channel, far, paper: Paper, monkeypatch) -> None:
    monkeypatch.setattr(delivering, "_PATIENCE", (0.0, 0.0, 0.0))
    away = database_away(statements=2)
    delivery = planned(channel)
    paper.points["answer 0"] = away.__enter__
    assert step() == ["published"]
    away.__exit__(None, None, None)
    assert fresh(delivery).remote_id == "1"


def test_the_database_goes_away_for_good_while_creating_and_nothing_doubles(channel, far, paper, monkeypatch) -> None:
    monkeypatch.setattr(delivering, "_PATIENCE", (0.0,))
    away = database_away()
    delivery = planned(channel)
    paper.points["answer 0"] = away.__enter__
    with pytest.raises(OperationalError):
        engine.deliver(delivery.pk)
    away.__exit__(None, None, None)
    assert state(delivery) == "sending"
    with time_machine.travel(timezone.now() + timing.LEASE, tick=False) as clock:
        look()
        assert state(delivery) == "unclear"
        clock.shift(timing.check_after(0))
        assert look() == ["published"]
    assert far.texts == ["Story time"]


@pytest.mark.postgres
def test_a_connection_killed_by_the_server_costs_nothing(channel: Channel, far: FarSide, paper: Paper) -> None:
    """Not a pretended absence: PostgreSQL ends the worker's connection while the platform answers."""

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        end_from_apart(backend)

    delivery = planned(channel)
    paper.points["answer 0"] = cut
    assert step() == ["published"]
    assert fresh(delivery).remote_id == "1"


def end_from_apart(backend: int) -> None:
    """A second connection, from a thread of its own, ends the first."""

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
        connection.close()

    thread = threading.Thread(target=end)
    thread.start()
    thread.join()


# --- one row that cannot be written -----------------------------------------------
def test_one_broken_row_keeps_no_other_from_being_swept(channel: Channel, far: FarSide, paper: Paper, lib) -> None:
    paper.points["prepare 0"] = processes.kill
    deliveries = [planned(channel, f"post {number}") for number in range(3)]
    for delivery in deliveries:
        end_of(start(lambda delivery=delivery: engine.deliver(delivery.pk)))
    broken = deliveries[1]
    Attempt.objects.filter(delivery=broken).update(creating_since=timezone.now(), creating_part=9)
    with time_machine.travel(timezone.now() + timing.LEASE, tick=False):
        engine.sweep()
    assert [state(delivery) for delivery in deliveries] == ["waiting", "sending", "waiting"]


def test_names_of_workers_are_never_used_twice() -> None:
    names = {workers.identity()}
    assert names == {workers.identity()}
    for _ in range(5):
        thread = threading.Thread(target=lambda: names.add(workers.identity()))
        thread.start()
        thread.join()
    assert len(names) == 6


def test_claiming_twice_gives_one_attempt(channel: Channel, lib) -> None:
    delivery = planned(channel)
    first, second = delivering.load(delivery.pk), delivering.load(delivery.pk)
    assert claiming.claim(first, "one") is not None
    assert claiming.claim(second, "two") is None
    assert Attempt.objects.count() == 1
    assert story.fresh(delivery).lease_owner == "one"
