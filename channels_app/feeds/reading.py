"""What a feed's pages and formats are made of: items with absolute addresses and clean HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import regex
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from channels_app import measure
from channels_app.models import Feed, FeedItem

MAX_ITEMS = 50
CARD = 99  # the number of the card's picture among an item's files
_UNSEEN = regex.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]")  # not allowed in XML
Place = Callable[..., str]  # the address of a URL name
_PARAGRAPHS = regex.compile(r"\n\s*\n")


@dataclass(frozen=True)
class File:
    """A picture, film or document of an item with its public address."""

    url: str
    mime: str
    size: int
    width: int
    height: int
    alt: str
    name: str
    seconds: float
    captions: tuple[tuple[str, str], ...]  # (address, language)

    @property
    def kind(self) -> str:
        family = self.mime.partition("/")[0]
        return family if family in ("image", "video") else "document"


@dataclass(frozen=True)
class Shown:
    """An item as everybody may read it."""

    identity: str  # never changes, also when words or address do: readers tell new from old by it
    url: str
    title: str
    text: str
    html: SafeString
    link: str
    content_warning: str
    language: str
    published_at: datetime
    changed_at: datetime
    shown_until: datetime | None
    files: tuple[File, ...]
    card: dict[str, str] | None
    tags: tuple[str, ...]


def items_of(feed: Feed, most: int = MAX_ITEMS, *, whole: bool = True) -> list[Shown]:
    """The newest items that are shown now. One query. `whole`: with whole addresses, for what is read elsewhere; our
    own pages use short ones, so that they work under whatever name they are opened."""
    return [shown(item, feed, whole=whole) for item in feed.items.current()[:most]]


def shown(item: FeedItem, feed: Feed, *, whole: bool = True) -> Shown:
    place = absolute if whole else local
    files = tuple(_file(item, feed, index, entry, place) for index, entry in enumerate(item.media))
    card = _card(item, feed, place)
    text = _UNSEEN.sub("", item.text)
    return Shown(
        identity=f"urn:uuid:{item.uuid}",
        url=place("feeds:item", feed.slug, item.uuid),
        title=_UNSEEN.sub("", item.title),
        text=text,
        html=_html(text, item.content_warning, files, card),
        link=item.link,
        content_warning=_UNSEEN.sub("", item.content_warning),
        language=item.language,
        published_at=item.published_at,
        changed_at=item.changed_at,
        shown_until=item.shown_until,
        files=files,
        card=card,
        tags=tuple(dict.fromkeys(span.value for span in measure.tags(text))),
    )


def local(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def absolute(name: str, *args: Any) -> str:
    return settings.BASE_URL + local(name, *args)


def _file(item: FeedItem, feed: Feed, index: int, entry: dict[str, Any], place: Place) -> File:
    tracks = enumerate(entry.get("captions", ()))
    return File(
        url=place("feeds:file", feed.slug, item.uuid, index),
        mime=entry["mime"],
        size=entry["size"],
        width=entry["width"],
        height=entry["height"],
        alt=_UNSEEN.sub("", entry["alt"]),
        name=entry.get("name", ""),
        seconds=entry.get("seconds", 0),
        captions=tuple(
            (place("feeds:captions", feed.slug, item.uuid, index, number), track["language"])
            for number, track in tracks
        ),
    )


def _card(item: FeedItem, feed: Feed, place: Place) -> dict[str, str] | None:
    if not item.card:
        return None
    picture = place("feeds:file", feed.slug, item.uuid, CARD) if item.card.get("thumb") else ""
    return {**{name: str(item.card[name]) for name in ("url", "title", "description")}, "picture": picture}


# --- words as HTML --------------------------------------------------------
def _html(text: str, warning: str, files: tuple[File, ...], card: dict[str, str] | None) -> SafeString:
    """The whole item for readers: the text in paragraphs with its links, then pictures, films, documents, the card."""
    pieces = [format_html("<p><strong>{}</strong></p>", warning)] if warning else []
    pieces += [format_html("<p>{}</p>", _line(part)) for part in _PARAGRAPHS.split(text.strip()) if part]
    pieces += [_file_html(file) for file in files]
    if card:
        pieces.append(format_html('<p><a href="{}">{}</a></p>', card["url"], card["title"] or card["url"]))
    return mark_safe("".join(pieces))  # noqa: S308  every piece was escaped


def _line(text: str) -> SafeString:
    """One paragraph: escaped, links made links, line ends kept."""
    pieces, last = [], 0
    for link in measure.links(text):
        pieces.append(escape(text[last : link.start]))
        pieces.append(format_html('<a href="{}">{}</a>', link.value, text[link.start : link.end]))
        last = link.end
    pieces.append(escape(text[last:]))
    return mark_safe("".join(pieces).replace("\n", "<br>"))  # noqa: S308  every piece was escaped


def _file_html(file: File) -> SafeString:
    match file.kind:
        case "image":
            return format_html(
                '<p><img src="{}" alt="{}" width="{}" height="{}"></p>', file.url, file.alt, file.width, file.height
            )
        case "video":
            tracks = format_html_join(
                "", '<track kind="captions" src="{}" srclang="{}" label="{}">',
                ((url, language or "und", language or "captions") for url, language in file.captions),
            )  # fmt: skip
            return format_html(
                '<p><video controls preload="none" src="{}" title="{}">{}</video></p>', file.url, file.alt, tracks
            )
        case _:
            return format_html('<p><a href="{}">{}</a></p>', file.url, file.name or "PDF")
