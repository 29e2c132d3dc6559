"""From connecting to deleting, through the product's own pages, on servers nobody here wrote."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics import collect
from analytics.models import Watch
from channels_app.models import Channel
from posts.drafting import Draft
from posts.models import Post
from posts.services import drafts
from scheduler import engine
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.pages import world
from tests.servers.bluesky.network import BlueskyNetwork, Ref
from tests.servers.mastodon.snac import MastodonServer

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FIRST, SECOND = "Été à la bibliothèque #livres", "Everything is in the programme: https://library.example/summer"
ALT = "Grace Hopper, smiling"


@pytest.fixture(autouse=True)
def _loopback(settings: Any) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture
def bluesky(settings: Any, bluesky_network: BlueskyNetwork) -> BlueskyNetwork:
    settings.PLATFORM_HOSTS = {
        "BLUESKY_ENTRYWAY": bluesky_network.pds_url,
        "BLUESKY_APPVIEW": bluesky_network.appview_url,
        "BLUESKY_PLC": bluesky_network.plc_url,
    }
    return bluesky_network


def said_in_a_thread(lib: Library, channel: Channel) -> Post:
    """Alice writes it with a picture, sends it by the page; Sam approves it by the page."""
    asset = world.picture(lib.north, lib.alice)
    parts = [{"text": FIRST, "media": [{"asset": asset.pk, "alt": ALT}]}, {"text": SECOND}]
    data = {"parts": parts, "language": "fr", "zone": "Europe/London", "targets": [{"channel": channel.pk}]}
    post = drafts.create(by=lib.alice, unit=lib.north, token=uuid.uuid4(), draft=Draft.from_json(data))
    assert signed_in(lib.alice).post(reverse("posts:act", args=[post.pk, "submit"])).status_code == 302
    digest = world.again(post).current.digest
    answer = signed_in(lib.sam).post(reverse("posts:act", args=[post.pk, "approve"]), {"digest": digest})
    assert answer.status_code == 302
    return world.sent(post)


def delivery_of(post: Post) -> Delivery:
    return Delivery.objects.get(reference__startswith=f"post:{post.pk}:")


def figures_shown(lib: Library, channel: Channel, post: Post) -> dict[str, str]:
    """Collected as the clock would, ten minutes later; read from the strip of the post's page."""
    at = timezone.now() + timedelta(minutes=10)
    collect.begin_watching(at)
    Watch.objects.update(next_at=at)
    collect.collect_channel(channel.pk, at)
    strip = signed_in(lib.alice).get(reverse("analytics:strip", args=[post.pk])).content.decode()
    return {label: value.strip() for label, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", strip, re.DOTALL)}


def removed(lib: Library, delivery: Delivery) -> str:
    signed_in(lib.erin).post(reverse("scheduler:action", args=[delivery.pk, "remove"]))
    return Delivery.objects.values_list("state", flat=True).get(pk=delivery.pk)


def test_the_whole_way_on_bluesky(bluesky: BlueskyNetwork, lib: Library) -> None:
    library, reader = bluesky.new_account("library"), bluesky.new_account("reader")
    bluesky.wait_indexed()
    form = {"handle": library.handle, "app_password": library.app_password, "server": "", "unit": lib.north.pk}
    answer = signed_in(lib.ada).post(reverse("channels:connect_to", args=["bluesky"]), form)
    channel = Channel.objects.get(platform="bluesky")
    assert answer.status_code == 302
    assert (channel.remote_id, channel.state) == (library.did, "active")

    post = said_in_a_thread(lib, channel)
    delivery = delivery_of(post)
    assert delivery.state == "published"
    records = sorted(bluesky.records(library.did), key=lambda record: "reply" in record["value"])
    assert [record["value"]["text"] for record in records] == [FIRST, SECOND], "one each, no more"
    assert [image["alt"] for image in records[0]["value"]["embed"]["images"]] == [ALT]
    assert records[1]["value"]["reply"]["parent"]["uri"] == records[0]["uri"]
    assert engine.deliver(delivery.pk) != "published" and bluesky.count_posts(library.did) == 2, "never a second time"

    bluesky.wait_indexed()
    bluesky.like(reader, records[0]["uri"], records[0]["cid"])
    bluesky.reply(reader, "Which day?", Ref(records[0]["uri"], records[0]["cid"]))
    bluesky.wait_indexed()
    shown = figures_shown(lib, channel, post)
    assert "1" in shown.values(), shown

    assert removed(lib, delivery) == "removed"
    assert bluesky.count_posts(library.did) == 0


def test_the_whole_way_on_a_mastodon_server(mastodon_server: MastodonServer, lib: Library) -> None:
    library, reader = mastodon_server.new_account("library"), mastodon_server.new_account("reader")
    browser = signed_in(lib.ada)
    form = {"server": mastodon_server.base_url, "unit": lib.north.pk}
    leaving = browser.post(reverse("channels:connect_to", args=["mastodon"]), form)
    back = mastodon_server.log_in(leaving.context["url"], library.acct, library.password)
    answer = browser.get(re.sub(r"^https?://[^/]+", "", back))
    channel = Channel.objects.get(platform="mastodon")
    assert answer.status_code == 302
    assert channel.state == "active"

    post = said_in_a_thread(lib, channel)
    delivery = delivery_of(post)
    assert delivery.state == "published"
    first, second = (mastodon_server.status(library, part.remote_id) for part in delivery.parts.order_by("index"))
    assert len(mastodon_server.statuses(library)) == 2, "one each, no more"
    assert [media["description"] for media in first["media_attachments"]] == [ALT]
    assert second["in_reply_to_id"] == first["id"]

    mastodon_server.favourite(reader, first)
    mastodon_server.reply(reader, first, "which day?")
    mastodon_server.wait_replies(library, first)
    shown = figures_shown(lib, channel, post)
    assert "1" in shown.values(), shown

    assert removed(lib, delivery) == "removed"
    assert mastodon_server.status(library, second["id"]) is None
    # This server keeps a copy of what somebody else on it has answered; the library's own page has it no more.
    assert mastodon_server.statuses(library) == []
