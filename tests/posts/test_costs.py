"""What a page of posts asks of the database: the same for much as for little."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from channels_app.models import Channel
from libsocial.accounts.models import Unit
from posts.drafting import Draft, DraftLanguage, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, Post
from posts.services import drafts, media, review
from scheduler.models import Heartbeat
from scheduler.pulse import KINDS
from tests.cast import Library, signed_in
from tests.posts.conftest import again, lend, make_channel, simple, submitted, written

MOST = 15  # for what a day brings


@pytest.fixture(autouse=True)
def _publisher_is_alive(lib: Library) -> None:
    for kind in KINDS:
        Heartbeat.objects.create(name=kind, kind=kind, at=timezone.now())


def cost(client: Client, where: str) -> int:
    client.get(where)  # the first visit makes the session
    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return len(asked)


def shades(lib: Library, number: int) -> list[Asset]:
    """As many pictures, no two the same."""
    found = []
    for shade in range(number):
        out = io.BytesIO()
        Image.new("RGB", (40, 40), (shade, 90, 120)).save(out, "PNG")
        file = SimpleUploadedFile(f"{shade}.png", out.getvalue(), "image/png")
        found.append(media.upload(by=lib.alice, unit=lib.north, file=file))
    return found


def pictured(channels: list[Channel], assets: list[Asset], text: str = "Story time") -> Draft:
    shown = tuple(DraftMedia(asset.pk, alt="A shade of blue") for asset in assets)
    targets = tuple(DraftTarget(channel.pk) for channel in channels)
    return Draft(parts=(DraftPart(text, media=shown),), targets=targets, zone="Europe/London", language="en")


def test_the_composer_costs_the_same_with_many_pictures_and_channels(lib: Library, channel: Channel) -> None:
    assets = shades(lib, 4)
    few = written(lib.alice, lib.north, pictured([channel], assets[:1]))
    many = written(
        lib.alice, lib.north, pictured([channel, *(make_channel(lib.north, f"Other {n}") for n in range(5))], assets)
    )
    client = signed_in(lib.alice)
    assert cost(client, f"/posts/{many.pk}/edit/") == cost(client, f"/posts/{few.pk}/edit/") <= MOST


def rewritten(lib: Library, post: Post, draft: Draft) -> None:
    """Another version, sent for approval."""
    drafts.save(post=again(post), by=lib.alice, draft=draft, version=again(post).current.version)
    review.submit(post=again(post), by=lib.alice)


def approve(lib: Library, post: Post) -> None:
    review.approve(post=again(post), by=lib.sam, digest=again(post).current.digest)


def test_a_post_page_costs_the_same_after_many_versions_and_decisions(lib: Library, channel: Channel) -> None:
    assets, client = shades(lib, 3), signed_in(lib.sam)
    post = submitted(lib.alice, lib.north, pictured([channel], assets, "First"))
    approve(lib, post)
    assert cost(client, f"/posts/{post.pk}/") <= MOST
    rewritten(lib, post, pictured([channel], assets, "Version 2"))
    approve(lib, post)
    two = cost(client, f"/posts/{post.pk}/")
    for number in range(3, 8):
        rewritten(lib, post, pictured([channel], assets, f"Version {number}"))
        approve(lib, post)
    assert cost(client, f"/posts/{post.pk}/") == two <= MOST + 2


def test_the_queue_costs_the_same_for_many_units_and_lent_channels(lib: Library, channel: Channel) -> None:
    client = signed_in(lib.ada)
    for name in ("Harbour", "Hill", "Park", "Mill"):
        unit = Unit.objects.plant(name=name, parent=lib.root)
        lend(channel, unit)
        submitted(lib.ada, unit, simple(make_channel(unit, f"Own {name}"), channel))
        if name == "Harbour":
            few = cost(client, "/posts/review/")
    assert cost(client, "/posts/review/") == few <= MOST + 1  # who owns the lent channels


def test_the_number_beside_the_queue_counts_what_asks_for_a_lent_channel_too(lib: Library, channel: Channel) -> None:
    lend(channel, lib.south)
    submitted(lib.olga, lib.south, simple(channel))
    assert "1<span" in signed_in(lib.sam).get("/posts/").content.decode()


@pytest.mark.parametrize("address", ["/posts/{}/edit/", "/posts/{}/", "/posts/review/"])
def test_further_languages_cost_the_same_however_many(lib: Library, channel: Channel, address: str) -> None:
    words = [DraftLanguage(tag, (DraftPart(f"Cuentos {tag}"),)) for tag in ("es", "fr", "ar", "pl", "so")]
    client = signed_in(lib.sam)
    one = submitted(lib.alice, lib.north, replace(simple(channel), languages=tuple(words[:1])))
    few = cost(client, address.format(one.pk))
    for number in range(3):
        draft = replace(simple(channel, text=f"Post {number}"), languages=tuple(words))
        post = submitted(lib.alice, lib.north, draft)
    assert cost(client, address.format(post.pk)) == few <= MOST + 3  # reviews, reviewers, glossary
