"""The engine, the adapters and a far side that counts: one post, whatever becomes of the answers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels_app.content import Media
from channels_app.models import Channel, Credential
from scheduler.models import Delivery
from tests import cast
from tests.engine.story import fresh, look, planned, state, step
from tests.fakes.bluesky import DID, HANDLE, FakeBluesky
from tests.fakes.mastodon import ME, FakeMastodon
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import PIXEL, picture

pytestmark = pytest.mark.django_db(transaction=True)
Far = FakeBluesky | FakeMastodon


@pytest.fixture(params=["bluesky", "mastodon", "snac"])
def far(request, settings):
    """Bluesky, a Mastodon that honours idempotency keys, and a server that ignores them."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    made: Any = FakeBluesky() if request.param == "bluesky" else FakeMastodon()
    if request.param == "snac":
        made.honours_key, made.software, made.api, made.versions = False, "snac", 0, ("v1",)
    with running(made) as far:
        yield far


@pytest.fixture
def channel(lib: cast.Library, far: Far) -> Channel:
    ours = {"unit": lib.north, "name": "Town Library"}
    if isinstance(far, FakeBluesky):
        made = Channel.objects.create(platform="bluesky", remote_id=DID, handle=f"@{HANDLE}", **ours)
    else:
        facts = {"software": far.software, "api": far.api}
        handle = "@library@library.example"
        made = Channel.objects.create(
            platform="mastodon", remote_id=ME, handle=handle, server=far.url, facts=facts, **ours
        )
    Credential.objects.create(channel=made, secret=far.secret())
    return made


def stored(alt: str = "A red sofa") -> Media:
    path = default_storage.save("renditions/a.png", ContentFile(PIXEL))
    return replace(picture(alt), path=path, sha256=hashlib.sha256(PIXEL).hexdigest())


def settle(delivery: Delivery, *, minutes: int = 15) -> str:
    """Lets time pass, looking and stepping as the ticks do."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(minutes * 4):
            clock.shift(timedelta(seconds=15))
            look()
            step()
    return state(delivery)


def test_a_post_with_a_picture_goes_out_and_its_receipt_is_kept(far, channel):
    delivery = planned(channel, "Story time at ten", media=(stored(),))
    assert step() == ["published"]
    assert far.texts() == ["Story time at ten"]
    assert far.alts() == ["A red sofa"]
    assert fresh(delivery).remote_url.startswith("http")


def test_stored_and_then_silent_is_one_post_and_in_the_end_published(far, channel):
    delivery = planned(channel, "Story time at ten")
    far.fail(Failure(store=True, cut=True))
    assert step() == ["unclear"]
    assert settle(delivery) == "published"
    assert far.texts() == ["Story time at ten"]
    assert fresh(delivery).remote_url.startswith("http")


def test_silent_before_it_stored_is_sent_again_and_is_one_post(far, channel):
    delivery = planned(channel, "Story time at ten")
    far.fail(Failure(cut=True))
    assert step() == ["unclear"]
    assert settle(delivery) == "published"
    assert far.texts() == ["Story time at ten"]


def test_an_error_page_after_storing_is_one_post(far, channel):
    delivery = planned(channel, "Story time at ten")
    far.fail(Failure(Reply(502, raw=b"<html>Bad Gateway</html>"), store=True))
    assert step() == ["unclear"]
    assert settle(delivery) == "published"
    assert far.texts() == ["Story time at ten"]


def test_a_thread_cut_in_the_middle_continues_and_every_part_is_there_once(far, channel):
    delivery = planned(channel, "One", "Two", "Three")
    answer = far.answer

    def lose_the_second(request):
        reply = answer(request)
        if len(far.texts()) < 2 or request.method != far.creating[0]:
            return reply
        far.answer = answer
        return Reply(503, raw=b"")

    far.answer = lose_the_second
    assert step() == ["unclear"]
    assert far.texts() == ["One", "Two"]
    assert settle(delivery) == "published"
    assert far.texts() == ["One", "Two", "Three"]


def test_a_limit_is_waited_for_and_then_it_goes_out_once(far, channel):
    delivery = planned(channel, "Story time at ten")
    far.fail(Failure(Reply(429, {"error": "RateLimitExceeded"}, {"Retry-After": "120"})))
    assert step() == ["waiting"]
    assert settle(delivery, minutes=1) == "waiting"
    assert settle(delivery, minutes=4) == "published"
    assert far.texts() == ["Story time at ten"]


def test_a_dead_key_stops_the_channel_and_nothing_goes_out(far, channel):
    delivery = planned(channel, "Story time at ten")
    far.revoke()
    step()
    assert fresh(delivery).channel.state == "needs_reconnect"
    settle(delivery, minutes=2)
    assert far.texts() == []


@pytest.mark.parametrize("far", ["mastodon"], indirect=True)
def test_a_picture_in_the_works_costs_no_try_and_is_uploaded_once(far, channel):
    far.processing = 3
    delivery = planned(channel, "Look", media=(stored(),))
    assert step() == ["waiting"]
    assert fresh(delivery).tries == 0
    assert settle(delivery, minutes=3) == "published"
    assert far.alts() == ["A red sofa"]
    assert len(far.media) == 1


@pytest.mark.parametrize("far", ["bluesky"], indirect=True)
def test_a_token_that_ended_is_renewed_on_the_way_and_kept(far, channel):
    planned(channel, "Story time at ten")
    far.expire_access()
    assert step() == ["published"]
    assert Credential.objects.get(channel=channel).secret == far.secret()
