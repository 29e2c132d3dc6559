"""The facts of a platform as rows: what the channel page shows and what an administrator may correct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app.capabilities import Capabilities


@dataclass(frozen=True)
class Fact:
    """`source`: its key in Capabilities.sources. `least`, `most`: bounds of a correction."""

    name: str
    label: str | Promise
    source: str
    read: Callable[[Capabilities], int | None]
    put: Callable[[Capabilities, int], Capabilities]
    least: int = 0
    most: int = 1_000_000


def size_shown(weight: int) -> str:
    """A size as platforms tell it: 1 MB is a million bytes."""
    if weight >= 1_000_000_000:
        return f"{weight / 1e9:.3g} GB"
    return f"{weight / 1e6:.3g} MB" if weight >= 1_000_000 else f"{weight / 1e3:.0f} kB"


def _inside(part: str, name: str) -> Callable[[Capabilities, int], Capabilities]:
    return lambda caps, value: replace(caps, **{part: replace(getattr(caps, part), **{name: value})})


def _own(name: str) -> Callable[[Capabilities, int], Capabilities]:
    return lambda caps, value: replace(caps, **{name: value})


def _of_film(name: str) -> Callable[[Capabilities], int | None]:
    return lambda caps: int(getattr(caps.media.video, name)) if caps.media.video else None


def _film(name: str) -> Callable[[Capabilities, int], Capabilities]:
    def put(caps: Capabilities, value: int) -> Capabilities:
        if caps.media.video is None:
            return caps
        return replace(caps, media=replace(caps.media, video=replace(caps.media.video, **{name: value})))

    return put


FACTS: tuple[Fact, ...] = (
    Fact("text.limit", _("Characters in a post"), "text", lambda c: c.text.limit, _inside("text", "limit"), 1),
    Fact("media.max_images", _("Pictures in a post"), "media", lambda c: c.media.max_images,
         _inside("media", "max_images"), most=100),
    Fact("media.max_bytes", _("Size of a picture"), "media", lambda c: c.media.max_bytes,
         _inside("media", "max_bytes"), 10_000, 500_000_000),
    Fact("media.video.max_seconds", _("Seconds of a film"), "media", _of_film("max_seconds"), _film("max_seconds"),
         1, 86_400),
    Fact("media.video.max_bytes", _("Size of a film"), "media", _of_film("max_bytes"), _film("max_bytes"),
         100_000, 300_000_000_000),
    Fact("alt_text.limit", _("Characters in a picture’s description"), "alt_text", lambda c: c.alt_text.limit or None,
         _inside("alt_text", "limit"), 1),
    Fact("threads", _("Parts of a thread"), "threads", lambda c: c.threads, _own("threads"), 1, 100),
    Fact("content_warning", _("Characters in a content warning"), "content_warning", lambda c: c.content_warning,
         _own("content_warning"), 1),
)  # fmt: skip
BY_NAME = {fact.name: fact for fact in FACTS}


def corrected(capabilities: Capabilities, overrides: dict[str, Any]) -> Capabilities:
    """The capabilities with an administrator's corrections; what is unknown or does not apply here is left out."""
    for name, entry in overrides.items():
        fact = BY_NAME.get(name)
        if fact is not None and fact.read(capabilities) is not None:
            capabilities = fact.put(capabilities, int(entry["value"]))
    return capabilities
