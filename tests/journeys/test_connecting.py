"""Connecting in a browser to servers nobody here wrote: sign in there, post, be thrown out, come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from channels_app import services
from channels_app.content import Content, Part
from channels_app.models import AppRegistration, Channel, ConnectAttempt, Credential
from channels_app.services import probing
from libsocial.notices.models import Notice
from scheduler import services as scheduling
from scheduler.engine import delivering
from scheduler.models import Delivery
from tests import browser, cast
from tests.servers.bluesky.network import BlueskyNetwork
from tests.servers.mastodon.snac import MastodonAccount, MastodonServer

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _our_address(settings: Any, live_server: Any) -> None:
    settings.BASE_URL = live_server.url
    settings.PRIVATE_HOSTS = ["127.0.0.1", "localhost"]


def sign_in_there(page: Any, account: MastodonAccount) -> None:
    """Fills in the server's own sign-in page."""
    page.locator("input[name=login]").fill(account.acct)
    page.locator("input[name=passwd]").fill(account.password)
    page.locator("input[type=submit]").click()


def send(lib: cast.Library, channel: Channel, text: str) -> Delivery:
    now = timezone.now()
    delivery = scheduling.plan(
        channel=channel, unit=channel.unit, content=Content(parts=(Part(text),), language="en"), due_at=now,
        not_after=now + timedelta(hours=1), reference=f"test:{text}", title=text, by=lib.ada,
    )  # fmt: skip
    delivering.deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_a_mastodon_account_is_connected_by_signing_in_at_its_server(
    page: Any, live_server: Any, lib: cast.Library, mastodon_server: MastodonServer
) -> None:
    account = mastodon_server.new_account("connecting")
    browser.sign_in(page, live_server, lib.ada)
    page.goto(live_server.url + reverse("channels:connect"))
    page.get_by_role("link", name="Mastodon").click()
    page.get_by_label("Server").fill(mastodon_server.base_url)
    page.get_by_role("button", name="Continue to sign in").click()
    page.wait_for_url(f"{mastodon_server.base_url}/**")
    sign_in_there(page, account)
    page.wait_for_url(f"{live_server.url}/channels/*/")
    channel = Channel.objects.get()
    page.get_by_role("heading", name=channel.name, level=1).wait_for()
    assert (channel.state, channel.server) == ("active", mastodon_server.base_url)
    assert AppRegistration.objects.count() == 1
    assert ConnectAttempt.objects.get().used_at is not None

    assert send(lib, channel, "Connected by hand").state == "published"
    assert any("Connected by hand" in status["content"] for status in mastodon_server.statuses(account))

    ours, app = Credential.objects.get().secret, AppRegistration.objects.get().secret
    mastodon_server.revoke(
        replace(account, token=ours["token"], client_id=app["client_id"], client_secret=app["client_secret"])
    )
    Channel.objects.update(next_probe_at=None)
    probing.probe(channel.pk)
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    assert Notice.objects.filter(recipient=lib.ada, message="channel.lost").count() == 1

    page.goto(live_server.url + reverse("channels:list"))
    page.get_by_role("link", name="Reconnect").click()
    page.get_by_role("button", name="Continue to sign in").click()  # the server is known already
    page.wait_for_url(f"{mastodon_server.base_url}/**")
    sign_in_there(page, account)
    page.wait_for_url(f"{live_server.url}/channels/{channel.pk}/")
    channel.refresh_from_db()
    assert (channel.state, Channel.objects.count()) == ("active", 1)
    assert send(lib, channel, "And once more").state == "published"


def test_another_account_of_the_server_is_refused_when_reconnecting(
    page: Any, live_server: Any, lib: cast.Library, mastodon_server: MastodonServer
) -> None:
    first, other = mastodon_server.new_account("first"), mastodon_server.new_account("other")
    browser.sign_in(page, live_server, lib.ada)
    for account, address in (
        (first, reverse("channels:connect_to", args=["mastodon"])),
        (other, "reconnect"),
    ):
        if address == "reconnect":
            address = reverse("channels:reconnect", args=[Channel.objects.get().pk])
        page.goto(live_server.url + address)
        page.get_by_label("Server").fill(mastodon_server.base_url)
        page.get_by_role("button", name="Continue to sign in").click()
        page.wait_for_url(f"{mastodon_server.base_url}/**")
        sign_in_there(page, account)
        page.wait_for_url(f"{live_server.url}/channels/**")
    page.get_by_text("Nothing was changed.").wait_for()
    assert first.acct in Channel.objects.get().handle


def test_a_bluesky_account_is_connected_with_an_app_password_after_a_wrong_one(
    page: Any, live_server: Any, lib: cast.Library, bluesky_network: BlueskyNetwork, settings: Any
) -> None:
    settings.PLATFORM_HOSTS = {
        "BLUESKY_ENTRYWAY": bluesky_network.pds_url,
        "BLUESKY_APPVIEW": bluesky_network.appview_url,
        "BLUESKY_PLC": bluesky_network.plc_url,
    }
    account = bluesky_network.new_account("connecting")
    browser.sign_in(page, live_server, lib.ada)
    page.goto(live_server.url + reverse("channels:connect_to", args=["bluesky"]))
    page.get_by_label("Handle").fill(account.handle)
    page.get_by_label("App password").fill("aaaa-bbbb-cccc-dddd")
    page.get_by_label("Server").fill(bluesky_network.pds_url)
    page.get_by_role("button", name="Connect").click()
    page.locator(".field-error, .errorlist").first.wait_for()
    assert page.get_by_label("Handle").input_value() == account.handle
    assert page.get_by_label("App password").input_value() == ""
    page.get_by_label("App password").fill(account.app_password)
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url(f"{live_server.url}/channels/*/")
    channel = Channel.objects.get()
    assert (channel.state, channel.remote_id) == ("active", account.did)
    assert send(lib, channel, "From the library").state == "published"
    assert bluesky_network.count_posts(account.did) == 1
    services.disconnect(by=lib.ada, channel=channel)
    assert not Credential.objects.exists()
