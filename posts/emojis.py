"""Emoji with their names in the language of a page: what the composer's picker searches.

Names come from the `emoji` package (Unicode CLDR). A language it does not know gets English names.
"""

from __future__ import annotations

from functools import lru_cache

import emoji

_TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}
FULL = emoji.STATUS["fully_qualified"]


@lru_cache(maxsize=4)
def named(language: str) -> list[tuple[str, str]]:
    """(emoji, name) in the order of the Unicode signs, without skin tones. One list for each language, made once."""
    code = language.partition("-")[0]
    spoken = code if code in emoji.LANGUAGES and code != "en" else ""
    if spoken:
        emoji.config.load_language(spoken)
    found = [
        (sign, _words(known.get(spoken or "en") or known["en"]))
        for sign, known in emoji.EMOJI_DATA.items()
        if known["status"] == FULL and not _TONES & set(sign)
    ]
    return sorted(found, key=lambda one: one[0])


def _words(name: str) -> str:
    return name.strip(":").replace("_", " ").replace("-", " ")
