"""Stories of deliveries, stepped by hand: plan, step, look."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from channels_app import platforms
from channels_app.errors import Temporary
from channels_app.models import Channel
from channels_app.platforms.base import Receipt
from libsocial.audit.models import Entry
from libsocial.core import http
from libsocial.notices.models import Notice
from scheduler import engine, rates, timing
from scheduler.engine.delivering import keep_receipt
from scheduler.models import Attempt, Delivery, DeliveryPart
from tests.cast import signed_in
from tests.engine import story
from tests.engine.farside import FarSide
from tests.engine.paper import Paper
from tests.engine.story import fresh, look, planned, state, step, tale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]
SOON = timedelta(minutes=5)


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as traveller:
        yield traveller


def test_a_due_delivery_is_published_once_and_leaves_its_trail(channel: Channel, far: FarSide) -> None:
    delivery = planned(channel, "Story time at ten")
    assert step() == ["published"]
    assert step() == []
    assert far.texts == ["Story time at ten"]
    row = fresh(delivery)
    assert (row.state, row.remote_id, row.next_at, row.lane) == ("published", "1", None, None)
    assert row.remote_url == f"{far.url}/posts/1"
    assert tale(delivery) == [("publish", "")]
    assert [entry.action for entry in Entry.objects.order_by("id")] == ["delivery.planned", "delivery.published"]
    assert not Notice.objects.exists()


def test_nothing_leaves_before_its_moment(channel: Channel, far: FarSide, clock) -> None:
    delivery = planned(channel, due=timezone.now() + timedelta(seconds=1))
    assert engine.dispatch() == [(delivery.pk, delivery.due_at)]
    assert engine.deliver(delivery.pk) == "early"
    clock.shift(0.9)
    assert engine.deliver(delivery.pk) == "early"
    clock.shift(0.1)
    assert engine.deliver(delivery.pk) == "published"
    assert len(far.texts) == 1


def test_a_thread_goes_part_by_part_each_answering_the_one_before(channel: Channel, far: FarSide) -> None:
    planned(channel, "one", "two", "three")
    assert step() == ["published"]
    assert [(post["text"], post["reply_to"]) for post in far.state["posts"]] == [
        ("one", ""), ("two", "1"), ("three", "2"),
    ]  # fmt: skip


def test_a_cut_after_storing_is_unclear_then_found(channel: Channel, far: FarSide, clock) -> None:
    far.script("store_drop")
    delivery = planned(channel)
    assert step() == ["unclear"]
    assert look() == [], "the platform gets a moment"
    clock.shift(timing.check_after(0))
    assert look() == ["published"]
    assert len(far.texts) == 1
    assert fresh(delivery).remote_id == "1"
    assert tale(delivery) == [("lose", "delivery.unclear")]


def test_a_cut_before_storing_is_sent_again_once_absence_is_certain(channel: Channel, far: FarSide, clock) -> None:
    far.script("drop")
    delivery = planned(channel)
    assert step() == ["unclear"]
    clock.shift(timing.check_after(0))
    assert look() == ["unclear"], "a platform may still be storing it"
    clock.shift(timing.SETTLING)
    assert look() == ["waiting"]
    clock.shift(60)
    assert step() == ["published"]
    assert len(far.texts) == 1
    assert tale(delivery) == [("lose", "delivery.unclear"), ("publish", "")]


def test_a_server_error_while_creating_is_unclear_and_never_sent_again_blindly(channel, far, clock) -> None:
    far.script("store_500")
    planned(channel)
    assert step() == ["unclear"]
    clock.shift(timing.check_after(0))
    assert look() == ["published"]
    assert len(far.texts) == 1


def test_a_thread_cut_in_the_middle_goes_on_after_the_last_proven_part(channel, far, clock) -> None:
    far.script("normal", "store_drop")
    delivery = planned(channel, "one", "two", "three")
    assert step() == ["unclear"]
    clock.shift(timing.check_after(0))
    assert look() == ["waiting"]
    assert step() == ["published"]
    assert far.texts == ["one", "two", "three"]
    assert far.state["uploads"] == 3, "what was prepared is not prepared again"
    assert fresh(delivery).remote_id == "1"


def test_a_shorter_limit_answered_a_moment_later_does_not_end_the_longer_one(channel: Channel, clock) -> None:
    now = timezone.now()
    rates.remember(channel, "channel", now + timedelta(minutes=2))
    rates.remember(channel, "channel", now + timedelta(seconds=1))
    assert rates.until(channel, now) == now + timedelta(minutes=2)
    rates.remember(channel, "channel", now + timedelta(minutes=3))
    assert rates.until(channel, now) == now + timedelta(minutes=3)


def test_a_receipt_full_of_odd_characters_is_stored_all_the_same(channel: Channel) -> None:
    part = planned(channel).parts.get()
    keep_receipt(part, Receipt("1\x00", "https://paper.example/1", data={"na\x00me": ["a\x00b", "c\\u0000d", None, 7]}))
    stored = DeliveryPart.objects.get(pk=part.pk)
    assert stored.remote_id == "1"
    assert stored.receipt["data"] == {"name": ["ab", "c\\u0000d", None, 7]}


def ask_a_person(channel: Channel, far: FarSide) -> Delivery:
    """A delivery whose end nobody can prove."""
    far.script("drop", find="blind")
    delivery = planned(channel)
    assert step() == ["unclear"]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(timing.MAX_UNKNOWN):
            clock.shift(timing.check_after(10))
            look()
    return delivery


def test_the_platform_cannot_tell_so_a_person_is_asked_where_to_look(channel, far, lib) -> None:
    row = fresh(ask_a_person(channel, far))
    assert row.state == "needs_person"
    assert row.message_params["look_at"] == "https://paper.example/@library"
    told = set(Notice.objects.filter(message="delivery.needs_person").values_list("recipient__name", flat=True))
    assert told == {"Sam Supervisor", "Erin Editor", "Ada Administrator"}


def test_a_platform_that_cannot_even_be_asked_ends_with_a_person_too(channel, far, clock) -> None:
    far.script("drop", find="down")
    delivery = planned(channel)
    step()
    rounds = 0
    while state(delivery) == "unclear":
        clock.shift(timing.check_after(20))
        look()
        rounds += 1
    assert (state(delivery), rounds) == ("needs_person", timing.MAX_CHECKS)


def test_a_rate_limit_is_obeyed_and_remembered_for_the_whole_channel(channel, far, clock) -> None:
    far.script("429")
    first, second = planned(channel, "first"), planned(channel, "second")
    assert step() == ["waiting", "resting"]
    assert far.state["made"] == 0
    clock.shift(119)
    assert step() == []
    clock.shift(1)
    assert step() == ["published", "published"]
    assert fresh(first).tries == 0, "waiting as asked is no failure"
    assert tale(second) == [("publish", "")]


def test_a_dead_credential_stops_the_channel_and_holds_what_is_due(channel, far, lib) -> None:
    far.script("401")
    first, second = planned(channel, "first"), planned(channel, "second")
    assert step() == ["held", "held"]
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    assert fresh(first).held_for == fresh(second).held_for == "reconnect"
    assert far.texts == []
    told = Notice.objects.filter(recipient=lib.erin, message="delivery.reconnect")
    assert told.count() == 1, "one word about the channel, however many posts wait on it"


def test_what_takes_several_steps_to_prepare_keeps_each_and_begins_none_again(channel, far, paper, clock) -> None:
    def still_working() -> None:
        del paper.points["step 2"]
        raise Temporary("Paper is at work.", until=timezone.now() + SOON)

    paper.stages = 3
    paper.points["step 2"] = still_working
    delivery = planned(channel)
    assert step() == ["waiting"]
    assert len(DeliveryPart.objects.get().prepared["data"]["further"]) == 2
    assert (fresh(delivery).tries, far.texts) == (0, [])
    clock.shift(SOON)
    assert step() == ["published"]
    assert far.state["uploads"] == 4, "one for the beginning and one for each step, none twice"
    assert far.texts == ["Story time"]


def test_preparing_that_never_ends_makes_nothing_and_gives_the_worker_back(channel, far, paper, clock) -> None:
    paper.stages = 10_000
    delivery = planned(channel)
    assert step() == ["waiting"]
    assert (fresh(delivery).tries, far.texts) == (0, [])


def test_a_platform_that_wants_to_be_paid_pauses_the_channel_and_tells_who_can_settle_it(channel, far, lib) -> None:
    far.script("402")
    first, second = planned(channel, "first"), planned(channel, "second")
    assert step() == ["held", "held"]
    channel.refresh_from_db()
    assert (channel.state, channel.health_message) == ("paused", "channel.no_funds")
    assert fresh(first).held_for == fresh(second).held_for == "paused"
    assert far.texts == []
    assert Notice.objects.filter(recipient=lib.ada, message="channel.no_funds").count() == 1


def test_a_refusal_fails_with_the_field_and_tells_people(channel, far, lib) -> None:
    far.script("422")
    delivery = planned(channel)
    assert step() == ["failed"]
    row = fresh(delivery)
    assert (row.message, row.message_params["field"]) == ("delivery.rejected", "text")
    assert Notice.objects.filter(recipient=lib.erin, message="delivery.rejected").count() == 1
    assert step() == [], "a refusal is never repeated by itself"


def test_an_error_nobody_foresaw_before_the_mark_waits_and_after_it_is_unclear(channel, far, paper: Paper) -> None:
    def broken() -> None:
        raise RuntimeError("boom")

    before, after = planned(channel, "before"), None
    paper.points["prepare 0"] = broken
    assert step() == ["waiting"]
    assert tale(before) == [("postpone", "delivery.trouble")]
    paper.points = {"request 0": broken}
    after = planned(channel, "after")
    assert step() == ["unclear"]
    assert tale(after) == [("lose", "delivery.unclear")]


def test_trying_ends_with_a_person_told(channel, far, paper: Paper, clock, lib) -> None:
    def broken() -> None:
        raise OSError(28, "No space left on device")

    paper.points["prepare 0"] = broken
    delivery = planned(channel)
    while state(delivery) in ("planned", "waiting"):
        step()
        clock.shift(3600)
    assert state(delivery) == "failed"
    assert Attempt.objects.filter(delivery=delivery).count() == timing.MAX_TRIES
    assert Notice.objects.filter(recipient=lib.erin, message="delivery.gave_up").exists()


def test_the_disk_is_full_for_a_while_and_then_it_goes_out(channel, far, paper: Paper, clock) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    paper.points["prepare 0"] = full
    planned(channel)
    assert step() == ["waiting"]
    paper.points.clear()
    clock.shift(60)
    assert step() == ["published"]
    assert len(far.texts) == 1


def test_too_late_expires_with_a_notice_and_sends_nothing(channel, far, clock, lib) -> None:
    delivery = planned(channel, not_after=timezone.now() + timedelta(hours=2))
    clock.shift(2 * 3600)
    assert engine.dispatch() == []
    look()
    assert state(delivery) == "expired"
    assert far.texts == []
    assert Notice.objects.filter(recipient=lib.erin, message="delivery.expired").exists()


def test_a_worker_that_comes_late_to_a_stale_one_expires_it_itself(channel, far, clock) -> None:
    delivery = planned(channel, not_after=timezone.now() + timedelta(hours=2))
    clock.shift(2 * 3600)
    assert engine.deliver(delivery.pk) == "expired"


def test_a_processing_post_is_followed_until_it_is_public(channel, far, clock) -> None:
    far.script("processing")
    delivery = planned(channel, "one", "two")
    assert step() == ["processing"]
    clock.shift(timing.follow_after(0))
    assert look() == ["waiting"], "the next part may follow now"
    assert step() == ["published"]
    assert far.texts == ["one", "two"]
    assert not DeliveryPart.objects.filter(delivery=delivery, published_at=None).exists()


def test_changed_content_is_refused_at_the_last_moment(channel, far) -> None:
    delivery = planned(channel)
    delivery.payload["parts"][0]["text"] = "something nobody approved"
    type(delivery).objects.filter(pk=delivery.pk).update(payload=delivery.payload)
    assert step() == ["failed"]
    assert fresh(delivery).message == "delivery.changed"
    assert far.texts == []


def test_one_failed_channel_never_touches_another(channel, far, lib) -> None:
    other = story.channel(lib.south, far)
    far.script("422")
    planned(channel), planned(other)
    assert step() == ["failed", "published"]


# --- one channel in trouble and the others ---------------------------------------
TROUBLES = {"before creating": ("prepare 0", []), "while creating": ("", ["drop"])}


@pytest.mark.parametrize("when", TROUBLES)
def test_a_channel_in_trouble_takes_one_worker_and_leaves_the_others_to_the_rest(
    when: str, channel: Channel, far: FarSide, paper: Paper, clock, lib
) -> None:
    """A dead server makes each worker wait for its time-out: however much is due there, only one does."""
    point, script = TROUBLES[when]
    far.script(*script)
    paper.points[point] = no_answer
    planned(channel, "fails")
    assert step()[0] in ("waiting", "unclear")
    paper.points.clear()

    slow, behind = planned(channel, "slow"), planned(channel, "behind")
    other = planned(story.channel(lib.south, far), "elsewhere")
    paper.points["prepare 0"] = lambda: in_another_worker(behind, other)
    assert engine.deliver(slow.pk) == "published"
    assert seen == ["taken", "published"]
    assert not Attempt.objects.filter(delivery=behind).exists()
    clock.shift(30)
    assert engine.deliver(behind.pk) == "published"


def test_a_channel_is_trusted_again_after_a_while(channel: Channel, far: FarSide, paper: Paper, clock) -> None:
    paper.points["prepare 0"] = no_answer
    planned(channel, "fails")
    step()
    clock.shift(timing.TROUBLED)
    slow, beside = planned(channel, "slow"), planned(channel, "beside")
    paper.points["prepare 0"] = lambda: in_another_worker(beside)
    assert engine.deliver(slow.pk) == "published"
    assert seen == ["published"]


def no_answer() -> None:
    raise http.NoAnswer("Paper does not answer.")


seen: list[str] = []


def in_another_worker(*deliveries: Delivery) -> None:
    """While this worker has its delivery in hand, another one tries these."""
    paper = platforms.get("paper")
    paper.points.clear()
    seen[:] = [engine.deliver(delivery.pk, worker="another") for delivery in deliveries]


def test_what_a_person_still_has_to_do_at_the_platform_is_told_and_shown(channel, far, lib, paper) -> None:
    paper.says = {"to_do": "Open the app and post the draft.", "caption": "The words"}
    delivery = planned(channel)
    assert step() == ["published"]
    assert fresh(delivery).message == "delivery.to_do"
    assert Notice.objects.filter(recipient=lib.erin, message="delivery.to_do").count() == 1
    page = signed_in(lib.erin).get(reverse("scheduler:delivery", args=[delivery.pk])).content.decode()
    assert "Open the app and post the draft." in page and "The words" in page


def test_what_the_platform_did_not_take_is_shown_and_nobody_is_alarmed(channel, far, lib, paper) -> None:
    paper.says = {"left_out": ["the picture of the film"]}
    delivery = planned(channel)
    assert step() == ["published"]
    page = signed_in(lib.erin).get(reverse("scheduler:delivery", args=[delivery.pk])).content.decode()
    assert "the picture of the film" in page
    assert not Notice.objects.exists()
