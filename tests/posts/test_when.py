"""The composer's "When": exact, next free posting times, left to the queue, proposed, and one for each channel."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from channels_app.models import Channel
from libsocial.core import localtime
from libsocial.hours.reckoning import Hours, Span
from posts import free_times, problems
from posts.models import Post, Slot
from posts.services import review
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import NOW, again, simple, written

pytestmark = pytest.mark.bothdbs


def slot(channel: Channel, *hours: int) -> None:
    """Every day at these hours."""
    days = ((day, hour) for day in range(7) for hour in hours)
    Slot.objects.bulk_create(Slot(channel=channel, unit=channel.unit, weekday=d, at=time(hour)) for d, hour in days)


def form(*channels: Channel, **more: Any) -> dict[str, Any]:
    given = {"token": str(uuid.uuid4()), "version": "0", "unit": str(channels[0].unit_id), "language": "en"}
    given |= {"base-0-text": "Story time", "when": "asap", "channel": [str(channel.pk) for channel in channels]}
    return given | more


@pytest.fixture
def browser(lib: Library) -> Client:
    return signed_in(lib.alice)


def times(post: Post) -> dict[str, str]:
    """The wall time of each channel."""
    revision = again(post).current
    return {target.channel.name: target.at or revision.at for target in revision.targets.select_related("channel")}


def autosave(browser: Client, data: dict[str, Any]) -> dict[str, Any]:
    answer = browser.post(reverse("posts:autosave"), data)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


# --- left to the queue --------------------------------------------------------
def test_a_queued_post_shows_its_times_and_takes_them_when_it_is_sent(
    lib: Library, browser: Client, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10)
    slot(second, 16)
    data = form(channel, second, when="queue")
    shown = autosave(browser, data)["live"]["queue"]
    assert "Tue 24 Nov 2026, 10:00" in shown and "Tue 24 Nov 2026, 16:00" in shown
    post = Post.objects.get()
    assert (set(times(post).values()), post.planned_at) == ({""}, None)
    page = browser.get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert '<input type="radio" name="when" value="queue" checked>' in page
    answer = browser.post(reverse("posts:edit", args=[post.pk]), data | {"version": "1", "do": "submit"})
    assert answer["Location"] == reverse("posts:detail", args=[post.pk])
    assert times(post) == {"Practice North": "2026-11-24T10:00", "Practice Teens": "2026-11-24T16:00"}
    assert again(post).planned_at == datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_what_was_taken_is_what_is_approved_and_looking_at_it_keeps_the_approval(
    lib: Library, browser: Client, channel: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10)
    post = written(lib.alice, lib.north, simple(channel, queued=True))
    review.submit(post=post, by=lib.alice)
    review.approve(post=again(post), by=lib.sam, digest=again(post).current.digest)
    assert [str(due) for due in Delivery.objects.values_list("due_at", flat=True)] == ["2026-11-24 10:00:00+00:00"]
    page = browser.get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert '<input type="radio" name="when" value="at" checked>' in page and 'value="2026-11-24"' in page
    version, text = again(post).current.version, "Story time on Tuesday"
    typed = {"when": "at", "date": "2026-11-24", "time": "10:00", "version": version, "base-0-text": text}
    autosave(browser, form(channel, token=str(post.token), **typed))
    assert again(post).state == "approved"


def test_two_posts_never_take_the_same_time(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    slot(channel, 10)
    posts = [written(lib.alice, lib.north, simple(channel, text=f"Words {n}", queued=True)) for n in range(3)]
    for post in posts:
        review.submit(post=post, by=lib.alice)
    assert [again(post).current.at for post in posts] == ["2026-11-24T10:00", "2026-11-25T10:00", "2026-11-26T10:00"]


def test_without_a_posting_time_it_is_not_sent_and_the_way_out_is_said(
    lib: Library, browser: Client, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10)
    answer = browser.post(reverse("posts:new"), form(channel, second, when="queue", do="submit"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "No free posting time in the next four weeks" in page
    assert reverse("posts:slots_of", args=[second.pk]) in page
    post = Post.objects.get()
    with pytest.raises(problems.Blocked):
        review.submit(post=post, by=lib.alice)
    assert (again(post).state, set(times(post).values())) == ("draft", {""})


def test_a_queued_post_is_judged_by_the_time_it_would_get(
    lib: Library, browser: Client, channel: Channel, clock: time_machine.Traveller
) -> None:
    """“Tomorrow” written on Tuesday is wrong on Thursday."""
    Slot.objects.create(channel=channel, unit=lib.north, weekday=3, at=time(10))
    words = {"base-0-text": "Come to story time tomorrow"}
    assert "T3" not in "".join(autosave(browser, form(channel, when="asap", **words))["slots"].values())
    found = autosave(browser, form(channel, when="queue", **words))["slots"]
    assert 'data-problem="rule.T3"' in "".join(found.values())


def test_a_time_chosen_in_the_calendar_takes_it_out_of_the_queue(
    lib: Library, browser: Client, channel: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10)
    post = written(lib.alice, lib.north, simple(channel, queued=True))
    browser.post(reverse("posts:move", args=[post.pk]), {"date": "2026-12-03", "time": "15:00", "version": "1"})
    review.submit(post=again(post), by=lib.alice)
    assert times(post) == {"Practice North": "2026-12-03T15:00"}


# --- the next free time, proposals --------------------------------------------
def test_the_next_free_time_of_each_channel_with_one_press(
    lib: Library, browser: Client, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10)
    slot(second, 16)
    written(lib.erin, lib.north, simple(channel, at="2026-11-24T10:00"))
    browser.post(reverse("posts:new"), form(channel, second, do="time:next"))
    post = Post.objects.get(author=lib.alice)
    assert times(post) == {"Practice North": "2026-11-25T10:00", "Practice Teens": "2026-11-24T16:00"}
    page = browser.get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert f'name="v{channel.pk}-date" value="2026-11-25"' in page


def test_a_proposed_time_is_for_all_channels(
    lib: Library, browser: Client, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    data = form(channel, second, do="time:2026-11-26T16:00") | {f"v{channel.pk}-date": "2026-11-30"}
    browser.post(reverse("posts:new"), data | {f"v{channel.pk}-time": "09:00"})
    assert set(times(Post.objects.get()).values()) == {"2026-11-26T16:00"}
    browser.post(reverse("posts:new"), form(channel, do="time:nonsense"))
    assert again(Post.objects.latest("pk")).current.at == ""


def test_a_proposed_time_takes_the_place_of_half_a_time(
    browser: Client, channel: Channel, clock: time_machine.Traveller
) -> None:
    data = form(channel, when="at", date="2026-11-30", time="", do="time:2026-11-26T16:00")
    answer = browser.post(reverse("posts:new"), data)
    post = Post.objects.get()
    assert answer["Location"] == reverse("posts:edit", args=[post.pk])
    assert set(times(post).values()) == {"2026-11-26T16:00"}


def proposed(free: list[Any], hours: Hours) -> list[str]:
    return [one.at for one in free_times.proposals(free, hours, "Europe/London", NOW)]


def test_times_free_on_more_channels_are_proposed_first(
    lib: Library, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10, 12)
    slot(second, 12)
    free = free_times.free_for(lib.north, [channel, second], NOW)
    assert proposed(free, Hours("Europe/London")) == [f"2026-11-{day}T12:00" for day in (24, 25, 26, 27)]


def test_without_posting_times_open_hours_are_proposed(db: None) -> None:
    spans = tuple(Span(day, time(12), time(18)) for day in (1, 3))
    assert proposed([], Hours("Europe/London", spans=spans)) == [
        "2026-11-24T16:00", "2026-11-26T16:00", "2026-12-01T16:00", "2026-12-03T16:00",
    ]  # fmt: skip
    assert proposed([], Hours("Europe/London", spans=())) == []


def test_the_page_never_speaks_of_a_best_time(browser: Client, channel: Channel) -> None:
    slot(channel, 10)
    page = browser.get(reverse("posts:new")).content.decode()
    assert "Free posting times" in page
    assert "best time" not in page.lower()


# --- one for each channel -----------------------------------------------------
def test_each_channel_may_have_its_own_time_and_each_is_told(
    lib: Library, browser: Client, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    data = form(channel, second, when="at", date="2026-11-26", time="10:00")
    data |= {f"v{second.pk}-date": "2026-11-27", f"v{second.pk}-time": "17:30"}
    live = autosave(browser, data)["live"]
    assert "Thu 26 Nov 2026, 10:00" in live[f"time-{channel.pk}"]
    assert "Fri 27 Nov 2026, 17:30" in live[f"time-{second.pk}"]
    assert times(Post.objects.get()) == {"Practice North": "2026-11-26T10:00", "Practice Teens": "2026-11-27T17:30"}


def test_half_a_time_of_a_channel_is_named_and_kept(
    lib: Library, browser: Client, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    data = form(channel, second, when="at", date="2026-11-26", time="10:00", do="submit")
    answer = browser.post(reverse("posts:new"), data | {f"v{second.pk}-date": "2026-11-27"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The time is missing. Choose one." in page
    assert f'name="v{second.pk}-date" value="2026-11-27"' in page


def test_the_wall_time_of_a_channel_in_another_zone_is_that_of_the_unit(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10)
    lib.north.zone = "America/New_York"
    lib.north.save()
    free = free_times.free_for(lib.north, [Channel.objects.select_related("unit").get()], NOW)
    first = free_times.next_of_each(free, lib.north.zone)[channel.pk]
    assert (first, localtime.resolve(datetime.fromisoformat(first), lib.north.zone).utc.hour) == (
        "2026-11-24T10:00",
        15,
    )


def test_a_copy_of_a_queued_post_is_queued_again(
    lib: Library, browser: Client, channel: Channel, clock: time_machine.Traveller
) -> None:
    slot(channel, 10)
    draft = replace(simple(channel), queued=True)
    browser.post(reverse("posts:act", args=[written(lib.alice, lib.north, draft).pk, "duplicate"]))
    review.submit(post=Post.objects.latest("pk"), by=lib.alice)
    assert times(Post.objects.latest("pk")) == {"Practice North": "2026-11-24T10:00"}
