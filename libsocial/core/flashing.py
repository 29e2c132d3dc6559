"""How often a moving picture flashes: WCAG 2.2, success criterion 2.3.1, as far as a program can tell.

A flash is a pair of opposite changes of relative luminance by a tenth and more, over a quarter of the picture, where
the darker image is below 0.8. Red flashes are not told apart.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from PIL import Image, ImageSequence

from libsocial.core.contrast import luminance

GRID = 16  # cells a side
CHANGE, DARK, SHARE = 0.1, 0.8, 0.25
MOST_FRAMES = 600
_LINEAR = [luminance((value, value, value)) for value in range(256)]


def per_second(data: bytes) -> int:
    """The most flashes in any second of a picture; 0 for one that stands still."""
    return _most(_frames(data))


def in_film(frames: Iterable[bytes], rate: float) -> int:
    """The most flashes in any second of a film, given as grey pictures of GRID by GRID, so many a second."""
    return _most((1 / rate, [_LINEAR[value] for value in frame]) for frame in frames)


def _most(frames: Iterable[tuple[float, list[float]]]) -> int:
    turns: list[tuple[float, int]] = []  # when it became lighter (1) or darker (-1), each time the other way round
    for at, direction in _changes(frames):
        if not turns or turns[-1][1] != direction:
            turns.append((at, direction))
    most = 0
    for first, (start, _direction) in enumerate(turns):
        inside = sum(at < start + 1 for at, _turn in turns[first:])
        most = max(most, inside // 2)
    return most


def _changes(frames: Iterable[tuple[float, list[float]]]) -> Iterator[tuple[float, int]]:
    at, before = 0.0, None
    for seconds, cells in frames:
        if before is not None and (direction := _direction(before, cells)):
            yield at, direction
        at, before = at + seconds, cells


def _frames(data: bytes) -> Iterator[tuple[float, list[float]]]:
    """Each frame with the seconds it stands and the luminance of its cells."""
    with Image.open(io.BytesIO(data)) as picture:
        for number, frame in enumerate(ImageSequence.Iterator(picture)):
            if number >= MOST_FRAMES:
                return
            # Players show a frame without a time, or with a shorter one, for a tenth of a second.
            milliseconds = frame.info.get("duration", 0)
            small = frame.convert("RGBA").resize((GRID, GRID), Image.Resampling.BOX)
            paper = Image.new("RGBA", small.size, "white")
            grey = Image.alpha_composite(paper, small).convert("L")
            yield (milliseconds if milliseconds > 10 else 100) / 1000, [_LINEAR[value] for value in grey.tobytes()]


def _direction(before: list[float], after: list[float]) -> int:
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if min(old, new) < DARK]
    lighter = sum(new - old >= CHANGE for old, new in pairs)
    darker = sum(old - new >= CHANGE for old, new in pairs)
    if max(lighter, darker) < SHARE * GRID * GRID:
        return 0
    return 1 if lighter > darker else -1
