"""Words drawn into pictures, in the typeface of the interface: Inter. It has Latin, Greek and Cyrillic letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import regex
from fontpkg_inter import ROOT
from fontTools.ttLib import TTFont
from PIL import ImageDraw, ImageFont

FILE = ROOT / "files" / "Inter[opsz,wght].ttf"
LEADING = 1.22  # from line to line, in sizes of the letters
_SILENT = regex.compile(r"[\s\p{Cf}\p{Mn}]")


@lru_cache(maxsize=64)
def face(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """The typeface at a size in pixels; weight 100 to 900."""
    found = ImageFont.truetype(FILE, size)
    found.set_variation_by_axes([min(32, max(14, size)), weight])
    return found


@cache
def _letters() -> frozenset[int]:
    with TTFont(FILE, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing(text: str) -> str:
    """The letters of the text it cannot draw, each once, in their order; '' when it has them all."""
    return "".join(dict.fromkeys(one for one in text if ord(one) not in _letters() and not _SILENT.match(one)))


@dataclass(frozen=True)
class Block:
    """Words set in lines. `size` of the letters and `width`, `height` of the whole in pixels."""

    lines: tuple[str, ...]
    size: int
    weight: int
    width: int
    height: int

    def draw(self, pen: ImageDraw.ImageDraw, x: float, y: float, ink: tuple[int, int, int], *, centre: bool) -> None:
        """From the top at `y`; `x` is the left edge, or the middle."""
        letters = face(self.size, self.weight)
        for number, line in enumerate(self.lines):
            where = (x, y + (number + 0.5) * self.size * LEADING)
            pen.text(where, line, fill=ink, font=letters, anchor="mm" if centre else "lm")


def set_in(text: str, *, width: int, height: int, most: int, least: int, weight: int = 400) -> Block | None:
    """The words as large as they fit into the box, between two sizes; None when they do not fit at all."""
    for size in range(most, least - 1, -max(1, most // 40)):
        lines = _lines(text, face(size, weight), width)
        tall = round(len(lines) * size * LEADING)
        if tall <= height and all(face(size, weight).getlength(line) <= width for line in lines):
            lines = _balanced(text, face(size, weight), width, lines)
            wide = round(max((face(size, weight).getlength(line) for line in lines), default=0))
            return Block(tuple(lines), size, weight, wide, tall)
    return None


def _balanced(text: str, letters: ImageFont.FreeTypeFont, width: int, lines: list[str]) -> list[str]:
    """As many lines, but of about one length: no word stands alone in the last one."""
    for narrower in range(width, width // 2, -max(1, width // 24)):
        tried = _lines(text, letters, narrower)
        if len(tried) > len(lines) or any(letters.getlength(line) > width for line in tried):
            break
        lines = tried
    return lines


def _lines(text: str, letters: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if line and letters.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines
