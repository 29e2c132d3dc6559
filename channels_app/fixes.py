"""What the product can do about a problem, on request. Pure: a content in, a content out; nothing is lost silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import regex

from channels_app import measure
from channels_app.capabilities import Capabilities, TextLimit, TextUnit
from channels_app.check import PASTED, Problem, unseen
from channels_app.content import Content, Media, Part

_SENTENCE_END = regex.compile(r"[.!?…。！？]['\"”’)]*\s+|\n+")
_SPACE = regex.compile(r"\s+")


def apply(content: Content, problem: Problem, capabilities: Capabilities) -> Content:
    """The content with this problem's fix applied; unchanged where there is none."""
    fix = _FIXES.get(problem.fix)
    return fix(content, problem, capabilities) if fix else content


def split_text(text: str, limit: TextLimit, beside: str = "") -> list[str]:
    """The text in pieces that fit, broken between paragraphs or sentences, else words, else characters.

    Every word is kept; only the blank space at the breaks goes. `beside` shares
    the limit of every piece (a content warning on Mastodon).
    """
    pieces, rest = [], measure.plain_newlines(text).strip()
    while rest and not _fits(rest, limit, beside):
        cut = _longest_start(rest, limit, beside)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _fits(text: str, limit: TextLimit, beside: str) -> bool:
    return all(count.fits for count in measure.counts_for(text, limit, beside))


def _longest_start(text: str, limit: TextLimit, beside: str) -> int:
    """Where to cut: the last good break that fits and leaves no crumb, else the last character that fits."""
    for pattern in (_SENTENCE_END, _SPACE):
        breaks = [match.end() for match in pattern.finditer(text, 0, 8 * limit.limit)]
        best = _last_fitting(text, breaks, limit, beside)
        if best and (pattern is _SPACE or best * 3 > min(limit.limit, len(text))):
            return best
    ends = [match.end() for match in regex.finditer(r"\X", text[: 2 * limit.limit])]
    return _last_fitting(text, ends, limit, beside) or ends[0]


def _last_fitting(text: str, cuts: list[int], limit: TextLimit, beside: str) -> int:
    low, high = 0, len(cuts)
    while low < high:
        middle = (low + high) // 2
        if _fits(text[: cuts[middle]].rstrip(), limit, beside):
            low = middle + 1
        else:
            high = middle
    return cuts[low - 1] if low else 0


def tidy(text: str) -> str:
    """Without characters nobody sees."""
    return PASTED.sub("", unseen(text).sub("", measure.plain_newlines(text)))


def _each_part(content: Content, problem: Problem, **changes: object) -> Content:
    parts = list(content.parts)
    parts[problem.part] = replace(parts[problem.part], **changes)
    return replace(content, parts=tuple(parts))


def _split_thread(content: Content, problem: Problem, can: Capabilities) -> Content:
    part = content.parts[problem.part]
    beside = content.content_warning if can.content_warning_counts else ""
    first, *others = split_text(part.text, can.text.beside(part.media), beside)
    new = (replace(part, text=first), *(Part(text=text) for text in others))
    return replace(content, parts=(*content.parts[: problem.part], *new, *content.parts[problem.part + 1 :]))


def _join_parts(content: Content, problem: Problem, can: Capabilities) -> Content:
    cards = [part.card for part in content.parts if part.card]
    joined = Part(
        text="\n\n".join(part.text for part in content.parts if part.text),
        media=tuple(media for part in content.parts for media in part.media),
        card=cards[0] if cards else None,
    )
    return replace(content, parts=(joined,))


def _tidy_text(content: Content, problem: Problem, can: Capabilities) -> Content:
    if problem.field == "content_warning":
        return replace(content, content_warning=tidy(content.content_warning).strip())
    text = "" if problem.message == "check.only_blank" else tidy(content.parts[problem.part].text)
    return _each_part(content, problem, text=text)


def _alt_in_text(content: Content, problem: Problem) -> Content:
    """The description below the text, where everybody can read it."""
    part = content.parts[problem.part]
    alt = part.media[int(problem.params["picture"]) - 1].alt
    return _each_part(content, problem, text=f"{part.text.rstrip()}\n\n{alt}".strip())


def _media_changed(content: Content, problem: Problem, change: Callable[[Media], Media]) -> Content:
    number = int(problem.params["picture"])
    media = [change(one) if at == number else one for at, one in enumerate(content.parts[problem.part].media, start=1)]
    return _each_part(content, problem, media=tuple(media))


def _mark_decorative(content: Content, problem: Problem, can: Capabilities) -> Content:
    return _media_changed(content, problem, lambda one: replace(one, decorative=True))


def _shorten_alt(content: Content, problem: Problem, can: Capabilities) -> Content:
    limit = TextLimit(can.alt_text.limit, TextUnit.GRAPHEMES)
    return _media_changed(content, problem, lambda one: replace(one, alt=split_text(one.alt, limit)[0]))


def _link_in_text(content: Content, problem: Problem, can: Capabilities) -> Content:
    part = content.parts[problem.part]
    url = part.card.url if part.card else ""
    return _each_part(content, problem, text=f"{part.text.rstrip()}\n\n{url}".strip())


def _drop_option(content: Content, problem: Problem, can: Capabilities) -> Content:
    name = problem.field.removeprefix("options.")
    kept = {key: value for key, value in content.options.items() if key != name}
    defaults = {option.name: option.default for option in can.options if option.name == name}
    return replace(content, options={**kept, **defaults})


_FIXES: dict[str, Callable[[Content, Problem, Capabilities], Content]] = {
    "split_thread": _split_thread,
    "join_parts": _join_parts,
    "tidy_text": _tidy_text,
    "mark_decorative": _mark_decorative,
    "shorten_alt": _shorten_alt,
    "link_in_text": _link_in_text,
    "drop_option": _drop_option,
    "default_option": _drop_option,
    "drop_card": lambda content, problem, _: _each_part(content, problem, card=None),
    "drop_content_warning": lambda content, _problem, _can: replace(content, content_warning=""),
    "drop_comment": lambda content, problem, _: replace(
        content, parts=tuple(part for part in content.parts if part.role != "comment")
    ),
    "alt_in_text": lambda content, problem, _: _alt_in_text(content, problem),
    "remove_media": lambda content, problem, _: _each_part(content, problem, media=()),
}
