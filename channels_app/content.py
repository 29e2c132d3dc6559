"""What is said, frozen: the payload an adapter gets and the approval is bound to.

Plain dataclasses with `to_json` / `from_json`; no database. The JSON form is
what scheduler.Delivery.payload holds and what its digest is made of.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Media:
    """One picture as this platform will get it. `path` is a name in the media storage, `sha256` of those bytes."""

    path: str
    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str = ""
    decorative: bool = False


@dataclass(frozen=True)
class LinkCard:
    """The card of a link: texts as shown, `thumb` a picture in the media storage."""

    url: str
    title: str = ""
    description: str = ""
    thumb: Media | None = None


@dataclass(frozen=True)
class Part:
    """One post of a thread; most content has exactly one part."""

    text: str = ""
    media: tuple[Media, ...] = ()
    card: LinkCard | None = None


@dataclass(frozen=True)
class Content:
    """Everything the public will meet on one channel."""

    parts: tuple[Part, ...]
    language: str = ""
    content_warning: str = ""
    options: dict[str, Any] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Content:
        return cls(
            parts=tuple(_part(part) for part in data["parts"]),
            language=data.get("language", ""),
            content_warning=data.get("content_warning", ""),
            options=dict(data.get("options", {})),
        )


def _part(data: dict[str, Any]) -> Part:
    card = data.get("card")
    return Part(
        text=data.get("text", ""),
        media=tuple(Media(**item) for item in data.get("media", ())),
        card=_card(card) if card else None,
    )


def _card(data: dict[str, Any]) -> LinkCard:
    thumb = data.get("thumb")
    return LinkCard(
        url=data["url"],
        title=data.get("title", ""),
        description=data.get("description", ""),
        thumb=Media(**thumb) if thumb else None,
    )


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON form: equal content has an equal digest on every machine."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
