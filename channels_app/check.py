"""What stands between a content and the platform, named before anybody sends it. Pure: no database, no network.

The composer shows the problems while a person types, the review page shows
them to who approves, and approving asks once more. Nothing is ever cut to fit:
a problem names the field, says by how much, and where the product can help it
names a fix (see channels_app.fixes).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import regex

from channels_app import measure
from channels_app.capabilities import Capabilities, Option, TextLimit, TextUnit
from channels_app.content import Content, LinkCard, Media, Part
from channels_app.messages import unit_name

MANY_TAGS = 10
MANY_MENTIONS = 10
NARROWEST = 1 / 20  # a picture with sides further apart than this is a thread when it is made to fit

# What no reader sees and no platform wants: control characters and characters that turn the writing direction.
UNSEEN = regex.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Without meaning in a post, usually pasted along: zero-width spaces, soft hyphens, byte order marks.
PASTED = regex.compile(r"[\u00ad\u200b\u2060-\u2064\ufeff]")
_BLANK = r"\p{Z}\p{C}\p{Variation_Selector}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"
_VISIBLE = regex.compile(rf"[^{_BLANK}]")
_LANGUAGE = regex.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*")
_FILE_NAME = regex.compile(r"\S+\.(jpe?g|png|webp|gif|heic|avif|tiff?)", regex.IGNORECASE)


class Rules(Protocol):
    """The part of a unit's policy that matters here."""

    @property
    def alt_text_rule(self) -> str: ...


@dataclass(frozen=True)
class Problem:
    """`severity`: 'block' (it cannot go out like this) or 'warn'. `message`: id in the notices catalogue.

    `field`: text, media, alt, content_warning, language, card, parts or options.<name>; `part` counts from 0.
    `fix`: what channels_app.fixes can do about it, '' where only a person can.
    """

    field: str
    part: int
    severity: str
    message: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    fix: str = ""


def check(content: Content, capabilities: Capabilities, policy: Rules) -> list[Problem]:
    """Every problem of this content on this platform under this policy, in the order a person reads."""
    problems = list(_whole(content, capabilities))
    for index, part in enumerate(content.parts):
        problems += _text(part, index, content, capabilities)
        problems += _media(part, index, capabilities, policy)
        problems += _card(part, index, capabilities)
    return problems


def blocks(problems: list[Problem]) -> bool:
    """Whether one of them stops the post."""
    return any(problem.severity == "block" for problem in problems)


# --- the whole ------------------------------------------------------------
def _whole(content: Content, can: Capabilities) -> Iterator[Problem]:
    parts = len(content.parts)
    if parts == 0:
        yield Problem("text", 0, "block", "check.empty")
    if parts > 1 and can.threads <= 1:
        yield Problem("parts", 1, "block", "check.no_threads", {"parts": parts}, "join_parts")
    elif parts > can.threads:
        yield Problem("parts", can.threads, "block", "check.too_many_parts", {"parts": parts, "most": can.threads})
    yield from _content_warning(content, can)
    if content.language and not _LANGUAGE.fullmatch(content.language):
        yield Problem("language", 0, "block", "check.language", {"language": content.language[:20]})
    yield from _options(content, can)


def _content_warning(content: Content, can: Capabilities) -> Iterator[Problem]:
    text = content.content_warning
    if not text:
        return
    if can.content_warning is None:
        yield Problem("content_warning", 0, "block", "check.content_warning_unsupported", fix="drop_content_warning")
        return
    used = measure.count(text, can.text)
    if used > can.content_warning:
        params = _over(used, can.content_warning, can.text.unit)
        yield Problem("content_warning", 0, "block", "check.content_warning_long", params)
    if UNSEEN.search(text):
        yield Problem("content_warning", 0, "block", "check.unseen", fix="tidy_text")


def _options(content: Content, can: Capabilities) -> Iterator[Problem]:
    known = {option.name: option for option in can.options}
    for name, value in content.options.items():
        option = known.get(name)
        params = {"option": str(option.label) if option else name, "value": str(value)[:40]}
        if option is None:
            yield Problem(f"options.{name}", 0, "block", "check.option_unknown", params, "drop_option")
        elif not _is_possible(option, value):
            yield Problem(f"options.{name}", 0, "block", "check.option_value", params, "default_option")


def _is_possible(option: Option, value: Any) -> bool:
    if option.kind == "flag":
        return isinstance(value, bool)
    if option.kind == "choice":
        return value in [key for key, _label in option.choices]
    return isinstance(value, str) and not UNSEEN.search(value)


# --- one part's text ------------------------------------------------------
def _text(part: Part, index: int, content: Content, can: Capabilities) -> Iterator[Problem]:
    text = part.text
    if not _VISIBLE.search(text):
        yield from _without_words(part, index, can)
        return
    yield from _lengths(part, index, content, can)
    if UNSEEN.search(text):
        yield Problem("text", index, "block", "check.unseen", fix="tidy_text")
    if PASTED.search(text):
        yield Problem("text", index, "warn", "check.pasted", fix="tidy_text")
    if "#" in text and (found := len(measure.tags(text))) > MANY_TAGS:
        yield Problem("text", index, "warn", "check.many_tags", {"count": found})
    if "@" in text and (found := len(measure.mentions(text))) > MANY_MENTIONS:
        yield Problem("text", index, "warn", "check.many_mentions", {"count": found})


def _without_words(part: Part, index: int, can: Capabilities) -> Iterator[Problem]:
    if part.text:
        yield Problem("text", index, "block", "check.only_blank", fix="tidy_text")
    elif can.text.required:
        yield Problem("text", index, "block", "check.text_required")
    elif not part.media and not (part.card and can.link_card == "ours"):
        yield Problem("text", index, "block", "check.empty")


def _lengths(part: Part, index: int, content: Content, can: Capabilities) -> Iterator[Problem]:
    beside = content.content_warning if can.content_warning_counts else ""
    too_long = [one for one in measure.counts_for(part, can.text, beside) if not one.fits]
    if too_long:
        worst = too_long[0]
        room = can.threads > len(content.parts)
        params = {**_over(worst.used, worst.limit, worst.unit), "number": index + 1}
        message = "check.too_long_part" if len(content.parts) > 1 else "check.too_long"
        yield Problem("text", index, "block", message, params, "split_thread" if room else "")


def _over(used: int, limit: int, unit: TextUnit) -> dict[str, Any]:
    return {"used": used, "limit": limit, "over": used - limit, "unit": unit_name(unit)}


# --- one part's pictures --------------------------------------------------
def _media(part: Part, index: int, can: Capabilities, policy: Rules) -> Iterator[Problem]:
    have, most = len(part.media), can.media.max_images
    if have and most == 0:
        yield Problem("media", index, "block", "check.no_media", fix="remove_media")
        return
    if have > most:
        yield Problem("media", index, "block", "check.too_many_media", {"have": have, "most": most})
    if can.media.required and index == 0 and not have:
        yield Problem("media", index, "block", "check.media_required")
    for number, media in enumerate(part.media, start=1):
        yield from _picture(media, number, index)
        yield from _alt(media, number, index, can, policy)


def _picture(media: Media, number: int, index: int) -> Iterator[Problem]:
    """Renditions shrink and convert still pictures; what is named here no rendition can help."""
    if not media.mime.startswith("image/"):
        yield Problem("media", index, "block", "check.media_type", {"picture": number, "type": media.mime[:40]})
    elif media.size <= 0 or media.width <= 0 or media.height <= 0:
        yield Problem("media", index, "block", "check.media_broken", {"picture": number})
    elif min(media.width, media.height) / max(media.width, media.height) < NARROWEST:
        yield Problem("media", index, "warn", "check.media_narrow", {"picture": number})


def _alt(media: Media, number: int, index: int, can: Capabilities, policy: Rules) -> Iterator[Problem]:
    params = {"picture": number}
    if media.decorative:
        return
    if not _VISIBLE.search(media.alt):
        if policy.alt_text_rule != "off" and can.alt_text.field:
            yield Problem("alt", index, policy.alt_text_rule, "check.alt_missing", params, "mark_decorative")
        return
    if not can.alt_text.field:
        yield Problem("alt", index, "warn", "check.alt_nowhere", params)
        return
    used = measure.count(media.alt, TextLimit(can.alt_text.limit, TextUnit.GRAPHEMES))
    if can.alt_text.limit and used > can.alt_text.limit:
        over = _over(used, can.alt_text.limit, TextUnit.GRAPHEMES)
        yield Problem("alt", index, "block", "check.alt_long", {**params, **over}, "shorten_alt")
    if _FILE_NAME.fullmatch(media.alt.strip()):
        yield Problem("alt", index, "warn", "check.alt_file_name", params)


# --- one part's card ------------------------------------------------------
def _card(part: Part, index: int, can: Capabilities) -> Iterator[Problem]:
    card = part.card
    if card is None:
        return
    if not _opens(card):
        yield Problem("card", index, "block", "check.card_address", fix="drop_card")
    elif can.link_card == "none" and card.url not in part.text:
        yield Problem("card", index, "block", "check.card_unsupported", fix="link_in_text")
    elif can.link_card == "server" and card.url not in part.text:
        yield Problem("card", index, "block", "check.card_from_text", fix="link_in_text")
    elif can.link_card == "ours" and part.media and not can.card_with_media:
        yield Problem("card", index, "block", "check.card_with_media", fix="drop_card")


def _opens(card: LinkCard) -> bool:
    try:
        parts = urlsplit(card.url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in card.url
    except ValueError:
        return False
