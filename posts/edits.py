"""How a picture is turned and cut, as numbers: the kept file is never changed. Pure.

`crop` is (x, y, width, height) in shares of the turned picture, `focus` the point (x, y) that must stay in sight, in
shares of what is left after cutting. `fit` 'cut': where a platform takes only other shapes, the picture is cut around
the focus instead of getting a border.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TURNS = (0, 90, 180, 270)
TURNED: tuple[tuple[int, str | Promise], ...] = (
    (0, _("Not turned")),
    (90, _("A quarter to the right")),
    (180, _("Upside down")),
    (270, _("A quarter to the left")),
)
FIELDS: tuple[tuple[str, str | Promise], ...] = (
    ("crop_x", _("From the left")),
    ("crop_y", _("From the top")),
    ("crop_w", _("Width")),
    ("crop_h", _("Height")),
    ("focus_x", _("Focus from the left")),
    ("focus_y", _("Focus from the top")),
)
LEAST = 0.02  # of a side: a smaller cut is a slip of the hand
SHAPES = (("1:1", 1.0), ("4:5", 0.8), ("3:4", 0.75), ("9:16", 0.5625), ("1.91:1", 1.91), ("16:9", 16 / 9))


@dataclass(frozen=True)
class Edits:
    """Nothing of it is set: the picture as it is."""

    rotate: int = 0
    crop: tuple[float, float, float, float] | None = None
    focus: tuple[float, float] | None = None
    fit: str = ""

    def __bool__(self) -> bool:
        return bool(self.rotate or self.crop or self.focus or self.fit)

    @property
    def percents(self) -> dict[str, float]:
        """The numbers as a page's fields hold them."""
        names = ("crop_x", "crop_y", "crop_w", "crop_h", "focus_x", "focus_y")
        shares = (*(self.crop or (0, 0, 1, 1)), *(self.focus or (0.5, 0.5)))
        return {name: round(share * 100, 2) for name, share in zip(names, shares, strict=True)}

    @property
    def shapes_pixels(self) -> bool:
        """Does it change the picture itself, and not only how it is fitted?"""
        return bool(self.rotate or self.crop)

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if self.rotate:
            said["rotate"] = self.rotate
        if self.crop:
            said["crop"] = list(self.crop)
        if self.focus:
            said["focus"] = list(self.focus)
        return said | {"fit": self.fit} if self.fit else said

    def query(self) -> str:
        """What of it can be seen, for the address of our own copy."""
        said = {"rotate": self.rotate or "", "crop": ",".join(f"{share:g}" for share in self.crop or ())}
        return urlencode({name: value for name, value in said.items() if value})

    def size_of(self, width: int, height: int) -> tuple[int, int]:
        """The sides of the picture after it, in pixels."""
        if self.rotate in (90, 270):
            width, height = height, width
        left, top, right, bottom = box(self.crop, width, height)
        return right - left, bottom - top


def for_page(cut: Edits | None) -> dict[str, Any]:
    """What templates/posts/media/_crop.html shows."""
    cut = cut or Edits()
    return {"cut": cut, "numbers": cut.percents, "shapes": SHAPES, "turns": TURNED, "crop_fields": FIELDS}


def box(crop: tuple[float, float, float, float] | None, width: int, height: int) -> tuple[int, int, int, int]:
    """The cut in whole pixels: left, top, right, bottom."""
    if crop is None:
        return 0, 0, width, height
    left, top = round(crop[0] * width), round(crop[1] * height)
    right, bottom = round((crop[0] + crop[2]) * width), round((crop[1] + crop[3]) * height)
    return (
        min(left, width - 1),
        min(top, height - 1),
        min(max(right, left + 1), width),
        min(max(bottom, top + 1), height),
    )


def read(value: Any) -> Edits | None:
    """From JSON of a draft or a browser; None where nothing of it makes sense, or nothing is set."""
    if not isinstance(value, Mapping):
        return None
    rotate = value.get("rotate")
    found = Edits(
        rotate=rotate if isinstance(rotate, int) and rotate in TURNS else 0,
        crop=_crop(_shares(value.get("crop"), 4)),
        focus=_point(_shares(value.get("focus"), 2)),
        fit="cut" if value.get("fit") == "cut" else "",
    )
    return found or None


def of_query(get: Mapping[str, Any]) -> Edits | None:
    """From the address of our own copy."""
    rotate, crop = str(get.get("rotate", "")), str(get.get("crop", ""))
    turned = int(rotate) if rotate in ("90", "180", "270") else 0
    return read({"rotate": turned, "crop": crop.split(",") if crop else None})


def _shares(value: Any, count: int) -> tuple[float, ...] | None:
    if not isinstance(value, list | tuple) or len(value) != count:
        return None
    try:
        found = tuple(round(float(item), 4) for item in value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if all(0 <= share <= 1 for share in found) else None


def _crop(shares: Iterable[float] | None) -> tuple[float, float, float, float] | None:
    if shares is None:
        return None
    x, y, width, height = shares
    width, height = min(width, round(1 - x, 4)), min(height, round(1 - y, 4))
    whole = (x, y, width, height) == (0, 0, 1, 1)
    return None if whole or width < LEAST or height < LEAST else (x, y, width, height)


def _point(shares: Iterable[float] | None) -> tuple[float, float] | None:
    if shares is None:
        return None
    x, y = shares
    return None if (x, y) == (0.5, 0.5) else (x, y)


def of_form(form: Mapping[str, Any]) -> Edits | None:
    """From the number fields of a page: turns in degrees, everything else in per cent."""
    turn = str(form.get("rotate", "0"))
    crop = [_share(form.get(name, "")) for name in ("crop_x", "crop_y", "crop_w", "crop_h")]
    focus = [_share(form.get(name, "")) for name in ("focus_x", "focus_y")]
    return read(
        {
            "rotate": int(turn) if turn.isascii() and turn.isdigit() else 0,
            "crop": crop,
            "focus": focus,
            "fit": "cut" if form.get("fit") else "",
        }
    )


def _share(percent: Any) -> float:
    try:
        return float(str(percent).replace(",", ".")) / 100
    except ValueError:
        return -1
