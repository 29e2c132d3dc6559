"""How well words stand out from what is behind them: WCAG 2.2, success criterion 1.4.3. Pure but for Pillow's pictures.

Behind words on a picture the worst place counts: where a bright cloud stands behind white letters they are lost,
whatever the rest of the picture looks like.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

Colour = tuple[int, int, int]
NORMAL, LARGE = 4.5, 3.0  # the least ratio for words, and for words of 18 pt, or 14 pt bold, and more
BLOCK = 8  # pixels: about the width of a stroke, so that one stray pixel decides nothing


def luminance(colour: Colour) -> float:
    """Relative luminance of an sRGB colour, 0 to 1."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def ratio(one: Colour, other: Colour) -> float:
    """The contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def enough(found: float, *, large: bool = False) -> bool:
    """Whether words can be read at this ratio."""
    return found >= (LARGE if large else NORMAL)


def worst_behind(picture: Image.Image, box: tuple[int, int, int, int], ink: Colour) -> float:
    """The least contrast of `ink` with any block of the picture inside the box (left, top, right, bottom in pixels).

    Raises ValueError for a box that holds nothing.
    """
    inside = picture.convert("RGB").crop(box)
    if not inside.width or not inside.height:
        raise ValueError("nothing is inside this box")
    blocks = inside.resize((max(1, inside.width // BLOCK), max(1, inside.height // BLOCK)), Image.Resampling.BOX)
    return min(ratio(ink, colour) for colour in _colours(blocks))


def _colours(picture: Image.Image) -> Iterator[Colour]:
    data = picture.tobytes()
    seen = {data[at : at + 3] for at in range(0, len(data), 3)}
    yield from ((one[0], one[1], one[2]) for one in seen)
