"""Hashtags in their reading form: what is one, and which of a text may not be used. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import regex
from django.utils.translation import gettext as _

MAX_TAG = 100  # characters; the strictest platform that says a number takes as many
_TAG = regex.compile(r"[\p{L}\p{M}\p{N}_]+")
_IN_TEXT = regex.compile(r"(?<![\p{L}\p{M}\p{N}_/&#])[#＃]([\p{L}\p{M}\p{N}_]*[\p{L}\p{M}][\p{L}\p{M}\p{N}_]*)")


def bare(typed: str) -> str:
    """The tag without its sign."""
    return typed.strip().lstrip("#＃").strip()


def fold(tag: str) -> str:
    """What platforms compare: case does not matter."""
    return bare(tag).casefold()


def trouble(typed: str) -> str:
    """Why platforms do not take this as a hashtag, with the way out; '' when they do."""
    tag = bare(typed)
    if len(tag) > MAX_TAG:
        return _("“%(tag)s…” is too long: a hashtag has at most %(most)s characters.") % {
            "tag": tag[:30],
            "most": MAX_TAG,
        }
    if " " in tag:
        joined = "".join(word[:1].upper() + word[1:] for word in tag.split())
        return _("“%(tag)s” has a space. Write it as one word: #%(joined)s") % {"tag": tag, "joined": joined}
    if not _TAG.fullmatch(tag):
        return _("“%(tag)s” has a sign that ends a hashtag. Only letters, digits and _ belong to it.") % {
            "tag": tag[:60]
        }
    if not regex.search(r"\p{L}", tag):
        return _("“%(tag)s” is a number. A hashtag needs at least one letter.") % {"tag": tag}
    return ""


def lines(typed: str) -> list[str]:
    """Tags as typed: one to a line or with commas between; each once."""
    found = [bare(piece) for line in typed.splitlines() for piece in line.split(",")]
    # Several with their signs on one line are several, too.
    found = [bare(piece) for one in found for piece in regex.split(r"\s+(?=[#＃])", one)]
    kept: dict[str, str] = {}
    for tag in found:
        if tag:
            kept.setdefault(fold(tag), tag)
    return list(kept.values())


def used(text: str) -> list[str]:
    """The hashtags of a text, in their order, as written."""
    return [match.group(1) for match in _IN_TEXT.finditer(text)] if "#" in text or "＃" in text else []


def forbidden(texts: Iterable[str], banned: Mapping[str, str]) -> list[tuple[str, str]]:
    """(tag as written, reason) for each tag of these texts that is among the banned, by their folded form."""
    found = {fold(tag): tag for text in texts for tag in used(text)}
    return [(tag, banned[folded]) for folded, tag in found.items() if folded in banned]
