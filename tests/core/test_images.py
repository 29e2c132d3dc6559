from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageCms

from libsocial.core import images

DATA = Path(__file__).resolve().parent.parent / "data" / "images"


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(picture: images.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


def with_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = "Reading room, patron Mary Smith"
    exif.get_ifd(0x8825)[2] = (47.0, 8.0, 1.0)
    return exif


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("hopper.jpg", "image/jpeg"),
        ("hopper.webp", "image/webp"),
        ("hopper.gif", "image/png"),
        ("flower_thumbnail.png", "image/png"),
    ],
)
def test_common_pictures_are_taken(name: str, mime: str) -> None:
    picture = images.clean((DATA / name).read_bytes())
    assert picture.mime == mime
    assert (picture.width, picture.height) == opened(picture).size


def test_same_bytes_in_give_same_bytes_out() -> None:
    data = (DATA / "hopper.jpg").read_bytes()
    assert images.clean(data) == images.clean(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_position_and_descriptions_are_gone(kind: str) -> None:
    image = Image.new("RGB", (40, 30), "teal")
    data = encoded(image, kind, exif=with_exif(), **({"xmp": b"<x>Mary Smith</x>"} if kind in {"WEBP", "JPEG"} else {}))
    assert b"Mary" in data
    picture = images.clean(data)
    assert b"Mary" not in picture.data
    assert not opened(picture).getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(picture).info)


def test_a_real_photograph_loses_its_position() -> None:
    data = (DATA / "exif_gps.jpg").read_bytes()
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    assert not opened(images.clean(data)).getexif()


def test_phone_pictures_in_heic_are_read_and_lose_their_position() -> None:
    out = io.BytesIO()
    heif = pillow_heif.from_pillow(Image.new("RGB", (64, 48), "orange"))
    heif.save(out, exif=with_exif().tobytes())
    picture = images.clean(out.getvalue())
    assert picture.mime == "image/jpeg"
    assert (picture.width, picture.height) == (64, 48)
    assert b"Mary" not in picture.data


def test_pictures_are_turned_upright() -> None:
    picture = images.clean((DATA / "hopper_orientation_6.jpg").read_bytes())
    raw = Image.open(DATA / "hopper_orientation_6.jpg")
    assert (picture.width, picture.height) == (raw.height, raw.width)


def test_print_colours_become_screen_colours() -> None:
    picture = images.clean(encoded(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG"))
    red, green, blue = opened(picture).convert("RGB").getpixel((5, 5))
    assert red > 200
    assert green < 60
    assert blue < 60


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    image = Image.new("I;16", (20, 20), 32768)
    grey = opened(images.clean(encoded(image, "PNG"))).convert("L").getpixel((3, 3))
    assert 120 <= grey <= 135


def test_palette_transparency_survives() -> None:
    image = Image.new("P", (10, 10), 1)
    image.putpalette([0, 0, 0, 255, 0, 0] + [0] * 762)
    image.putpixel((0, 0), 0)
    picture = images.clean(encoded(image, "PNG", transparency=0))
    assert opened(picture).convert("RGBA").getpixel((0, 0))[3] == 0
    assert opened(picture).convert("RGBA").getpixel((5, 5)) == (255, 0, 0, 255)


def test_a_broken_colour_profile_does_not_lose_the_picture() -> None:
    data = encoded(Image.new("RGB", (10, 10), "red"), "JPEG", icc_profile=b"not a profile")
    assert images.clean(data).width == 10


def test_a_colour_profile_is_applied_and_dropped() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = images.clean(encoded(Image.new("RGB", (10, 10), (10, 200, 30)), "PNG", icc_profile=lab))
    assert opened(picture).getpixel((1, 1)) == (10, 200, 30)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0" + b"\0" * 400,
        b"BM" + b"\0" * 200,
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 300,
    ],
    ids=["empty", "gif-head", "html", "svg", "jpeg-head", "bmp", "pdf", "png-head"],
)
def test_what_is_no_picture_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(images.NotAPicture, match="picture"):
        images.clean(data)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("name", ["hopper.jpg", "hopper.webp", "flower_thumbnail.png"])
def test_half_a_file_is_refused(name: str, kept: float) -> None:
    data = (DATA / name).read_bytes()
    with pytest.raises(images.NotAPicture):
        images.clean(data[: int(len(data) * kept)])


@pytest.mark.parametrize("size", [(50_000, 50_000), (9_000, 9_000), (2_000_000, 1), (12_500, 10)])
def test_bombs_are_refused_before_they_are_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(images.NotAPicture, match="measures too much"):
        images.clean(png_claiming(*size))


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_moving_pictures_are_refused_with_a_way_out(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(images.NotAPicture, match="moves"):
        images.clean(data)


def noisy(width: int, height: int, mode: str = "RGB") -> images.Picture:
    image = Image.effect_noise((width, height), 90).convert(mode)
    return images.Picture(encoded(image, "PNG"), "image/png", width, height)


def test_what_fits_is_left_byte_for_byte() -> None:
    picture = noisy(50, 40)
    assert images.fit(picture, mime_types=("image/png",), max_bytes=100_000, max_side=50) is picture


def test_fit_reaches_weight_and_sides() -> None:
    small = images.fit(noisy(900, 600), mime_types=("image/jpeg",), max_bytes=60_000, max_side=800)
    assert len(small.data) <= 60_000
    assert max(small.width, small.height) <= 800
    assert small.mime == "image/jpeg"


def test_fit_reaches_a_number_of_pixels() -> None:
    small = images.fit(
        noisy(400, 300), mime_types=("image/png",), max_bytes=10_000_000, max_side=4000, max_pixels=30_000
    )
    assert small.width * small.height <= 30_000


def test_transparency_is_laid_on_white_for_jpeg() -> None:
    clear = Image.new("RGBA", (30, 30), (255, 0, 0, 0))
    picture = images.Picture(encoded(clear, "PNG"), "image/png", 30, 30)
    flat = images.fit(picture, mime_types=("image/jpeg",), max_bytes=50_000, max_side=100)
    assert min(opened(flat).getpixel((10, 10))) > 250


def test_a_weight_nothing_reaches_is_said() -> None:
    with pytest.raises(images.CannotFit):
        images.fit(noisy(200, 200), mime_types=("image/jpeg",), max_bytes=200, max_side=4000)


def test_thumbnails_are_small() -> None:
    small = images.thumbnail(noisy(900, 300), 320)
    assert (small.width, small.height) == (320, 106)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_pictures_larger_than_any_platform_shows_are_kept_smaller(mode: str) -> None:
    picture = images.clean(encoded(Image.new(mode, (6000, 3000)), "PNG"))
    assert (picture.width, picture.height) == (4096, 2048)


def test_a_large_photograph_taken_upright_is_turned_and_kept_smaller() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.new("RGB", (5000, 2500), "teal"), "JPEG", exif=exif)
    picture = images.clean(data)
    assert (picture.width, picture.height) == (2048, 4096)
