"""Pictures for the demo, drawn here: a calm poster with a shelf of books and a few words."""

from __future__ import annotations

import io
import random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from libsocial.core import lettering

PAPER = ((246, 241, 230), (229, 238, 233), (243, 232, 224), (232, 234, 243))
SPINES = ((11, 90, 97), (168, 90, 18), (103, 60, 138), (92, 107, 31), (163, 39, 28), (36, 84, 138), (201, 160, 60))
SIZE = (1200, 900)


def poster(words: str) -> SimpleUploadedFile:
    """A picture file with these words, as somebody would upload it."""
    chance = random.Random(words)  # noqa: S311  the same words draw the same picture
    image = Image.new("RGB", SIZE, chance.choice(PAPER))
    draw = ImageDraw.Draw(image)
    _shelf(draw, chance)
    draw.text((90, 110), words, fill=(32, 28, 23), font=lettering.face(92, 600))
    draw.text((94, 240), "Riverbend Libraries", fill=(84, 77, 67), font=lettering.face(38))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return SimpleUploadedFile(f"{words.lower().replace(' ', '-')}.jpg", out.getvalue(), "image/jpeg")


def describe(words: str) -> str:
    return f"Poster with the words “{words}” above a shelf of colourful books."


def _shelf(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    x, floor = 80, 800
    while x < SIZE[0] - 120:
        width, height = chance.randint(34, 76), chance.randint(220, 400)
        colour = chance.choice(SPINES)
        draw.rectangle((x, floor - height, x + width, floor), fill=colour)
        band = tuple(min(255, part + 70) for part in colour)
        draw.rectangle((x, floor - height + 36, x + width, floor - height + 48), fill=band)
        x += width + chance.choice((2, 2, 3, 26))
    draw.rectangle((40, floor, SIZE[0] - 40, floor + 18), fill=(116, 92, 62))
