"""Instagram's adapter with a session, and the contract's own way to publish: what its test modules share."""

from __future__ import annotations

from channels_app.platforms.base import Account
from channels_app.platforms.instagram import Instagram
from tests.contracts.platform import KEY, HttpContract, words
from tests.fakes.instagram import APP, ME
from tests.fakes.session import TestSession, picture

ADAPTER = Instagram()


def open_session(far, login="instagram"):
    account = Account(ME, "Town Library", "@library", "https://www.instagram.com/library/", facts={"login": login})
    token = far.tokens["fb" if login == "facebook" else "ig"]
    return TestSession(ADAPTER, account, {"token": token, "login": login}, APP)


def send(session, content, key=KEY):
    return Steps().publish(session, content, key)


def story(*media):
    return words("", media=media or [picture("")], options={"kind": "story"})


class Steps(HttpContract):
    """The contract's helpers: preparing and publishing as the engine does."""

    __test__ = False
    adapter = ADAPTER

    def content(self, *texts, **rest):
        return words(*(texts or (self.text,)), **{"media": [picture("A red sofa")], **rest})
