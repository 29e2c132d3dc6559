"""Emoji with their names in the language of a page: what the composer's picker searches.

Names come from the `emoji` package (Unicode CLDR). A language it does not know gets English names.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import emoji

from posts import emoji_groups

_TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}
FULL = emoji.STATUS["fully_qualified"]


@lru_cache(maxsize=4)
def named(language: str) -> list[tuple[str, str]]:
    """(emoji, name) group after group, without skin tones. One list for each language, made once."""
    code = language.partition("-")[0]
    spoken = code if code in emoji.LANGUAGES and code != "en" else ""
    if spoken:
        emoji.config.load_language(spoken)
    found = [
        (sign, _words(known.get(spoken or "en") or known["en"]))
        for sign, known in emoji.EMOJI_DATA.items()
        if known["status"] == FULL and not _TONES & set(sign)
    ]
    return sorted(found, key=lambda one: (emoji_groups.place_of(one[0]), one[0]))


def groups(language: str) -> list[dict[str, str | int]]:
    """The groups in the order of `named`, each with how many emoji of that list are its own."""
    many = Counter(emoji_groups.place_of(sign)[0] for sign, _name in named(language))
    return [
        {"title": str(group.title), "face": group.face, "count": many[number]}
        for number, group in enumerate(emoji_groups.GROUPS)
    ]


def _words(name: str) -> str:
    return name.strip(":").replace("_", " ").replace("-", " ")
