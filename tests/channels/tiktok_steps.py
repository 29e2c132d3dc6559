"""What the tests of tiktok share: its far side, sessions, and the way to publish."""

from __future__ import annotations

import pytest

from channels_app.content import Content, Part
from channels_app.platforms.base import Account
from channels_app.platforms.tiktok import TikTok
from tests.contracts.platform import AT
from tests.fakes.server import running
from tests.fakes.session import TestSession, film
from tests.fakes.tiktok import APP, ME, FakeTikTok

BACK = "https://libsocial.example/channels/callback/tiktok/home"

DIRECT = {"mode": "direct", "privacy": "PUBLIC_TO_EVERYONE", "consent": True}

INIT, INBOX_INIT = "/v2/post/publish/video/init/", "/v2/post/publish/inbox/video/init/"

STATUS = "/v2/post/publish/status/fetch/"


class Pieces(TikTok):
    """Pieces small enough for a test."""

    piece = 1000


ADAPTER = Pieces()

BIG = film(data=bytes(range(250)) * 14)  # 3,500 bytes: three pieces, the last of 1,500


def set_up(far, settings):
    settings.PLATFORM_HOSTS = {"TIKTOK_API": far.url, "TIKTOK_UPLOAD": far.url}
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    return far


@pytest.fixture
def far(settings):
    with running(FakeTikTok()) as far:
        yield set_up(far, settings)


@pytest.fixture
def session(far):
    return open_session(far)


def open_session(far, app=APP):
    account = Account(ME, "Town Library", "@townlibrary", "https://www.tiktok.com/@townlibrary", facts={"direct": True})
    return TestSession(ADAPTER, account, far.secret(), app)


def of(*media, text="Story time at ten", **options):
    return Content(parts=(Part(text=text, media=media or (film(),)),), language="en", options=options)


def direct(*media, **options):
    return of(*media, **{**DIRECT, **options})


def steps(session, content, prepared=None):
    prepared = prepared or ADAPTER.prepare(session, content, 0, "k", AT)
    for _ in range(60):
        further = ADAPTER.ready(session, content, 0, prepared)
        if further == prepared:
            return prepared
        prepared = further
    raise AssertionError("never ready")


def send(session, content):
    return follow(session, ADAPTER.publish_part(session, content, 0, steps(session, content), []))


def follow(session, receipt):
    for _ in range(10):
        if not receipt.processing:
            return receipt
        receipt = ADAPTER.follow(session, receipt)
    raise AssertionError("never done")


def asked(far, method, path):
    return [one for one in far.asked if one.method == method and one.path.startswith(path)]
