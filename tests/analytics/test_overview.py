"""The page of figures: what may be compared with what, and what is zero, unknown or not given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics import collect, rollup, selectors
from analytics.models import DailyFigure, Watch
from analytics.selectors import Overview, Period, Total
from channels_app.models import Channel
from channels_app.platforms.base import Figures
from channels_app.practice.services import ensure_practice
from tests.analytics.test_figures import published
from tests.cast import Library, signed_in


@pytest.fixture
def channel(lib: Library) -> Channel:
    return ensure_practice(lib.north, by=lib.ada)


@pytest.fixture
def second(lib: Library) -> Channel:
    return Channel.objects.create(
        unit=lib.north, platform="practice", name="North again", handle="@north-again", remote_id="again"
    )


def day(back: int) -> date:
    return timezone.localdate() - timedelta(days=back)


def gained(channel: Channel, kind: str, **by_day: int) -> None:
    for back, gain in by_day.items():
        DailyFigure.objects.create(channel=channel, day=day(int(back[1:])), kind=kind, gain=gain)


def level(channel: Channel, back: int, followers: int) -> None:
    DailyFigure.objects.create(channel=channel, day=day(back), kind="followers", level=followers)


def seen(lib: Library, days: int = 7, **choice: int) -> Overview:
    return selectors.overview(lib.alice, None, Period(day(days - 1), day(0)), **choice)


def total(found: Overview, kind: str) -> Total:
    return next(total for total in found.totals if total.kind.id == kind)


def page(lib: Library, **query: object) -> str:
    return signed_in(lib.alice).get(reverse("analytics:overview"), query).content.decode()


# --- what may be compared --------------------------------------------------
def test_days_before_the_first_figure_are_nothing_to_compare_with(lib: Library, channel: Channel) -> None:
    gained(channel, "reactions", d2=610)
    found = seen(lib)
    assert (total(found, "reactions").value, total(found, "reactions").change) == (610, None)
    assert found.since == day(2)
    shown = page(lib, days=7)
    assert "nothing to compare with" in shown
    assert "610 more" not in shown


def test_days_before_that_are_only_partly_known_are_not_compared_either(lib: Library, channel: Channel) -> None:
    gained(channel, "reactions", d2=50, d8=1)
    assert total(seen(lib), "reactions").change is None


def test_a_quiet_week_before_is_a_zero_that_can_be_compared_with(lib: Library, channel: Channel) -> None:
    gained(channel, "reactions", d2=5, d30=9)
    reactions = total(seen(lib), "reactions")
    assert (reactions.before, reactions.change, reactions.direction) == (0, 5, "up")
    assert "5 more" in page(lib, days=7)


def test_fewer_and_as_many_are_said_in_words(lib: Library, channel: Channel) -> None:
    gained(channel, "reactions", d2=5, d8=9, d30=1)
    gained(channel, "shares", d2=3, d8=3, d30=1)
    shown = page(lib, days=7)
    assert "4 fewer" in shown
    assert "as many as before" in shown


def test_followers_of_a_channel_that_came_since_are_no_gain(lib: Library, channel: Channel, second: Channel) -> None:
    level(channel, 10, 100)
    level(channel, 1, 104)
    level(second, 2, 3000)
    followers = total(seen(lib), "followers")
    assert (followers.value, followers.change) == (3104, 4)


# --- zero, unknown, not given ------------------------------------------------
def test_a_figure_that_never_came_is_not_a_zero(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    rollup.record_post(delivery, [Figures({"likes": 0})], timezone.now())
    found = seen(lib)
    assert total(found, "reactions").value == 0
    assert total(found, "reach").value is None
    (cells,) = [cells for _channel, cells in found.per_channel]
    assert (cells["reactions"].value, cells["reach"].value) == (0, None)


def test_quiet_days_are_zero_and_days_to_come_are_unknown(lib: Library, channel: Channel) -> None:
    gained(channel, "reactions", d5=2, d3=1)
    found = selectors.overview(lib.alice, None, Period(day(6), day(-2)))
    assert found.series["reactions"] == [None, 2, 0, 1, 0, 0, 0, None, None]


def test_a_past_period_that_ended_quietly_ends_with_zeros(lib: Library, channel: Channel) -> None:
    gained(channel, "reactions", d30=1, d20=2)
    found = selectors.overview(lib.alice, None, Period(day(20), day(17)))
    assert found.series["reactions"] == [2, 0, 0, 0]


def test_a_day_on_which_one_channel_was_silent_does_not_lose_its_followers(
    lib: Library, channel: Channel, second: Channel
) -> None:
    for back in (3, 2, 1, 0):
        level(channel, back, 100)
    level(second, 3, 1000)
    level(second, 1, 1001)
    found = selectors.overview(lib.alice, None, Period(day(4), day(0)))
    assert found.series["followers"] == [None, 1100, 1100, 1101, 1101]


def test_one_day_huge_numbers_and_nothing_at_all_have_a_page(lib: Library, channel: Channel) -> None:
    assert "No figures in these days" in page(lib, days=1)
    gained(channel, "reach", d0=9_876_543_210_123)
    assert "9,876,543,210,123" in page(lib, days=1)


def test_the_page_of_one_channel_and_its_csv_hold_only_that_channel(
    lib: Library, channel: Channel, second: Channel
) -> None:
    gained(channel, "reactions", d0=7)
    gained(second, "reactions", d0=20)
    assert total(seen(lib, channel_id=second.pk), "reactions").value == 20
    lines = page(lib, days=1, channel=second.pk, format="csv").splitlines()
    assert lines[1].split(",")[lines[0].lstrip("\ufeff").split(",").index("Reactions")] == "20"


# --- collecting ----------------------------------------------------------------
def test_two_clocks_count_a_post_once(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    assert collect.begin_watching() == 1
    assert collect._watch(delivery) is False  # the second clock had found the same row
    assert DailyFigure.objects.get(channel=channel, kind="posts").gain == 1


def test_a_thread_of_which_a_part_was_not_answered_loses_nothing(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "One", "Two")
    collect.begin_watching()
    one, two = delivery.parts.order_by("pk")
    both = {one.remote_id: Figures({"likes": 3}), two.remote_id: Figures({"likes": 4})}
    for answers in (both, {one.remote_id: Figures({"likes": 3})}):
        watch = Watch.objects.select_related("delivery__channel__unit").get(delivery=delivery)
        collect._settle(watch, [one, two], answers, timezone.now())
    assert DailyFigure.objects.get(channel=channel, kind="reactions").gain == 7


def test_a_platform_that_counts_nothing_is_not_asked_again_and_again(
    lib: Library, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(lib, channel, "Hello")
    at = timezone.now() + timedelta(minutes=10)
    collect.begin_watching(at)
    adapter = collect.platforms.get(channel.platform)
    bare = adapter.capabilities.features - {"metrics", "audience"}
    monkeypatch.setattr(type(adapter), "capabilities", replace(adapter.capabilities, features=bare))
    collect.collect_channel(channel.pk, at)
    assert collect.channels_due(at) == []


def test_best_posts_begin_and_end_with_the_days_of_whoever_looks(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Late at night")
    with timezone.override("Pacific/Auckland"):
        at = datetime.fromisoformat("2026-03-01T11:30:00+00:00")  # half past midnight of the second there
        type(delivery).objects.filter(pk=delivery.pk).update(settled_at=at)
        rollup.record_post(delivery, [Figures({"likes": 2})], at)
        second_of_march, first_of_march = date(2026, 3, 2), date(2026, 3, 1)
        assert selectors.best_posts([channel], Period(first_of_march, first_of_march)) == []
        (best,) = selectors.best_posts([channel], Period(second_of_march, second_of_march))
    assert best.engagement == 2
