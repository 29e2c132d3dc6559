"""Keeping the pictures small, and the page that lists them."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from libsocial.screens.places import Place

COLOURS = 256  # what a page of flat colours needs; with fewer the rare ones, such as a red count, turn brown
TALLEST = 1500  # px; what is longer says nothing new


def keep(data: bytes, path: Path) -> int:
    """Writes a screenshot as a small PNG; returns its size in bytes."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, TALLEST)))
    image = image.quantize(colors=COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(path, "PNG", optimize=True)
    return path.stat().st_size


def index(places: list[Place], folder: Path) -> None:
    """README.md of the folder, in the order of the places."""
    lines = [
        "# Every page",
        "",
        "Made by `python3 manage.py screens` from the demo (`python3 manage.py demo`): 1440 px wide, and most on a",
        "phone of 390 px.",
        "",
    ]
    for place in places:
        lines += [f"## {place.title}", "", f"![{place.title}]({place.name}.png)", ""]
        if place.phone:
            lines += [f"![{place.title}, on a phone]({place.name}-phone.png)", ""]
        if place.dark:
            lines += [f"![{place.title}, dark]({place.name}-dark.png)", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
