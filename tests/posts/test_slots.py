"""Posting times: which are free, what the clocks and other posts do to them, and the page that keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit
from libsocial.audit.models import Entry
from posts import slots
from posts.drafting import DraftTarget
from posts.models import Slot
from posts.services import slotting
from posts.workflow import NotPossible
from tests.cast import Library, signed_in
from tests.posts.conftest import NOW, lend, make_channel, simple, written

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs]


def slot(channel: Channel, weekday: int, at: str, unit: Unit | None = None) -> Slot:
    return Slot.objects.create(channel=channel, unit=unit or channel.unit, weekday=weekday, at=time.fromisoformat(at))


def wall(found: object) -> str:
    return f"{found.wall:%a %d %H:%M}"  # type: ignore[attr-defined]


def test_the_next_free_time_is_the_first_one_nobody_has(lib: Library, channel: Channel) -> None:
    slot(channel, 1, "10:00")
    slot(channel, 3, "16:00")
    assert wall(slots.next_free(channel, NOW)) == "Tue 24 10:00"
    written(lib.alice, lib.north, simple(channel, at="2026-11-24T10:00"))
    assert wall(slots.next_free(channel, NOW)) == "Thu 26 16:00"


def test_a_channels_own_time_takes_its_slot_and_leaves_the_others(lib: Library, channel: Channel) -> None:
    slot(channel, 1, "10:00")
    draft = replace(simple(at="2026-11-24T10:00"), targets=(DraftTarget(channel.pk, at="2026-12-01T10:00"),))
    written(lib.alice, lib.north, draft)
    assert [wall(free.moment) for free in slots.free_between([channel], NOW, NOW + timedelta(days=15))] == [
        "Tue 24 10:00",
        "Tue 08 10:00",
    ]


def test_a_channel_without_times_has_none_free(channel: Channel) -> None:
    assert slots.next_free(channel, NOW) is None
    assert slots.free_between([channel], NOW, NOW + timedelta(days=7)) == []


def test_two_times_that_the_spring_makes_one_are_offered_once(channel: Channel) -> None:
    slot(channel, 6, "01:30")
    slot(channel, 6, "02:30")
    first = datetime(2026, 3, 28, tzinfo=UTC)
    found = slots.free_between([channel], first, first + timedelta(days=2))
    assert [free.moment.utc.strftime("%d %H:%M") for free in found] == ["29 01:30"]


def test_the_wall_time_stays_when_the_clocks_change(channel: Channel) -> None:
    slot(channel, 0, "10:00")
    first = datetime(2026, 10, 19, tzinfo=UTC)
    found = slots.free_between([channel], first, first + timedelta(days=8))
    assert [free.moment.utc.hour for free in found] == [9, 10]


def test_a_borrowing_unit_has_times_of_its_own_else_those_of_the_owner(lib: Library, channel: Channel) -> None:
    slot(channel, 2, "09:00")
    assert wall(slots.next_free(channel, NOW, unit=lib.south)) == "Wed 25 09:00"
    slot(channel, 4, "09:00", lib.south)
    assert wall(slots.next_free(channel, NOW, unit=lib.south)) == "Fri 27 09:00"


def test_closed_time_is_skipped(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_closed", [])
    slots.closed_when(lambda units: lambda unit, at: at.date() == NOW.date())
    slot(channel, 1, "10:00")
    assert wall(slots.next_free(channel, NOW)) == "Tue 01 10:00"


def test_only_editors_of_the_unit_keep_its_times(lib: Library, channel: Channel) -> None:
    with pytest.raises(policies.NotAllowed):
        slotting.add(by=lib.alice, channel=channel, unit=lib.north, weekday=0, at=time(10))
    with pytest.raises(NotPossible):
        slotting.add(by=lib.ada, channel=channel, unit=lib.south, weekday=0, at=time(10))
    lend(channel, lib.south)
    slotting.add(by=lib.olga, channel=channel, unit=lib.south, weekday=0, at=time(10))
    made = slotting.add(by=lib.erin, channel=channel, unit=lib.north, weekday=0, at=time(10, 0, 20))
    assert slotting.add(by=lib.erin, channel=channel, unit=lib.north, weekday=0, at=time(10)) == made
    slotting.remove(by=lib.erin, slot=made)
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True))[-3:] == [
        "slot.added",
        "slot.added",
        "slot.removed",
    ]


def test_the_page_adds_on_several_days_and_takes_away(lib: Library, channel: Channel) -> None:
    client, where = signed_in(lib.erin), reverse("posts:slots_of", args=[channel.pk])
    assert "working days at 10:00 and 16:00" in client.get(where).content.decode()
    client.post(where, {"do": "add", "days": ["0", "2"], "at": "14:30"})
    assert list(Slot.objects.values_list("weekday", flat=True)) == [0, 2]
    first = Slot.objects.first()
    assert first
    client.post(where, {"do": f"remove:{first.pk}"})
    assert Slot.objects.count() == 1
    wrong = client.post(where, {"do": "add", "days": ["1"], "at": "25:00"})
    assert wrong.status_code == 422 and "Write it as 14:30" in wrong.content.decode()
    assert signed_in(lib.alice).post(where, {"do": "usual"}).status_code == 403


def test_the_usual_times_are_offered_and_taken_at_once(lib: Library) -> None:
    channel = make_channel(lib.north)
    with time_machine.travel(NOW, tick=False):
        signed_in(lib.erin).post(reverse("posts:slots_of", args=[channel.pk]), {"do": "usual"})
        assert Slot.objects.filter(channel=channel).count() == 10
        assert wall(slots.next_free(channel, NOW)) == "Tue 24 10:00"
