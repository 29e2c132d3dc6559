from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posts import changes
from posts.changes import Piece
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget, DraftVariant

NAMES = {1: "Town Library", 2: "Teens"}


def said(old: Draft, new: Draft) -> list[tuple[str, str, str]]:
    """(what, removed, added) of each change."""
    return [
        (
            change.what + (f" ({change.channel})" if change.channel else ""),
            "".join(piece.text for piece in change.pieces if piece.op == "removed"),
            "".join(piece.text for piece in change.pieces if piece.op == "added"),
        )
        for change in changes.between(old, new, NAMES)
    ]


def text(words: str) -> Draft:
    return Draft(parts=(DraftPart(words),))


def test_whole_words_change() -> None:
    pieces = changes.words("Story time on Tuesday at ten", "Story time on Friday at ten")
    assert pieces == (
        Piece("same", "Story time on "),
        Piece("removed", "Tuesday"),
        Piece("added", "Friday"),
        Piece("same", " at ten"),
    )


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="ab e\u0301👩‍👧\n.", max_size=60), st.text(alphabet="ab e\u0301👩‍👧\n.", max_size=60))
def test_both_texts_can_be_read_from_the_pieces(old: str, new: str) -> None:
    pieces = changes.words(old, new)
    assert "".join(piece.text for piece in pieces if piece.op != "removed") == new
    assert all(piece.text in old for piece in pieces if piece.op == "removed")
    assert (old == new) == all(piece.op == "same" for piece in pieces)


@pytest.mark.parametrize("old", ["word " * 20_000, "x" * 100_000, "\n".join(str(n) for n in range(20_000))])
def test_very_long_texts_are_compared_in_no_time(old: str) -> None:
    began = time.thread_time()
    changes.words(old, old[::-1])
    assert time.thread_time() - began < 20  # of the processor alone; quadratic work takes minutes


def test_channels_times_and_pictures_are_named() -> None:
    old = Draft(
        parts=(DraftPart("A", (DraftMedia(1, "A cat"), DraftMedia(2, "A dog"))),),
        at="2026-12-01T10:00",
        zone="Europe/London",
        targets=(DraftTarget(1),),
    )
    new = Draft(
        parts=(DraftPart("A", (DraftMedia(1, "A tabby cat"), DraftMedia(3, decorative=True))),),
        at="",
        zone="Europe/London",
        targets=(DraftTarget(2),),
    )
    assert said(old, new) == [
        ("Description of a picture", "", "tabby "),
        ("Picture added", "", "decorative"),
        ("Picture taken out", "A dog", ""),
        ("Time", "1 December 2026, 10:00 (Europe/London)", "as soon as approved"),
        ("Channel", "", "Teens"),
        ("Channel", "Town Library", ""),
    ]


def test_a_variant_is_compared_with_what_its_channel_said_before() -> None:
    old = Draft(parts=(DraftPart("Base"),), targets=(DraftTarget(1),))
    new = Draft(parts=(DraftPart("Base"),), targets=(DraftTarget(1, DraftVariant((DraftPart("Own"),))),))
    assert said(old, new) == [("Text (Town Library)", "Base", "Own")]


def test_no_change_is_no_change() -> None:
    assert said(text("same"), text("same")) == []


def test_another_picture_on_a_link_card_is_a_change() -> None:
    card = DraftCard("https://library.example/", "Programme", thumb=4)
    old, new = (Draft(parts=(DraftPart("Text", card=replace(card, thumb=pk)),)) for pk in (4, 5))
    assert [change.what for change in changes.between(old, new, {})] == ["Picture of the link card"]


def test_captions_and_the_still_picture_of_a_film_are_named() -> None:
    film = DraftMedia(1, "A walk", captions=(4,))
    old = Draft(parts=(DraftPart("A", (film,)),))
    new = Draft(parts=(DraftPart("A", (replace(film, captions=(4, 5), poster=9),)),))
    assert said(old, new) == [("Captions of a film", "", "changed"), ("Still picture of a film", "", "changed")]
    assert said(old, Draft(parts=(DraftPart("A", (replace(film, captions=()),)),)))[0][0] == "Captions of a film"


def test_the_first_comment_is_named_as_one() -> None:
    old, new = Draft(targets=(DraftTarget(1),)), Draft(targets=(DraftTarget(1, options={"first_comment": "More"}),))
    assert said(old, new) == [("First comment (Town Library)", "", "More")]
