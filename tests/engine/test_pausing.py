"""Pause everything: one press away, says what is due and what is on its way, and never resumes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from libsocial.notices.models import Notice
from posts import campaigning
from scheduler import engine, groups, holds
from scheduler.models import Delivery, Hold
from tests.cast import Library, signed_in
from tests.engine.story import planned

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]


@pytest.fixture
def practice(lib: Library) -> Channel:
    return ensure_practice(lib.north)


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as traveller:
        yield traveller


def test_every_page_of_who_may_has_the_switch_and_nobody_elses(lib: Library, practice: Channel) -> None:
    address = reverse("scheduler:pause")
    for name in ("today", "posts:list", "posts:review", "channels:list", "accounts:profile"):
        assert f'href="{address}"' in signed_in(lib.sam).get(reverse(name)).content.decode()
        assert f'href="{address}"' not in signed_in(lib.alice).get(reverse(name)).content.decode()


def test_the_page_lists_what_is_due_in_the_next_hours(lib: Library, practice: Channel, clock) -> None:
    planned(practice, title="Due soon", due=timezone.now() + timedelta(hours=1))
    planned(practice, title="Due tomorrow", due=timezone.now() + timedelta(hours=24))
    page = signed_in(lib.sam).get(reverse("scheduler:pause")).content.decode()
    assert "Due soon" in page
    assert "Due tomorrow" not in page


def test_an_end_that_has_come_is_told_and_nothing_leaves(lib: Library, practice: Channel, clock) -> None:
    delivery = planned(practice, due=timezone.now() + timedelta(minutes=30))
    until = timezone.localtime(timezone.now() + timedelta(hours=2))
    form = {"what": f"unit:{lib.north.path}", "reason": "Accident", "until": until.strftime("%Y-%m-%dT%H:%M")}
    signed_in(lib.sam).post(reverse("scheduler:hold"), form)
    assert Hold.objects.get().until == until
    clock.shift(timedelta(hours=3))
    holds.remind()
    holds.remind()
    engine.deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "held"
    assert Hold.objects.get().lifted_at is None
    assert Notice.objects.filter(recipient=lib.sam, message="hold.until_passed").count() == 1


def test_an_end_in_the_past_is_refused_and_the_reason_stays(lib: Library, practice: Channel) -> None:
    form = {"what": f"unit:{lib.north.path}", "reason": "Accident", "until": "2020-01-01T10:00", "page": "pause"}
    answer = signed_in(lib.sam).post(reverse("scheduler:hold"), form)
    assert answer.status_code == 422
    assert "This time has passed" in answer.content.decode()
    assert 'value="Accident"' in answer.content.decode()
    assert not Hold.objects.exists()


def test_what_is_on_its_way_is_named(lib: Library, practice: Channel, clock) -> None:
    delivery = planned(practice, title="Just leaving", due=timezone.now())
    Delivery.objects.filter(pk=delivery.pk).update(state="sending")
    form = {"what": f"unit:{lib.north.path}", "reason": "Accident"}
    page = signed_in(lib.sam).post(reverse("scheduler:hold"), form, follow=True).content.decode()
    assert "not to be called back: “Just leaving”" in page


def test_resuming_lists_what_became_overdue_and_sends_none_of_it(lib: Library, practice: Channel, clock) -> None:
    rows = [planned(practice, title=f"Number {n}", due=timezone.now() + timedelta(minutes=n)) for n in range(3)]
    hold = holds.place(by=lib.sam, scope="unit", key=lib.north.path, reason="Accident")
    clock.shift(timedelta(hours=2))
    page = signed_in(lib.sam).post(reverse("scheduler:lift", args=[hold.pk]), follow=True).content.decode()
    assert "3 posts became overdue meanwhile" in page
    assert all(f"Number {n}" in page for n in range(3))
    for row in rows:
        engine.deliver(row.pk)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"held"}


def test_a_group_has_the_name_that_whoever_knows_it_gives(lib: Library, practice: Channel, clock) -> None:
    delivery = planned(practice, due=timezone.now() + timedelta(hours=1))
    Delivery.objects.filter(pk=delivery.pk).update(group="campaign:7")

    groups.register(
        groups.Source(
            "campaign",
            "Campaigns",
            lambda key: ("Summer reading", lib.north) if key == "campaign:7" else None,
            lambda units: [("campaign:7", "Summer reading")],
        )
    )
    try:
        page = signed_in(lib.sam).get(reverse("scheduler:pause")).content.decode()
        assert '<option value="group:campaign:7">Summer reading</option>' in page
        signed_in(lib.sam).post(reverse("scheduler:hold"), {"what": "group:campaign:7", "reason": "Wrong year"})
        assert holds.standing_for(Delivery.objects.get()) is not None
    finally:
        groups.register(campaigning.GROUPS)
