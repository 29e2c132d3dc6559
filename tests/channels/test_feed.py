"""Our own feed: the promises of every platform, and what people without accounts get to read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_app import services
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, LinkCard, Part
from channels_app.feeds import store
from channels_app.models import Channel, FeedItem
from channels_app.models import Feed as FeedRow
from channels_app.platforms.base import Account
from channels_app.platforms.feed import Feed
from tests import cast
from tests.contracts.platform import Contract
from tests.fakes.session import PIXEL, TestSession, captions, film, picture

pytestmark = pytest.mark.django_db


class FarFeed:
    """The rows behind the feed, asked as a far side."""

    def __init__(self) -> None:
        self.feed, self.token = store.open_feed("news", title="News of the library", home="https://lib.example")

    def texts(self) -> list[str]:
        return [item.text for item in self.feed.items.current().order_by("id")]

    def alts(self) -> list[str]:
        return [entry["alt"] for item in self.feed.items.current() for entry in item.media]

    def revoke(self) -> None:
        FeedRow.objects.update(token_hash="nobody")

    def opens(self, secret: dict[str, Any]) -> bool:
        return FeedRow.objects.get().token_hash == store._hashed(secret["token"])


@pytest.fixture
def far() -> FarFeed:
    return FarFeed()


@pytest.fixture
def session(far: FarFeed) -> TestSession:
    account = Account(str(far.feed.pk), "News of the library", "@news", "")
    return TestSession(Feed(), account, {"token": far.token})


class TestContract(Contract):
    adapter = Feed()

    def test_stored_and_then_silent_is_found_and_stays_one_post(self, far, session):
        """There is no line that could be cut: the row is written or it is not. Asked afterwards, it is found."""
        content = self.content()
        prepared = self.prepare(session, content)
        assert self.find(session, content, prepared).state == "absent"
        self.create(session, content, prepared)
        assert self.find(session, content, prepared).state == "present"

    def test_an_item_that_was_taken_back_does_not_come_again(self, far, session):
        content = self.content()
        prepared = self.prepare(session, content)
        self.adapter.delete(session, self.create(session, content, prepared))
        self.create(session, content, prepared)
        assert far.texts() == []


# --- opening ------------------------------------------------------------------
def test_a_feed_is_opened_by_its_name_and_no_other_takes_it() -> None:
    begun = Feed().begin({"name": "Été à la plage"}, redirect_uri="", state="", context=Context("feed"))
    assert begun.account.handle == "@ete-a-la-plage"
    with pytest.raises(FieldProblem, match="already a feed"):
        Feed().begin({"name": "Ete a la plage"}, redirect_uri="", state="", context=Context("feed"))


@pytest.mark.parametrize(
    ("fields", "field"), [({"name": "日本"}, "name"), ({"name": "News", "home": "javascript:alert(1)"}, "home")]
)
def test_what_was_typed_wrong_is_named_and_opens_nothing(fields: dict[str, str], field: str) -> None:
    with pytest.raises(FieldProblem) as caught:
        Feed().begin(fields, redirect_uri="", state="", context=Context("feed"))
    assert caught.value.field == field
    assert not FeedRow.objects.exists()


def test_a_feed_that_is_reconnected_keeps_its_items_and_gets_a_new_key(lib: cast.Library) -> None:
    channel = services.connect_begin(by=lib.ada, unit=lib.north, platform="feed", fields={"name": "News"})
    assert isinstance(channel, Channel)
    before = FeedRow.objects.get().token_hash
    services.disconnect(by=lib.ada, channel=channel)
    assert FeedRow.objects.get().closed_at is not None
    again = services.connect_begin(
        by=lib.ada, unit=lib.north, platform="feed", fields={"name": "News"}, channel=Channel.objects.get(pk=channel.pk)
    )
    row = FeedRow.objects.get()
    assert isinstance(again, Channel) and again.pk == channel.pk
    assert row.closed_at is None and row.token_hash != before


# --- reading ------------------------------------------------------------------
@pytest.fixture
def world(far: FarFeed, session: TestSession, lib: cast.Library) -> FarFeed:
    path = default_storage.save("renditions/aa/sofa.png", ContentFile(PIXEL))
    words = Content(
        parts=(
            Part(
                text="Story time at ten & more\n\nSee https://lib.example/story. #Stories",
                media=(picture("A red <sofa>", path=path),),
                card=LinkCard("https://lib.example/story", "The story"),
            ),
        ),
        language="en",
    )
    prepared = Feed().prepare(session, words, 0, "key", timezone.now())
    Feed().publish_part(session, words, 0, prepared, [])
    return far


def got(name: str, *args: Any, **headers: str) -> Any:
    return Client(headers=headers).get(reverse(f"feeds:{name}", args=args))


def test_rss_is_read_by_a_reader_with_picture_and_description(world: FarFeed) -> None:
    answer = got("rss", "news")
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    told = feedparser.parse(answer.content)
    assert not told.bozo
    (entry,) = told.entries
    assert entry.title == "Story time at ten & more"
    assert entry.id == f"urn:uuid:{FeedItem.objects.get().uuid}"
    assert entry.enclosures[0].length == str(len(PIXEL))
    assert entry.media_content[0]["medium"] == "image"
    assert "A red &lt;sofa&gt;" in answer.content.decode()
    assert 'alt="A red &lt;sofa&gt;"' in entry.content[0].value or "sofa" in entry.content[0].value


def test_atom_and_json_say_the_same(world: FarFeed) -> None:
    atom = feedparser.parse(got("atom", "news").content)
    assert not atom.bozo
    told = json.loads(got("json", "news").content)
    (item,) = told["items"]
    assert atom.entries[0].id == item["id"]
    assert atom.entries[0].updated
    assert item["_library"]["images"][0]["alt"] == "A red <sofa>"
    assert '<a href="https://lib.example/story">' in item["content_html"]
    assert item["external_url"] == "https://lib.example/story"
    assert item["tags"] == ["Stories"]
    assert told["home_page_url"] == "https://lib.example"


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_who_asks_again_gets_no_body_while_nothing_changed(world: FarFeed, form: str) -> None:
    first = got(form, "news")
    again = Client().get(reverse(f"feeds:{form}", args=["news"]), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    FeedItem.objects.update(removed_at=timezone.now())
    assert (
        Client().get(reverse(f"feeds:{form}", args=["news"]), headers={"If-None-Match": first["ETag"]}).status_code
        == 200
    )
    assert first["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", ["feed", "block", "screen", "rss", "atom", "json"])
def test_nobody_gets_a_cookie_and_nothing_comes_from_elsewhere(world: FarFeed, name: str) -> None:
    answer = got(name, "news")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Set-Cookie" not in answer.headers


def test_the_block_may_stand_in_the_librarys_website_and_other_pages_may_not(world: FarFeed) -> None:
    block = got("block", "news")
    assert "frame-ancestors *" in block["Content-Security-Policy"]
    assert "X-Frame-Options" not in block.headers
    assert "<script" not in block.content.decode()
    page = got("feed", "news")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_what_is_over_disappears_and_what_was_taken_back_too(world: FarFeed) -> None:
    FeedItem.objects.update(shown_until=timezone.now() - timedelta(minutes=1))
    assert json.loads(got("json", "news").content)["items"] == []
    FeedItem.objects.update(shown_until=None, removed_at=timezone.now())
    assert json.loads(got("json", "news").content)["items"] == []
    assert got("item", "news", FeedItem.objects.get().uuid).status_code == 404


def test_until_when_is_read_in_the_zone_of_the_post(far: FarFeed, session: TestSession) -> None:
    content = Content((Part("Fair"),), options={"until": "2026-12-01T18:00"}, zone="America/New_York")
    Feed().publish_part(session, content, 0, Feed().prepare(session, content, 0, "k", timezone.now()), [])
    assert FeedItem.objects.get().shown_until.isoformat() == "2026-12-01T23:00:00+00:00"


def test_a_closed_feed_is_gone_for_readers(world: FarFeed) -> None:
    store.close(world.token)
    for name in ("feed", "rss", "atom", "json", "block", "screen"):
        assert got(name, "news").status_code == 410


def test_files_are_served_as_what_they_are(world: FarFeed) -> None:
    item = FeedItem.objects.get()
    answer = got("file", "news", item.uuid, 0)
    assert answer["Content-Type"] == "image/png"
    assert b"".join(answer.streaming_content) == PIXEL
    assert got("file", "news", item.uuid, 7).status_code == 404
    assert got("file", "other", item.uuid, 0).status_code == 404


def test_a_film_comes_with_its_captions(far: FarFeed, session: TestSession, lib: cast.Library) -> None:
    track = captions("fr")
    name = default_storage.save("assets/aa/track.vtt", ContentFile(b"WEBVTT"))
    track = type(track)(name, track.sha256, 6, "fr", "vtt")
    content = Content((Part("Film", (film("A fox reads", captions=(track,)),)),))
    Feed().publish_part(session, content, 0, Feed().prepare(session, content, 0, "k", timezone.now()), [])
    item = FeedItem.objects.get()
    told = json.loads(got("json", "news").content)["items"][0]
    assert told["attachments"][0]["duration_in_seconds"] == 12
    assert 'srclang="fr"' in told["content_html"]
    answer = got("captions", "news", item.uuid, 0, 0)
    assert answer["Content-Type"].startswith("text/vtt")
    assert got("captions", "news", item.uuid, 0, 3).status_code == 404


def test_words_that_look_like_markup_stay_words(far: FarFeed, session: TestSession, lib: cast.Library) -> None:
    content = Content((Part('<script>alert("x")</script>\x0b ]]> &amp;'),))
    Feed().publish_part(session, content, 0, Feed().prepare(session, content, 0, "k", timezone.now()), [])
    for name in ("feed", "block", "screen"):
        assert "<script>alert" not in got(name, "news").content.decode()
    told = feedparser.parse(got("rss", "news").content)
    assert not told.bozo
    assert "<script>alert" not in told.entries[0].content[0].value


def test_the_channels_page_offers_every_address(lib: cast.Library) -> None:
    channel = services.connect_begin(by=lib.ada, unit=lib.north, platform="feed", fields={"name": "News"})
    page = cast.signed_in(lib.ada).get(reverse("channels:detail", args=[channel.pk])).content.decode()
    for name in ("rss", "atom", "json", "block", "screen"):
        assert reverse(f"feeds:{name}", args=["news"]) in page
    assert "<iframe" not in page, "the block is offered as text to copy"
    assert "&lt;iframe src=&quot;" in page


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Seed library: take five packets. Beans are in.", "Seed library: take five packets."),
        ("Open late\n\nUntil nine.", "Open late"),
        ("Meet Dr. Ahmed at 9 a.m. on Monday! Free.", "Meet Dr. Ahmed at 9 a.m. on Monday!"),
        ("word " * 40, ("word " * 19).strip() + "…"),
    ],
)
def test_a_title_is_the_first_sentence_or_whole_words(
    far: FarFeed, session: TestSession, text: str, title: str
) -> None:
    content = Content((Part(text),))
    Feed().publish_part(session, content, 0, Feed().prepare(session, content, 0, "k", timezone.now()), [])
    assert FeedItem.objects.get().title == title
