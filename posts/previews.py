"""How a post will look on each channel: what templates/posts/previews/<layout>.html draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import regex
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from channels_app import platforms
from channels_app.capabilities import Capabilities
from channels_app.capabilities import Preview as Look
from channels_app.check import lines_of
from channels_app.content import Content, LinkCard, Media, Part
from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from posts import languages, resolve, settings
from posts.drafting import Draft, DraftTarget
from posts.models import Asset

# What platforms show as a link: addresses, tags, mentions. Only for the eye; the adapters have their own exact rules.
_MARKED = regex.compile(
    r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'»”]|(?<![\p{L}\p{N}_/&])#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*|(?<![\p{L}\p{N}_/])@[\w.-]+(?:@[\w.-]+)?\w"
)

HEADLINE = 100  # characters; what takes its title from the text shows about as many
_SENTENCE = regex.compile(rf".{{12,{HEADLINE}}}?(?<!\b\p{{L}}{{1,2}})[.!?…。！？](?=\s|$)")


@dataclass(frozen=True)
class Track:
    """Captions as a player of ours takes them."""

    url: str
    language: str
    label: str


@dataclass(frozen=True)
class Shown:
    """A picture, film or document of a part. `thumb` is the small picture that stands for it, `length` how long it is
    in words ('1:05', '12 pages'), '' for a still picture."""

    kind: str
    url: str
    thumb: str
    alt: str
    decorative: bool
    width: int
    height: int
    name: str = ""
    length: str = ""
    tracks: tuple[Track, ...] = ()

    @property
    def upright(self) -> bool:
        return self.height > self.width * 1.1


@dataclass(frozen=True)
class Card:
    host: str
    title: str
    description: str
    picture: str


@dataclass(frozen=True)
class PreviewPart:
    head: SafeString
    rest: SafeString | str  # what the platform folds away, '' where it shows everything
    text: str
    pictures: tuple[Shown, ...]  # films and documents too
    card: Card | None
    number: int
    of: int
    language: str
    direction: str
    more: int  # pictures the feed draws as “+3”

    @property
    def title(self) -> str:
        """The first line, where a layout needs a title and none was given; of a long one its first sentence."""
        return _headline(self.text.strip().partition("\n")[0])


@dataclass(frozen=True)
class Preview:
    """One channel's post. `template` draws it; `lists` are answers of a poll and the like, with their label."""

    channel: Channel
    template: str
    parts: tuple[PreviewPart, ...]
    content_warning: str
    language: str
    tiles: int
    crops: tuple[str, ...]
    avatar: str
    at: str = ""
    title: str = ""
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    comment: SafeString | str = ""
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        return not any(part.text.strip() or part.pictures or part.card for part in self.parts)


@dataclass(frozen=True)
class Addresses:
    """Where our own pages find the files of a preview, by their names in the media storage."""

    full: Mapping[str, str]
    thumbs: Mapping[str, str] = field(default_factory=dict)
    captions: Mapping[str, str] = field(default_factory=dict)


def addresses(
    assets: Mapping[int, Asset], post: int | None = None, *, door: tuple[str, str] | None = None
) -> Addresses:
    """Those of these assets; with `post` for whoever may see that post, with `door` (its kind and token) for whoever
    came by that link, else for whoever may see the library."""

    def of(pk: int, size: str) -> str:
        if door:
            return reverse("posts:door_asset", args=[*door, pk, size])
        return reverse("posts:post_asset", args=[post, pk, size]) if post else reverse("posts:asset", args=[pk, size])

    def words(pk: int) -> str:
        if door:
            return reverse("posts:door_captions", args=[*door, pk])
        return reverse("posts:post_captions", args=[post, pk]) if post else reverse("posts:captions", args=[pk])

    films = [asset for asset in assets.values() if asset.kind == "video"]
    return Addresses(
        {asset.path: of(pk, "full") for pk, asset in assets.items()},
        {asset.path: of(pk, "thumb") for pk, asset in assets.items()},
        {row.vtt: words(row.pk) for film in films for row in film.captions.all()},
    )


def of_draft(draft: Draft, chosen: Iterable[tuple[DraftTarget, Channel]], assets: Mapping[int, Asset]) -> list[Preview]:
    """A preview for each chosen channel, in the order of the channels."""
    pictures, where = resolve.originals(assets), addresses(assets)
    return [
        of_content(channel, resolve.content_for(draft, target, pictures), where, at=draft.at_for(target))
        for target, channel in chosen
    ]


def of_content(channel: Channel, content: Content, where: Addresses, *, at: str = "") -> Preview:
    """A preview of one channel's content."""
    can = capabilities_of(channel).shaped(content.options)
    said = [part for part in content.parts if part.role != "comment"]
    look = can.preview
    comment = next((part.text for part in content.parts if part.role == "comment"), "")
    return Preview(
        channel=channel,
        template=f"posts/previews/{look.layout}.html",
        parts=tuple(_part(part, number, content, where, look) for number, part in enumerate(said, start=1)),
        content_warning=content.content_warning if can.content_warning is not None else "",
        language=content.language,
        tiles=look.tiles,
        crops=tuple(f"{wide}:{high}" for wide, high in look.crop),
        avatar=avatar_url(channel),
        at=at,
        title=str(content.options.get("title", "")),
        lists=tuple(_lists(content, can)),
        comment=markup(comment),
        settings=tuple(settings.of_platform(content, channel)),
    )


def _lists(content: Content, can: Capabilities) -> Iterator[tuple[str, tuple[str, ...]]]:
    for option in can.asked(content.options):
        lines = lines_of(content.options.get(option.name, "")) if option.kind == "lines" else []
        if lines:
            yield str(option.label), tuple(lines)


def _part(part: Part, number: int, content: Content, where: Addresses, look: Look) -> PreviewPart:
    place, tag = _fold(part.text, look), part.lang or content.language
    return PreviewPart(
        head=markup(part.text[:place]),
        rest=markup(part.text[place:]),
        text=part.text,
        pictures=tuple(_shown(media, where) for media in part.media),
        card=_card(part.card, where.full) if part.card else None,
        number=number,
        of=sum(one.role != "comment" for one in content.parts),
        language=tag,
        direction=languages.direction(tag),
        # A row to swipe has room for all of them.
        more=0 if look.layout == "picture" else max(0, len(part.media) - look.tiles),
    )


def _headline(line: str) -> str:
    """At most `HEADLINE` characters of a line, in whole words."""
    sentence = _SENTENCE.match(line)
    if sentence or len(line) <= HEADLINE:
        return sentence.group() if sentence else line
    start = line[: HEADLINE - 1]
    return f"{start.rsplit(' ', 1)[0]}…"


def _fold(text: str, look: Look) -> int:
    """Where the platform hides the rest behind “more”: after so many characters or lines, between two words."""
    lines = [found.end() for found in regex.finditer(r"\n", text)]
    many = lines[look.fold_lines - 1] if look.fold_lines and len(lines) >= look.fold_lines else len(text)
    place = min(many, look.fold_after or len(text))
    if place >= len(text.rstrip()):
        return len(text)
    if place == many:
        return place
    blank = text.rfind(" ", 0, place + 1) + 1
    return blank if blank > place // 2 else _whole_letter(text, place)


def _whole_letter(text: str, place: int) -> int:
    """The end of the letter, as a reader sees it, that stands at this place."""
    return next((one.end() for one in regex.finditer(r"\X", text) if one.end() >= place), len(text))


def _shown(media: Media, where: Addresses) -> Shown:
    path, _mark, edits = media.path.partition("?")
    own = _cut(where.thumbs.get(path, ""), edits)
    poster = where.full.get(media.poster.path, "") if media.poster else ""
    return Shown(
        kind=media.kind,
        url=_cut(where.full.get(path, ""), edits),
        thumb=poster or own,
        alt=media.alt,
        decorative=media.decorative,
        width=media.width,
        height=media.height,
        name=media.name,
        length=_length(media),
        tracks=tuple(
            Track(where.captions.get(one.path, ""), one.language, settings.language_name(one.language))
            for one in media.captions
        ),
    )


def _cut(url: str, edits: str) -> str:
    """The address of a picture as it is turned and cut here."""
    return f"{url}?{edits}" if url and edits else url


def _length(media: Media) -> str:
    if media.kind == "document":
        return ngettext("%(n)s page", "%(n)s pages", media.pages) % {"n": media.pages}
    return clock_of(media.seconds) if media.seconds else ""


def clock_of(seconds: float) -> str:
    """'1:05', '1:02:00'."""
    whole = max(1, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


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
