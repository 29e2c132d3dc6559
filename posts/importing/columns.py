"""Which column of a file is which field of ours, and what dates in it mean. Pure but for translation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Field, its label, names it goes by in files (besides the label in the reader's language).
FIELDS: tuple[tuple[str, str | Promise, tuple[str, ...]], ...] = (
    ("text", _("Text"), ("text", "message", "post", "content", "caption", "body", "copy", "texte", "nachricht")),
    ("channels", _("Channels"), ("channels", "channel", "account", "accounts", "profile", "kanal", "kanäle", "canal")),
    ("date", _("Day"), ("day", "date", "datum", "tag", "jour", "fecha", "publish date", "scheduled", "scheduled at")),
    ("time", _("Time"), ("time", "hour", "zeit", "uhrzeit", "heure", "hora", "publish time")),
    ("files", _("Files"), ("files", "file", "picture", "pictures", "image", "images", "media", "photo", "bild")),
    ("alt", _("Alt texts"), ("alt texts", "alt text", "alt", "description", "image description", "alternativtext")),
    ("language", _("Language"), ("language", "lang", "sprache", "langue", "idioma")),
    ("warning", _("Content warning"), ("content warning", "warning", "cw", "spoiler")),
    ("note", _("Note"), ("note", "notes", "comment", "internal note", "notiz")),
)
NEEDED = ("text",)
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_PARTS = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})$")
_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?$", re.IGNORECASE)


def labels() -> list[tuple[str, str]]:
    return [(name, str(label)) for name, label, _names in FIELDS]


def guess(header: Sequence[str]) -> dict[str, int]:
    """Field by place in the line, wherever a name is one we know; each column once."""
    found: dict[str, int] = {}
    for name, label, names in FIELDS:
        wanted = {str(label).casefold(), *names}
        for place, given in enumerate(header):
            if place not in found.values() and given.strip().casefold() in wanted:
                found[name] = place
                break
    return found


def cell(cells: Sequence[str], columns: Mapping[str, int], name: str) -> str:
    place = columns.get(name)
    return cells[place] if place is not None and 0 <= place < len(cells) else ""


def month_first(days: Sequence[str]) -> bool:
    """Does 03/12 mean the 12th of March in this file? Only where some day says so; else the day comes first."""
    pairs = [(int(found[1]), int(found[2])) for day in days if (found := _PARTS.match(day.split(" ")[0]))]
    return any(second > 12 for _first, second in pairs) and not any(first > 12 for first, _second in pairs)


def moment(day: str, clock: str, *, american: bool = False) -> str | None:
    """A wall time such as 2026-12-01T10:00 from what stands in the file; '' for nothing, None for what is no time.

    A day may bring its time along ("2026-12-01 10:00").
    """
    day, clock = day.strip(), clock.strip()
    if not day and not clock:
        return ""
    if not clock and re.search(r"\d[ T]+\d", day):
        day, clock = re.split(r"[ T]+", day, maxsplit=1)
    date_part, time_part = _day(day, american), _clock(clock)
    if not date_part or not time_part:
        return None
    try:
        return datetime.fromisoformat(f"{date_part}T{time_part}").strftime("%Y-%m-%dT%H:%M")
    except ValueError:
        return None


def _day(typed: str, american: bool) -> str:
    if found := _ISO.match(typed):
        return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    if found := _PARTS.match(typed):
        first, second = int(found[1]), int(found[2])
        day, month = (second, first) if american else (first, second)
        year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
        return f"{year}-{month:02}-{day:02}"
    return ""


def _clock(typed: str) -> str:
    found = _CLOCK.match(typed)
    if not found or (found[2] is None and found[3] is None):
        return ""
    hour, half = int(found[1]), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{found[2] or '00'}"
