from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from libsocial.accounts import policies
from posts.models import Asset
from posts.services import cards
from tests.cast import Library
from tests.core.site import Site, running

PICTURE = (Path(__file__).resolve().parent.parent / "data" / "images" / "exif_gps.jpg").read_bytes()


@pytest.fixture
def site(settings) -> Iterator[Site]:
    with running() as server:
        settings.PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        page = b'<meta property="og:title" content="Story time"><meta property="og:image" content="/picture">'
        server.answers["/event"] = (200, "text/html", page)
        yield server


def test_the_card_of_the_first_link_with_a_cleaned_picture(lib: Library, site: Site) -> None:
    site.answers["/picture"] = (200, "text/html", PICTURE)
    card = cards.card_for_text(by=lib.alice, unit=lib.north, text=f"Come! {site.url}/event, all of you")
    assert (card.url, card.title) == (f"{site.url}/event", "Story time")
    assert card.thumb == Asset.objects.get(unit=lib.north).pk


def test_a_picture_that_is_none_leaves_a_card_without_one(lib: Library, site: Site) -> None:
    site.answers["/picture"] = (200, "image/jpeg", b"<script>")
    assert cards.card_for(by=lib.alice, unit=lib.north, url=f"{site.url}/event").thumb is None


def test_a_text_without_a_link_says_so(lib: Library) -> None:
    with pytest.raises(cards.NoCard, match="no link"):
        cards.card_for_text(by=lib.alice, unit=lib.north, text="Come, all of you")


def test_a_page_is_read_once_in_a_while(lib: Library, site: Site) -> None:
    cards.card_for(by=lib.alice, unit=lib.north, url=f"{site.url}/event")
    site.answers.clear()
    assert cards.card_for(by=lib.erin, unit=lib.north, url=f"{site.url}/event").title == "Story time"


def test_nobody_makes_us_read_pages_for_a_unit_that_is_not_theirs(lib: Library, site: Site) -> None:
    with pytest.raises(policies.NotAllowed):
        cards.card_for(by=lib.olga, unit=lib.north, url=f"{site.url}/event")
