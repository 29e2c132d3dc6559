"""The words after /s/: made, judged, found in a text. Pure: reads settings, never the database.

A short link is `https://go.library.example/s/<code>`; with a dot a *placement* follows, so that clicks of a poster
and of each channel are counted apart. A channel's placement is its number (`/s/summer.12`), put in while a text is
made ready for that channel (`placed`); every other placement begins with a letter (`/s/summer.poster`).
"""

from __future__ import annotations

import re
import secrets
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

# Without 0 o 1 l i: what is read aloud or copied from paper arrives as it was meant.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
MADE_LENGTH = 6  # 31^6, about 900 million
SHORTEST, LONGEST = 3, 40
LONGEST_PLACE = 30
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TAIL = r"/s/([A-Za-z0-9][A-Za-z0-9-]*)(?:\.([A-Za-z0-9][A-Za-z0-9-]*))?(?![A-Za-z0-9/-])"


def new() -> str:
    """A code nobody can guess the neighbours of."""
    return "".join(secrets.choice(ALPHABET) for _n in range(MADE_LENGTH))


def clean(typed: str) -> str:
    """A typed code in its one form: without spaces around, in small letters."""
    return typed.strip().lower()


def objection(code: str) -> str:
    """Why this word cannot stand in a short link; '' when it can."""
    if not SHORTEST <= len(code) <= LONGEST:
        return _("Write between %(least)s and %(most)s characters.") % {"least": SHORTEST, "most": LONGEST}
    if not _WORD.fullmatch(code):
        return _("Use the letters a to z, digits, and a hyphen between words. Nothing else can be typed everywhere.")
    if any(_confusing(piece) for piece in code.split("-")):
        return _(
            "In print, 0 and o, and 1, l and i cannot be told apart. Leave 0 and 1 out, "
            "or set the number apart with a hyphen: summer-2026."
        )
    return ""


def _confusing(piece: str) -> bool:
    return not piece.isdigit() and bool(set(piece) & {"0", "1"})


def place_objection(suffix: str) -> str:
    """Why a placement cannot have this ending; '' when it can. Numbers are the channels'."""
    if not suffix or len(suffix) > LONGEST_PLACE or not _WORD.fullmatch(suffix) or not suffix[0].isalpha():
        return _("Begin with a letter; then letters a to z, digits and hyphens, at most %(most)s characters.") % {
            "most": LONGEST_PLACE
        }
    return _("In print, 0 and o, and 1, l and i cannot be told apart. Leave 0 and 1 out.") if _mixed(suffix) else ""


def _mixed(suffix: str) -> bool:
    return any(_confusing(piece) for piece in suffix.split("-"))


# --- addresses ------------------------------------------------------------------


def bases() -> tuple[str, ...]:
    """What our short links may begin with, the one for new ones first."""
    return tuple(dict.fromkeys([*settings.LINK_URLS, settings.BASE_URL]))


def address(code: str, suffix: str = "") -> str:
    """The short link as it is shown and published."""
    return f"{bases()[0]}/s/{code}{'.' + suffix if suffix else ''}"


def read(url: str) -> tuple[str, str] | None:
    """(code, placement) of an address of ours, None for every other."""
    found = _pattern(bases()).fullmatch(url)
    return (found[2].lower(), (found[3] or "").lower()) if found else None


def in_text(text: str) -> list[str]:
    """The codes of ours that a text names, in their order."""
    return [found[2].lower() for found in _pattern(bases()).finditer(text)]


def placed(text: str, channel: int) -> str:
    """The text as this channel says it: its own number behind each short link of ours that names no other place."""

    def put(found: re.Match[str]) -> str:
        named = found[3] and not found[3].isdigit()
        return found[0] if named else f"{found[1]}/s/{found[2]}.{channel}"

    return _pattern(bases()).sub(put, text) if "/s/" in text else text


def bare(text: str) -> str:
    """The way back: without the numbers of channels."""

    def strip(found: re.Match[str]) -> str:
        return f"{found[1]}/s/{found[2]}" if found[3] and found[3].isdigit() else found[0]

    return _pattern(bases()).sub(strip, text) if "/s/" in text else text


def script_pattern() -> str:
    """The same for the composer's script: short links of ours that name no place yet."""
    known = "|".join(re.escape(base) for base in bases())
    return f"(?:{known})/s/[A-Za-z0-9][A-Za-z0-9-]*(?![A-Za-z0-9/-]|\\.[A-Za-z0-9])"


@lru_cache(maxsize=8)
def _pattern(known: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(" + "|".join(re.escape(base) for base in known) + ")" + _TAIL, re.IGNORECASE)
