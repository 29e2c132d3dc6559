"""Practice, the engine and the channel's pages together: what staff learn when something fails on command."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from channels_app import selectors, services
from channels_app.content import Content, Part
from channels_app.models import Channel, PracticeAccount, PracticePost
from channels_app.practice.services import ensure_practice, set_mode
from libsocial.notices.models import Notice
from posts.models import Post, Revision, Target
from scheduler import services as scheduling
from scheduler.engine import delivering
from scheduler.models import Delivery
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def practice(lib: cast.Library) -> Channel:
    return ensure_practice(lib.north)


def planned(lib: cast.Library, channel: Channel, text: str = "Story time") -> Delivery:
    now = timezone.now()
    return scheduling.plan(
        channel=channel, unit=lib.north, content=Content(parts=(Part(text),)), due_at=now,
        not_after=now + timedelta(days=1), reference=f"test:{text}", title=text, by=lib.sam,
    )  # fmt: skip


def test_the_card_counts_what_waits_what_is_held_and_what_went_out(lib: cast.Library, practice: Channel) -> None:
    first = planned(lib, practice, "First")
    planned(lib, practice, "Second")
    post = Post.objects.create(unit=lib.north, author=lib.alice, token="0190c1a2-7b3c-7d4e-8f50-61728394a5b6")
    revision = Revision.objects.create(post=post, number=1, body={}, changed_by=lib.alice)
    Target.objects.create(revision=revision, channel=practice)
    Post._base_manager.filter(pk=post.pk).update(state="in_review", current=revision)

    assert delivering.deliver(first.pk) == "published"
    held = selectors.held_up_by(practice)
    assert (held.waiting, held.held, held.in_review) == (1, 0, 1)
    assert held.last_published_at is not None
    assert held.last_published_url == Delivery.objects.get(pk=first.pk).remote_url

    services.pause(by=lib.ada, channel=practice)
    assert delivering.deliver(Delivery.objects.get(title="Second").pk) == "held"
    held = selectors.held_up_by(practice)
    assert (held.waiting, held.held) == (0, 1)


def test_a_revoked_key_stops_the_channel_tells_once_and_everything_goes_on_after_reconnecting(
    lib: cast.Library, practice: Channel
) -> None:
    one, two = planned(lib, practice, "One"), planned(lib, practice, "Two")
    set_mode(by=lib.ada, channel=practice, mode="unauthorized")
    assert delivering.deliver(one.pk) == "held"
    assert delivering.deliver(two.pk) == "held"
    practice.refresh_from_db()
    assert practice.state == "needs_reconnect"
    assert Notice.objects.filter(recipient=lib.ada, message="channel.lost").count() == 1
    assert not PracticePost.objects.exists()

    handle = practice.handle.lstrip("@")
    services.connect_begin(by=lib.ada, unit=lib.north, platform="practice", fields={"name": handle}, channel=practice)
    assert selectors.held_up_by(practice).held == 2  # nothing leaves by itself
    for delivery in Delivery.objects.all():
        scheduling.release(delivery=delivery, by=lib.ada)
        assert delivering.deliver(delivery.pk) == "published"
    assert sorted(PracticePost.objects.values_list("text", flat=True)) == ["One", "Two"]


@pytest.mark.parametrize(
    ("mode", "state", "stored"),
    [("reject", "failed", 0), ("rate_limit", "waiting", 0), ("drop", "unclear", 1), ("processing", "processing", 1)],
)
def test_each_failure_on_command_is_told_as_what_it_is(
    lib: cast.Library, practice: Channel, mode: str, state: str, stored: int
) -> None:
    PracticeAccount.objects.update(mode=mode)
    assert delivering.deliver(planned(lib, practice).pk) == state
    assert PracticePost.objects.count() == stored
