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
    return _file(image, words)


def group(name: str, people: int) -> SimpleUploadedFile:
    """A picture file of so many people behind a long table, without words."""
    chance = random.Random(name)  # noqa: S311
    image = Image.new("RGB", SIZE, chance.choice(PAPER))
    draw = ImageDraw.Draw(image)
    step = (SIZE[0] - 160) // people
    for place in range(people):
        _person(draw, chance, 80 + step // 2 + place * step, step)
    draw.rectangle((40, 690, SIZE[0] - 40, 760), fill=(116, 92, 62))
    return _file(image, name)


def describe_group(people: int) -> str:
    return f"{people} people in bright jumpers stand side by side behind a long table."


def _person(draw: ImageDraw.ImageDraw, chance: random.Random, middle: int, room: int) -> None:
    half, top = round(room * 0.36), chance.randint(300, 360)
    skin = chance.choice(((236, 200, 170), (198, 146, 108), (141, 94, 64), (92, 62, 44)))
    hair = chance.choice(((58, 42, 32), (150, 146, 140), (120, 66, 30), (24, 22, 22)))
    draw.rounded_rectangle((middle - half, top + 130, middle + half, 720), radius=half, fill=chance.choice(SPINES))
    draw.ellipse((middle - 62, top - 18, middle + 62, top + 104), fill=hair)
    draw.ellipse((middle - 54, top + 8, middle + 54, top + 124), fill=skin)


def _file(image: Image.Image, name: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return SimpleUploadedFile(f"{name.lower().replace(' ', '-')}.jpg", out.getvalue(), "image/jpeg")


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
