"""Previews: where a feed folds, how many pictures it draws, and which way the words run."""

from __future__ import annotations

import pytest

from channels_app.capabilities import Preview as Look
from channels_app.content import Content, Media, Part
from channels_app.models import Channel
from posts import previews
from posts.previews import Addresses
from tests.cast import Library
from tests.posts.conftest import make_channel

NOWHERE = Addresses({})


def part(text: str, media: int = 0, language: str = "en", platform: str = "x") -> previews.PreviewPart:
    shown = tuple(Media(f"{n}.jpg", str(n), "image/jpeg", 400, 300, 9) for n in range(media))
    channel = Channel(platform=platform, name="Library")
    return previews.of_content(channel, Content((Part(text, shown),), language=language), NOWHERE).parts[0]


@pytest.mark.parametrize(
    ("text", "look", "head"),
    [
        ("one two three four", Look(), "one two three four"),
        ("one two three four", Look(fold_after=10), "one two "),
        ("a" * 30, Look(fold_after=10), "a" * 10),
        ("👩‍👩‍👧" * 5, Look(fold_after=7), "👩‍👩‍👧" * 2),
        ("one\ntwo\nthree\nfour", Look(fold_after=100, fold_lines=2), "one\ntwo\n"),
        ("one\ntwo\n", Look(fold_lines=2), "one\ntwo\n"),
    ],
)
def test_a_feed_folds_between_words_and_letters_whichever_bound_comes_first(text: str, look: Look, head: str) -> None:
    place = previews._fold(text, look)
    assert text[:place] == head


def test_nothing_of_a_folded_text_is_lost() -> None:
    text = "A long story. " * 60
    found = part(text, platform="instagram")
    assert found.rest
    assert f"{found.head}{found.rest}" == text


@pytest.mark.parametrize(("platform", "media", "more"), [("x", 4, 0), ("facebook", 10, 5), ("instagram", 10, 0)])
def test_a_mosaic_says_how_many_pictures_it_does_not_draw(platform: str, media: int, more: int) -> None:
    assert part("Books", media, platform=platform).more == more


def test_a_reply_in_another_language_runs_its_own_way(lib: Library) -> None:
    content = Content((Part("Hello"), Part("مرحبا", lang="ar")), language="en")
    preview = previews.of_content(make_channel(lib.north), content, NOWHERE)
    assert [(one.language, one.direction) for one in preview.parts] == [("en", "ltr"), ("ar", "rtl")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Story time is back. Every Tuesday at ten.", "Story time is back."),
        ("Story time\nEvery Tuesday", "Story time"),
        ("word " * 40, f"{'word ' * 19}".rstrip() + "…"),
    ],
)
def test_a_title_taken_from_the_text_ends_with_a_whole_word(text: str, title: str) -> None:
    assert part(text, platform="feed").title == title
