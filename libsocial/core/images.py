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
from PIL import Image, ImageCms, ImageFile, ImageOps, ImageSequence, ImageStat, UnidentifiedImageError

MAX_PIXELS = 60_000_000  # as much as a phone takes in one shot
MAX_SIDE = 12_000
KEPT_SIDE = 4096  # no platform shows more; larger pictures are kept in this size
MANY_PIXELS = 8_000_000  # of pictures larger than this one at a time is opened, whatever the number of threads
DECODERS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
JPEG_QUALITIES = (88, 80, 72, 64, 56)
SHRINK = 0.82  # of each side, when quality alone does not reach the weight
SMALLEST_SIDE = 64
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
MOVING = "image/gif"  # the one kind of moving picture that is kept
MOST_FRAMES = 600
MOVING_PIXELS = 60_000_000  # of all frames together
MOVING_SIDE = 1280

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotAPicture(Exception):
    """The bytes cannot be used; the text is a sentence for the person who sent them."""


class CannotFit(Exception):
    """No size or quality worth showing reaches the rules."""


@dataclass(frozen=True)
class Picture:
    """Encoded bytes with what they are. Sides in pixels; `seconds` is the length of a moving picture, 0 of a still."""

    data: bytes
    mime: str
    width: int
    height: int
    seconds: float = 0

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.mime]


def clean(data: bytes) -> Picture:
    """The picture in these bytes, safe and neutral. Raises NotAPicture with a sentence."""
    with _decoding(), Image.open(io.BytesIO(data), formats=_decoders()) as image:
        _refuse_by_header(image)
        if image.format == "GIF" and getattr(image, "n_frames", 1) > 1:
            with _large:
                return _gif(list(_frames(image)), _times(image))
        with _one_large_at_a_time(image):
            return _encode_like(_upright_srgb(image), image.format or "")


def fit(
    picture: Picture,
    *,
    mime_types: tuple[str, ...],
    max_bytes: int,
    max_side: int,
    max_pixels: int | None = None,
    ratio: tuple[float, float] | None = None,
    focus: tuple[float, float] | None = None,
) -> Picture:
    """The same picture within the rules; itself when it is within them already. Raises CannotFit.

    `ratio` (narrowest and widest shape) is reached by a border in the colour of the picture's edge; with a `focus`
    (x and y in shares) by cutting, so that this point stays in sight.
    A moving picture keeps moving where its kind is among `mime_types`, else its first frame is taken.
    """
    sides_fit = max(picture.width, picture.height) <= max_side
    pixels_fit = max_pixels is None or picture.width * picture.height <= max_pixels
    shape_fits = has_shape(picture.width, picture.height, ratio)
    if picture.mime in mime_types and len(picture.data) <= max_bytes and sides_fit and pixels_fit and shape_fits:
        return picture
    if picture.mime == MOVING and MOVING in mime_types:
        return _fit_moving(picture, max_bytes, max_side, max_pixels, ratio, focus)
    image = _shaped(_around(_reopen(picture), ratio, focus), max_side, max_pixels, ratio)
    for candidate in _ever_lighter(image, picture.mime, mime_types):
        if len(candidate.data) <= max_bytes:
            return candidate
    raise CannotFit(f"not below {max_bytes} bytes")


def thumbnail(picture: Picture, side: int) -> Picture:
    """A small copy, no side longer than `side`."""
    image = _reopen(picture)
    small = _scaled(image, min(1.0, side / max(image.size)))
    return _webp(small, 78)


def cut(picture: Picture, rotate: int, crop: tuple[float, float, float, float] | None) -> Picture:
    """Turned clockwise by `rotate` degrees, then cut to `crop` (x, y, width, height in shares), in full quality."""
    if picture.seconds:
        with Image.open(io.BytesIO(picture.data), formats=_decoders()) as image:
            return _gif([_turned_and_cut(frame, rotate, crop) for frame in _frames(image)], _times(image))
    seen = _turned_and_cut(_reopen(picture), rotate, crop)
    kinds = {"image/webp": "WEBP", "image/png": "PNG"}
    return _encode_like(seen, kinds.get(picture.mime, "JPEG"))


def _turned_and_cut(image: Image.Image, rotate: int, crop: tuple[float, float, float, float] | None) -> Image.Image:
    turned = image.rotate(-rotate, expand=True) if rotate else image
    if crop is None:
        return turned
    x, y, wide, high = crop
    left, top = min(round(x * turned.width), turned.width - 1), min(round(y * turned.height), turned.height - 1)
    right, bottom = round((x + wide) * turned.width), round((y + high) * turned.height)
    return turned.crop((left, top, min(max(right, left + 1), turned.width), min(max(bottom, top + 1), turned.height)))


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
    frames = getattr(image, "n_frames", 1) if image.format in {"GIF", "WEBP", "PNG", "AVIF"} else 1
    if frames > 1 and image.format != "GIF":
        raise NotAPicture(
            _("This picture moves. Of moving pictures only GIF can be posted: save it as one, or as a film.")
        )
    if frames > MOST_FRAMES or (frames > 1 and frames * image.width * image.height > MOVING_PIXELS):
        raise NotAPicture(_("This moving picture is too long or too large. Save it as a film, then add that."))


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


# --- moving -----------------------------------------------------------------


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(image):
        seen = frame.convert("RGBA")
        seen.thumbnail((MOVING_SIDE, MOVING_SIDE), Image.Resampling.LANCZOS)
        yield seen


def _times(image: Image.Image) -> list[int]:
    """Milliseconds of each frame; what is shorter than a fiftieth of a second is slowed down, as browsers do."""
    return [_at_least(frame.info.get("duration", 100)) for frame in ImageSequence.Iterator(image)]


def _at_least(told: object) -> int:
    shown = int(told) if isinstance(told, int | float) else 100
    return min(shown, 60_000) if shown >= 20 else 100


def _gif(frames: list[Image.Image], times: list[int]) -> Picture:
    out = io.BytesIO()
    first, *rest = frames
    first.save(out, "GIF", save_all=True, append_images=rest, duration=times, loop=0, disposal=2, optimize=False)
    return Picture(out.getvalue(), MOVING, first.width, first.height, sum(times) / 1000)


def _fit_moving(
    picture: Picture,
    max_bytes: int,
    max_side: int,
    max_pixels: int | None,
    ratio: tuple[float, float] | None,
    focus: tuple[float, float] | None,
) -> Picture:
    with Image.open(io.BytesIO(picture.data), formats=_decoders()) as image:
        times = _times(image)
        frames = [_shaped(_around(frame, ratio, focus), max_side, max_pixels, ratio) for frame in _frames(image)]
    while True:
        candidate = _gif(frames, times)
        if len(candidate.data) <= max_bytes:
            return candidate
        if max(candidate.width, candidate.height) <= 2 * SMALLEST_SIDE:
            raise CannotFit(f"not below {max_bytes} bytes")
        frames = [_scaled(frame, SHRINK) for frame in frames]


# --- shape ------------------------------------------------------------------


def has_shape(width: int, height: int, ratio: tuple[float, float] | None) -> bool:
    """Is width / height between the narrowest and the widest, give or take a pixel's rounding?"""
    return ratio is None or ratio[0] * 0.99 <= width / height <= ratio[1] * 1.01


def _shaped(
    image: Image.Image, max_side: int, max_pixels: int | None, ratio: tuple[float, float] | None
) -> Image.Image:
    """Within the sides, and with a border where the shape is not taken."""
    image = _scaled(image, _allowed_scale(image.size, max_side, max_pixels))
    if has_shape(image.width, image.height, ratio) or ratio is None:
        return image
    shape = min(max(image.width / image.height, ratio[0]), ratio[1])
    size = max(image.width, round(image.height * shape)), max(image.height, round(image.width / shape))
    seen = _on_white(image)
    bordered = Image.new("RGB", size, _edge_colour(seen))
    bordered.paste(seen, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return _scaled(bordered, _allowed_scale(size, max_side, max_pixels))


def _around(image: Image.Image, ratio: tuple[float, float] | None, focus: tuple[float, float] | None) -> Image.Image:
    """Cut to the nearest shape that is taken, with the focus as near to its middle as the edges allow."""
    if focus is None or ratio is None or has_shape(image.width, image.height, ratio):
        return image
    shape = min(max(image.width / image.height, ratio[0]), ratio[1])
    wide, high = min(image.width, round(image.height * shape)), min(image.height, round(image.width / shape))
    left = round(min(max(focus[0] * image.width - wide / 2, 0), image.width - wide))
    top = round(min(max(focus[1] * image.height - high / 2, 0), image.height - high))
    return image.crop((left, top, left + wide, top + high))


def _edge_colour(image: Image.Image) -> tuple[int, ...]:
    """What the picture is like at its edge: a border in it is calm beside any picture."""
    wide, high = image.size
    strips = [(0, 0, wide, 1), (0, high - 1, wide, high), (0, 0, 1, high), (wide - 1, 0, wide, high)]
    means = [ImageStat.Stat(image.crop(strip)).mean for strip in strips]
    return tuple(round(sum(values) / len(means)) for values in zip(*means, strict=True))


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


def _allowed_scale(size: tuple[int, int], max_side: int, max_pixels: int | None) -> float:
    scale = min(1.0, max_side / max(size))
    if max_pixels is not None:
        scale = min(scale, (max_pixels / (size[0] * size[1])) ** 0.5)
    return scale


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1.0:
        return image
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _ever_lighter(image: Image.Image, mime: str, allowed: tuple[str, ...]) -> Iterator[Picture]:
    """Candidates from best to lightest: first the format it had, then JPEG qualities, then smaller sides."""
    while True:
        if mime in {"image/png", MOVING} and "image/png" in allowed:
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
