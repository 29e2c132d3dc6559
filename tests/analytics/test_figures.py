"""From a published delivery to the page: what Practice counted is what the page shows, and nothing is invented."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics import cadence, collect, rollup, selectors
from analytics.models import DailyFigure, PostFigure, Reading, Watch
from analytics.selectors import Period
from channels_app.content import Content, Part
from channels_app.models import Channel, PracticePost
from channels_app.platforms.base import Figures
from channels_app.practice import network
from channels_app.practice.services import ensure_practice
from scheduler import engine
from scheduler import services as deliveries
from scheduler.models import Delivery
from tests.cast import Library, signed_in

LATER = timedelta(minutes=10)


@pytest.fixture
def channel(lib: Library) -> Channel:
    return ensure_practice(lib.north, by=lib.ada)


def published(lib: Library, channel: Channel, *texts: str) -> Delivery:
    now = timezone.now()
    delivery = deliveries.plan(
        channel=channel,
        unit=channel.unit,
        content=Content(parts=tuple(Part(text=text) for text in texts)),
        due_at=now,
        not_after=now + timedelta(days=1),
        reference="test:1",
        title=texts[0],
        by=lib.sam,
    )
    engine.deliver(delivery.pk, worker="test")
    delivery.refresh_from_db()
    assert delivery.state == "published"
    return delivery


def far_posts(delivery: Delivery) -> list[PracticePost]:
    return [PracticePost.objects.get(pk=part.remote_id) for part in delivery.parts.all()]


def read(channel: Channel, at: datetime) -> None:
    collect.begin_watching(at)
    Watch.objects.update(next_at=at)
    collect.collect_channel(channel.pk, at)


def today(channel: Channel, kind: str) -> DailyFigure:
    return DailyFigure.objects.get(channel=channel, kind=kind)


def test_a_published_post_is_watched_and_first_asked_for_within_minutes(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    collect.begin_watching()
    watch = Watch.objects.get(delivery=delivery)
    assert watch.next_at is not None and watch.next_at - delivery.settled_at <= timedelta(minutes=5)
    assert collect.begin_watching() == 0


def test_what_the_platform_counted_is_what_is_kept(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    (post,) = far_posts(delivery)
    network.like(post, by=3)
    network.share(post)
    network.reply(post, author="A reader", text="Thank you")
    read(channel, timezone.now() + LATER)
    kept = dict(PostFigure.objects.filter(delivery=delivery).values_list("kind", "value"))
    assert (kept["reactions"], kept["shares"], kept["replies"]) == (3, 1, 1)
    assert today(channel, "reactions").gain == 3


def test_a_second_reading_adds_only_the_difference_and_a_recount_takes_it_back(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    (post,) = far_posts(delivery)
    at = timezone.now()
    for number, likes in enumerate((3, 5, 4), start=1):
        PracticePost.objects.filter(pk=post.pk).update(likes=likes)
        read(channel, at + number * timedelta(seconds=30))
    assert DailyFigure.objects.filter(channel=channel, kind="reactions").count() == 1
    assert today(channel, "reactions").gain == 4
    values = Reading.objects.filter(delivery=delivery, metric=_metric("reactions")).order_by("at")
    assert list(values.values_list("value", flat=True)) == [3, 5, 4]


def _metric(kind: str) -> str:
    return PostFigure.objects.filter(kind=kind).values_list("metric", flat=True)[0]


def test_the_parts_of_a_thread_are_counted_together(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "One", "Two")
    for post in far_posts(delivery):
        network.like(post, by=2)
    read(channel, timezone.now() + LATER)
    assert PostFigure.objects.get(delivery=delivery, kind="reactions").value == 4


def test_zero_not_available_and_not_asked_stay_different(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    (not_asked,) = selectors.strip([delivery])
    assert {status for _label, _value, status in not_asked.figures} == {"not_asked"}
    rollup.record_post(delivery, [Figures({"likes": 0})], timezone.now())
    figures = {
        kind: (value, status) for kind, value, status in PostFigure.objects.values_list("kind", "value", "status")
    }
    assert figures["reactions"] == (0, "ok")
    assert figures["shares"] == (None, "not_available")


def test_a_post_deleted_there_is_noticed_after_three_misses_and_keeps_its_last_figures(
    lib: Library, channel: Channel
) -> None:
    delivery = published(lib, channel, "Hello")
    (post,) = far_posts(delivery)
    network.like(post, by=2)
    at = timezone.now()
    read(channel, at)
    post.delete()
    for number in (1, 2):
        read(channel, at + number * LATER)
        assert PostFigure.objects.get(delivery=delivery, kind="reactions").status == "ok"
    read(channel, at + 3 * LATER)
    kept = PostFigure.objects.get(delivery=delivery, kind="reactions")
    assert (kept.value, kept.status) == (2, "withdrawn")
    assert Watch.objects.get(delivery=delivery).next_at is None


def test_two_workers_ask_once(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    at = timezone.now() + LATER
    collect.begin_watching(at)
    Watch.objects.update(next_at=at)
    assert collect.collect_channel(channel.pk, at) > 0
    assert collect.collect_channel(channel.pk, at) == 0
    assert Reading.objects.filter(delivery=delivery, metric=_metric("reactions")).count() == 1


def test_a_dead_credential_stops_the_channel_and_loses_no_figure(lib: Library, channel: Channel) -> None:
    published(lib, channel, "Hello")
    network.open_account(channel.handle.lstrip("@"), channel.name, renew=True)  # the old token is worth nothing now
    at = timezone.now() + LATER
    collect.begin_watching(at)
    Watch.objects.update(next_at=at)
    collect.collect_channel(channel.pk, at)
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    assert not Watch.objects.filter(next_at__lte=at).exists()


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(minutes=5), timedelta(minutes=10)),
        (timedelta(hours=3), timedelta(minutes=30)),
        (timedelta(days=3), timedelta(hours=12)),
        (timedelta(days=300), timedelta(days=30)),
        (timedelta(days=366), None),
    ],
)
def test_figures_are_asked_for_less_and_less_often_for_a_year(age: timedelta, pause: timedelta | None) -> None:
    assert cadence.pause_at(age) == pause


def test_the_day_of_a_figure_is_the_day_of_its_unit(lib: Library, channel: Channel) -> None:
    delivery = published(lib, channel, "Hello")
    channel.unit.zone = "Pacific/Auckland"
    channel.unit.save(update_fields=["zone"])
    delivery.channel.unit.refresh_from_db()
    at = datetime.fromisoformat("2026-03-01T12:30:00+00:00")  # already the second of March there
    rollup.record_post(delivery, [Figures({"likes": 1})], at)
    assert str(today(channel, "reactions").day) == "2026-03-02"


def test_the_page_compares_with_the_days_before_and_says_what_is_not_known(lib: Library, channel: Channel) -> None:
    day = timezone.localdate()
    for back, gain in ((0, 5), (1, 2), (8, 4), (20, 1)):  # what is older than both periods: the channel was known
        DailyFigure.objects.create(channel=channel, day=day - timedelta(days=back), kind="reactions", gain=gain)
    found = selectors.overview(lib.alice, None, Period(day - timedelta(days=6), day))
    total = next(total for total in found.totals if total.kind.id == "reactions")
    assert (total.value, total.before, total.change, total.direction) == (7, 4, 3, "up")


def test_figures_of_another_unit_are_not_shown(lib: Library, channel: Channel) -> None:
    DailyFigure.objects.create(channel=channel, day=timezone.localdate(), kind="reactions", gain=12345)
    page = signed_in(lib.olga).get(reverse("analytics:overview")).content.decode()
    assert "12,345" not in page
    page = signed_in(lib.alice).get(reverse("analytics:overview")).content.decode()
    assert "12,345" in page


def test_the_csv_holds_the_numbers_of_the_page(lib: Library, channel: Channel) -> None:
    DailyFigure.objects.create(channel=channel, day=timezone.localdate(), kind="reactions", gain=7)
    rows = (
        signed_in(lib.alice)
        .get(reverse("analytics:overview"), {"format": "csv", "days": 7})
        .content.decode("utf-8-sig")
    )
    lines = rows.splitlines()
    assert len(lines) == 8
    column = lines[0].split(",").index("Reactions")
    assert sum(int(line.split(",")[column] or 0) for line in lines[1:]) == 7


@pytest.mark.parametrize(
    "query",
    ["days=-3", "days=x", "days=99999999", "from=2026-02-30&to=x", "from=2026-03-01&to=2026-01-01", "channel=abc"],
)
def test_nonsense_in_the_address_shows_the_usual_month(lib: Library, channel: Channel, query: str) -> None:
    assert signed_in(lib.alice).get(f"{reverse('analytics:overview')}?{query}").status_code == 200


def test_strangers_are_sent_to_sign_in(lib: Library) -> None:
    from django.test import Client

    assert Client().get(reverse("analytics:overview")).status_code == 302
