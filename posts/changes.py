"""What differs between two drafts, readable: words added and taken away, pictures, times, channels. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

import regex
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from posts import languages
from posts.drafting import Draft, DraftCard, DraftLanguage, DraftMedia, DraftPart, DraftTarget
from posts.resolve import FIRST_COMMENT

_WORDS = regex.compile(r"\s+|[\p{L}\p{M}\p{N}_'’-]+|\X")
_LINES = regex.compile(r"[^\n]*\n|[^\n]+")
MOST_PIECES = 3000  # beyond that lines are compared: comparing costs the square


@dataclass(frozen=True)
class Piece:
    """A stretch of text. op: same, added, removed."""

    op: str
    text: str


@dataclass(frozen=True)
class Change:
    """One difference. `channel` '' means the base text; `what` names the field."""

    what: str
    pieces: tuple[Piece, ...]
    channel: str = ""


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The new text with what was added, and what was removed in its place."""
    before, after = _pieces(old), _pieces(new)
    if len(before) > MOST_PIECES or len(after) > MOST_PIECES:
        before, after = _LINES.findall(old), _LINES.findall(new)
    if len(before) > MOST_PIECES or len(after) > MOST_PIECES:
        return tuple(piece for piece in (Piece("removed", old), Piece("added", new)) if piece.text)
    return tuple(_compared(before, after))


def _pieces(text: str) -> list[str]:
    return _WORDS.findall(text) if len(text) < 40_000 else _LINES.findall(text)


def _compared(before: list[str], after: list[str]) -> Iterator[Piece]:
    for op, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            yield Piece("same", "".join(after[c:d]))
            continue
        if b > a:
            yield Piece("removed", "".join(before[a:b]))
        if d > c:
            yield Piece("added", "".join(after[c:d]))


def between(old: Draft, new: Draft, names: Mapping[int, str]) -> list[Change]:
    """Every difference the public would notice. `names`: channels by id."""
    return [
        *_parts(old.parts, new.parts, ""),
        *_one(gettext_lazy("Content warning"), old.content_warning, new.content_warning),
        *_one(gettext_lazy("Language"), old.language, new.language),
        *_one(gettext_lazy("Time"), _time(old.at, old.zone), _time(new.at, new.zone)),
        *_languages(old, new),
        *_channels(old, new, names),
        *_mentions(old, new, names),
    ]


def from_base(draft: Draft, target: DraftTarget) -> list[Change]:
    """How a channel's own text differs from the one the others say; [] where it follows, or says the same."""
    return list(_parts(draft.parts, target.variant.parts, "")) if target.variant else []


def _one(what: str | Promise, old: str, new: str, channel: str = "") -> Iterator[Change]:
    if old != new:
        pieces = [Piece("removed", old), Piece("added", new)]
        yield Change(str(what), tuple(piece for piece in pieces if piece.text), channel)


def _time(at: str, zone: str) -> str:
    if not at:
        return _("as soon as approved")
    return f"{formats.date_format(datetime.fromisoformat(at), 'DATETIME_FORMAT')} ({zone})"


def _parts(old: tuple[DraftPart, ...], new: tuple[DraftPart, ...], channel: str) -> Iterator[Change]:
    nothing = DraftPart()
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else nothing
        after = new[index] if index < len(new) else nothing
        label = _("Text") if max(len(old), len(new)) == 1 else _("Text, part %(n)s") % {"n": index + 1}
        if before.text != after.text:
            yield Change(label, words(before.text, after.text), channel)
        yield from _media(before.media, after.media, channel)
        yield from _one(gettext_lazy("Link card"), _card(before.card), _card(after.card), channel)
        if before.card and after.card and before.card.thumb != after.card.thumb:
            yield Change(_("Picture of the link card"), (Piece("added", _("changed")),), channel)


def _card(card: DraftCard | None) -> str:
    return " · ".join(text for text in (card.title, card.description, card.url) if text) if card else ""


def _media(old: tuple[DraftMedia, ...], new: tuple[DraftMedia, ...], channel: str) -> Iterator[Change]:
    before, after = {item.asset: item for item in old}, {item.asset: item for item in new}
    for pk, item in after.items():
        if pk not in before:
            yield Change(_("Picture added"), (Piece("added", _shown(item)),), channel)
        elif _shown(before[pk]) != _shown(item):
            yield Change(_("Description of a picture"), words(_shown(before[pk]), _shown(item)), channel)
        if pk in before and before[pk].captions != item.captions:
            yield Change(_("Captions of a film"), (Piece("added", _("changed")),), channel)
        if pk in before and before[pk].poster != item.poster:
            yield Change(_("Still picture of a film"), (Piece("added", _("changed")),), channel)
    for pk, item in before.items():
        if pk not in after:
            yield Change(_("Picture taken out"), (Piece("removed", _shown(item)),), channel)
    kept = [pk for pk in before if pk in after]
    if kept != [pk for pk in after if pk in before]:
        yield Change(_("Order of the pictures"), (Piece("added", _("changed")),), channel)


def _shown(item: DraftMedia) -> str:
    if item.decorative:
        return _("decorative")
    return item.alt or _("without description")


def _languages(old: Draft, new: Draft) -> Iterator[Change]:
    for one in new.languages:
        before, name = old.in_language(one.language), languages.called(one.language)
        if before is None:
            yield Change(_("Language"), (Piece("added", name),))
        yield from _language(before or DraftLanguage(one.language), one, name)
    for one in old.languages:
        if new.in_language(one.language) is None:
            yield Change(_("Language"), (Piece("removed", languages.called(one.language)),))


def _language(old: DraftLanguage, new: DraftLanguage, name: str) -> Iterator[Change]:
    """Words of one language; pictures themselves are told of the base."""
    before, after = _texts(old), _texts(new)
    for label in dict.fromkeys([*before, *after]):
        if before.get(label, "") != after.get(label, ""):
            yield Change(label, words(before.get(label, ""), after.get(label, "")), name)
    yield from _one(gettext_lazy("Content warning"), old.content_warning, new.content_warning, name)


def _texts(one: DraftLanguage) -> dict[str, str]:
    many = len(one.parts) > 1
    texts = {_("Text, part %(n)s") % {"n": n} if many else _("Text"): p.text for n, p in enumerate(one.parts, 1)}
    alts = [item.alt for part in one.parts for item in part.media if item.alt]
    return texts | {_("Description of a picture"): "\n".join(alts)}


def _channels(old: Draft, new: Draft, names: Mapping[int, str]) -> Iterator[Change]:
    for target in new.targets:
        name = names.get(target.channel, "?")
        before = old.target(target.channel)
        if before is None:
            yield Change(_("Channel"), (Piece("added", name),))
        else:
            yield from _target(old, before, new, target, name)
    for target in old.targets:
        if new.target(target.channel) is None:
            yield Change(_("Channel"), (Piece("removed", names.get(target.channel, "?")),))


def _mentions(old: Draft, new: Draft, names: Mapping[int, str]) -> Iterator[Change]:
    """Handles that differ although the name in the text is the same."""
    for name in new.mentions.keys() & old.mentions.keys():
        before, after = old.mentions[name], new.mentions[name]
        for channel in sorted(before.keys() & after.keys()):
            label = names.get(int(channel), "?") if channel.isdigit() else "?"
            yield from _one(name, before[channel], after[channel], channel=label)


def _spoken(draft: Draft, target: DraftTarget) -> str:
    """The languages of a channel in words; '' where it gets the base text alone."""
    tags = languages.spoken(draft, target)
    if tags == languages.every(draft)[:1]:
        return ""
    together = " + ".join(languages.called(tag) for tag in tags)
    way = languages.placement(draft, target)
    return _("%(languages)s as a thread") % {"languages": together} if way == "thread" else together


def _target(old: Draft, before: DraftTarget, new: Draft, after: DraftTarget, name: str) -> Iterator[Change]:
    if before.variant != after.variant:
        yield from _parts(old.parts_for(before), new.parts_for(after), name)
        yield from _one(gettext_lazy("Content warning"), old.warning_for(before), new.warning_for(after), name)
    said, says = _spoken(old, before), _spoken(new, after)
    yield from _one(gettext_lazy("Languages here"), said, says, name)
    if before.at != after.at:
        yield from _one(
            gettext_lazy("Time"), _time(old.at_for(before), old.zone), _time(new.at_for(after), new.zone), name
        )
    for option in sorted({*before.options, *after.options}):
        label = _("First comment") if option == FIRST_COMMENT else option
        yield from _one(label, str(before.options.get(option, "")), str(after.options.get(option, "")), channel=name)
