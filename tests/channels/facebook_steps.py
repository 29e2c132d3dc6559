"""What the tests of facebook share: its far side, sessions, and the way to publish."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from channels_app import errors
from channels_app.content import Captions
from channels_app.platforms.base import Account
from channels_app.platforms.facebook import Facebook
from tests.contracts.platform import AT
from tests.fakes.facebook import APP, PAGE, PERSON, FakeFacebook, fields_of
from tests.fakes.server import Failure, running
from tests.fakes.session import FILES, TestSession, picture

ADAPTER = Facebook()

HOUR = timedelta(hours=1)

BACK = "https://libsocial.example/channels/callback/facebook/home"


@pytest.fixture
def far(settings):
    with running(FakeFacebook()) as far:
        settings.PLATFORM_HOSTS = {f"FACEBOOK_{name}": far.url for name in ("API", "UPLOAD", "SIGN_IN")}
        settings.PRIVATE_HOSTS = ["127.0.0.1"]
        yield far


@pytest.fixture
def session(far):
    account = Account(
        PAGE,
        "Town Library",
        "@townlibrary",
        "https://www.facebook.com/townlibrary",
        facts={"person": PERSON},
    )
    return TestSession(ADAPTER, account, far.secret(), APP)


def prepared(session, content, index=0, key="k"):
    """Until nothing more is to be done, as the engine stores it."""
    ready = ADAPTER.prepare(session, content, index, key, AT)
    while (further := ADAPTER.ready(session, content, index, ready)) != ready:
        ready = replace(further, data=json.loads(json.dumps(further.data)))
    return ready


def create(session, content, index=0, before=()):
    return ADAPTER.publish_part(session, content, index, prepared(session, content, index), before)


def look(session, content, ready, index=0, ago=HOUR):
    return ADAPTER.find(session, content, index, ready, timezone.now() - ago)


def dropped(far, session, content, pattern=""):
    """A post of which no answer came."""
    ready = prepared(session, content)
    far.fail(Failure(store=True, cut=True), pattern=pattern)
    with pytest.raises(errors.Unclear):
        ADAPTER.publish_part(session, content, 0, ready, [])
    return ready


def form(far):
    return fields_of(far.created()[-1])


def subtitles(language="sv"):
    data = b"1\n00:00:00,000 --> 00:00:02,000\nWelcome\n"
    FILES["srt"] = data
    return Captions("srt.srt", "srt", len(data), language, "srt")


REEL = {"kind": "reel"}


def picture_bytes():
    return FILES[picture().sha256]


STORY = {"kind": "story"}
