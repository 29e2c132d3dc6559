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
class Captions:
    """The words of a film as a file beside it. `format` is 'vtt' or 'srt', `language` a BCP-47 tag."""

    path: str
    sha256: str
    size: int
    language: str = ""
    format: str = "vtt"


@dataclass(frozen=True)
class Media:
    """One picture, film or document as this platform will get it. `path` is a name in the media storage, `sha256` of
    those bytes. `seconds` is the length of a film (or of a moving picture), `pages` the length of a document, `name`
    what it is called where the platform shows a name; `poster` the picture that stands for a film."""

    path: str
    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str = ""
    decorative: bool = False
    seconds: float = 0
    pages: int = 0
    name: str = ""
    captions: tuple[Captions, ...] = ()
    poster: Media | None = None

    @property
    def kind(self) -> str:
        """'image', 'video' or 'document'."""
        family = self.mime.split("/", 1)[0]
        return family if family in ("image", "video") else "document"


@dataclass(frozen=True)
class LinkCard:
    """The card of a link: texts as shown, `thumb` a picture in the media storage."""

    url: str
    title: str = ""
    description: str = ""
    thumb: Media | None = None


@dataclass(frozen=True)
class Part:
    """One post of a thread; most content has exactly one part. `role` 'comment': our own first comment under the post,
    always the last part. `lang`: its language where it is another one than the content's."""

    text: str = ""
    media: tuple[Media, ...] = ()
    card: LinkCard | None = None
    role: str = ""
    lang: str = ""

    def kind(self, kind: str) -> tuple[Media, ...]:
        """The media of one kind: 'image', 'video' or 'document'."""
        return tuple(media for media in self.media if media.kind == kind)


@dataclass(frozen=True)
class Content:
    """Everything the public will meet on one channel."""

    parts: tuple[Part, ...]
    language: str = ""
    content_warning: str = ""
    options: dict[str, Any] = field(default_factory=dict, hash=False)
    zone: str = ""  # IANA zone of the wall times among the options; '' where there are none

    def to_json(self) -> dict[str, Any]:
        return json.loads(json.dumps(_lean(asdict(self))))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Content:
        return cls(
            parts=tuple(_part(part) for part in data["parts"]),
            language=data.get("language", ""),
            content_warning=data.get("content_warning", ""),
            options=dict(data.get("options", {})),
            zone=data.get("zone", ""),
        )


# Left out of the JSON form while they say nothing, so that what was approved before they existed keeps its digest.
_LATER: dict[str, Any] = {
    "seconds": 0,
    "pages": 0,
    "name": "",
    "captions": (),
    "poster": None,
    "role": "",
    "zone": "",
    "lang": "",
}


def _lean(value: Any) -> Any:
    match value:
        case dict():
            return {name: _lean(item) for name, item in value.items() if not (name in _LATER and item == _LATER[name])}
        case list() | tuple():
            return [_lean(item) for item in value]
        case _:
            return value


def _part(data: dict[str, Any]) -> Part:
    card = data.get("card")
    return Part(
        text=data.get("text", ""),
        media=tuple(_media(item) for item in data.get("media", ())),
        card=_card(card) if card else None,
        role=data.get("role", ""),
        lang=data.get("lang", ""),
    )


def _media(data: dict[str, Any]) -> Media:
    captions = tuple(Captions(**item) for item in data.get("captions", ()))
    poster = data.get("poster")
    return Media(**{**data, "captions": captions, "poster": _media(poster) if poster else None})


def _card(data: dict[str, Any]) -> LinkCard:
    thumb = data.get("thumb")
    return LinkCard(
        url=data["url"],
        title=data.get("title", ""),
        description=data.get("description", ""),
        thumb=_media(thumb) if thumb else None,
    )


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON form: equal content has an equal digest on every machine."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
