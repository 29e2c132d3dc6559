"""What the stories of posts need: channels, drafts, and posts on their way."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine

from channels_app.models import Channel, ChannelLoan
from libsocial.accounts.models import Unit, User
from posts.drafting import Draft, DraftPart, DraftTarget
from posts.models import Post
from posts.services import drafts, review
from tests.cast import Library

NOW = datetime.fromisoformat("2026-11-24T09:00:00+00:00")


def make_channel(unit: Unit, name: str = "Practice North", **fields: Any) -> Channel:
    fields = {"remote_id": uuid.uuid4().hex, "handle": f"@{name.split()[-1].lower()}"} | fields
    return Channel.objects.create(unit=unit, platform="practice", name=name, **fields)


def simple(*channels: Channel, text: str = "Story time on Tuesday", **fields: Any) -> Draft:
    """A draft with one text for these channels."""
    targets = tuple(DraftTarget(channel.pk) for channel in channels)
    return Draft(parts=(DraftPart(text),), targets=targets, **({"zone": "Europe/London", "language": "en"} | fields))


def written(by: User, unit: Unit, draft: Draft) -> Post:
    return drafts.create(by=by, unit=unit, token=uuid.uuid4(), draft=draft)


def submitted(by: User, unit: Unit, draft: Draft) -> Post:
    post = written(by, unit, draft)
    review.submit(post=post, by=by)
    return again(post)


def approved(by: User, approver: User, unit: Unit, draft: Draft) -> Post:
    post = submitted(by, unit, draft)
    review.approve(post=post, by=approver, digest=post.current.digest)
    return again(post)


def again(post: Post) -> Post:
    """The post as the database has it now."""
    return Post.objects.select_related("unit", "author", "current", "approved").get(pk=post.pk)


def lend(channel: Channel, unit: Unit) -> None:
    ChannelLoan.objects.create(channel=channel, unit=unit)


@pytest.fixture
def channel(lib: Library) -> Channel:
    return make_channel(lib.north)


@pytest.fixture
def second(lib: Library) -> Channel:
    return make_channel(lib.north, "Practice Teens")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Tuesday 24 November 2026, nine in the morning; it stands until a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
