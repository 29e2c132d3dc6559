"""Text cards: a few words in large letters on a colour or a picture, drawn as numbers say, with the unit's look. Pure.

`find` says what is wrong with one before it is drawn for good: words that do not fit, letters the typeface does not
have, words that do not stand out enough from what is behind them (WCAG 2.2: at least 4.5 to 1), each with a way out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageDraw

from libsocial.core import contrast, lettering
from libsocial.core.contrast import Colour
from libsocial.core.lettering import Block

SIZES: dict[str, tuple[tuple[int, int], str | Promise]] = {
    "square": ((1080, 1080), gettext_lazy("Square, 1080 × 1080")),
    "portrait": ((1080, 1350), gettext_lazy("Portrait, 1080 × 1350")),
    "landscape": ((1200, 675), gettext_lazy("Landscape, 1200 × 675")),
    "story": ((1080, 1920), gettext_lazy("Story, 1080 × 1920")),
}
LAYOUTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "poster": (gettext_lazy("Poster"), gettext_lazy("Words at the foot, over the whole card")),
    "band": (gettext_lazy("Band"), gettext_lazy("Picture above, words on a band of colour below")),
    "sheet": (gettext_lazy("Sheet"), gettext_lazy("Words on a sheet of paper lying on the colour")),
    "centre": (gettext_lazy("Centre"), gettext_lazy("Words in the middle, in a thin frame")),
}
INKS: dict[str, str | Promise] = {
    "": gettext_lazy("What can be read best"),
    "light": gettext_lazy("Light"),
    "dark": gettext_lazy("Dark"),
}
LIGHT: Colour = (255, 253, 249)
DARK: Colour = (32, 28, 23)
COLOUR = "#0b5a61"
PALETTE = ("#0b5a61", "#24548a", "#673c8a", "#a3271c", "#a85a12", "#5c6b1f", "#201c17", "#f6f3ec")
DIMS = range(0, 91, 5)  # per cent
TITLE, TEXT, DATE = 120, 400, 80  # most characters
_SAFE = 0.13  # of the height of a story: there the app's own buttons lie over it
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Placard:
    """Everything a card is made of. `picture` is the id of an asset, or 0; `dim` how much of it is covered, in %."""

    title: str = ""
    text: str = ""
    date: str = ""
    layout: str = "poster"
    size: str = "square"
    colour: str = COLOUR
    ink: str = ""
    picture: int = 0
    dim: int = 60
    logo: bool = True

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def words(self) -> str:
        """What stands on it, as a sentence or more: its description for people who cannot see it."""
        said = [" ".join(one.split()) for one in (self.title, self.text, self.date)]
        return " ".join(one if one[-1] in ".!?…:;" else f"{one}." for one in said if one)

    @property
    def fields(self) -> dict[str, str]:
        """What the check of text cards looks for in the words of a post."""
        named = {"title": self.title, "text": self.text, "date": self.date}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class Problem:
    """What stands in the way; `fixes` are (words for a button, what to change)."""

    field: str
    sentence: str
    fixes: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A card as a picture, with the least contrast of its words."""

    image: Image.Image
    ratio: float
    problems: tuple[Problem, ...] = field(default=())
    blank: bool = False  # nothing is written on it yet: no mistake, only a beginning


def read(value: Any) -> Placard | None:
    """From what an asset keeps; None where it is no card."""
    if not isinstance(value, Mapping) or not isinstance(value.get("title"), str):
        return None
    known = {name: value[name] for name, start in asdict(Placard()).items() if type(value.get(name)) is type(start)}
    found = Placard(**known)
    fits = found.size in SIZES and found.layout in LAYOUTS and found.ink in INKS and _HEX.fullmatch(found.colour)
    return found if fits else None


def colour_of(text: str) -> Colour:
    """ "#0b5a61" as numbers; our own colour where it is none."""
    text = text if _HEX.fullmatch(text) else COLOUR
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


# --- drawing ----------------------------------------------------------------


@dataclass(frozen=True)
class _Setting:
    """Where the words of a card stand: their blocks from the top, and the box all of them are in."""

    blocks: tuple[Block, ...]
    left: float
    top: float
    gap: float
    centre: bool

    @property
    def height(self) -> float:
        return sum(block.height for block in self.blocks) + self.gap * (len(self.blocks) - 1)

    def box(self) -> tuple[int, int, int, int]:
        wide = max(block.width for block in self.blocks)
        left = self.left - wide / 2 if self.centre else self.left
        return round(left), round(self.top), round(left + wide), round(self.top + self.height)


def draw(card: Placard, *, picture: Image.Image | None, logo: Image.Image | None, scale: float = 1) -> Drawn:
    """The card with what is wrong with it; `scale` 0.5 draws it half as large, for looking at."""
    (wide, high), _label = SIZES[card.size]
    size = (round(wide * scale), round(high * scale))
    picture = _filled(picture, size) if picture is not None else None
    problems = list(_unwritable(card))
    area = _area(card, size)
    setting = _set(card, area)
    if setting is None:
        problems.append(_too_long(card, area))
        return Drawn(_ground(card, size, picture, DARK, area), 0, tuple(problems))
    return _written(card, size, picture, logo, setting, problems, area)


def _written(
    card: Placard,
    size: tuple[int, int],
    picture: Image.Image | None,
    logo: Image.Image | None,
    setting: _Setting,
    problems: list[Problem],
    area: tuple[int, int, int, int],
) -> Drawn:
    if not setting.blocks:
        problems.append(Problem("title", _("Write the words that are to stand on the card.")))
        return Drawn(_ground(card, size, picture, DARK, area), 0, tuple(problems), blank=len(problems) == 1)
    ink, image, ratio = _readable(card, size, picture, setting, area)
    if not contrast.enough(ratio):
        problems.append(_faint(card, size, picture, setting, area, ratio))
    pen = ImageDraw.Draw(image)
    y = setting.top
    for block in setting.blocks:
        block.draw(pen, setting.left, y, ink, centre=setting.centre)
        y += block.height + setting.gap
    if logo is not None and card.logo:
        _put_logo(card, image, logo, area)
    return Drawn(image, ratio, tuple(problems))


def _readable(
    card: Placard,
    size: tuple[int, int],
    picture: Image.Image | None,
    setting: _Setting,
    area: tuple[int, int, int, int],
) -> tuple[Colour, Image.Image, float]:
    """The ink, what is behind it, and how well it stands out there."""
    inks = {"light": (LIGHT,), "dark": (DARK,)}.get(card.ink, (LIGHT, DARK))
    tried = []
    for ink in inks:
        image = _ground(card, size, picture, ink, area)
        tried.append((contrast.worst_behind(image, _within(setting.box(), size), ink), ink, image))
    first = tried[0]  # light letters on a dimmed picture look best: they stay where they can be read
    ratio, ink, image = first if picture and contrast.enough(first[0]) else max(tried, key=lambda one: one[0])
    return ink, image, ratio


def _within(box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top = max(0, box[0]), max(0, box[1])
    return left, top, max(left + 1, min(size[0], box[2])), max(top + 1, min(size[1], box[3]))


def _fold(size: tuple[int, int]) -> float:
    """Where a band begins, as a share of the height: a wide card is low, and words need room."""
    return 0.36 if size[0] > size[1] else 0.52


def _area(card: Placard, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box words may stand in: left, top, right, bottom."""
    wide, high = size
    edge = round(min(wide, high) * 0.08)
    inner = round(high * _SAFE) if card.size == "story" else edge
    if card.layout == "band":
        return (
            edge,
            round(high * _fold(size)) + edge // 2,
            wide - edge,
            high - inner + (edge // 2 if inner == edge else 0),
        )
    if card.layout in {"sheet", "centre"}:
        return edge * 2, inner + round(edge * 1.4), wide - edge * 2, high - inner - round(edge * 1.4)
    return edge, inner + round(edge * 1.8), wide - edge, high - inner


def _set(card: Placard, area: tuple[int, int, int, int]) -> _Setting | None:
    """The words as large as there is room; None when they do not fit."""
    left, top, right, bottom = area
    wide, high = right - left, bottom - top
    unit, whole = min(wide, high * 1.6) / 100, left + right
    centre = card.layout == "centre"
    for share in (1, 0.9, 0.8, 0.7, 0.6, 0.5):
        blocks = _blocks(card, (wide, high), unit * share, whole / 100)
        if blocks is None:
            continue
        setting = _Setting(blocks, (left + right) / 2 if centre else left, top, unit * 2.6, centre)
        spare = high - setting.height
        if spare >= 0:
            return replace(setting, top=top + (spare if card.layout == "poster" else spare / 2))
    return None


def _blocks(card: Placard, room: tuple[int, int], unit: float, hundredth: float) -> tuple[Block, ...] | None:
    """Date, title, text; None where one has no room. Letters under 2.6 hundredths of the width are lost on a phone."""
    parts = (
        (card.date, 5, 2.6, 600),
        (card.title, 15 if len(card.title) < 40 else 11, 4.2, 700),
        (card.text, 5.4, 2.6, 400),
    )
    found = []
    for text, most, least, weight in parts:
        if text.strip():
            smallest = round(hundredth * least)
            largest = max(round(unit * most), smallest)
            block = lettering.set_in(text, width=room[0], height=room[1], most=largest, least=smallest, weight=weight)
            if block is None:
                return None
            found.append(block)
    return tuple(found)


def _ground(
    card: Placard, size: tuple[int, int], picture: Image.Image | None, ink: Colour, area: tuple[int, int, int, int]
) -> Image.Image:
    """Everything that is behind the words."""
    colour = colour_of(card.colour)
    image = Image.new("RGB", size, colour)
    if picture is not None:
        image = picture.copy()
        if card.layout != "band":
            veil = DARK if ink == LIGHT else LIGHT
            image = Image.blend(image, Image.new("RGB", size, veil), card.dim / 100)
    pen, edge = ImageDraw.Draw(image), round(min(size) * 0.08)
    if card.layout == "band":
        pen.rectangle((0, round(size[1] * _fold(size)), *size), fill=colour)
    if card.layout == "band" and picture is None:
        _ornament(pen, size, colour)
    if card.layout == "sheet":
        outer = (edge, area[1] - edge, size[0] - edge, area[3] + edge)
        pen.rectangle(outer, fill=LIGHT if ink == DARK else colour)
        pen.rectangle((edge, outer[1], round(edge * 1.25), outer[3]), fill=colour if ink == DARK else LIGHT)
    if card.layout == "centre":
        frame = round(edge * 0.6)
        box = (frame, area[1] - edge, size[0] - frame, area[3] + edge)
        pen.rectangle(box, outline=ink, width=max(2, edge // 22))
    return image


def _ornament(pen: ImageDraw.ImageDraw, size: tuple[int, int], colour: Colour) -> None:
    """A row of book spines above the band, where no picture was chosen."""
    light = contrast.luminance(colour) < 0.4
    wide, floor = size[0], round(size[1] * _fold(size))
    pen.rectangle((0, 0, wide, floor), fill=_mixed(colour, LIGHT if light else DARK, 0.82))
    step, x, number = wide / 26, wide * 0.08, 0
    while x < wide * 0.9:
        tall = floor * (0.42 + 0.07 * ((number * 7) % 5))
        thick = step * (0.75 + 0.14 * ((number * 5) % 4))
        tint = _mixed(colour, LIGHT if light else DARK, 0.12 * ((number * 3) % 5))
        pen.rectangle((x, floor - tall, x + thick - wide / 300, floor), fill=tint)
        x, number = x + thick, number + 1


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _filled(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture cut to the shape of the card, its middle kept."""
    wide, high = size
    factor = max(wide / picture.width, high / picture.height)
    image = picture.convert("RGB").resize(
        (max(wide, round(picture.width * factor)), max(high, round(picture.height * factor))), Image.Resampling.LANCZOS
    )
    left, top = (image.width - wide) // 2, (image.height - high) // 2
    return image.crop((left, top, left + wide, top + high))


def _put_logo(card: Placard, image: Image.Image, logo: Image.Image, area: tuple[int, int, int, int]) -> None:
    """On a light plate, so that it can be seen on every ground: at the top, or as a seal on the frame."""
    wide, high = image.size
    edge = round(min(image.size) * 0.08)
    small = logo.convert("RGBA")
    small.thumbnail((round(min(image.size) * 0.22), round(min(image.size) * 0.085)), Image.Resampling.LANCZOS)
    x, y = wide - edge - small.width, round(high * _SAFE * 0.6) if card.size == "story" else round(edge * 0.7)
    if card.layout == "centre":
        x, y = (wide - small.width) // 2, area[3] + edge - small.height // 2
    if card.layout == "sheet":
        x, y = area[2] - small.width, area[1] - edge // 2
    pad = edge // 5
    plate = (x - pad, y - pad, x + small.width + pad, y + small.height + pad)
    ImageDraw.Draw(image).rounded_rectangle(plate, radius=pad, fill=LIGHT)
    image.paste(small, (x, y), small)


# --- what is wrong ----------------------------------------------------------


def _unwritable(card: Placard) -> Iterator[Problem]:
    for name, text in card.fields.items():
        letters = lettering.missing(text)
        if letters:
            shown = " ".join(letters[:12])
            yield Problem(
                name,
                _(
                    "The typeface of cards has no letters for: %(letters)s. It writes Latin, Greek and Cyrillic. "
                    "Take them out, or say it in the text of the post."
                )
                % {"letters": shown},
            )


def _too_long(card: Placard, area: tuple[int, int, int, int]) -> Problem:
    """The part that does not fit: the words of the text first, for a card lives from its title."""
    fits_alone = _set(replace(card, text=""), area) is not None
    if card.text and fits_alone:
        return Problem("text", _("The text is too long for this card. Shorten it, or choose a larger size."))
    return Problem("title", _("The title is too long for this card. Shorten it, or choose a larger size."))


def _faint(
    card: Placard,
    size: tuple[int, int],
    picture: Image.Image | None,
    setting: _Setting,
    area: tuple[int, int, int, int],
    ratio: float,
) -> Problem:
    def helps(**change: Any) -> bool:
        return contrast.enough(_readable(replace(card, **change), size, picture, setting, area)[2])

    fixes: list[tuple[str, dict[str, Any]]] = []
    if card.ink and helps(ink=""):
        fixes.append((_("Use letters that can be read"), {"ink": ""}))
    if picture is not None and card.layout != "band":
        dim = next((dim for dim in DIMS if dim > card.dim and helps(dim=dim)), None)
        if dim is not None:
            fixes.append((_("Dim the picture to %(n)s %%") % {"n": dim}, {"dim": dim}))
        fixes.append((_("Put the words on a band"), {"layout": "band", "ink": ""}))
    sentence = _("The words do not stand out enough: %(ratio)s to 1, at least 4.5 to 1 is needed.")
    return Problem("ink", sentence % {"ratio": f"{ratio:.1f}"}, tuple(fixes))


# --- as a file --------------------------------------------------------------


def as_bytes(image: Image.Image, *, photo: bool) -> bytes:
    """JPEG where a photograph is in it, else PNG, which keeps letters sharp."""
    out = io.BytesIO()
    if photo:
        image.save(out, "JPEG", quality=92, subsampling=0)
    else:
        image.save(out, "PNG", optimize=True)
    return out.getvalue()
