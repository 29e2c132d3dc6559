"""Finding posts again: the list, the calendar, today, search."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from posts import calendar, display
from posts.drafting import Draft
from posts.models import Post
from posts.services import drafts, review
from scheduler import engine
from scheduler.models import Delivery
from tests.cast import Library, signed_in


@pytest.fixture
def channel(lib: Library) -> Channel:
    return ensure_practice(lib.north, by=lib.ada)


def written(lib: Library, channel: Channel, text: str, at: str = "") -> Post:
    draft = Draft.from_json(
        {"parts": [{"text": text}], "at": at, "zone": "Europe/London", "targets": [{"channel": channel.pk}]}
    )
    return drafts.create(by=lib.alice, unit=lib.north, token=uuid.uuid4(), draft=draft)


def approved(lib: Library, post: Post) -> Post:
    review.submit(post=post, by=lib.alice)
    post.refresh_from_db()
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    post.refresh_from_db()
    return post


def page(client: Client, name: str, **query: str) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_post_can_be_reached_by_paging(lib: Library, channel: Channel) -> None:
    for number in range(65):
        written(lib, channel, f"Post number {number:03}")
    client, found = signed_in(lib.alice), set()
    for number in (1, 2, 3):
        text = page(client, "posts:list", page=str(number))
        found |= {name for name in (f"Post number {n:03}" for n in range(65)) if name in text}
    assert len(found) == 65


def test_the_list_is_filtered_by_state_words_and_author(lib: Library, channel: Channel) -> None:
    written(lib, channel, "A plain draft")
    review.submit(post=(waiting := written(lib, channel, "Something to check")), by=lib.alice)
    client = signed_in(lib.sam)
    text = page(client, "posts:list", state="in_review")
    assert "Something to check" in text and "A plain draft" not in text
    assert "A plain draft" in page(client, "posts:list", q="plain")
    assert "A plain draft" not in page(client, "posts:list", q="plain", author=str(lib.sam.pk))
    assert waiting.pk


def test_a_published_post_carries_its_link_in_the_list(lib: Library, channel: Channel) -> None:
    post = approved(lib, written(lib, channel, "Out it goes"))
    delivery = Delivery.objects.get()
    engine.deliver(delivery.pk, worker="test")
    delivery.refresh_from_db()
    text = page(signed_in(lib.alice), "posts:list", state="published")
    assert delivery.remote_url in text and post.title in text


def test_trouble_is_one_filter(lib: Library, channel: Channel) -> None:
    from channels_app.practice.services import set_mode

    approved(lib, written(lib, channel, "This will be refused"))
    set_mode(by=lib.ada, channel=channel, mode="reject")
    engine.deliver(Delivery.objects.get().pk, worker="test")
    written(lib, channel, "Peaceful draft")
    text = page(signed_in(lib.sam), "posts:list", state="trouble")
    assert "This will be refused" in text and "Peaceful draft" not in text
    assert "This will be refused" in page(signed_in(lib.sam), "today")


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "999"}, {"state": "nope"}, {"author": "'"}, {"channel": "9" * 40}, {"q": "%"}]
)
def test_nonsense_in_the_address_is_harmless(lib: Library, channel: Channel, query: dict[str, str]) -> None:
    page(signed_in(lib.alice), "posts:list", **query)


def test_another_unit_finds_nothing(lib: Library, channel: Channel) -> None:
    written(lib, channel, "Secret of the north")
    stranger = signed_in(lib.olga)
    for name in ("posts:list", "posts:calendar", "today"):
        assert "Secret of the north" not in page(stranger, name)
    assert "Secret of the north" not in page(stranger, "search", q="secret").replace("Found for", "")


def test_search_finds_posts_channels_and_colleagues(lib: Library, channel: Channel) -> None:
    written(lib, channel, "Lantern tour on Friday")
    client = signed_in(lib.alice)
    assert "Lantern tour" in page(client, "search", q="lantern friday")
    assert channel.name in page(client, "search", q=channel.name)
    assert "Erin Editor" in page(client, "search", q="erin")
    assert "<script>" not in page(client, "search", q="<script>alert(1)</script>").replace(
        '<script type="module"', ""
    ).replace("<script src", "")


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ([], "planned"),
        (["planned", "planned"], "planned"),
        (["published", "planned"], "partly"),
        (["published", "failed"], "failed"),
        (["published", "published"], "published"),
        (["unclear", "needs_person"], "needs_person"),
        (["cancelled", "published"], "published"),
        (["held"], "held"),
    ],
)
def test_the_worst_delivery_names_the_post(states: list[str], word: str) -> None:
    assert display.shown("approved", states) == word


def test_the_calendar_puts_a_late_evening_on_its_local_day(lib: Library, channel: Channel) -> None:
    with time_machine.travel(datetime(2031, 5, 1, 9, tzinfo=UTC), tick=False):
        written(lib, channel, "Late in the evening", at="2031-05-31T23:30")  # 22:30 UTC
        text = page(signed_in(lib.alice), "posts:calendar", on="2031-05-15")
        assert "Late in the evening" in text
        day = text.split("Late in the evening")[0].rsplit("<time datetime=", 1)[1][:12]
        assert "2031-05-31" in day


def test_a_day_of_a_clock_change_is_a_whole_day() -> None:
    span = calendar.week(date(2031, 3, 30))
    start, end = span.moments("Europe/London")
    assert end - start == timedelta(days=7) - timedelta(hours=1)


def test_months_follow_each_other_without_a_gap() -> None:
    day = date(2030, 11, 15)
    for _number in range(15):
        following = calendar.month(day).after
        assert calendar.month(following).before.month == day.month
        day = following


def test_today_shows_what_waits_for_this_person(lib: Library, channel: Channel) -> None:
    review.submit(post=written(lib, channel, "Please look at this"), by=lib.alice)
    assert "Please look at this" in page(signed_in(lib.sam), "today").split('id="t-waiting"')[1]


def test_today_lists_what_is_due_within_a_day(lib: Library, channel: Channel) -> None:
    wall = (timezone.now() + timedelta(hours=3)).astimezone(ZoneInfo("Europe/London"))
    approved(lib, written(lib, channel, "Soon to go", at=wall.strftime("%Y-%m-%dT%H:%M")))
    assert "Soon to go" in page(signed_in(lib.alice), "today").split('id="t-due"')[1]


def test_lists_cost_the_same_whatever_their_length(
    lib: Library, channel: Channel, django_assert_max_num_queries: object
) -> None:
    client = signed_in(lib.sam)
    page(client, "posts:list")
    for number in range(25):
        review.submit(post=written(lib, channel, f"Number {number}"), by=lib.alice)
    for name, most in (("posts:list", 24), ("posts:calendar", 22), ("today", 34)):
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            page(client, name)
