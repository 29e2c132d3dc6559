"""A film, a document and a moving picture from the library to the public page of Practice, by the engine."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels_app import platforms
from channels_app.models import Channel, PracticePost
from channels_app.practice.services import ensure_practice
from posts import tasks
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, Post, Rendition
from posts.services import review, storage
from scheduler import engine
from scheduler.models import Delivery
from tests import reels
from tests.cast import Library, signed_in
from tests.posts.conftest import again, submitted
from tests.posts.test_intake import captioned, taken, with_film


@pytest.fixture
def channel(lib: Library) -> Channel:
    return ensure_practice(lib.north, by=lib.ada)


def published(lib: Library, draft: Draft) -> Post:
    post = submitted(lib.alice, lib.north, draft)
    tasks.prepare()
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    engine.deliver(Delivery.objects.get().pk)
    assert Delivery.objects.get().state == "published"
    return again(post)


def test_a_film_is_made_ready_published_and_watched_with_its_captions(lib: Library, channel: Channel) -> None:
    film = taken(lib, reels.film(name="tour.mpg", video="mpeg2video", audio="mp2"))
    row = captioned(lib, film)
    post = published(lib, with_film(film, channel, captions=(row.pk,)))
    shown = PracticePost.objects.get()
    made = Rendition.objects.get()
    visitor = Client()
    page = visitor.get(reverse("practice:post", args=[shown.account.handle, shown.pk])).content.decode()
    assert "<video controls" in page
    assert "A walk through the library" in page
    sent = visitor.get(reverse("practice:picture", args=[shown.pk, 0]))
    assert b"".join(sent.streaming_content) == storage.get(made.path)
    words = visitor.get(reverse("practice:captions", args=[shown.pk, 0, 0]))
    assert b"Welcome to the library" in b"".join(words.streaming_content)
    assert visitor.get(reverse("practice:picture", args=[shown.pk, 100])).status_code == 200
    assert visitor.get(reverse("practice:captions", args=[shown.pk, 0, 1])).status_code == 404
    told = signed_in(lib.alice).get(reverse("posts:detail", args=[post.pk])).content.decode()
    assert "The descriptions of pictures were delivered with them." in told


def test_a_document_is_published_and_handed_to_visitors(lib: Library, channel: Channel) -> None:
    paper = taken(lib, reels.pdf(3), "Programme.pdf")
    part = DraftPart("Our programme", (DraftMedia(paper.pk),))
    published(lib, Draft(parts=(part,), targets=(DraftTarget(channel.pk),), language="en"))
    shown = PracticePost.objects.get()
    page = Client().get(reverse("practice:post", args=[shown.account.handle, shown.pk])).content.decode()
    assert "Programme.pdf" in page
    assert "PDF, 3 pages" in page
    sent = Client().get(reverse("practice:picture", args=[shown.pk, 0]))
    assert sent["Content-Disposition"].startswith("attachment")


def test_a_moving_picture_still_moves_when_it_arrives(lib: Library, channel: Channel) -> None:
    dance = taken(lib, reels.gif(), "dance.gif")
    part = DraftPart("Dance", (DraftMedia(dance.pk, "Three colours"),))
    published(lib, Draft(parts=(part,), targets=(DraftTarget(channel.pk),), language="en"))
    assert PracticePost.objects.get().media[0]["mime"] == "image/gif"


@pytest.mark.parametrize(
    "media",
    [
        [{"mime": "video/mp4", "alt": ""}, {"mime": "image/png", "alt": ""}],
        [{"mime": "application/pdf", "alt": ""}] * 2,
        [{"mime": "video/mp4", "alt": ""}] * 2,
    ],
)
def test_practice_refuses_what_its_capabilities_do(channel: Channel, media: list[dict[str, Any]]) -> None:
    from channels_app.practice import network
    from channels_app.sessions import open_session

    token = open_session(channel).secret["token"]
    with pytest.raises(network.Answer, match="one film or one document"):
        network.create(token, "k", network.Draft(text="x", media=media))


def test_a_film_and_a_picture_together_are_named_before_they_are_sent(lib: Library, channel: Channel) -> None:
    film: Asset = taken(lib, reels.film())
    media = (DraftMedia(film.pk, "A walk"), *(DraftMedia(one.pk, "b") for one in [taken(lib, reels.gif(1), "a.gif")]))
    with pytest.raises(review.problems.Blocked) as caught:
        submitted(lib.alice, lib.north, Draft(parts=(DraftPart("x", media),), targets=(DraftTarget(channel.pk),)))
    assert "check.media_mixed" in {problem.message for problem in caught.value.report.all}
    assert platforms.get("practice").capabilities.media.mixed is False
