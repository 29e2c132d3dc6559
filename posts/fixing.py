"""A fix, carried out on a draft: the product mends what it can, in the place where it was found.

channels_app.fixes works on one channel's content; here its result comes back
into the draft. A fix that only one of several platforms needs (splitting,
joining) becomes that channel's own version; with a single channel, and for
fixes good for every reader, the base itself is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app import fixes
from channels_app.capabilities import Capabilities
from channels_app.check import Problem
from channels_app.content import Content, Part
from libsocial.core import asked
from libsocial.links import codes
from posts import checks, languages, names, planning, resolve
from posts.checks import Piece
from posts.checks.repairs import FIXES
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget, DraftVariant
from posts.models import Asset

LABELS: dict[str, str | Promise] = {
    "split_thread": _("Make it a thread here"),
    "join_parts": _("Join the parts here"),
    "tidy_text": _("Remove them"),
    "drop_card": _("Leave the card out"),
    "link_in_text": _("Put the link into the text"),
    "mark_decorative": _("Mark as decorative"),
    "shorten_alt": _("Shorten the description"),
    "remove_media": _("Leave the pictures out here"),
    "drop_content_warning": _("Leave the warning out here"),
    "drop_comment": _("Leave the comment out here"),
    "alt_in_text": _("Put the description into the text"),
    "drop_option": _("Use the usual setting"),
    "default_option": _("Use the usual setting"),
    "next_open": _("Move it to the next opening"),
    "open_before": _("Move it to before the closure"),
    "after_embargo": _("Move it to the end of the embargo"),
    "without_language": _("Publish without it here"),
    "name_language": _("Name it {guess}"),
    # what posts.checks mends
    "camel_case": _("Write it with capitals"),
    "tags_to_end": _("Move them to the end"),
    "fold_letters": _("Use plain letters"),
    "one_emoji": _("Keep one, at the end"),
    "remove_drawings": _("Remove it"),
    "sentence_case": _("Use small letters"),
    "tidy_unseen": _("Remove them"),
    "trim_image_of": _("Leave “image of” out"),
    "insert_access": _("Put our words on access in"),
    "insert_fields": _("Add it to the description"),
}
# Good for every reader, so for the base too when the channel follows it.
EVERYWHERE = frozenset({"tidy_text", "mark_decorative", *FIXES})


def label(fix: str, params: Mapping[str, object] | None = None) -> str:
    """The word on the button; '' for a fix nobody can press."""
    return str(LABELS.get(fix, "")).format_map(params or {})


def apply(draft: Draft, target: DraftTarget, problem: Problem, can: Capabilities, assets: Mapping[int, Asset]) -> Draft:
    """The draft with this problem mended on this channel; unchanged where it cannot be."""
    if problem.fix in planning.MOVES:
        return planning.at_time(draft, target, str(problem.params["to"]))
    if problem.fix == "name_language":
        return replace(draft, language=str(problem.params["to"]))
    if problem.fix == "without_language":
        return without_language(draft, target, str(problem.params.get("tag", "")))
    pictures = resolve.originals(assets)
    before = resolve.content_for(names.kept(draft), target, pictures)
    after = _mended(before, problem) if problem.fix in FIXES else fixes.apply(before, problem, can)
    if after == before and after.options == before.options:
        return draft
    only = len(draft.targets) == 1 or problem.fix in EVERYWHERE
    translated = languages.spoken(draft, target) != languages.every(draft)[:1]
    if only and not translated and target.variant is None and _said(after) != _said(before):
        return replace(draft, parts=_parts(after, draft.parts, pictures))
    return _with_target(draft, _own(draft, target, before, after, pictures))


def _mended(content: Content, problem: Problem) -> Content:
    """The content with one text mended by posts.checks: of a part, of a picture, or the content warning."""
    insert = str(problem.params.get("insert", ""))
    if problem.field == "content_warning":
        piece = Piece("content_warning", 0, content.content_warning)
        return replace(content, content_warning=checks.repair(problem.fix, piece, insert))
    if problem.part >= len(content.parts):
        return content
    part, number = content.parts[problem.part], int(problem.params.get("picture", 0))
    if problem.field == "alt":
        piece = Piece("alt", problem.part, part.media[number - 1].alt if 0 < number <= len(part.media) else "")
        said = checks.repair(problem.fix, piece, insert)
        media = [replace(one, alt=said) if at == number else one for at, one in enumerate(part.media, start=1)]
        changed = replace(part, media=tuple(media))
    else:
        changed = replace(part, text=checks.repair(problem.fix, Piece(problem.field, problem.part, part.text), insert))
    parts = (*content.parts[: problem.part], changed, *content.parts[problem.part + 1 :])
    return replace(content, parts=parts)


def _own(draft: Draft, target: DraftTarget, before: Content, after: Content, pictures: resolve.Pictures) -> DraftTarget:
    options = resolve.options_of(after)
    if _said(after) == _said(before) and after.content_warning == before.content_warning:
        return replace(target, options=options)
    warning = after.content_warning if after.content_warning != draft.content_warning else None
    variant = DraftVariant(_parts(after, draft.parts_for(target), pictures), content_warning=warning)
    return replace(target, variant=variant, options=options)


def without_language(draft: Draft, target: DraftTarget, tag: str) -> Draft:
    """The draft with one language taken out of a channel; a channel that got nothing else is no longer chosen."""
    left = tuple(one for one in languages.spoken(draft, target) if one != tag)
    if not left:
        return replace(draft, targets=tuple(one for one in draft.targets if one.channel != target.channel))
    return _with_target(draft, replace(target, languages=left, placement=target.placement if len(left) > 1 else ""))


def _with_target(draft: Draft, changed: DraftTarget) -> Draft:
    targets = tuple(changed if target.channel == changed.channel else target for target in draft.targets)
    return replace(draft, targets=targets)


def _parts(content: Content, old: tuple[DraftPart, ...], pictures: resolve.Pictures) -> tuple[DraftPart, ...]:
    used = {item.asset: item for part in old for item in part.media}
    by_path = {media.path: used[pk] for pk, media in pictures.media.items() if pk in used}
    cards = [part.card for part in old if part.card]
    return tuple(_part(part, by_path, cards) for part in _said(content))


def _said(content: Content) -> tuple[Part, ...]:
    """The parts a person writes as such; the first comment is an option."""
    return tuple(part for part in content.parts if part.role != "comment")


def _part(part: Part, used: Mapping[str, DraftMedia], cards: list[DraftCard]) -> DraftPart:
    media = tuple(
        replace(used[one.path], alt=one.alt, decorative=one.decorative) for one in part.media if one.path in used
    )
    url = codes.bare(part.card.url) if part.card else ""
    card = next((card for card in cards if part.card and codes.bare(card.url) == url), None)
    # What was resolved for one channel names its number behind short links; the draft is everybody's.
    return DraftPart(text=codes.bare(part.text), media=media, card=card)


# --- parts by the names of the form -----------------------------------------


def part_named(draft: Draft, name: str) -> DraftPart | None:
    """The part a form calls 'base-0' or 'v5-1'."""
    scope, number = _place(name)
    parts = _parts_of(draft, scope)
    return parts[number] if parts and number < len(parts) else None


def change_part(draft: Draft, name: str, change: Callable[[DraftPart], DraftPart]) -> Draft:
    """The draft with one part changed; unchanged where the name means nothing."""
    scope, number = _place(name)
    parts = _parts_of(draft, scope)
    if not parts or number >= len(parts):
        return draft
    changed = (*parts[:number], change(parts[number]), *parts[number + 1 :])
    if scope == "base":
        return replace(draft, parts=changed)
    target = next(target for target in draft.targets if f"v{target.channel}" == scope)
    return _with_target(draft, replace(target, variant=replace(target.variant, parts=changed)))


def _place(name: str) -> tuple[str, int]:
    scope, _dash, number = name.partition("-")
    return scope, asked.number(number) or 0


def _parts_of(draft: Draft, scope: str) -> tuple[DraftPart, ...]:
    if scope == "base":
        return draft.parts
    found = next((target for target in draft.targets if f"v{target.channel}" == scope), None)
    return found.variant.parts if found and found.variant else ()
