"""Keeping the pictures small, and the page that lists them."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

COLOURS = 256  # what a page of flat colours needs; with fewer the rare ones, such as a red count, turn brown
TALLEST = 2400  # px; what is longer says nothing new


def keep(data: bytes, path: Path) -> int:
    """Writes a screenshot as a small PNG; returns its size in bytes."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, TALLEST)))
    image = image.quantize(colors=COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(path, "PNG", optimize=True)
    return path.stat().st_size


def index(entries: list[tuple[str, str, bool]], folder: Path) -> None:
    """README.md of the folder: name, title, and whether there is a dark one, in the order of the places."""
    lines = [
        "# Every page",
        "",
        "Made by `python3 manage.py screens` from the demo (`python3 manage.py demo`): 1440 px wide and on a phone",
        "of 390 px.",
        "",
    ]
    for name, title, dark in entries:
        lines += [f"## {title}", "", f"![{title}]({name}.png)", "", f"![{title}, on a phone]({name}-phone.png)", ""]
        if dark:
            lines += [f"![{title}, dark]({name}-dark.png)", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
