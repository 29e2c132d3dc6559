"""What people and the apps above may do with deliveries, and what it leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from channels_app.content import Content
from channels_app.models import Channel
from channels_app.platforms.base import Receipt
from libsocial.accounts import policies
from libsocial.audit.models import Entry
from scheduler import engine, guards, holds, listeners, services, timing
from scheduler.engine.delivering import load
from scheduler.models import Delivery, Hold
from tests.cast import Library
from tests.engine.farside import FarSide
from tests.engine.paper import Paper
from tests.engine.story import fresh, look, planned, state, step
from tests.engine.test_journeys import ask_a_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]


@pytest.fixture
def failed(channel: Channel, far: FarSide) -> Delivery:
    far.script("422")
    delivery = planned(channel)
    assert step() == ["failed"]
    return load(delivery.pk)


def test_planning_refuses_what_makes_no_sense(channel: Channel) -> None:
    with pytest.raises(ValueError, match="not_after"):
        planned(channel, not_after=timezone.now() - timedelta(hours=1))
    with pytest.raises(ValueError, match="parts"):
        services.plan(
            channel=channel, unit=channel.unit, content=Content(()), due_at=timezone.now(),
            not_after=timezone.now() + timedelta(days=1), reference="x", by=None,
        )  # fmt: skip
    assert not Delivery.objects.exists()


def test_a_retry_sends_again_with_a_clean_count_and_time_enough(failed: Delivery, far: FarSide, lib: Library) -> None:
    with time_machine.travel(failed.not_after + timedelta(hours=1), tick=False):
        services.retry(delivery=failed, by=lib.erin)
        assert step() == ["published"]
    assert far.texts == ["Story time"]


def test_a_retry_of_a_cut_thread_goes_on_after_the_last_published_part(channel, far, lib) -> None:
    far.script("normal", "422")
    delivery = planned(channel, "one", "two", "three")
    assert step() == ["failed"]
    services.retry(delivery=load(delivery.pk), by=lib.erin)
    assert step() == ["published"]
    assert far.texts == ["one", "two", "three"]


def test_what_is_published_of_a_failed_thread_can_be_removed(channel, far, lib) -> None:
    far.script("normal", "422")
    delivery = planned(channel, "one", "two")
    step()
    services.remove(delivery=load(delivery.pk), by=lib.erin)
    assert far.texts == []
    assert state(delivery) == "removed"


def test_two_people_press_retry_and_it_is_sent_once(failed: Delivery, far: FarSide, lib: Library) -> None:
    second = load(failed.pk)
    services.retry(delivery=failed, by=lib.erin)
    with pytest.raises(services.NotPossible):
        services.retry(delivery=second, by=lib.sam)
    step()
    assert len(far.texts) == 1
    assert Entry.objects.filter(action="delivery.retried").count() == 1


@pytest.mark.parametrize("act", ["retry", "cancel", "release", "hurry", "say_not_there", "remove"])
def test_every_act_asks_who_first(act: str, failed: Delivery, lib: Library) -> None:
    for person in (lib.alice, lib.olga, lib.audit):
        with pytest.raises(policies.NotAllowed):
            getattr(services, act)(delivery=failed, by=person)
    assert state(failed) == "failed"


def test_cancelling_a_reference_tells_what_had_left(channel: Channel, far: FarSide, lib: Library) -> None:
    out = planned(channel, "out")
    step()
    waiting = planned(channel, "waiting", due=timezone.now() + timedelta(hours=1))
    other = planned(channel, "other", reference="story:2", due=timezone.now() + timedelta(hours=1))
    assert services.cancel_reference("story:1", lib.alice) == [out]
    assert [state(row) for row in (out, waiting, other)] == ["published", "cancelled", "planned"]


def test_cancelling_while_a_worker_sends_is_honest(channel: Channel, far: FarSide, paper: Paper, lib: Library) -> None:
    delivery, left = planned(channel), []
    paper.points["request 0"] = lambda: left.extend(services.cancel_reference("story:1", lib.alice))
    assert step() == ["published"]
    assert left == [delivery]


def test_what_the_person_found_is_published_and_the_thread_goes_on(channel, far, lib) -> None:
    far.script("normal", "drop", find="blind")
    delivery = planned(channel, "one", "two", "three")
    step()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        while state(delivery) == "unclear":
            clock.shift(timing.check_after(10))
            look()
        services.say_there(delivery=load(delivery.pk), by=lib.erin, url="https://paper.example/2")
        assert step() == ["published"]
    assert far.texts == ["one", "three"], "the second is where the person saw it"
    urls = [part.remote_url for part in load(delivery.pk).parts.all()]
    assert urls[1] == "https://paper.example/2"
    assert Entry.objects.filter(action="delivery.said_there", actor=lib.erin).count() == 1


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "ftp://x/1", "https://", "https://x/" + "a" * 500])
def test_an_address_that_is_none_changes_nothing(url: str, channel, far, lib) -> None:
    delivery = load(ask_a_person(channel, far).pk)
    with pytest.raises(services.NotPossible) as caught:
        services.say_there(delivery=delivery, by=lib.erin, url=url)
    assert caught.value.field == "url"
    assert state(delivery) == "needs_person"


def test_an_adapter_that_knows_its_addresses_gives_the_receipt(channel, far, lib, paper: Paper, monkeypatch) -> None:
    delivery = load(ask_a_person(channel, far).pk)
    monkeypatch.setattr(paper, "recognise", lambda session, url: Receipt("77", url, "delivered"), raising=False)
    services.say_there(delivery=delivery, by=lib.erin, url="https://paper.example/77")
    row = fresh(delivery)
    assert (row.state, row.remote_id) == ("published", "77")


# --- holds -------------------------------------------------------------------
SCOPES = {
    "all": lambda delivery, lib: "",
    "unit": lambda delivery, lib: lib.root.path,
    "channel": lambda delivery, lib: str(delivery.channel_id),
    "group": lambda delivery, lib: "campaign:1",
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_hold_stops_what_it_names_and_lifting_sends_nothing(scope: str, channel, far, lib) -> None:
    delivery = planned(channel, group="campaign:1")
    hold = holds.place(by=lib.ada, scope=scope, key=SCOPES[scope](delivery, lib), reason="Storm")
    assert step() == ["held"]
    assert holds.lift(by=lib.ada, hold=hold) == [delivery]
    assert step() == []
    services.release(delivery=load(delivery.pk), by=lib.erin)
    assert step() == ["published"]


@pytest.mark.parametrize("scope", ["unit", "channel", "group"])
def test_a_hold_leaves_others_alone(scope: str, channel, far, lib) -> None:
    from tests.engine import story

    keys = {"unit": lib.south.path, "channel": str(story.channel(lib.south, far).pk), "group": "campaign:2"}
    Hold.objects.create(scope=scope, key=keys[scope], reason="x")
    planned(channel, group="campaign:1")
    assert step() == ["published"]


def test_a_hold_of_the_owner_stops_a_lent_channel_too(channel, far, lib) -> None:
    Hold.objects.create(scope="unit", key=lib.north.path, reason="x")
    planned(channel, unit=lib.south)
    assert step() == ["held"]


def test_what_became_due_unseen_while_held_waits_for_a_click_as_well(channel, far, lib) -> None:
    """The dispatcher was silent during the hold: lifting must not let it slip out."""
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as clock:
        overdue = planned(channel, due=timezone.now() + timedelta(minutes=5))
        later = planned(channel, due=timezone.now() + timedelta(hours=2))
        hold = holds.place(by=lib.ada, scope="all", reason="Storm")
        clock.shift(3600)
        assert holds.lift(by=lib.ada, hold=hold) == [overdue]
        assert step() == []
        clock.shift(3600)
        assert step() == ["published"]
    assert (state(overdue), state(later)) == ("held", "published")


def test_a_hold_placed_between_claim_and_request_stops_it(channel, far, paper: Paper, lib) -> None:
    delivery = planned(channel)
    paper.points["prepared 0"] = lambda: holds.place(by=lib.ada, scope="all", reason="Storm")
    assert step() == ["held"]
    assert far.texts == []
    assert fresh(delivery).message_params == {"reason": "Storm"}


def test_a_hold_placed_in_the_middle_of_a_thread_stops_the_rest(channel, far, paper: Paper, lib) -> None:
    delivery = planned(channel, "one", "two")
    paper.points["prepare 1"] = lambda: holds.place(by=lib.ada, scope="all", reason="Storm")
    assert step() == ["held"]
    paper.points.clear()
    holds.lift(by=lib.ada, hold=Hold.objects.get())
    services.release(delivery=load(delivery.pk), by=lib.erin)
    assert step() == ["published"]
    assert far.texts == ["one", "two"]


def test_a_held_one_expires_when_its_time_has_passed(channel, far, lib) -> None:
    holds.place(by=lib.ada, scope="all", reason="Storm")
    delivery = planned(channel)
    step()
    with time_machine.travel(delivery.not_after, tick=False):
        look()
    assert state(delivery) == "expired"


def test_placing_a_hold_twice_is_one_hold(lib: Library) -> None:
    first = holds.place(by=lib.ada, scope="all", reason="Storm")
    assert holds.place(by=lib.ada, scope="all", reason="Again") == first
    assert Entry.objects.filter(action="hold.placed").count() == 1


def test_a_release_waits_for_the_channel(channel, far, lib) -> None:
    Channel.objects.filter(pk=channel.pk).update(state="paused")
    delivery = planned(channel)
    assert step() == ["held"]
    with pytest.raises(services.NotPossible):
        services.release(delivery=load(delivery.pk), by=lib.erin)
    Channel.objects.filter(pk=channel.pk).update(state="active")
    services.release(delivery=load(delivery.pk), by=lib.erin)
    assert step() == ["published"]


@pytest.mark.parametrize("channel_state", ["paused", "needs_reconnect", "disconnected"])
def test_a_channel_that_stands_still_holds_what_is_due_on_it(channel_state: str, channel, far) -> None:
    Channel.objects.filter(pk=channel.pk).update(state=channel_state)
    planned(channel)
    assert step() == ["held"]
    assert step() == []
    assert far.texts == []


# --- doors for the apps above ------------------------------------------------
def test_a_guard_has_the_last_word(channel, far, lib) -> None:
    def guard(delivery: Delivery) -> str | None:
        return "delivery.changed"

    guards.register(guard)
    try:
        delivery = planned(channel)
        assert step() == ["failed"]
    finally:
        guards.forget(guard)
    assert far.texts == []
    assert fresh(delivery).message == "delivery.changed"


def test_a_guard_that_breaks_lets_nothing_pass(channel, far) -> None:
    def guard(delivery: Delivery) -> str | None:
        raise RuntimeError("boom")

    guards.register(guard)
    try:
        planned(channel)
        assert step() == ["waiting"]
    finally:
        guards.forget(guard)
    assert far.texts == []


def test_a_listener_that_breaks_keeps_no_result_from_being_written(channel, far, lib) -> None:
    def broken(delivery: Delivery):
        raise RuntimeError("boom")

    listener = listeners.Listener(broken, broken)
    listeners.register(listener)
    far.script("422")
    try:
        delivery = planned(channel)
        assert step() == ["failed"]
    finally:
        listeners.forget(listener)
    assert state(delivery) == "failed"


def test_an_approval_withdrawn_between_claim_and_request_stops_it(channel, far, paper: Paper) -> None:
    approved = [True]

    def guard(delivery: Delivery) -> str | None:
        return None if approved[0] else "delivery.changed"

    guards.register(guard)
    paper.points["prepared 0"] = lambda: approved.__setitem__(0, False)
    try:
        planned(channel)
        assert step() == ["failed"]
    finally:
        guards.forget(guard)
    assert far.texts == []


def test_the_engine_needs_no_post_at_all(channel, far) -> None:
    assert engine.deliver(10**9) == "not due"
