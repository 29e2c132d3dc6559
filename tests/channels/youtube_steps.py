"""What the tests of youtube share: its far side, sessions, and the way to publish."""

from __future__ import annotations

import pytest

from channels_app import errors
from channels_app.content import Content, Part
from channels_app.platforms.base import Account
from channels_app.platforms.youtube import YouTube
from tests.contracts.platform import AT
from tests.fakes.server import running
from tests.fakes.session import TestSession, film
from tests.fakes.youtube import APP, ME, UPLOADS, FakeYouTube

BACK = "https://libsocial.example/channels/callback/youtube/home"

CHOSEN = {"title": "Story time", "made_for_kids": "no"}


class Pieces(YouTube):
    """Pieces as small as YouTube allows."""

    piece = 262_144


ADAPTER = Pieces()

BIG = film(data=bytes(range(256)) * 5000)  # 1.28 MB: five pieces


@pytest.fixture
def far(settings):
    with running(FakeYouTube()) as far:
        settings.PLATFORM_HOSTS = {
            "YOUTUBE_API": f"{far.url}/youtube/v3",
            "YOUTUBE_UPLOAD": f"{far.url}/upload/youtube/v3",
            "YOUTUBE_REPORTS": f"{far.url}/v2",
            "YOUTUBE_TOKENS": far.url,
        }
        settings.PRIVATE_HOSTS = ["127.0.0.1"]
        yield far


@pytest.fixture
def session(far):
    account = Account(ME, "Town Library", "@townlibrary", "", facts={"uploads": UPLOADS})
    return TestSession(ADAPTER, account, far.secret(), APP)


def of(*media, text="Story time at ten", comment="", **options):
    parts = [Part(text=text, media=media or (film(),))]
    if comment:
        parts.append(Part(text=comment, role="comment"))
    return Content(parts=tuple(parts), language="en", options={**CHOSEN, **options})


def steps(session, content, prepared=None, index=0, most=60):
    """As the engine goes: a step, stored, a step; waiting is a step of its own."""
    prepared = prepared or ADAPTER.prepare(session, content, index, "k", AT)
    for _ in range(most):
        try:
            further = ADAPTER.ready(session, content, index, prepared)
        except errors.Temporary as error:
            if error.until is None or isinstance(error, errors.RateLimited):
                raise
            continue
        if further == prepared:
            return prepared
        prepared = further
    raise AssertionError("never ready")


def send(session, content):
    receipts = []
    for index in range(len(content.parts)):
        ready = steps(session, content, index=index)
        receipts.append(ADAPTER.publish_part(session, content, index, ready, receipts))
    return receipts


def asked(far, method, path):
    return [one for one in far.asked if (one.method, one.path) == (method, path)]


UPLOAD = "/upload/youtube/v3/videos"
