"""Practice behaves as a network would, on good days and on command."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from channels_app import platforms
from channels_app.content import Content, LinkCard, Media, Part
from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Unclear
from channels_app.models import Channel, PracticeAccount, PracticePost
from channels_app.platforms.base import Prepared, Receipt
from channels_app.practice import network
from channels_app.practice.services import ensure_practice, set_mode
from channels_app.sessions import open_session
from libsocial.accounts.policies import NotAllowed
from tests import cast

PRACTICE = platforms.get("practice")


@pytest.fixture
def channel(lib: cast.Library) -> Channel:
    return ensure_practice(lib.north)


def picture(alt: str = "A red door") -> Media:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "PNG")
    data = buffer.getvalue()
    name = default_storage.save("renditions/door.png", ContentFile(data))
    return Media(name, hashlib.sha256(data).hexdigest(), "image/png", 40, 30, len(data), alt=alt)


def send(channel: Channel, content: Content, key: str = "k") -> list[Receipt]:
    """Prepares and publishes every part, as the engine would."""
    session, receipts = open_session(channel), []
    for index in range(len(content.parts)):
        prepared = PRACTICE.prepare(session, content, index, f"{key}-{index}", timezone.now())
        receipts.append(PRACTICE.publish_part(session, content, index, prepared, receipts))
    return receipts


def words(text: str) -> Content:
    return Content(parts=(Part(text),))


def test_the_first_run_gets_one_channel_and_asking_again_makes_no_second(lib: cast.Library) -> None:
    assert ensure_practice(lib.north) == ensure_practice(lib.north)
    assert Channel.objects.count() == PracticeAccount.objects.count() == 1


def test_two_units_of_one_name_get_two_accounts(lib: cast.Library) -> None:
    lib.south.name = lib.north.name
    assert ensure_practice(lib.north).handle == "@north-branch"
    assert ensure_practice(lib.south).handle == "@north-branch-2"


def test_text_picture_description_card_and_thread_arrive(channel: Channel) -> None:
    card = LinkCard("https://example.org/", "A title", "More", thumb=picture("thumb"))
    content = Content(
        parts=(Part("One", media=(picture(),)), Part("Two", card=card)),
        language="en",
        content_warning="Spiders",
    )
    first, second = send(channel, content)
    top, below = PracticePost.objects.order_by("pk")
    assert (top.text, top.language, top.content_warning) == ("One", "en", "Spiders")
    assert top.media[0]["alt"] == "A red door"
    assert below.reply_to == top
    assert below.card["title"] == "A title"
    assert first.alt == "delivered"
    assert first.url.endswith(f"/practice/@north-branch/{top.pk}/")
    assert second.alt == "none"


def test_the_same_key_again_makes_no_second_post(channel: Channel) -> None:
    assert send(channel, words("Once"))[0].remote_id == send(channel, words("Once"))[0].remote_id
    assert PracticePost.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (words("x" * 501), "text"),
        (words("   "), "text"),
        (Content(parts=(Part("x"),), content_warning="w" * 201), "content_warning"),
    ],
)
def test_what_is_too_long_or_empty_is_refused_with_its_field(channel: Channel, content: Content, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        send(channel, content)
    assert caught.value.field == field
    assert not PracticePost.objects.exists()


def test_five_hundred_family_emoji_are_five_hundred_characters(channel: Channel) -> None:
    send(channel, words("👩‍👩‍👧‍👦" * 500))
    assert PracticePost.objects.count() == 1


def test_five_pictures_are_refused(channel: Channel) -> None:
    with pytest.raises(Rejected) as caught:
        send(channel, Content(parts=(Part("x", media=(picture(),) * 5),)))
    assert caught.value.field == "media"


def mode(channel: Channel, name: str) -> None:
    PracticeAccount.objects.filter(pk=channel.remote_id).update(mode=name)


def test_a_cut_line_after_storing_is_unclear_and_the_post_can_be_found(channel: Channel) -> None:
    mode(channel, "drop")
    with pytest.raises(Unclear):
        send(channel, words("Stored"))
    session, prepared = open_session(channel), Prepared("k-0", {})
    found = PRACTICE.find(session, words("Stored"), 0, prepared, timezone.now())
    assert found.state == "present"
    assert found.receipt and found.receipt.remote_id == str(PracticePost.objects.get().pk)
    assert PRACTICE.find(session, words("Stored"), 0, Prepared("other", {}), timezone.now()).state == "absent"


def test_a_failure_on_command_happens_once(channel: Channel) -> None:
    mode(channel, "reject")
    with pytest.raises(Rejected):
        send(channel, words("No"))
    send(channel, words("Yes"))
    assert [post.text for post in PracticePost.objects.all()] == ["Yes"]


def test_a_rate_limit_lasts_a_minute_and_says_until_when(channel: Channel) -> None:
    mode(channel, "rate_limit")
    for _again in range(2):
        with pytest.raises(RateLimited) as caught:
            send(channel, words("Later"))
    assert timedelta(seconds=50) < caught.value.until - timezone.now() <= timedelta(seconds=60)
    PracticeAccount.objects.update(limited_until=timezone.now())
    send(channel, words("Later"))


def test_a_refused_key_stays_refused_until_the_account_is_opened_again(channel: Channel) -> None:
    mode(channel, "unauthorized")
    for _again in range(2):
        with pytest.raises(NeedsReconnect):
            send(channel, words("Who?"))
    with pytest.raises(NeedsReconnect):
        PRACTICE.probe(open_session(channel))


def test_a_processing_post_is_public_only_later(channel: Channel) -> None:
    mode(channel, "processing")
    receipt = send(channel, words("Soon"))[0]
    assert receipt.processing
    assert not PracticePost.objects.public().exists()
    assert PRACTICE.follow(open_session(channel), receipt).processing
    PracticePost.objects.update(public_at=timezone.now())
    assert not PRACTICE.follow(open_session(channel), receipt).processing


def test_a_slow_answer_is_an_answer(channel: Channel, monkeypatch: Any) -> None:
    monkeypatch.setattr(network, "SLOW_SECONDS", 0.01)
    mode(channel, "slow")
    assert send(channel, words("Patience"))[0].remote_id


def test_figures_count_what_visitors_did_and_say_when_a_post_is_gone(channel: Channel) -> None:
    receipt = send(channel, words("Count me"))[0]
    post = PracticePost.objects.get()
    network.view(post)
    network.like(post)
    network.like(post)
    network.like(post, -1)
    network.reply(post, author="Pat", text="Nice")
    session = open_session(channel)
    figures = PRACTICE.metrics(session, [receipt])[receipt.remote_id]
    assert figures.values == {"views": 1, "likes": 1, "shares": 0, "replies": 1}
    assert PRACTICE.audience(session).values == {"followers": 0, "posts": 1}
    PRACTICE.delete(session, receipt)
    PRACTICE.delete(session, receipt)
    assert PRACTICE.metrics(session, [receipt])[receipt.remote_id].gone


def test_likes_are_never_less_than_none(channel: Channel) -> None:
    send(channel, words("x"))
    network.like(PracticePost.objects.get(), -1)
    assert PracticePost.objects.get().likes == 0


def test_the_account_of_another_is_not_opened_with_our_token(channel: Channel, lib: cast.Library) -> None:
    other = send(ensure_practice(lib.south), words("Theirs"))[0]
    PRACTICE.delete(open_session(channel), other)
    assert PracticePost.objects.count() == 1
    assert PRACTICE.metrics(open_session(channel), [other])[other.remote_id].gone


def test_only_an_administrator_makes_practice_fail(channel: Channel, lib: cast.Library) -> None:
    with pytest.raises(NotAllowed):
        set_mode(by=lib.alice, channel=channel, mode="reject")
    set_mode(by=lib.ada, channel=channel, mode="reject")
    assert PracticeAccount.objects.get().mode == "reject"
