"""How a post will look on each channel: what templates/posts/previews/<layout>.html draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import regex
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from channels_app import platforms
from channels_app.content import Content, LinkCard, Media, Part
from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from posts import resolve
from posts.drafting import Draft, DraftTarget
from posts.models import Asset

# What platforms show as a link: addresses, tags, mentions. Only for the eye; the adapters have their own exact rules.
_MARKED = regex.compile(
    r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'»”]|(?<![\p{L}\p{N}_/&])#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*|(?<![\p{L}\p{N}_/])@[\w.-]+(?:@[\w.-]+)?\w"
)


@dataclass(frozen=True)
class Picture:
    url: str
    alt: str
    decorative: bool
    width: int
    height: int


@dataclass(frozen=True)
class Card:
    host: str
    title: str
    description: str
    picture: str


@dataclass(frozen=True)
class PreviewPart:
    html: SafeString
    text: str
    pictures: tuple[Picture, ...]
    card: Card | None
    number: int
    of: int


@dataclass(frozen=True)
class Preview:
    """One channel's post. `template` draws it."""

    channel: Channel
    template: str
    parts: tuple[PreviewPart, ...]
    content_warning: str
    language: str
    fold_after: int | None
    avatar: str
    at: str = ""

    @property
    def empty(self) -> bool:
        return not any(part.text.strip() or part.pictures or part.card for part in self.parts)


def of_draft(draft: Draft, chosen: Iterable[tuple[DraftTarget, Channel]], assets: Mapping[int, Asset]) -> list[Preview]:
    """A preview for each chosen channel, in the order of the channels."""
    pictures = {pk: resolve.original(asset) for pk, asset in assets.items()}
    urls = {asset.path: reverse("posts:asset", args=[pk, "full"]) for pk, asset in assets.items()}
    return [
        of_content(channel, resolve.content_for(draft, target, pictures), urls, at=draft.at_for(target))
        for target, channel in chosen
    ]


def of_content(channel: Channel, content: Content, urls: Mapping[str, str], *, at: str = "") -> Preview:
    """A preview of one channel's content. `urls`: the address of each picture by its name in the media storage."""
    can = capabilities_of(channel)
    total = len(content.parts)
    return Preview(
        channel=channel,
        template=f"posts/previews/{can.preview.layout}.html",
        parts=tuple(_part(part, number, total, urls) for number, part in enumerate(content.parts, start=1)),
        content_warning=content.content_warning if can.content_warning is not None else "",
        language=content.language,
        fold_after=can.preview.fold_after,
        avatar=avatar_url(channel),
        at=at,
    )


def _part(part: Part, number: int, total: int, urls: Mapping[str, str]) -> PreviewPart:
    return PreviewPart(
        html=markup(part.text),
        text=part.text,
        pictures=tuple(_picture(media, urls) for media in part.media),
        card=_card(part.card, urls) if part.card else None,
        number=number,
        of=total,
    )


def _picture(media: Media, urls: Mapping[str, str]) -> Picture:
    return Picture(urls.get(media.path, ""), media.alt, media.decorative, media.width, media.height)


def _card(card: LinkCard, urls: Mapping[str, str]) -> Card:
    host = card.url.split("//", 1)[-1].split("/", 1)[0].removeprefix("www.")
    return Card(host, card.title, card.description, urls.get(card.thumb.path, "") if card.thumb else "")


def markup(text: str) -> SafeString:
    """The text escaped, with links, tags and mentions marked."""
    pieces, last = [], 0
    for found in _MARKED.finditer(text):
        pieces.append(escape(text[last : found.start()]))
        pieces.append(f'<span class="preview-link">{escape(found.group())}</span>')
        last = found.end()
    pieces.append(escape(text[last:]))
    return mark_safe("".join(pieces))  # noqa: S308  every piece was escaped


def avatar_url(channel: Channel) -> str:
    """Our own copy of the account's picture, '' where it has none."""
    return reverse("channels:avatar", args=[channel.pk]) if channel.avatar else ""


def mark(channel: Channel) -> str:
    """The letter of the platform's mark, for scripts that draw it."""
    return platforms.mark_of(channel.platform)
