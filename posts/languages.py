"""Further languages of one post: which channel gets which, what it then says, and how far each language is. Pure.

A channel with languages of its own gets those of them a post has; one without gets the base text. Where a person chose
for a channel, that holds. A channel's own version of the text stands in place of all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import regex
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app.content import digest_of
from libsocial.accounts import choices
from posts.drafting import Draft, DraftLanguage, DraftMedia, DraftPart, DraftTarget

LINE = "\n\n———\n\n"  # between two languages in one post
# Languages written from right to left, by their first subtag (Unicode CLDR, characterOrder).
RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "mzn", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"}
)

STATES: dict[str, str | Promise] = {
    "missing": _("missing"),
    "machine": _("machine draft"),
    "draft": _("draft"),
    "reviewed": _("reviewed"),
    "stale": _("stale"),
}


@dataclass(frozen=True)
class Seen:
    """What a review was bound to."""

    source: str
    text: str


# --- names -------------------------------------------------------------------


def name_of(tag: str) -> str:
    """The language as its speakers call it."""
    return choices.name_of(tag)


def called(tag: str) -> str:
    """The language as the reader of our pages calls it, for sentences."""
    return choices.called(tag)


def primary(tag: str) -> str:
    """The language without script and region: 'es' of 'es-MX'."""
    return tag.partition("-")[0].lower()


def direction(tag: str) -> str:
    """'rtl', 'ltr', or 'auto' where no language is named."""
    if not tag:
        return "auto"
    return "rtl" if primary(tag) in RIGHT_TO_LEFT or "-arab" in tag.lower() or "-hebr" in tag.lower() else "ltr"


def fits(asked: str, tag: str) -> bool:
    """Is a text in `tag` for who asked for `asked`? Spanish is for everybody who reads Spanish; Mexican Spanish that
    was asked for is also met by plain Spanish."""
    return asked.lower() == tag.lower() or primary(asked) == primary(tag)


# --- which channel gets which -------------------------------------------------


def routed(draft: Draft, asked: Mapping[int, Sequence[str]]) -> Draft:
    """The draft with the languages each channel gets by itself; `asked`: a channel's own languages by its id.

    What was chosen for a language that the post no longer has falls away.
    """
    return replace(draft, targets=tuple(_routed(draft, one, asked.get(one.channel, ())) for one in draft.targets))


def _routed(draft: Draft, target: DraftTarget, asked: Sequence[str]) -> DraftTarget:
    there = every(draft)
    chosen = tuple(tag for tag in target.languages if tag in there) if draft.languages else ()
    found = tuple(dict.fromkeys(tag for tag in (_best(one, there) for one in asked) if tag)) if draft.languages else ()
    return replace(
        target,
        languages=chosen,
        placement=target.placement if len(chosen) > 1 else "",
        routed=() if found == there[:1] else found,
    )


def _best(asked: str, there: Sequence[str]) -> str:
    exact = next((tag for tag in there if tag.lower() == asked.lower()), "")
    return exact or next((tag for tag in there if fits(asked, tag)), "")


def every(draft: Draft) -> tuple[str, ...]:
    """The language of the base, then the further ones."""
    return (draft.language, *(one.language for one in draft.languages))


def spoken(draft: Draft, target: DraftTarget) -> tuple[str, ...]:
    """The languages this channel gets, in their order; at least one."""
    there = every(draft)
    return tuple(tag for tag in target.languages or target.routed if tag in there) or there[:1]


def placement(draft: Draft, target: DraftTarget) -> str:
    """'separate', 'combined' or 'thread'."""
    return (target.placement or "combined") if len(spoken(draft, target)) > 1 else "separate"


def used(draft: Draft, target: DraftTarget) -> tuple[DraftLanguage, ...]:
    """The further languages whose words go out on this channel; none where it has its own version."""
    if target.variant:
        return ()
    found = (draft.in_language(tag) for tag in spoken(draft, target))
    return tuple(one for one in found if one is not None)


# --- what it then says ----------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One post of a channel, with the part of the form its words come from. `language` '' : that of the whole."""

    part: DraftPart
    slot: str
    language: str = ""


def said(draft: Draft, target: DraftTarget) -> tuple[Said, ...]:
    """The parts of a post on this channel, every language in its place."""
    if target.variant:
        return tuple(Said(part, f"v{target.channel}-{n}") for n, part in enumerate(target.variant.parts))
    first, *others = spoken(draft, target)
    parts = tuple(Said(part, f"{scope_of(draft, first)}-{n}") for n, part in enumerate(version(draft, first)))
    if not others:
        return parts
    if placement(draft, target) == "combined":
        return tuple(replace(one, part=_joined(draft, n, (first, *others))) for n, one in enumerate(parts))
    return parts + tuple(
        Said(DraftPart(part.text), f"{scope_of(draft, tag)}-{n}", tag)
        for tag in others
        for n, part in enumerate(version(draft, tag))
        if part.text.strip()
    )


def scope_of(draft: Draft, tag: str) -> str:
    """What the composer's form calls a language: 'base', 'l-es'."""
    return f"l-{tag}" if draft.in_language(tag) else "base"


def slot_of(draft: Draft, target: DraftTarget, number: int) -> str:
    """The part of the form the words of one published part come from."""
    parts = said(draft, target)
    return parts[min(number, len(parts) - 1)].slot


def warning(draft: Draft, target: DraftTarget) -> str:
    """The content warning in the languages of the channel."""
    if target.variant:
        return draft.warning_for(target)
    warnings = [_warning_in(draft, tag) for tag in spoken(draft, target)]
    return " / ".join(dict.fromkeys(text for text in warnings if text))


def _warning_in(draft: Draft, tag: str) -> str:
    one = draft.in_language(tag)
    return (one.content_warning or draft.content_warning) if one else draft.content_warning


def version(draft: Draft, tag: str) -> tuple[DraftPart, ...]:
    """Every part in one language, with the pictures of the base. A description that is not translated stays."""
    one = draft.in_language(tag)
    if one is None:
        return draft.parts
    words = [*one.parts, *[DraftPart()] * len(draft.parts)]
    return tuple(_translated(part, own) for part, own in zip(draft.parts, words, strict=False))


def _translated(part: DraftPart, own: DraftPart) -> DraftPart:
    alts = {item.asset: item.alt for item in own.media if item.alt.strip()}
    media = tuple(replace(item, alt=alts.get(item.asset, item.alt)) for item in part.media)
    return replace(part, text=own.text, media=media)


def _joined(draft: Draft, number: int, tags: Iterable[str]) -> DraftPart:
    versions = [version(draft, tag)[number] for tag in tags]
    text = LINE.join(part.text.strip() for part in versions if part.text.strip())
    first = versions[0]
    media = tuple(_described(item, versions, place) for place, item in enumerate(first.media))
    return replace(first, text=text if len(versions) > 1 else first.text, media=media)


def _described(item: DraftMedia, versions: Sequence[DraftPart], place: int) -> DraftMedia:
    alts = dict.fromkeys(part.media[place].alt.strip() for part in versions)
    return replace(item, alt=" / ".join(alt for alt in alts if alt))


# --- how far each is --------------------------------------------------------------


def source_digest(draft: Draft) -> str:
    """SHA-256 of what a translation is made from: the base's words, descriptions and warning."""
    return _digest(draft.parts, draft.content_warning)


def text_digest(one: DraftLanguage) -> str:
    """SHA-256 of the words of one language."""
    return _digest(one.parts, one.content_warning)


def _digest(parts: Iterable[DraftPart], content_warning: str) -> str:
    texts = [[part.text.strip(), *sorted([item.asset, item.alt.strip()] for item in part.media)] for part in parts]
    return digest_of([texts, content_warning.strip()])


def empty(one: DraftLanguage) -> bool:
    return not any(part.text.strip() for part in one.parts)


def missing_parts(draft: Draft, one: DraftLanguage) -> list[int]:
    """Numbers of the parts that have words in the base and none in this language."""
    parts = version(draft, one.language)
    return [n for n, part in enumerate(draft.parts) if part.text.strip() and not parts[n].text.strip()]


def state_of(draft: Draft, one: DraftLanguage, last: Seen | None) -> str:
    """Where a language stands; `last` is the newest review of it.

    The source changed since: stale, whatever happened to the translation. Only its own words changed: a draft.
    """
    if empty(one):
        return "missing"
    if last is not None and last.source != source_digest(draft):
        return "stale"
    if last is not None and last.text == text_digest(one):
        return "reviewed"
    return "machine" if one.machine else "draft"


# --- the glossary ------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """An entry that is met in a text, with where."""

    term: str
    translation: str
    stays: bool


def hits(text: str, terms: Iterable[Term]) -> list[Term]:
    """The entries whose term stands in the text as whole words, in the order of the text."""
    found = [(place.start(), term) for term in terms if (place := _pattern(term.term).search(text))]
    return [term for _place, term in sorted(found, key=lambda one: one[0])]


def stretches(text: str, terms: Iterable[Term]) -> list[tuple[str, Term | None]]:
    """The text in stretches, those that are an entry with it. Longer terms win."""
    known = {term.term.casefold(): term for term in terms}
    if not known:
        return [(text, None)] if text else []
    words = "|".join(regex.escape(term) for term in sorted(known, key=len, reverse=True))
    pieces = regex.split(rf"(?<![\p{{L}}\p{{N}}])({words})(?![\p{{L}}\p{{N}}])", text, flags=regex.I)
    return [(piece, known.get(piece.casefold()) if n % 2 else None) for n, piece in enumerate(pieces) if piece]


def _pattern(term: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}]){regex.escape(term)}(?![\p{{L}}\p{{N}}])", regex.I)
