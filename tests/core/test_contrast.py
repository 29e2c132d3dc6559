"""Contrast and flashing, against the examples of WCAG."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from libsocial.core import contrast, flashing

WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (118, 118, 118)


def test_the_ratios_of_the_standard() -> None:
    assert contrast.ratio(BLACK, WHITE) == pytest.approx(21)
    assert contrast.ratio(WHITE, WHITE) == pytest.approx(1)
    # #767676 is the lightest grey that passes on white, #777777 does not.
    assert contrast.enough(contrast.ratio(GREY, WHITE))
    assert not contrast.enough(contrast.ratio((119, 119, 119), WHITE))
    assert contrast.enough(contrast.ratio((148, 148, 148), WHITE), large=True)


def test_the_worst_place_behind_the_words_counts() -> None:
    picture = Image.new("RGB", (200, 100), BLACK)
    picture.paste(WHITE, (160, 40, 200, 60))
    assert contrast.worst_behind(picture, (0, 0, 100, 100), WHITE) == pytest.approx(21)
    assert contrast.worst_behind(picture, (0, 0, 200, 100), WHITE) < 1.5
    with pytest.raises(ValueError, match="nothing"):
        contrast.worst_behind(picture, (10, 10, 10, 20), WHITE)


def gif(colours: list[tuple[int, int, int]], milliseconds: int) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in colours]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return out.getvalue()


def test_flashes_are_pairs_of_opposite_changes_within_a_second() -> None:
    assert flashing.per_second(gif([BLACK, WHITE] * 6, 100)) == 5
    assert flashing.per_second(gif([BLACK, WHITE] * 4, 500)) == 1
    assert flashing.per_second(gif([BLACK, WHITE], 100)) == 0
    assert flashing.per_second(gif([(shade, shade, shade) for shade in range(0, 250, 5)], 50)) == 0


def test_a_small_corner_that_blinks_is_no_flash() -> None:
    frames = [Image.new("RGB", (100, 100), BLACK) for _frame in range(10)]
    for frame in frames[::2]:
        frame.paste(WHITE, (0, 0, 20, 20))
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    assert flashing.per_second(out.getvalue()) == 0
