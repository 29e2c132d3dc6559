"""What a platform can do, as data. Composer, checks, renditions and tables read this; nobody compares names.

Every fact carries its source (the platform page of this repository's reference
or the platform's own documentation) and the day it was last checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class TextUnit(StrEnum):
    """In what a platform counts. channels_app.measure knows how."""

    GRAPHEMES = "graphemes"  # what a reader calls a character
    CODEPOINTS = "codepoints"
    UTF16 = "utf16"
    BYTES = "bytes"
    MASTODON = "mastodon"  # graphemes; links count a fixed number, remote mentions without their server
    WEIGHTED = "weighted"  # X's weights
    EMOJI_BYTES = "emoji_bytes"  # code points; an emoji counts its bytes in UTF-8 (Threads)


@dataclass(frozen=True)
class Source:
    """Where a fact comes from and when it was read (ISO date)."""

    text: str
    checked: str


@dataclass(frozen=True)
class TextLimit:
    """At most `limit` of `unit`; `also` are further limits that hold at the same time. `caption`: so many at most
    where pictures or films stand beside the text; None: the same. `refused`: characters the platform takes nowhere
    in it."""

    limit: int
    unit: TextUnit
    link_length: int | None = None  # what a link counts, where fixed
    also: tuple[tuple[int, TextUnit], ...] = ()
    required: bool = False  # a post without media needs text anyway
    caption: int | None = None
    refused: str = ""

    def beside(self, media: object) -> TextLimit:
        """The limit that holds beside these media."""
        return self if self.caption is None or not media else replace(self, limit=self.caption, caption=None)


@dataclass(frozen=True)
class VideoRules:
    """Films per part, and what each may be. Bytes, seconds, pixels, frames a second; ratios as width / height.

    `captions`: formats of caption files the platform takes beside the film ('vtt', 'srt'); empty: none, so
    that captions can only be burnt in. `poster`: a picture of ours may stand for the film until it plays.
    """

    max_count: int = 1
    mime_types: tuple[str, ...] = ("video/mp4",)
    max_bytes: int = 100_000_000
    min_seconds: float = 0
    max_seconds: float = 600
    ratio: tuple[float, float] | None = None  # narrowest and widest
    max_side: int = 1920
    max_fps: float = 60
    captions: tuple[str, ...] = ()
    caption_files: int = 1
    poster: bool = False


@dataclass(frozen=True)
class DocumentRules:
    """Documents (PDF) per part."""

    max_count: int = 1
    mime_types: tuple[str, ...] = ("application/pdf",)
    max_bytes: int = 100_000_000
    max_pages: int | None = None


@dataclass(frozen=True)
class MediaRules:
    """Pictures, films and documents per part, and what each may weigh and measure. Bytes, pixels, width / height."""

    max_images: int = 0
    mime_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    max_bytes: int = 5_000_000
    max_side: int = 4096
    max_pixels: int | None = None
    required: bool = False  # a post must have a picture or a film
    min_images: int = 0  # a post with pictures needs at least so many (a carousel of two)
    min_side: int = 0  # the shorter side; smaller pictures are refused, never blown up
    ratio: tuple[float, float] | None = None  # narrowest and widest; a rendition is padded to it, never cropped
    animated: bool = False  # takes a moving GIF as it is; otherwise its first frame is sent, and the check says so
    animated_alone: bool = False  # a moving picture has a part for itself
    video: VideoRules | None = None
    document: DocumentRules | None = None
    mixed: bool = False  # pictures and films together in one part
    # Kinds ('image', 'video') the platform takes no upload of but fetches from us: our address must be reachable.
    fetched: tuple[str, ...] = ()


@dataclass(frozen=True)
class AltText:
    """Where a description goes. `field`: the platform has one for pictures; otherwise it can only stand in the text.
    `video`: it has one for films too."""

    field: bool
    limit: int = 0
    video: bool = False


@dataclass(frozen=True)
class Option:
    """A choice of this platform the composer offers as a form field.

    kind: 'choice', 'flag', 'text' (one line), 'lines' (several lines; for a poll one answer a line), 'url' or
    'moment' (local wall time `2026-11-24T10:00`, read in the post's zone). `only`: it has a meaning only while another
    option has one of these values, e.g. ("kind", ("event", "offer")); otherwise it is neither shown nor checked.
    `limit` counts code points; `least` and `most` bound the number of lines; `refused`: characters it must not have.
    """

    name: str
    label: str
    kind: str
    default: str | bool = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    only: tuple[str, tuple[str, ...]] | None = None
    required: bool = False
    limit: int = 0
    least: int = 0
    most: int = 0
    refused: str = ""


@dataclass(frozen=True)
class Shape:
    """What is different when an option has this value: a story takes no words, a reel one film.

    `changes` are fields of Capabilities. The first shape that fits wins over none; several options may each add one.
    """

    option: str
    value: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class ApiVersion:
    """The version of the platform's interface we speak. `ends`: the ISO date after which it stops, '' where unknown."""

    name: str
    ends: str = ""
    source: str = ""


@dataclass(frozen=True)
class Metric:
    """One figure a platform gives. `kind`: reach, reactions, replies, shares, quotes, clicks, followers, posts …

    Platforms are compared only in kinds they share. `scope` is 'post' or 'account'.
    """

    name: str
    kind: str
    label: str
    definition: str
    scope: str = "post"


@dataclass(frozen=True)
class Budget:
    """What we allow ourselves: requests per window (seconds) per account, and posts per batch request of figures."""

    requests: int
    window: int
    metrics_batch: int = 1


@dataclass(frozen=True)
class Preview:
    """How a post looks there: a layout name for templates/posts/previews/<layout>.html and where text is folded.

    `fold_after` counts visible characters, `fold_lines` line breaks; whichever comes first folds. No platform promises
    its place and apps differ: previews call it approximate. `tiles`: so many pictures are drawn in the feed, the rest
    behind “+3”; `crop`: shapes (width / height) in which the profile shows the first picture.
    """

    layout: str = "microblog"
    fold_after: int | None = None
    fold_lines: int | None = None
    tiles: int = 4
    crop: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Capabilities:
    """Everything the product needs to know about one platform (or one account's server)."""

    text: TextLimit
    media: MediaRules
    alt_text: AltText
    threads: int = 1  # most parts of one post; 1: no threads
    content_warning: int | None = None  # its limit, in the text unit; None: the platform has none
    content_warning_counts: bool = False  # the content warning uses up the text's limit too
    languages: bool = True  # takes a language tag
    comment: TextLimit | None = None  # a first comment of ours under the post (Part.role 'comment'); None: none
    link_card: str = "none"  # none, 'server' (made by the platform), 'ours' (we send title, text, picture)
    card_with_media: bool = False
    options: tuple[Option, ...] = ()
    shapes: tuple[Shape, ...] = ()
    # find, follow, metrics, audience, delete, edit, reply, probe, refresh, revoke
    features: frozenset[str] = frozenset()
    metrics: tuple[Metric, ...] = ()
    budget: Budget = Budget(requests=60, window=60)
    one_at_a_time: bool = False  # only one delivery per channel may be in flight
    preview: Preview = Preview()
    version: ApiVersion | None = None
    notes: tuple[str, ...] = ()  # what a person must know besides, one sentence each: prices, trial tiers, quotas
    sources: dict[str, Source] = field(default_factory=dict, hash=False)

    def with_facts(self, **facts: object) -> Capabilities:
        """The same with some facts replaced: an account's own server or an administrator knows better."""
        return replace(self, **facts)

    def shaped(self, options: Mapping[str, Any]) -> Capabilities:
        """What holds for a post with these options (Shape); an option that is not set counts with its default."""
        defaults = {option.name: option.default for option in self.options}
        chosen = {**defaults, **options}
        changes: dict[str, Any] = {}
        for shape in self.shapes:
            if chosen.get(shape.option) == shape.value:
                changes |= shape.changes
        return replace(self, **changes) if changes else self

    def asked(self, options: Mapping[str, Any]) -> tuple[Option, ...]:
        """The options that have a meaning beside the others as they are set. What hangs on an option that has none
        itself has none either."""
        chosen = {**{option.name: option.default for option in self.options}, **options}
        named = {option.name: option for option in self.options}

        def has_meaning(one: Option) -> bool:
            if one.only is None:
                return True
            name, values = one.only
            return chosen.get(name) in values and has_meaning(named[name])

        return tuple(filter(has_meaning, self.options))
