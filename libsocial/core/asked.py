"""What an address or a hand-made form asks for, before it may meet the database.

Anybody can type anything there; what makes no sense is None or less, never an error.
"""

from __future__ import annotations

from collections.abc import Iterable

LARGEST = 2**63 - 1  # what a row number can be


def number(text: str | None) -> int | None:
    """A number of a row, or None. Digits of other scripts, signs and spaces are not numbers here."""
    if not text or not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    found = int(text)
    return found if found <= LARGEST else None


def numbers(texts: Iterable[str]) -> list[int]:
    """Those that are numbers."""
    return [found for found in map(number, texts) if found is not None]


def words(text: str | None, most: int = 200) -> str:
    """Words to look for: without what a database cannot hold, and not longer than `most` characters."""
    return (text or "").replace("\x00", "").strip()[:most]
