"""Pictures from strangers, made safe, and pictures as a platform wants them.

`clean` decodes whatever arrives, whatever its name says, and gives back fresh
pixels in sRGB: upright, without EXIF, GPS, XMP or anything else the file
carried. The same bytes in give the same bytes out. `fit` makes a copy that
obeys a platform's rules; `thumbnail` a small one for our own pages.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

MAX_PIXELS = 60_000_000  # as much as a phone takes in one shot
MAX_SIDE = 12_000
KEPT_SIDE = 4096  # no platform shows more; larger pictures are kept in this size
MANY_PIXELS = 8_000_000  # of pictures larger than this one at a time is opened, whatever the number of threads
DECODERS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
JPEG_QUALITIES = (88, 80, 72, 64, 56)
SHRINK = 0.82  # of each side, when quality alone does not reach the weight
SMALLEST_SIDE = 64
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotAPicture(Exception):
    """The bytes cannot be used; the text is a sentence for the person who sent them."""


class CannotFit(Exception):
    """No size or quality worth showing reaches the rules."""


@dataclass(frozen=True)
class Picture:
    """Encoded bytes with what they are. Sides in pixels."""

    data: bytes
    mime: str
    width: int
    height: int

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.mime]


def clean(data: bytes) -> Picture:
    """The picture in these bytes, safe and neutral. Raises NotAPicture with a sentence."""
    with _decoding(), Image.open(io.BytesIO(data), formats=_decoders()) as image:
        _refuse_by_header(image)
        with _one_large_at_a_time(image):
            return _encode_like(_upright_srgb(image), image.format or "")


def fit(
    picture: Picture,
    *,
    mime_types: tuple[str, ...],
    max_bytes: int,
    max_side: int,
    max_pixels: int | None = None,
) -> Picture:
    """The same picture within the rules; itself when it is within them already. Raises CannotFit."""
    sides_fit = max(picture.width, picture.height) <= max_side
    pixels_fit = max_pixels is None or picture.width * picture.height <= max_pixels
    if picture.mime in mime_types and len(picture.data) <= max_bytes and sides_fit and pixels_fit:
        return picture
    image = _scaled(_reopen(picture), _allowed_scale(picture, max_side, max_pixels))
    for candidate in _ever_lighter(image, picture.mime, mime_types):
        if len(candidate.data) <= max_bytes:
            return candidate
    raise CannotFit(f"not below {max_bytes} bytes")


def thumbnail(picture: Picture, side: int) -> Picture:
    """A small copy, no side longer than `side`."""
    image = _reopen(picture)
    small = _scaled(image, min(1.0, side / max(image.size)))
    return _webp(small, 78)


def is_known(mime: str) -> bool:
    return mime in EXTENSIONS


# --- decoding ---------------------------------------------------------------


@cache
def _decoders() -> tuple[str, ...]:
    pillow_heif.register_heif_opener(thumbnails=False)
    return DECODERS


@contextmanager
def _decoding() -> Iterator[None]:
    """Whatever a decoder throws at a hostile file becomes one of our sentences."""
    try:
        yield
    except NotAPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(_too_large()) from error
    except UnidentifiedImageError as error:
        raise NotAPicture(
            _("This file is not a picture we can read. JPEG, PNG, WebP, AVIF and HEIC pictures work.")
        ) from error
    except MemoryError as error:
        raise NotAPicture(_too_large()) from error
    except Exception as error:
        raise NotAPicture(
            _("This picture is damaged or incomplete. Open it on your device and save it again, then add the copy.")
        ) from error


def _too_large() -> str:
    return _(
        "This picture measures too much to be opened safely: at most %(side)s pixels a side and %(mp)s million "
        "in all. Make it smaller, then add it."
    ) % {"side": MAX_SIDE, "mp": MAX_PIXELS // 1_000_000}


def _refuse_by_header(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise NotAPicture(_too_large())
    if image.format in {"GIF", "WEBP", "PNG", "AVIF"} and getattr(image, "n_frames", 1) > 1:
        raise NotAPicture(
            _("This picture moves. Only still pictures can be posted: save one of its frames and add that.")
        )


_large = threading.Semaphore(1)


@contextmanager
def _one_large_at_a_time(image: Image.Image) -> Iterator[None]:
    if image.width * image.height <= MANY_PIXELS:
        yield
        return
    with _large:
        yield


def _upright_srgb(image: Image.Image) -> Image.Image:
    """Fresh pixels: nothing of the file but what is seen."""
    if image.mode in {"RGB", "RGBA", "L", "LA", "CMYK"}:
        # In place, and for JPEG already while decoding: the full size is never copied.
        _shrink(image)
    image.load()
    profile = image.info.get("icc_profile")
    ImageOps.exif_transpose(image, in_place=True)
    seen = _to_srgb(image, profile)
    _shrink(seen)
    fresh = Image.new(seen.mode, seen.size)
    fresh.paste(seen)
    return fresh


def _shrink(image: Image.Image) -> None:
    if max(image.size) > KEPT_SIDE:
        image.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if _has_alpha(image) else "RGB"
    if image.mode in {"I", "I;16", "I;16B", "I;16L", "I;16N", "F"}:
        return _from_deep_grey(image)
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        converted = _through_profile(image, profile, mode)
        if converted is not None:
            return converted
    return image.convert(mode)


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """16 bits a pixel to 8: Pillow's own conversion would cut instead of scale."""
    deep = image.convert("F")
    factor = 1 / 257 if deep.getextrema()[1] > 255 else 1.0
    return deep.point(lambda value: value * factor + 0).convert("L").convert("RGB")


def _through_profile(image: Image.Image, profile: bytes, mode: str) -> Image.Image | None:
    """Colours as meant; None when the profile itself is broken or of another kind (then the numbers are taken)."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode == "RGBA":
            alpha = image.getchannel("A")
            colours = ImageCms.profileToProfile(image.convert("RGB"), source, _srgb(), outputMode="RGB")
            if colours is None:
                return None
            colours.putalpha(alpha)
            return colours
        converted = ImageCms.profileToProfile(image, source, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return converted.convert(mode) if converted is not None else None


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


# --- encoding ---------------------------------------------------------------


def _encode_like(image: Image.Image, came_as: str) -> Picture:
    """Photographs stay JPEG, drawings stay PNG; what browsers or platforms cannot show becomes one of the two."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    if came_as == "WEBP":
        return _webp(image, 90)
    if image.mode == "RGBA" or came_as in {"PNG", "GIF"}:
        return _png(image)
    return _jpeg(image, 92)


def _jpeg(image: Image.Image, quality: int) -> Picture:
    return _save(_on_white(image), "JPEG", "image/jpeg", quality=quality, optimize=True, progressive=True)


def _png(image: Image.Image) -> Picture:
    return _save(image, "PNG", "image/png", optimize=image.width * image.height <= 4_000_000)


def _webp(image: Image.Image, quality: int) -> Picture:
    return _save(image, "WEBP", "image/webp", quality=quality, method=4)


def _save(image: Image.Image, kind: str, mime: str, **options: object) -> Picture:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return Picture(out.getvalue(), mime, image.width, image.height)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


# --- sizes ------------------------------------------------------------------


def _reopen(picture: Picture) -> Image.Image:
    with Image.open(io.BytesIO(picture.data), formats=_decoders()) as image:
        image.load()
        return image.convert("RGBA" if _has_alpha(image) else "RGB")


def _allowed_scale(picture: Picture, max_side: int, max_pixels: int | None) -> float:
    scale = min(1.0, max_side / max(picture.width, picture.height))
    if max_pixels is not None:
        scale = min(scale, (max_pixels / (picture.width * picture.height)) ** 0.5)
    return scale


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1.0:
        return image
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _ever_lighter(image: Image.Image, mime: str, allowed: tuple[str, ...]) -> Iterator[Picture]:
    """Candidates from best to lightest: first the format it had, then JPEG qualities, then smaller sides."""
    while True:
        if mime == "image/png" and mime in allowed:
            yield _png(image)
        for quality in JPEG_QUALITIES:
            yield _in_allowed(image, mime, allowed, quality)
        if max(image.size) <= SMALLEST_SIDE:
            return
        image = _scaled(image, SHRINK)


def _in_allowed(image: Image.Image, mime: str, allowed: tuple[str, ...], quality: int) -> Picture:
    if mime == "image/webp" and mime in allowed:
        return _webp(image, quality)
    if "image/jpeg" in allowed:
        return _jpeg(image, quality)
    if "image/webp" in allowed:
        return _webp(image, quality)
    if "image/png" in allowed:
        return _png(image)
    raise CannotFit(f"no format of {', '.join(allowed)} can be written")
