"""What a platform can do, as data. Composer, checks, renditions and tables read this; nobody compares names.

Every fact carries its source (the platform page of this repository's reference
or the platform's own documentation) and the day it was last checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class TextUnit(StrEnum):
    """In what a platform counts. channels_app.measure knows how."""

    GRAPHEMES = "graphemes"  # what a reader calls a character
    CODEPOINTS = "codepoints"
    UTF16 = "utf16"
    BYTES = "bytes"
    MASTODON = "mastodon"  # graphemes; links count a fixed number, remote mentions without their server
    WEIGHTED = "weighted"  # X's weights


@dataclass(frozen=True)
class Source:
    """Where a fact comes from and when it was read (ISO date)."""

    text: str
    checked: str


@dataclass(frozen=True)
class TextLimit:
    """At most `limit` of `unit`; `also` are further limits that hold at the same time."""

    limit: int
    unit: TextUnit
    link_length: int | None = None  # what a link counts, where fixed
    also: tuple[tuple[int, TextUnit], ...] = ()
    required: bool = False  # a post without media needs text anyway


@dataclass(frozen=True)
class MediaRules:
    """Pictures per part, and what each may weigh and measure. Bytes, pixels."""

    max_images: int = 0
    mime_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    max_bytes: int = 5_000_000
    max_side: int = 4096
    max_pixels: int | None = None
    required: bool = False  # a post must have at least one picture


@dataclass(frozen=True)
class AltText:
    """Where a description goes. `field`: the platform has one; otherwise it can only stand in the text."""

    field: bool
    limit: int = 0


@dataclass(frozen=True)
class Option:
    """A choice of this platform the composer offers as a form field. kind: 'choice', 'flag' or 'text'."""

    name: str
    label: str
    kind: str
    default: str | bool = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""


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
    """How a post looks there: a layout name for templates/posts/previews/<layout>.html and where text is folded."""

    layout: str = "microblog"
    fold_after: int | None = None


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
    link_card: str = "none"  # none, 'server' (made by the platform), 'ours' (we send title, text, picture)
    card_with_media: bool = False
    options: tuple[Option, ...] = ()
    # find, follow, metrics, audience, delete, edit, reply, probe, refresh, revoke
    features: frozenset[str] = frozenset()
    metrics: tuple[Metric, ...] = ()
    budget: Budget = Budget(requests=60, window=60)
    one_at_a_time: bool = False  # only one delivery per channel may be in flight
    preview: Preview = Preview()
    sources: dict[str, Source] = field(default_factory=dict, hash=False)

    def with_facts(self, **facts: object) -> Capabilities:
        """The same with some facts replaced: an account's own server or an administrator knows better."""
        return replace(self, **facts)
