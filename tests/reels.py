"""Tiny films, PDFs and moving pictures for tests, made by the ffmpeg the product brings."""

from __future__ import annotations

import io
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

VTT = b"WEBVTT\n\n00:00.000 --> 00:01.500\nWelcome to the library\n"
SRT = b"1\r\n00:00:00,000 --> 00:00:01,500\r\nBienvenidos\r\n"


@cache
def film(
    *more: str,
    name: str = "tour.mp4",
    seconds: float = 1,
    size: str = "320x240",
    rate: int = 25,
    sound: bool = True,
    picture: bool = True,
    video: str = "libx264",
    audio: str = "aac",
) -> bytes:
    """A film with a test picture and a tone; `more` are further words for ffmpeg before the file name."""
    sources: list[str] = []
    if picture:
        sources += ["-f", "lavfi", "-i", f"testsrc2=duration={seconds}:size={size}:rate={rate}"]
    if sound:
        sources += ["-f", "lavfi", "-i", f"sine=duration={seconds}"]
    quick = ["-preset", "ultrafast"] if video == "libx264" else []
    how = [*(["-c:v", video, *quick, "-pix_fmt", "yuv420p"] if picture else []), *(["-c:a", audio] if sound else [])]
    return run(*sources, *how, *more, name=name)


def run(*words: str, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, name)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *words, str(made)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return made.read_bytes()


def remade(data: bytes, *before: str, after: tuple[str, ...] = (), name: str = "made.mp4") -> bytes:
    """The film copied with other words for ffmpeg before and after its name."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        source.write_bytes(data)
        return run(*before, "-i", str(source), "-c", "copy", *after, name=name)


@cache
def pdf(pages: int = 2) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def locked_pdf() -> bytes:
    """A PDF that says it is encrypted: what protects it need not be true to be refused."""
    entry = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> /P -4 >> "
    return pdf(1).replace(b"trailer\r\n<<", b"trailer\r\n<<" + entry)


@cache
def gif(frames: int = 3, size: tuple[int, int] = (40, 30), each: int = 200) -> bytes:
    shades = [Image.new("RGB", size, (40 * place, 90, 200 - 30 * place)) for place in range(frames)]
    out = io.BytesIO()
    shades[0].save(out, "GIF", save_all=True, append_images=shades[1:], duration=each, loop=0)
    return out.getvalue()


def sent(data: bytes, name: str = "tour.mp4", kind: str = "video/mp4") -> SimpleUploadedFile:
    """The file as a request brings it."""
    return SimpleUploadedFile(name, data, content_type=kind)
