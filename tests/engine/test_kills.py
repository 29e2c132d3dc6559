"""`kill -9` of a real worker at every point of a delivery: one post on the far side, never two, and the row says so.

The far side lives in its own process and folds nothing: were a post created
twice, it would hold two. 200 rounds; the points between two statements of the
database are found by counting, so that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from channels_app.models import Channel
from scheduler import engine, guards, timing
from scheduler.models import Delivery, DeliveryPart
from tests.engine import processes
from tests.engine.farside import FarSide
from tests.engine.paper import Paper
from tests.engine.processes import KILLED, at_statement, end_of, kill, start
from tests.engine.story import look, planned, state, step, tale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]

# What holds right after the kill and one sweep past the lease, by point.
SAFE, ASKED, PROVEN = "waiting", "unclear", "published"
ROUNDS = 10


def in_engine(name: str) -> Callable[[Paper, Delivery], None]:
    """Dies where the engine would call this function of its delivering module."""

    def act(paper: Paper, delivery: Delivery) -> None:
        with mock.patch(f"scheduler.engine.delivering.{name}", side_effect=lambda *a, **k: kill()):
            engine.deliver(delivery.pk)

    return act


def in_adapter(point: str) -> Callable[[Paper, Delivery], None]:
    def act(paper: Paper, delivery: Delivery) -> None:
        paper.points[point] = kill
        engine.deliver(delivery.pk)

    return act


def in_guard(paper: Paper, delivery: Delivery) -> None:
    """The guards are asked between storing what was prepared and the mark."""
    guards.register(lambda _: kill())  # in the child only
    engine.deliver(delivery.pk)


def plainly(paper: Paper, delivery: Delivery) -> None:
    engine.deliver(delivery.pk)


POINTS = {
    "1 after the claim is committed": (in_engine("open_fresh"), [], SAFE),
    "2 before prepare": (in_adapter("prepare 0"), [], SAFE),
    "3 prepared, not stored": (in_adapter("prepared 0"), [], SAFE),
    "4 prepare stored, before the mark": (in_guard, [], SAFE),
    "5 mark committed, before the request": (in_adapter("request 0"), [], ASKED),
    "6 request arrived, not stored there": (plainly, ["kill"], ASKED),
    "7 stored there, no answer yet": (plainly, ["store_kill"], ASKED),
    "8 answer here, receipt not stored": (in_adapter("answer 0"), [], ASKED),
    "9 receipt stored, not settled": (in_engine("settle"), [], PROVEN),
    "10 between two parts of a thread": (in_adapter("prepare 1"), [], SAFE),
    "11 second part marked, before its request": (in_adapter("request 1"), [], ASKED),
    "12 second part stored there, no answer yet": (plainly, ["normal", "store_kill"], ASKED),
    "13 second part answered, receipt not stored": (in_adapter("answer 1"), [], ASKED),
}


def truth(delivery: Delivery, far: FarSide) -> None:
    """What the row and its parts say is never more than what the far side holds, and nothing is there twice."""
    posts = far.state["posts"]
    keys = [post["key"] for post in posts]
    assert len(keys) == len(set(keys)), f"there twice: {posts}"
    held = {post["id"] for post in posts}
    proven = set(
        DeliveryPart.objects.filter(delivery=delivery, receipt__isnull=False).values_list("remote_id", flat=True)
    )
    assert proven <= held
    if state(delivery) in ("planned", "waiting"):
        assert proven == held, "called not sent, and yet it is there"
    if state(delivery) == "published":
        assert len(held) == delivery.parts.count()


def recover(delivery: Delivery, far: FarSide) -> None:
    """Sweep, ask and send again until there is nothing left to do, the truth holding after each step."""
    with time_machine.travel(timezone.now() + timing.LEASE, tick=False) as clock:
        for _ in range(20):
            look()
            truth(delivery, far)
            step()
            truth(delivery, far)
            if state(delivery) == "published":
                return
            clock.shift(timedelta(seconds=61))
    raise AssertionError(f"still {state(delivery)} after all: {tale(delivery)}")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: str, channel: Channel, far: FarSide, paper: Paper) -> None:
    act, script, expected = POINTS[point]
    texts = ["one", "two"] if "thread" in point or "second" in point else ["one"]
    for _ in range(ROUNDS):
        far.reset()
        far.script(*script)
        delivery = planned(channel, *texts)
        assert end_of(start(lambda delivery=delivery: act(paper, delivery))) == KILLED
        assert state(delivery) == "sending"
        truth(delivery, far)
        with time_machine.travel(timezone.now() + timing.LEASE, tick=False):
            engine.sweep()
        assert state(delivery) == expected
        truth(delivery, far)
        recover(delivery, far)
        assert far.texts == texts


THREAD = ["one", "two", "three"]


def statements_of_a_delivery(channel: Channel) -> int:
    """How many statements one whole delivery of a thread needs, counted on a live one."""
    seen = []
    delivery = planned(channel, *THREAD)
    with connection.execute_wrapper(lambda execute, *rest: (seen.append(rest[0]), execute(*rest))[1]):
        assert engine.deliver(delivery.pk) == "published"
    return len(seen)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_statement_of_the_database(after: bool, channel: Channel, far: FarSide) -> None:
    count = statements_of_a_delivery(channel)
    assert count > 20
    for number in range(1, count + 1):
        far.reset()
        delivery = planned(channel, *THREAD)

        def act(delivery: Delivery = delivery, number: int = number) -> None:
            with at_statement(number, kill, after=after):
                engine.deliver(delivery.pk)

        assert end_of(start(act)) == KILLED, f"statement {number} of {count} never came"
        recover(delivery, far)
        assert far.texts == THREAD, f"killed at statement {number}"


def test_killed_again_and_again_at_chance_points(channel: Channel, far: FarSide, paper: Paper) -> None:
    """A worker that dies, is swept, retried and dies again somewhere else."""
    for round_ in range(10):
        far.reset()
        delivery = planned(channel, *THREAD)
        now = timezone.now()
        for death in range(3):
            now += timing.LEASE + timing.SETTLING + timedelta(minutes=5)

            def act(now=now, delivery=delivery, number=5 + (7 * round_ + 11 * death) % 23) -> None:
                with time_machine.travel(now, tick=False), at_statement(number, kill, after=bool(number % 2)):
                    look()
                    engine.deliver(delivery.pk)

            processes.end_of(start(act))
            truth(delivery, far)
        with time_machine.travel(now, tick=False):
            recover(delivery, far)
        assert far.texts == THREAD
