"""What stands between a content and the platform, named before anybody sends it. Pure: no database, no network.

The composer shows the problems while a person types, the review page shows
them to who approves, and approving asks once more. Nothing is ever cut to fit:
a problem names the field, says by how much, and where the product can help it
names a fix (see channels_app.fixes).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import regex

from channels_app import check_media, measure
from channels_app.capabilities import Capabilities, Option, TextUnit
from channels_app.content import Content, LinkCard, Part
from channels_app.findings import VISIBLE, Problem, Rules, over

__all__ = ["PASTED", "Problem", "Rules", "blocks", "check", "lines_of", "unseen"]

MANY_TAGS = 10
MANY_MENTIONS = 10

_MOMENT = regex.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
# What no reader sees and no platform wants: control characters and characters that turn the writing direction.
UNSEEN = regex.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Arabic and Hebrew need some of the latter around names and numbers of other scripts; overrides nobody needs.
_UNSEEN_BESIDE_RTL = regex.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202d\u202e\ud800-\udfff]")
_RTL = regex.compile(r"[\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}]")
# Without meaning in a post, usually pasted along: zero-width spaces, soft hyphens, byte order marks.
PASTED = regex.compile(r"[\u00ad\u200b\u2060-\u2064\ufeff]")
_LANGUAGE = regex.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*")


def unseen(text: str) -> regex.Pattern[str]:
    """What must not stand in this text though nobody sees it."""
    return _UNSEEN_BESIDE_RTL if _RTL.search(text) else UNSEEN


def check(content: Content, capabilities: Capabilities, policy: Rules) -> list[Problem]:
    """Every problem of this content on this platform under this policy, in the order a person reads."""
    can = capabilities.shaped(content.options)
    problems = list(_whole(content, can))
    for index, part in enumerate(content.parts):
        if part.role == "comment":
            problems += _comment(part, index, can)
            continue
        problems += _text(part, index, content, can)
        problems += check_media.problems(part, index, can, policy)
        problems += _card(part, index, can)
    return problems


def blocks(problems: list[Problem]) -> bool:
    """Whether one of them stops the post."""
    return any(problem.severity == "block" for problem in problems)


# --- the whole ------------------------------------------------------------
def _whole(content: Content, can: Capabilities) -> Iterator[Problem]:
    parts = sum(part.role != "comment" for part in content.parts)
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
        params = over(used, can.content_warning, can.text.unit)
        yield Problem("content_warning", 0, "block", "check.content_warning_long", params)
    if unseen(text).search(text):
        yield Problem("content_warning", 0, "block", "check.unseen", fix="tidy_text")


def _options(content: Content, can: Capabilities) -> Iterator[Problem]:
    known = {option.name: option for option in can.options}
    asked = {option.name for option in can.asked(content.options)}
    for name, value in content.options.items():
        option = known.get(name)
        if option is None:
            params = {"option": name, "value": str(value)[:40]}
            yield Problem(f"options.{name}", 0, "block", "check.option_unknown", params, "drop_option")
        elif name in asked:
            yield from _option(option, value)
    for option in can.options:
        if option.required and option.name in asked and not content.options.get(option.name, option.default):
            yield Problem(f"options.{option.name}", 0, "block", "check.option_required", {"option": str(option.label)})


def _option(option: Option, value: Any) -> Iterator[Problem]:
    params = {"option": str(option.label), "value": str(value)[:40]}
    if not _is_possible(option, value):
        yield Problem(f"options.{option.name}", 0, "block", "check.option_value", params, "default_option")
        return
    if not isinstance(value, str) or not value:
        return
    if found := _refused(value, option.refused):
        yield Problem(f"options.{option.name}", 0, "block", "check.option_refused", {**params, "characters": found})
    if option.limit and (longest := max(len(line) for line in _lines_of(option, value))) > option.limit:
        too_much = over(longest, option.limit, TextUnit.CODEPOINTS)
        yield Problem(f"options.{option.name}", 0, "block", "check.option_long", {**params, **too_much})
    if option.kind == "lines" and option.most and not option.least <= len(lines_of(value)) <= option.most:
        counted = {"have": len(lines_of(value)), "least": option.least, "most": option.most}
        yield Problem(f"options.{option.name}", 0, "block", "check.option_lines", {**params, **counted})


def lines_of(value: Any) -> list[str]:
    """The lines of an option of kind 'lines' that say something."""
    return [line.strip() for line in str(value).splitlines() if line.strip()]


def _lines_of(option: Option, value: str) -> list[str]:
    """What its limit holds for: each line of a list, the whole of a text."""
    return lines_of(value) or [""] if option.most else [value]


def _is_possible(option: Option, value: Any) -> bool:
    match option.kind:
        case "flag":
            return isinstance(value, bool)
        case "choice":
            return value in [key for key, _label in option.choices]
        case "url":
            return isinstance(value, str) and (not value or _is_address(value))
        case "moment":
            return isinstance(value, str) and (not value or bool(_MOMENT.fullmatch(value)))
        case _:
            return isinstance(value, str) and not UNSEEN.search(value)


# --- our own first comment --------------------------------------------------
def _comment(part: Part, index: int, can: Capabilities) -> Iterator[Problem]:
    if can.comment is None:
        yield Problem("comment", index, "block", "check.no_comment", fix="drop_comment")
        return
    for count in measure.counts_for(part, can.comment, ""):
        if not count.fits:
            yield Problem("comment", index, "block", "check.comment_long", over(count.used, count.limit, count.unit))
    if unseen(part.text).search(part.text):
        yield Problem("comment", index, "block", "check.unseen", fix="tidy_text")


# --- one part's text ------------------------------------------------------
def _text(part: Part, index: int, content: Content, can: Capabilities) -> Iterator[Problem]:
    text = part.text
    if not VISIBLE.search(text):
        yield from _without_words(part, index, can)
        return
    yield from _lengths(part, index, content, can)
    if unseen(text).search(text):
        yield Problem("text", index, "block", "check.unseen", fix="tidy_text")
    if found := _refused(text, can.text.refused):
        yield Problem("text", index, "block", "check.refused", {"characters": found})
    if PASTED.search(text):
        yield Problem("text", index, "warn", "check.pasted", fix="tidy_text")
    if "#" in text and (tags := len(measure.tags(text))) > MANY_TAGS:
        yield Problem("text", index, "warn", "check.many_tags", {"count": tags})
    if "@" in text and (people := len(measure.mentions(text))) > MANY_MENTIONS:
        yield Problem("text", index, "warn", "check.many_mentions", {"count": people})


def _refused(text: str, characters: str) -> str:
    """Those of the characters a platform takes nowhere that stand in the text, as a person reads them."""
    return " ".join(one for one in characters if one in text)


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
        params = {**over(worst.used, worst.limit, worst.unit), "number": index + 1}
        message = "check.too_long_part" if len(content.parts) > 1 else "check.too_long"
        yield Problem("text", index, "block", message, params, "split_thread" if room else "")


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
    return _is_address(card.url)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
    except ValueError:
        return False
