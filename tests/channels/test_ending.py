"""Disconnecting: our key goes first and for certain; the platform is asked after that, and what it says is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from channels_app import platforms, selectors, services
from channels_app.models import Channel, Credential
from channels_app.platforms.base import Session
from libsocial.audit.models import Entry
from tests.cast import Library
from tests.channels.conftest import moored
from tests.channels.harbour import Harbour
from tests.channels.test_pages import page, post
from tests.fakes.bluesky import DID, HANDLE, FakeBluesky
from tests.fakes.mastodon import ME, FakeMastodon
from tests.fakes.server import Failure, Reply, running

FAKES = {"bluesky": (FakeBluesky, DID, f"@{HANDLE}"), "mastodon": (FakeMastodon, ME, "@library@library.example")}


@pytest.fixture(params=FAKES)
def far(request: Any, settings: Any) -> Iterator[Any]:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    fake, remote_id, handle = FAKES[request.param]
    with running(fake()) as far:
        far.platform, far.remote_id, far.shown_as = request.param, remote_id, handle
        yield far


@pytest.fixture
def channel(far: Any, lib: Library) -> Channel:
    channel = Channel.objects.create(
        unit=lib.north, platform=far.platform, name="Town Library", handle=far.shown_as, remote_id=far.remote_id,
        server=far.url if far.platform == "mastodon" else "",
    )  # fmt: skip
    Credential.objects.create(channel=channel, secret=far.secret())
    return channel


def trouble(channel: Channel, lib: Library) -> str:
    """What the card says afterwards, '' where nothing is left to do."""
    shown = selectors.cards(lib.ada, [Channel.objects.get(pk=channel.pk)])[0].trouble
    return f"{shown.heading} {shown.body}" if shown else ""


def told() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


def test_the_key_is_erased_here_and_ended_there(far: Any, channel: Channel, lib: Library) -> None:
    secret = far.secret()
    assert services.disconnect(by=lib.ada, channel=channel).there
    assert not Credential.objects.exists()
    assert not far.opens(secret)
    assert told() == ["channel.disconnected", "channel.key_ended"]


def test_what_only_the_owner_can_end_is_said_on_the_page(far: Any, channel: Channel, lib: Library) -> None:
    services.disconnect(by=lib.ada, channel=channel)
    wanted = "app password" if far.platform == "bluesky" else ""
    assert (wanted in trouble(channel, lib)) if wanted else not trouble(channel, lib)


@pytest.mark.parametrize(
    "failure",
    [
        Failure(cut=True),
        Failure(Reply(503)),
        Failure(Reply(403, raw=b"<html>")),
        Failure(Reply(302, headers={"Location": "http://["})),
    ],
    ids=["cut", "busy", "refused", "elsewhere"],
)
def test_a_platform_that_does_not_end_it_holds_nothing_up(
    far: Any, channel: Channel, lib: Library, failure: Failure
) -> None:
    far.fail(failure, method="POST", pattern="revoke|deleteSession")
    ended = services.disconnect(by=lib.ada, channel=channel)
    assert not ended.there
    assert ended.left
    assert (Channel.objects.get().state, Credential.objects.count()) == ("disconnected", 0)
    assert told() == ["channel.disconnected", "channel.key_not_ended"]
    assert ended.left in trouble(channel, lib)


def test_a_server_that_is_gone_holds_nothing_up(far: Any, channel: Channel, lib: Library) -> None:
    far.stop()
    assert not services.disconnect(by=lib.ada, channel=channel).there
    assert Channel.objects.get().state == "disconnected"


def test_a_key_that_is_dead_already_is_as_good_as_ended(far: Any, channel: Channel, lib: Library) -> None:
    far.revoke()
    assert services.disconnect(by=lib.ada, channel=channel).there


def test_a_key_nobody_can_open_is_erased_and_left_to_a_person(
    far: Any, channel: Channel, lib: Library, settings: Any
) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert services.disconnect(by=lib.ada, channel=channel).left
    assert not Credential.objects.exists()
    assert far.asked == []


def test_the_page_asks_first_and_tells_afterwards(far: Any, channel: Channel, lib: Library) -> None:
    asks = page(lib.ada, "channels:disconnect", channel.pk).content.decode()
    assert "is asked to end the key there" in asks
    assert ("app password" in asks) == (far.platform == "bluesky")
    far.fail(Failure(cut=True), method="POST", pattern="revoke|deleteSession")
    post(lib.ada, "channels:disconnect", channel.pk)
    tells = page(lib.ada, "channels:detail", channel.pk).content.decode()
    assert "One thing is left to do" in tells
    assert "The key was erased" in tells


def test_reconnecting_forgets_what_was_left_to_do(harbour: Harbour, lib: Library) -> None:
    channel = moored(lib.north)
    services.disconnect(by=lib.ada, channel=channel)
    Channel.objects.update(health="warning", health_message="channel.key_left")
    services.connect_begin(
        by=lib.ada, unit=lib.north, platform="harbour", channel=Channel.objects.get(),
        fields={"server": "harbour.example", "password": "right"},
    )  # fmt: skip
    assert not trouble(channel, lib)


@pytest.fixture
def ends(harbour: Harbour, monkeypatch: Any) -> Any:
    """Harbour with a way to end keys: `ends(what)` says what happens then."""

    def install(what: Any) -> None:
        features = harbour.capabilities.features | {"revoke"}
        monkeypatch.setattr(harbour, "capabilities", harbour.capabilities.with_facts(features=features))
        monkeypatch.setattr(harbour, "revoke", what, raising=False)

    return install


def test_no_transaction_is_open_and_the_channel_is_safe_while_the_platform_is_asked(
    ends: Any, transactional_db: None, lib: Library
) -> None:
    seen: list[Any] = []

    def look(session: Session) -> None:
        seen.append((connection.in_atomic_block, Channel.objects.get().state, Credential.objects.count()))
        seen.append(session.secret["refresh"])

    ends(look)
    services.disconnect(by=lib.ada, channel=moored(lib.north))
    assert seen == [(False, "disconnected", 0), "refresh-0"]


def test_an_adapter_that_breaks_breaks_no_disconnecting(ends: Any, lib: Library) -> None:
    def broken(session: Session) -> None:
        raise KeyError("refresh-0")

    ends(broken)
    assert not services.disconnect(by=lib.ada, channel=moored(lib.north)).there
    assert "refresh-0" not in str(Entry.objects.values_list("data", flat=True))


def test_somebody_who_connects_again_meanwhile_is_not_told_of_the_old_key(ends: Any, lib: Library) -> None:
    def again(session: Session) -> None:
        services.connect_begin(
            by=lib.ada, unit=lib.north, platform="harbour", channel=Channel.objects.get(),
            fields={"server": "harbour.example", "password": "right"},
        )  # fmt: skip
        raise KeyError

    ends(again)
    channel = moored(lib.north)
    assert platforms.get("harbour").by_hand == ""
    services.disconnect(by=lib.ada, channel=channel)
    assert (Channel.objects.get().state, trouble(channel, lib)) == ("active", "")
