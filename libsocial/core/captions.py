"""Caption files, WebVTT or SubRip, read and written anew in both: times and words, nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import regex
import webvtt
from django.utils.translation import gettext as _
from webvtt.errors import MalformedCaptionError, MalformedFileError

MOST_BYTES = 2_000_000
MOST_CUES = 20_000

_KEPT = regex.compile(r"(?i)</?[biu]>")
_TAG = regex.compile(r"<[^>\n]{0,200}>|\{\\[^}\n]{0,80}\}")
_BLANK = regex.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\ufeff]")
_IN_NAME = regex.compile(r"[._-]([a-z]{2,3}(?:-[A-Z]{2})?)\.(?:vtt|srt)$", regex.IGNORECASE)


class NotCaptions(Exception):
    """The file cannot be used; the text is a sentence for the person who sent it."""


@dataclass(frozen=True)
class Captions:
    """The same words in both formats, as bytes in UTF-8. `seconds`: when the last of them ends.

    `faults`: what makes them hard to follow, each with the second where it is first so: 'overlap', 'quick', 'tall',
    'wide', 'late'.
    """

    vtt: bytes
    srt: bytes
    cues: int
    seconds: float
    faults: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Cue:
    """Words and the seconds between which they are shown."""

    start: float
    end: float
    text: str


def read(data: bytes) -> Captions:
    """The captions in these bytes, whatever the file is called. Raises NotCaptions with a sentence."""
    cues = cues_in(data)
    return Captions(_vtt(cues), _srt(cues), len(cues), max(cue.end for cue in cues), _faults(cues))


def written(cues: list[Cue]) -> bytes:
    """The words as WebVTT."""
    return _vtt(cues)


def cues_in(data: bytes) -> list[Cue]:
    """The words in these bytes with their times, at least one of them. Raises NotCaptions with a sentence."""
    if len(data) > MOST_BYTES:
        raise NotCaptions(_("This file is too large for captions. A VTT or SRT file is needed."))
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    cues = _cues(text)
    if not cues:
        raise NotCaptions(_none())
    if len(cues) > MOST_CUES:
        raise NotCaptions(_("There are too many captions in this file."))
    return cues


def language_in(name: str) -> str:
    """The language a file name tells: 'tour.es.vtt' is Spanish; '' where it tells none."""
    found = _IN_NAME.search(name)
    return found[1] if found else ""


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # what many an older program writes


def _cues(text: str) -> list[Cue]:
    kind = "vtt" if text.lstrip().startswith("WEBVTT") else "srt"
    try:
        found = webvtt.from_buffer(io.StringIO(text.lstrip()), format=kind, strict=kind == "vtt")
        cues = [Cue(_seconds(one.start), _seconds(one.end), _clean("\n".join(one.lines))) for one in found.captions]
    except MalformedFileError as error:
        raise NotCaptions(_none()) from error
    except (MalformedCaptionError, ValueError, IndexError, AttributeError) as error:
        raise NotCaptions(_("These captions cannot be read: a time in them is not one. Correct it.")) from error
    if any(cue.end <= cue.start for cue in cues):
        raise NotCaptions(_("In these captions something ends before it begins. Correct the times, then add it again."))
    return sorted((cue for cue in cues if cue.text), key=lambda cue: (cue.start, cue.end))


# What can be followed: after the guidelines most broadcasters share.
SHORTEST, MOST_LINES, WIDEST, LATEST = 1.0, 2, 42, 20.0
_ROUNDING = 0.05  # seconds; programs round the end of one and the beginning of the next apart


def _faults(cues: list[Cue]) -> dict[str, float]:
    """The first place of each fault: two at once, shorter than a second, over two lines, long lines, a late start."""
    found = {"late": cues[0].start} if cues[0].start > LATEST else {}
    for before, cue in pairwise([None, *cues]):
        for name in _faults_of(cue, before) if cue else ():
            found.setdefault(name, cue.start)
    return found


def _faults_of(cue: Cue, before: Cue | None) -> Iterator[str]:
    lines = _TAG.sub("", cue.text).split("\n")
    # Two that begin together are two people who speak at once.
    if before and before.start < cue.start < before.end - _ROUNDING:
        yield "overlap"
    if cue.end - cue.start < SHORTEST - _ROUNDING:
        yield "quick"
    if len(lines) > MOST_LINES:
        yield "tall"
    if max(map(len, lines)) > WIDEST:
        yield "wide"


def _none() -> str:
    return _("There are no captions in this file. VTT and SRT files work: times, and words under them.")


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _clean(text: str) -> str:
    """Words as they are shown; bold, italics and underlining stay."""
    stripped = _TAG.sub(lambda tag: tag[0] if _KEPT.fullmatch(tag[0]) else "", _BLANK.sub("", text))
    lines = [line.strip() for line in stripped.replace("-->", "→").split("\n")]
    return "\n".join(line for line in lines if line)


def _clock(seconds: float, point: str) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}{point}{whole % 1000:03}"


def _vtt(cues: list[Cue]) -> bytes:
    blocks = [f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{cue.text}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks]).encode()


def _srt(cues: list[Cue]) -> bytes:
    blocks = [
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(blocks).encode()
