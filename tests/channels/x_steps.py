"""What the tests of x share: its far side, sessions, and the way to publish."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels_app import errors
from channels_app.connect import Context
from channels_app.platforms.base import Account
from channels_app.platforms.x import X
from tests.contracts.platform import AT, words
from tests.fakes.server import Failure, running
from tests.fakes.session import TestSession
from tests.fakes.x import APP, ME, FakeX

ADAPTER = X()

HOUR = timedelta(hours=1)

BACK = "https://libsocial.example/channels/callback/x/home"


@pytest.fixture
def far(settings):
    with running(FakeX()) as far:
        settings.PLATFORM_HOSTS = {"X_API": far.url, "X_SIGN_IN": far.url}
        yield far


@pytest.fixture
def session(far):
    account = Account(ME, "Town Library", "@townlibrary", "https://x.com/townlibrary")
    return TestSession(ADAPTER, account, far.secret(), APP)


def prepared(session, content, index=0):
    """Until nothing more is to be done."""
    ready = ADAPTER.prepare(session, content, index, f"k{index}", AT)
    while (further := ADAPTER.ready(session, content, index, ready)) != ready:
        ready = further
    return ready


def send(session, content):
    receipts = []
    for index in range(len(content.parts)):
        receipts.append(ADAPTER.publish_part(session, content, index, prepared(session, content, index), receipts))
    return receipts


def dropped(far, session, content):
    """A post of which no answer came."""
    ready = prepared(session, content)
    far.drop_next()
    with pytest.raises(errors.Unclear):
        ADAPTER.publish_part(session, content, 0, ready, [])
    return ready


def refused(far, session, reply, content=None):
    content = content or words("Hello")
    ready = prepared(session, content)
    far.fail(Failure(reply))
    with pytest.raises(errors.PlatformError) as caught:
        ADAPTER.publish_part(session, content, 0, ready, [])
    return caught.value


@pytest.fixture
def here(far):
    return Context("x", app=APP)
