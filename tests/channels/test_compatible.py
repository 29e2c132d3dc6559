"""Servers of the Mastodon interface that differ: connected, posted to, cut off, read and deleted, each as it is."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels_app import platforms, services
from channels_app.content import Content, Media, Part
from channels_app.models import Channel
from channels_app.platforms.base import Receipt, Redirect
from channels_app.sessions import open_session
from scheduler import services as scheduling
from scheduler.models import Delivery, DeliveryPart
from tests.cast import Library
from tests.engine.story import look, state, step
from tests.fakes.fediverse import Fediverse
from tests.fakes.fediverse_servers import SERVERS
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import PIXEL, picture

pytestmark = [pytest.mark.django_db(transaction=True)]
ADAPTER = platforms.get("mastodon")
TEXT = "Story time at ten: https://library.example/calendar/2026/story-time-for-children #Library\n\nCome & *sing*!"
BROKEN = Reply(502, raw=b"<html><h1>502 Bad Gateway</h1></html>", headers={"Content-Type": "text/html"})
ENDS = {"published", "failed", "held", "expired", "needs_person"}
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def clock(settings: Any) -> Iterator[Any]:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with time_machine.travel("2026-11-24T10:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture(params=SERVERS, ids=lambda habits: habits.name)
def far(request: Any) -> Iterator[Fediverse]:
    with running(Fediverse(request.param)) as far:
        yield far


@pytest.fixture
def channel(lib: Library, far: Fediverse) -> Channel:
    return connected(lib, far)


def connected(lib: Library, far: Fediverse, known: Channel | None = None) -> Channel:
    """By way of the person's browser."""
    begun = services.connect_begin(
        by=lib.ada, unit=lib.north, platform="mastodon", fields={"server": far.url}, channel=known
    )
    assert isinstance(begun, Redirect)
    answer = far.browse(begun.url)
    came_to = far.codes[answer["code"]]["redirect_uri"]
    return services.connect_finish(by=lib.ada, state=answer.pop("state"), answer=answer, arrived_at=came_to)


def stored(alt: str = "Two children read on a red sofa") -> Media:
    media = picture(alt)
    if not default_storage.exists(media.path):
        default_storage.save(media.path, ContentFile(PIXEL))
    return media


def planned(channel: Channel, *texts: str, media: tuple[Media, ...] | None = None, **fields: Any) -> Delivery:
    """Due now; where the server takes no words alone, with a picture."""
    needed = ADAPTER.capabilities_for(channel.facts).media.required
    media = ((stored(),) if needed else ()) if media is None else media
    parts = tuple(Part(text, media=media) for text in texts or (TEXT,))
    return scheduling.plan(
        channel=channel, unit=channel.unit, content=Content(parts, language="en", **fields), due_at=timezone.now(),
        not_after=timezone.now() + timedelta(days=1), reference=f"test:{next(_numbers)}", title="Story time", by=None,
    )  # fmt: skip


def ended(delivery: Delivery, clock: Any) -> str:
    """Its state after as long as it takes, at most two hours."""
    for pause in (*[10] * 12, *[60] * 10, *[600] * 11):
        step()
        look()
        if state(delivery) in ENDS:
            break
        clock.shift(pause)
    return state(delivery)


def receipts(delivery: Delivery) -> list[Receipt]:
    return [Receipt(**part.receipt) for part in DeliveryPart.objects.filter(delivery=delivery).order_by("index")]


def test_a_post_arrives_is_counted_and_is_deleted(channel: Channel, far: Fediverse, clock: Any) -> None:
    delivery = planned(channel)
    assert ended(delivery, clock) == "published"
    assert far.texts() == [TEXT]
    (receipt,) = receipts(delivery)
    session = open_session(channel)
    far.posts[receipt.remote_id]["favourites"] = 3
    assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].values["favourites"] == 3
    assert ADAPTER.audience(session).values == {"followers": 12, "posts": 1}
    assert receipt.url.startswith(far.url)
    ADAPTER.delete(session, receipt)
    assert far.texts() == []
    ADAPTER.delete(session, receipt)
    assert ADAPTER.metrics(session, [receipt])[receipt.remote_id].gone


def test_two_pictures_arrive_with_their_descriptions(channel: Channel, far: Fediverse, clock: Any) -> None:
    delivery = planned(channel, media=(stored("A red sofa"), stored("A child laughs")))
    assert ended(delivery, clock) == "published"
    (post,) = far.posts.values()
    assert [one["description"] for one in post["media_attachments"]] == ["A red sofa", "A child laughs"]
    assert receipts(delivery)[0].alt == "delivered"


def test_a_thread_under_a_warning_stands_in_order(channel: Channel, far: Fediverse, clock: Any) -> None:
    delivery = planned(channel, "One", "Two", "Three", content_warning="Spiders")
    assert ended(delivery, clock) == "published"
    posts = list(far.posts.values())
    assert far.texts() == ["One", "Two", "Three"]
    assert [str(post["in_reply_to_id"]) for post in posts] == ["None", str(posts[0]["id"]), str(posts[1]["id"])]
    assert {post["spoiler_text"] for post in posts} == {"Spiders"}


@pytest.mark.parametrize(
    ("failure", "media"),
    [(Failure(BROKEN, store=True), False), (Failure(store=True, cut=True), True)],
    ids=["words-502", "picture-cut"],
)
def test_an_answer_lost_after_storing_makes_no_second_post(
    channel: Channel, far: Fediverse, clock: Any, failure: Failure, media: bool
) -> None:
    far.fail(failure)
    delivery = planned(channel, media=(stored(),) if media else None)
    assert ended(delivery, clock) == "published"
    assert far.texts() == [TEXT]
    assert receipts(delivery)[0].remote_id in far.posts


@pytest.mark.parametrize("media", [False, True], ids=["words", "picture"])
def test_a_request_lost_before_storing_is_made_up_for_once(
    channel: Channel, far: Fediverse, clock: Any, media: bool
) -> None:
    far.fail(Failure(cut=True))
    assert ended(planned(channel, media=(stored(),) if media else None), clock) == "published"
    assert far.texts() == [TEXT]


@pytest.mark.parametrize("store", [True, False], ids=["stored", "lost"])
def test_the_second_part_of_a_thread_is_there_once(channel: Channel, far: Fediverse, clock: Any, store: bool) -> None:
    delivery = planned(channel, "One", "Two", "Three")
    far.fail(Failure(store=True, cut=True))
    far.fail(Failure(store=store, cut=True))
    assert ended(delivery, clock) == "published"
    assert far.texts() == ["One", "Two", "Three"]


def test_a_list_that_is_late_makes_no_second_post(lib: Library, far: Fediverse, clock: Any) -> None:
    far.habits = dataclasses.replace(far.habits, lists_late=20)
    channel = connected(lib, far)
    far.fail(Failure(store=True, cut=True))
    assert ended(planned(channel), clock) == "published"
    assert far.texts() == [TEXT]


def test_the_same_words_as_last_week_are_another_post(channel: Channel, far: Fediverse, clock: Any) -> None:
    assert ended(planned(channel), clock) == "published"
    clock.shift(timedelta(minutes=30))
    far.fail(Failure(cut=True))
    assert ended(planned(channel), clock) == "published"
    assert far.texts() == [TEXT, TEXT]


def test_the_same_thread_as_last_week_is_another_thread(channel: Channel, far: Fediverse, clock: Any) -> None:
    assert ended(planned(channel, "One", "Two"), clock) == "published"
    clock.shift(timedelta(days=7))
    channel.refresh_from_db()
    delivery = planned(channel, "One", "Two")
    far.fail(Failure(store=True, cut=True))
    far.fail(Failure(cut=True))
    assert ended(delivery, clock) == "published"
    assert far.texts() == ["One", "Two", "One", "Two"]


def test_a_key_that_is_spent_on_a_failure_keeps_no_post_back(
    lib: Library, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    habits = next(one for one in SERVERS if one.name == "json-only")
    with running(Fediverse(dataclasses.replace(habits, key="refused"))) as far:
        channel, look_at = connected(lib, far), far._refused
        troubles = [Reply(500, {"error": "Server error"})]
        monkeypatch.setattr(far, "_refused", lambda body: troubles.pop() if troubles else look_at(body))
        assert ended(planned(channel), clock) == "published"
        assert far.texts() == [TEXT]


@pytest.mark.parametrize(("lost", "ends"), [(False, "published"), (True, "needs_person")])
def test_a_server_without_a_list_of_posts_is_posted_to_and_a_lost_answer_is_asked_about(
    lib: Library, clock: Any, monkeypatch: pytest.MonkeyPatch, lost: bool, ends: str
) -> None:
    habits = next(one for one in SERVERS if one.name == "takahe")
    with running(Fediverse(habits)) as far:
        channel = connected(lib, far)
        far.routes = [one for one in far.routes if one[2].__name__ != "own"]
        monkeypatch.setattr("tests.fakes.fediverse.PAGE", Reply(404, {"error": "Record not found"}))
        if lost:
            far.fail(Failure(store=True, cut=True))
        assert ended(planned(channel), clock) == ends
        assert far.texts() == [TEXT]


def test_a_revoked_key_loses_nothing(lib: Library, channel: Channel, far: Fediverse, clock: Any) -> None:
    far.forget_tokens()
    delivery = planned(channel)
    assert ended(delivery, clock) == "held"
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    connected(lib, far, channel)
    scheduling.release(delivery=Delivery.objects.get(pk=delivery.pk), by=lib.ada)
    assert ended(delivery, clock) == "published"
    assert far.texts() == [TEXT]


def test_a_key_revoked_while_nobody_knows_what_became_of_a_post(
    lib: Library, channel: Channel, far: Fediverse, clock: Any
) -> None:
    far.fail(Failure(store=True, cut=True))
    delivery = planned(channel)
    assert step() == ["unclear"]
    far.forget_tokens()
    clock.shift(timedelta(minutes=5))
    assert look() == ["unclear"]
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    connected(lib, far, channel)
    assert ended(delivery, clock) == "published"
    assert far.texts() == [TEXT]


def test_disconnecting_ends_the_key_there_or_says_that_it_could_not(channel: Channel, far: Fediverse) -> None:
    ended = services.disconnect(by=channel.connected_by, channel=channel)
    assert ended.there == bool(far.habits.ends)
    assert bool(ended.left) == bool(far.tokens or far.refreshes) == (not far.habits.ends)


def test_a_busy_server_is_waited_for(channel: Channel, far: Fediverse, clock: Any) -> None:
    far.fail(Failure(far.habits.busy))
    delivery = planned(channel)
    assert ended(delivery, clock) == "published"
    assert timedelta(seconds=30) < timezone.now() - delivery.due_at < timedelta(minutes=15)
    assert far.texts() == [TEXT]


def test_a_key_that_ends_is_renewed_before_anybody_notices(channel: Channel, far: Fediverse, clock: Any) -> None:
    clock.shift(timedelta(hours=2))
    assert ended(planned(channel), clock) == "published"
    channel.refresh_from_db()
    assert channel.state == "active"
    assert services.probe_now(by=channel.connected_by, channel=channel).health == "ok"


def test_what_fits_here_is_taken_there_and_what_does_not_is_not(channel: Channel, far: Fediverse) -> None:
    can = ADAPTER.capabilities_for(channel.facts)
    assert can.text.limit == min(far.habits.most, 100_000)
