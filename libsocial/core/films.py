"""Films from strangers, made safe, and films as a platform wants them.

ffmpeg does the work, always in a process of its own with a time-out, an upper
bound of memory and an allow-list of formats, so that a hostile file can
neither read ours (playlists are no films here) nor hold anybody up.

`look` says what a file is, `clean` makes the copy we keep: picture and sound
as they were, without place, device, dates, chapters or any other stream.
`poster` takes one picture out of it, `greys` many tiny ones; `fit` re-encodes within a platform's rules.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import regex
from django.utils.translation import gettext as _

MOST_SECONDS = 4 * 3600
MOST_SIDE = 8192
LOOK_LIMIT = 30.0  # seconds of work
COPY_LIMIT = 240.0
GREY_SECONDS, GREY_LIMIT = 60, 12.0  # how much of a film is looked at for flashes, and for how long
POSTER_SIDE = 1920
MEMORY = 700_000_000  # bytes of one allocation
EXTENSIONS = {"video/mp4": "mp4", "video/webm": "webm", "video/x-matroska": "mkv"}

# What we open at all. No playlists and no lists of files: they would name other files and addresses.
_FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,asf,flv,ogg,mp3,wav,flac,aac"
_CODECS = (
    "h264,hevc,av1,libdav1d,vp8,vp9,libvpx,libvpx-vp9,mpeg4,mpeg2video,mpeg1video,mjpeg,prores,dvvideo,h263,theora,"
    "wmv1,wmv2,wmv3,vc1,msmpeg4v2,msmpeg4v3,flv,png,aac,mp3,mp3float,mp2,ac3,eac3,opus,libopus,vorbis,flac,alac,"
    "wmav1,wmav2,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_u8,amrnb,amrwb"
)
_IN_MP4 = {"h264", "hevc", "av1", "mpeg4"}
_IN_WEBM = {"vp8", "vp9"}
_BITS_LEAST, _BITS_MOST = 100_000, 8_000_000  # a second of picture
# Few bits show more in a smaller picture: bits a second, and the longer side they are enough for.
_SIDES_FOR = ((2_500_000, 1920), (900_000, 1280), (400_000, 854), (200_000, 640), (0, 426))

_LENGTH = regex.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", regex.MULTILINE)
_STREAM = regex.compile(r"^  Stream #0:\d+[^\n]*?: (Video|Audio): (\w+)([^\n]*)", regex.MULTILINE)
_SIDES = regex.compile(r"[ ,](\d{2,6})x(\d{2,6})(?!\w)(?: \[SAR (\d+):(\d+))?")
_FPS = regex.compile(r"([\d.]+k?) fps")
_TURNED = regex.compile(r"rotation of (-?\d+)")


class NotAFilm(Exception):
    """The file cannot be used; the text is a sentence for the person who sent it."""


class CannotFit(Exception):
    """No quality worth watching reaches the rules; or it could not be made at all."""


class Unavailable(Exception):
    """There is no ffmpeg on this machine."""


@dataclass(frozen=True)
class Facts:
    """What a film is. Sides in pixels as it is watched; `video` and `audio` name the codecs, '' where there is none."""

    seconds: float
    width: int
    height: int
    fps: float
    video: str
    audio: str
    pixels: str = ""

    @property
    def has_sound(self) -> bool:
        return bool(self.audio)


@dataclass(frozen=True)
class Film:
    """A file of ours with a film in it."""

    path: Path
    mime: str
    facts: Facts

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.mime]


# --- looking ----------------------------------------------------------------


def look(path: Path) -> Facts:
    """What is in the file, by opening it as a film. Raises NotAFilm, Unavailable."""
    try:
        ran = _run([*_reading(path)], LOOK_LIMIT)
    except _Slow as error:
        raise NotAFilm(_damaged()) from error
    if "Input #0" not in ran.said:
        if "moov atom not found" in ran.said:
            raise NotAFilm(_damaged())
        raise NotAFilm(_("This file is not a film we can read. MP4, MOV and WebM films work."))
    streams = [found for found in _STREAM.finditer(ran.said) if "(attached pic)" not in found[3]]
    video = next((found for found in streams if found[1] == "Video"), None)
    audio = next((found for found in streams if found[1] == "Audio"), None)
    if video is None:
        if audio is None:
            raise NotAFilm(_damaged())
        raise NotAFilm(
            _("This file has sound but no picture. Platforms take films: add a picture to the sound, then add that.")
        )
    facts = _facts(ran.said, video, audio[2] if audio else "")
    _refuse(facts)
    return facts


def _facts(said: str, video: regex.Match[str], audio: str) -> Facts:
    sides = _SIDES.search(video[3])
    if sides is None:
        raise NotAFilm(_damaged())
    width, height = int(sides[1]), int(sides[2])
    if sides[3] and int(sides[3]) and int(sides[4]):
        width = round(width * int(sides[3]) / int(sides[4]))
    if _turned(said[video.end() :]) % 180 == 90:
        width, height = height, width
    length, fps = _LENGTH.search(said), _FPS.search(video[3])
    seconds = int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3]) if length else 0.0
    rate = float(fps[1].rstrip("k")) * (1000 if fps[1].endswith("k") else 1) if fps else 0.0
    pixels = regex.search(r"\b((?:yuv|yuvj|gbr|rgb|gray|nv)\w*)", video[3])
    return Facts(seconds, width, height, rate, video[2], audio, pixels[1] if pixels else "")


def _turned(after: str) -> int:
    """Degrees, told below the stream and above the next one."""
    own = after.partition("\n  Stream #")[0]
    found = _TURNED.search(own)
    return abs(int(found[1])) if found else 0


def _refuse(facts: Facts) -> None:
    if max(facts.width, facts.height) > MOST_SIDE:
        raise NotAFilm(
            _("This film measures too much to be opened safely: at most %(side)s pixels a side.") % {"side": MOST_SIDE}
        )
    if min(facts.width, facts.height) < 16:
        raise NotAFilm(_damaged())
    if facts.seconds > MOST_SECONDS:
        raise NotAFilm(
            _("This film lasts longer than %(hours)s hours. Cut it into parts, then add one of them.")
            % {"hours": MOST_SECONDS // 3600}
        )


def _damaged() -> str:
    return _("This film is damaged or incomplete. Save it again on your device, or copy it again, then add the copy.")


# --- the copy we keep -------------------------------------------------------


def clean(path: Path, folder: Path) -> Film:
    """A copy in `folder` without anything but picture and sound. The same film gives the same bytes.

    Raises NotAFilm, also for a film that ends before it says it does.
    """
    told = look(path)
    mime, how = _kept_as(told)
    kept = folder / f"kept.{EXTENSIONS[mime]}"
    arguments = [*_reading(path), "-map", "0:v:0", "-map", "0:a:0?", *how, *_BARE, str(kept)]
    try:
        ran = _run(arguments, COPY_LIMIT)
    except _Slow as error:
        raise NotAFilm(_("This film takes too long to read. Save it as an MP4 with H.264, then add that.")) from error
    if ran.code or not kept.exists() or ran.seconds <= 0 or "partial file" in ran.said:
        raise NotAFilm(_damaged())
    if told.seconds and ran.seconds < told.seconds - max(1.0, told.seconds * 0.05):
        raise NotAFilm(_damaged())
    return Film(kept, mime, look(kept))


_BARE = (
    *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-dn", "-sn"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart"),
)


def _kept_as(facts: Facts) -> tuple[str, list[str]]:
    """MIME type and how to get there: pictures are copied, sound only re-encoded where browsers could not play it."""
    if facts.video in _IN_WEBM:
        sound = "copy" if facts.audio in {"opus", "vorbis"} else "libopus"
        return "video/webm", ["-c:v", "copy", "-c:a", sound]
    if facts.video in _IN_MP4:
        tag = ["-tag:v", "hvc1"] if facts.video == "hevc" else []
        return "video/mp4", ["-c:v", "copy", *tag, *(["-c:a", "copy"] if facts.audio in {"aac", "mp3"} else _AAC)]
    return "video/x-matroska", ["-c", "copy"]


_AAC = ["-c:a", "aac", "-b:a", "160k"]


def poster(path: Path, facts: Facts, folder: Path, *, at: float | None = None) -> bytes:
    """A telling picture out of the film, or the one at this second, as JPEG. Raises NotAFilm where none is decoded."""
    shot = folder / "poster.jpg"
    start = ["-ss", f"{facts.seconds * 0.1:.2f}"] if facts.seconds > 3 else []
    small = f"scale=w='min({POSTER_SIDE},iw*sar)':h=-2,setsar=1"
    if at is None:
        small += ",thumbnail=25"
    else:
        start = ["-ss", f"{max(0, min(at, facts.seconds - 0.1)):.3f}"]
    arguments = [*start, *_reading(path), "-map", "0:v:0", "-frames:v", "1", "-vf", small]
    try:
        _run([*arguments, "-update", "1", "-q:v", "2", "-pix_fmt", "yuvj420p", str(shot)], LOOK_LIMIT)
        return shot.read_bytes()
    except (_Slow, OSError) as error:
        raise NotAFilm(_damaged()) from error


def greys(path: Path, folder: Path, side: int, rate: int) -> list[bytes]:
    """The first minute as small square grey pictures, so many a second; fewer where that takes too long."""
    drawn = folder / "greys"
    small = f"fps={rate},scale={side}:{side}:flags=area,format=gray"
    arguments = [*_reading(path), "-map", "0:v:0", "-t", str(GREY_SECONDS), "-vf", small, "-f", "rawvideo", str(drawn)]
    with contextlib.suppress(_Slow):
        _run(arguments, GREY_LIMIT)
    data = drawn.read_bytes() if drawn.exists() else b""
    return [data[at : at + side * side] for at in range(0, len(data) - side * side + 1, side * side)]


# --- as a platform wants it -------------------------------------------------


def is_plain(facts: Facts) -> bool:
    """Is it what every platform plays: H.264 in ordinary colours, AAC sound or none?"""
    return facts.video == "h264" and facts.audio in {"", "aac"} and facts.pixels in {"yuv420p", "yuvj420p"}


def fit(
    source: Path,
    facts: Facts,
    target: Path,
    *,
    max_bytes: int,
    max_side: int,
    max_fps: float,
    limit: float,
    told: Callable[[float], None] | None = None,
) -> Facts:
    """An MP4 (H.264, AAC) within these rules at `target`. `limit` are seconds of work; `told` hears the share done.

    Whatever `told` raises ends the work and passes. Raises CannotFit.
    """
    room = max_bytes * 8 * 0.94 / (facts.seconds + 1)  # the encoder may run a second of bits ahead
    sound = 128_000 if room > 800_000 else 64_000
    room -= sound if facts.has_sound else 0
    for share in (1.0, 0.7, 0.45):
        bits = min(room * share, _BITS_MOST)
        if bits < _BITS_LEAST:
            break
        _encode(source, facts, target, _Shape(bits, sound, max_side, max_fps), limit, told)
        if target.stat().st_size <= max_bytes:
            return look(target)
    raise CannotFit(f"not below {max_bytes} bytes")


@dataclass(frozen=True)
class _Shape:
    """What an encoding keeps to: bits a second of picture and sound, the longer side, frames a second."""

    bits: float
    sound: int
    max_side: int
    max_fps: float

    @property
    def words(self) -> list[str]:
        side = min(self.max_side, next(side for bits, side in _SIDES_FOR if self.bits > bits))
        wide = f"min(1,{side}/max(iw*sar,ih))"
        shape = f"scale=w='trunc(iw*sar*{wide}/2)*2':h='trunc(ih*{wide}/2)*2',setsar=1"
        return [
            *("-vf", shape, "-fpsmax", f"{self.max_fps:g}"),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-profile:v", "high", "-pix_fmt", "yuv420p"),
            *("-maxrate", f"{self.bits:.0f}", "-bufsize", f"{self.bits:.0f}"),
            *("-c:a", "aac", "-b:a", str(self.sound), "-ac", "2", "-ar", "48000"),
        ]


def _encode(
    source: Path,
    facts: Facts,
    target: Path,
    shape: _Shape,
    limit: float,
    told: Callable[[float], None] | None,
) -> None:
    arguments = [*_reading(source), "-map", "0:v:0", "-map", "0:a:0?", *shape.words, *_BARE, str(target)]
    heard = (lambda seconds: told(min(1.0, seconds / max(facts.seconds, 0.1)))) if told else None
    try:
        ran = _run(arguments, limit, heard)
    except _Slow as error:
        raise CannotFit("took too long") from error
    if ran.code or not target.exists():
        raise CannotFit(ran.said[-500:])


# --- ffmpeg -----------------------------------------------------------------


class _Slow(Exception):
    """It did not end in time and was stopped."""


@dataclass(frozen=True)
class _Ran:
    code: int
    said: str
    seconds: float  # of film that were written


@cache
def _ffmpeg() -> str:
    try:
        found = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise Unavailable(str(error)) from error
    if shutil.which(found) is None:
        raise Unavailable(f"{found} cannot be run")
    return found


def _reading(path: Path) -> list[str]:
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", _FORMATS, "-codec_whitelist", _CODECS),
        *("-fflags", "+genpts", "-i", str(path)),
    ]


def _run(arguments: Sequence[str], limit: float, told: Callable[[float], None] | None = None) -> _Ran:
    """One run of ffmpeg; `told` hears the seconds of film written so far. Raises _Slow."""
    command = [*_gently(), _ffmpeg(), "-hide_banner", "-nostdin", "-y", "-max_alloc", str(MEMORY)]
    late = threading.Event()
    written = 0.0
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603  our own words and a file name we made
            [*command, "-nostats", "-progress", "pipe:1", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env={"PATH": os.environ.get("PATH", ""), "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")},
        ) as process,
    ):
        timer = threading.Timer(limit, lambda: (late.set(), process.kill()))
        timer.start()
        try:
            for line in process.stdout or ():
                name, _equals, value = line.decode("ascii", "replace").strip().partition("=")
                if name == "out_time_us" and value.lstrip("-").isdigit():
                    written = max(written, int(value) / 1_000_000)
                    if told:
                        told(written)
            code = process.wait()
        finally:
            timer.cancel()
            process.kill()
        said.seek(0)
        words = said.read(400_000).decode("utf-8", "replace")
    if late.is_set():
        raise _Slow
    return _Ran(code, words, written)


@cache
def _gently() -> tuple[str, ...]:
    """Behind everything else on the machine: pages must stay quick while a film is made."""
    nice = shutil.which("nice")
    return (nice, "-n", "10") if nice else ()
