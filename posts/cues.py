"""The words of a film as lines that are being edited: read from what was typed, judged, split. Pure.

A line is what a person sees: the two times and the words as they were typed, so that a mistake stays where it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from libsocial.core.captions import Cue

LENGTH = 2.0  # seconds of a new line
MOST = 2000  # lines a page can hold
_TIME = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?", re.ASCII)


@dataclass(frozen=True)
class Line:
    """As it stands in the fields of the page; `problem` is a sentence or ''."""

    start: str = ""
    end: str = ""
    text: str = ""
    problem: str = ""

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def seconds(typed: str) -> float | None:
    """ "1:02.5", "0:01:02,500" or "62.5" in seconds; None for what is no time."""
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        return None
    hours, minutes, whole, part = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(whole) + int((part or "0").ljust(3, "0")) / 1000


def clock(moment: float) -> str:
    """Seconds as a person types them: "1:02.5"."""
    thousandths = round(moment * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    said = f"{rest / 1000:06.3f}".rstrip("0")
    said = f"{said}0" if said.endswith(".") else said
    return f"{hours}:{minutes:02}:{said}" if hours else f"{minutes}:{said}"


def of_cues(cues: Iterable[Cue]) -> list[Line]:
    return [Line(clock(cue.start), clock(cue.end), cue.text) for cue in cues]


def of_form(post: Any) -> list[Line]:
    """The lines of a request, in their order; times that stand alone are kept too."""
    starts, ends, texts = (post.getlist(name)[:MOST] for name in ("start", "end", "text"))
    rows = zip(starts, ends, texts, strict=False)
    return [Line(start.strip()[:20], end.strip()[:20], text.replace("\r\n", "\n")[:1000]) for start, end, text in rows]


def judged(lines: Sequence[Line], length: float) -> tuple[list[Line], list[Cue]]:
    """The lines with what is wrong with each, and the cues when nothing is. Lines without words are left out."""
    shown = [line for line in lines if not line.blank]
    problems: dict[int, str] = {}
    timed = [(seconds(line.start), seconds(line.end)) for line in shown]
    for at, (line, (start, end)) in enumerate(zip(shown, timed, strict=True)):
        problems[at] = _wrong(at + 1, line, start, end, length)
    _overlaps(timed, problems)
    told = [Line(line.start, line.end, line.text, problems[at]) for at, line in enumerate(shown)]
    if any(problems.values()):
        return told, []
    cues = [Cue(start, end, line.text) for line, (start, end) in zip(shown, timed, strict=True)]  # type: ignore[arg-type]
    return told, sorted(cues, key=lambda cue: cue.start)


def _wrong(number: int, line: Line, start: float | None, end: float | None, length: float) -> str:
    for typed, read in ((line.start, start), (line.end, end)):
        if read is None:
            said = _("Line %(n)s: “%(typed)s” is not a time. Write it like 1:02.5.")
            return said % {"n": number, "typed": typed}
    if end <= start:  # type: ignore[operator]
        return _("Line %(n)s ends before it begins. Correct one of its times.") % {"n": number}
    if length and start >= length:  # type: ignore[operator]
        said = _("Line %(n)s begins after the film has ended, at %(end)s.")
        return said % {"n": number, "end": clock(length)}
    return ""


def _overlaps(timed: Sequence[tuple[float | None, float | None]], problems: dict[int, str]) -> None:
    """Names every line that begins while another one is still shown. Two that begin together are two who speak at
    once."""
    known = [(start, end, at) for at, (start, end) in enumerate(timed) if start is not None and end is not None]
    last: tuple[float, int, float] | None = None
    for start, end, at in sorted(known):
        if last and last[2] < start < last[0] and not problems[at]:
            said = _("Line %(n)s begins at %(start)s, before line %(other)s has ended at %(end)s.")
            problems[at] = said % {"n": at + 1, "start": clock(start), "other": last[1] + 1, "end": clock(last[0])}
        if last is None or end > last[0]:
            last = (end, at, start)


def changed(lines: Sequence[Line], do: str) -> list[Line]:
    """After "add:2" (a new line behind the second), "split:2" or "remove:2"; what makes no sense changes nothing."""
    act, _colon, number = do.partition(":")
    known = int(number) - 1 if number.isascii() and number.isdigit() else -1
    at = len(lines) - 1 if act == "add" and not number else known
    found = list(lines)
    if act == "add" and at < len(found):
        found.insert(at + 1, _after(found[at] if 0 <= at < len(found) else None))
    elif act == "remove" and 0 <= at < len(found):
        del found[at]
    elif act == "split" and 0 <= at < len(found):
        found[at : at + 1] = _halves(found[at])
    return found


def _after(line: Line | None) -> Line:
    start = (seconds(line.end) if line else None) or 0
    return Line(clock(start), clock(start + LENGTH))


def _halves(line: Line) -> list[Line]:
    """At the middle of its words, and at the same share of its time."""
    words = line.text.split()
    start, end = seconds(line.start), seconds(line.end)
    if len(words) < 2 or start is None or end is None or end <= start:
        return [line]
    half = min(range(1, len(words)), key=lambda n: abs(2 * len(" ".join(words[:n])) - len(" ".join(words))))
    first, second = " ".join(words[:half]), " ".join(words[half:])
    middle = start + (end - start) * len(first) / (len(first) + len(second))
    return [Line(line.start, clock(middle), first), Line(clock(middle), line.end, second)]
