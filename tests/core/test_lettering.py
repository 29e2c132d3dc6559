"""Words set into boxes in the typeface of the interface."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from libsocial.core import lettering

SENTENCE = "Bring your own poem, or come to listen to those of your neighbours"


@pytest.mark.parametrize(("width", "height"), [(900, 300), (400, 400), (250, 900)])
def test_words_are_as_large_as_they_fit_and_all_of_them_are_there(width: int, height: int) -> None:
    block = lettering.set_in(SENTENCE, width=width, height=height, most=120, least=12)
    assert block is not None
    assert block.width <= width
    assert block.height <= height
    assert " ".join(block.lines) == SENTENCE


def test_a_line_break_that_was_typed_stays_and_no_word_stands_alone() -> None:
    block = lettering.set_in("Poetry\nnight", width=2000, height=500, most=60, least=20)
    assert block is not None
    assert block.lines == ("Poetry", "night")
    wide = lettering.set_in("one two three four five six", width=330, height=500, most=40, least=40)
    assert wide is not None
    assert len(wide.lines) == 2
    assert len(wide.lines[-1].split()) > 1


@pytest.mark.parametrize("text", [SENTENCE * 20, "x" * 200])
def test_what_does_not_fit_is_none_and_never_cut(text: str) -> None:
    assert lettering.set_in(text, width=300, height=100, most=40, least=20) is None


def test_words_are_drawn_inside_their_box() -> None:
    image = Image.new("L", (400, 200), 255)
    block = lettering.set_in("Été", width=300, height=100, most=80, least=20)
    assert block is not None
    block.draw(ImageDraw.Draw(image), 40, 50, 0, centre=False)  # type: ignore[arg-type]
    left, top, right, bottom = Image.eval(image, lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    assert left >= 40
    assert top >= 50
    assert right <= 40 + block.width + 4
    assert bottom <= 50 + block.height


@pytest.mark.parametrize(
    ("text", "found"),
    [("Ça va, Łódź?", ""), ("a 中 b 中 c", "中"), ("שלום", "שלום"), ("line\nbreak\u200d", ""), ("📚 x", "📚")],
)
def test_letters_it_does_not_have_are_named_once(text: str, found: str) -> None:
    assert lettering.missing(text) == found
