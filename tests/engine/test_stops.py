"""After a stop nothing late leaves without a click, whoever was awake meanwhile: the rows decide, not the ticks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from channels_app import services as channels
from channels_app.models import Channel, PracticePost
from channels_app.practice.services import ensure_practice
from libsocial.accounts.services import units
from libsocial.audit.models import Entry
from libsocial.notices.models import Notice
from scheduler import engine, holds, selectors, services, timing
from scheduler.engine.delivering import load
from scheduler.models import Delivery, Hold
from tests.cast import Library
from tests.engine import processes
from tests.engine.farside import FarSide
from tests.engine.paper import Paper
from tests.engine.story import fresh, planned, state, step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]
Act = Callable[[Library, Channel], object]


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def practice(lib: Library) -> Channel:
    return ensure_practice(lib.north)


def reconnect(lib: Library, channel: Channel) -> None:
    handle = channel.handle.lstrip("@")
    channels.connect_begin(
        by=lib.ada, unit=lib.north, platform="practice", fields={"name": handle}, channel=fresh_channel(channel)
    )


def resume(lib: Library, channel: Channel) -> None:
    channels.resume(by=lib.ada, channel=fresh_channel(channel))


def fresh_channel(channel: Channel) -> Channel:
    return Channel.objects.select_related("unit").get(pk=channel.pk)


STOPS: dict[str, tuple[Act, Act]] = {
    "paused": (lambda lib, channel: channels.pause(by=lib.ada, channel=channel), resume),
    "lost": (lambda lib, channel: channels.mark_lost(channel), reconnect),
    "disconnected": (lambda lib, channel: channels.disconnect(by=lib.ada, channel=channel), reconnect),
}


@pytest.mark.parametrize("stop", STOPS)
def test_what_became_due_on_a_channel_while_all_workers_slept_waits_for_a_click(
    stop: str, practice: Channel, lib: Library, clock
) -> None:
    begin, end = STOPS[stop]
    overdue = planned(practice, "overdue", due=timezone.now() + timedelta(minutes=5))
    later = planned(practice, "later", due=timezone.now() + timedelta(hours=2))
    begin(lib, practice)
    clock.shift(3600)
    end(lib, practice)
    assert step() == []
    assert [row.pk for row in selectors.held_for(lib.erin, practice.pk)] == [overdue.pk]
    assert fresh(overdue).message == "delivery.overdue"
    clock.shift(3600)
    assert step() == ["published"]
    services.release(delivery=load(overdue.pk), by=lib.erin)
    assert step() == ["published"]
    assert (state(overdue), state(later)) == ("published", "published")
    assert PracticePost.objects.count() == 2


def test_a_reconnected_channel_is_not_reported_lost_once_more(practice: Channel, lib: Library, clock) -> None:
    planned(practice)
    channels.mark_lost(practice)
    before = Notice.objects.count()
    clock.shift(3600)
    reconnect(lib, practice)
    assert Notice.objects.count() == before


def test_a_new_key_for_a_paused_channel_leaves_everything_to_the_resuming(practice, lib: Library, clock) -> None:
    channels.pause(by=lib.ada, channel=practice)
    overdue = planned(practice)
    reconnect(lib, practice)
    assert (fresh_channel(practice).state, state(overdue)) == ("paused", "planned")
    resume(lib, practice)
    assert state(overdue) == "held"


def test_a_new_key_for_a_channel_that_was_sending_stops_nothing(practice: Channel, lib: Library, clock) -> None:
    planned(practice)
    reconnect(lib, practice)
    assert step() == ["published"]


def test_resuming_touches_no_other_channel(practice: Channel, channel: Channel, lib: Library, far: FarSide) -> None:
    planned(channel)
    channels.pause(by=lib.ada, channel=practice)
    resume(lib, practice)
    assert step() == ["published"]


# --- what a dead worker had in hand ---------------------------------------------
@pytest.mark.parametrize(("point", "after"), [("prepare 0", "held"), ("request 0", "unclear")])
def test_what_a_dead_worker_had_in_hand_during_the_stop_is_found_as_well(
    point: str, after: str, channel: Channel, far: FarSide, paper: Paper, lib: Library
) -> None:
    """Before its mark it waits for a click; after it the platform is asked, as always."""
    delivery = planned(channel)
    paper.points[point] = processes.kill
    processes.end_of(processes.start(lambda: engine.deliver(delivery.pk)))
    hold = holds.place(by=lib.ada, scope="all", reason="Storm")
    with time_machine.travel(timezone.now() + timing.LEASE, tick=False):
        listed = holds.lift(by=lib.ada, hold=hold)
        assert state(delivery) == after
        assert listed == ([delivery] if after == "held" else [])
        assert step() == []
    assert far.texts == []


def test_what_a_living_worker_has_in_hand_is_left_to_it(channel, far: FarSide, paper: Paper, lib: Library) -> None:
    def short_stop() -> None:
        holds.lift(by=lib.ada, hold=holds.place(by=lib.ada, scope="all", reason="Storm"))

    paper.points["prepared 0"] = short_stop
    planned(channel)
    assert step() == ["published"]


# --- together with workers --------------------------------------------------------
def lift(lib: Library, channel: Channel) -> None:
    holds.lift(by=lib.ada, hold=Hold.objects.get(lifted_at=None))


RACES: dict[str, tuple[Act, Act]] = {
    "lifting": (lambda lib, channel: holds.place(by=lib.ada, scope="all", reason="Storm"), lift),
    "resuming": (lambda lib, channel: channels.pause(by=lib.ada, channel=fresh_channel(channel)), resume),
}


@pytest.mark.parametrize("race", RACES)
def test_ending_a_stop_while_workers_look_lets_nothing_slip_out(race: str, channel, far: FarSide, lib: Library) -> None:
    begin, end = RACES[race]
    for _ in range(6):
        begin(lib, channel)
        deliveries = [planned(channel, f"post {number}") for number in range(5)]

        def work(deliveries: list[Delivery] = deliveries) -> None:
            for _ in range(4):
                for delivery in deliveries:
                    engine.deliver(delivery.pk)

        assert processes.together([work, work, lambda: end(lib, channel)]) == [0, 0, 0]
        assert {state(delivery) for delivery in deliveries} == {"held"}
    assert far.texts == []


def test_two_people_lift_one_hold_and_it_is_lifted_once(channel: Channel, far: FarSide, lib: Library) -> None:
    hold = holds.place(by=lib.ada, scope="all", reason="Storm")
    planned(channel)
    assert processes.together([lambda: holds.lift(by=lib.ada, hold=hold)] * 2) == [0, 0]
    assert Entry.objects.filter(action="hold.lifted").count() == 1
    assert Entry.objects.filter(action="delivery.held").count() == 1


def test_lifting_does_not_stumble_over_what_was_cancelled_meanwhile(channel: Channel, lib: Library) -> None:
    hold = holds.place(by=lib.ada, scope="all", reason="Storm")
    for number in range(12):
        planned(channel, reference=f"race:{number}")
    ends = processes.together(
        [
            lambda: holds.lift(by=lib.ada, hold=hold),
            lambda: [services.cancel_reference(f"race:{number}", lib.alice) for number in range(12)],
        ]
    )
    assert ends == [0, 0]
    assert set(Delivery.objects.values_list("state", flat=True)) <= {"held", "cancelled"}


# --- a unit that moves -------------------------------------------------------------
def test_a_hold_on_a_unit_moves_with_it(channel: Channel, far: FarSide, lib: Library) -> None:
    """It goes on holding in its new place, and can be lifted there."""
    hold = holds.place(by=lib.ada, scope="unit", key=lib.north.path, reason="Inventory")
    units.move(by=lib.ada, unit=lib.north, parent=lib.south)
    lib.north.refresh_from_db()
    planned(channel, unit=lib.north)
    assert step() == ["held"]
    assert holds.place(by=lib.ada, scope="unit", key=lib.north.path, reason="Again") == hold
    hold.refresh_from_db()
    assert holds.name_of(hold) == lib.north.name
    assert len(holds.lift(by=lib.ada, hold=hold)) == 1
