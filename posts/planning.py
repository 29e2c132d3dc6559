"""What the time of a post means: inside a closure, in quiet hours, before an embargo ends. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import regex
from django.utils import formats

from channels_app.check import Problem
from libsocial.core import localtime
from libsocial.hours.reckoning import Hours, Standing
from posts import schedule
from posts.drafting import Draft, DraftTarget

MINUTE = "%Y-%m-%dT%H:%M"
# Fixes that give a post another time, named `to` in the problem's params: the next opening, the end of an embargo.
MOVES = ("next_open", "after_embargo", "open_before")
_MESSAGES = {"closure": "post.closed", "quiet_hours": "post.quiet_hours", "hours": "post.outside_hours"}


def of_target(draft: Draft, target: DraftTarget, hours: Hours, now: datetime) -> Iterator[Problem]:
    """A planned time at which the library is closed or quiet. Service notices may pass."""
    if draft.service:
        return
    moment = schedule.moment_for(draft, target)
    leaves = moment.utc if moment else now
    standing = hours.state_at(leaves)
    rule = _rule(standing, hours, at_once=moment is None)
    if rule not in ("warn", "block"):
        return
    opening = hours.next_open(leaves)
    there = localtime.wall_of(opening, draft.zone) if opening else None
    params = {
        "wall": clock(localtime.wall_of(leaves, draft.zone)),
        "reason": standing.reason,
        "opening": clock(there) if there else "",
        "to": there.strftime(MINUTE) if there else "",
    }
    name = _MESSAGES[standing.why] + ("" if opening else "_for_good")
    yield Problem("at", 0, rule, name, params, MOVES[0] if opening else "")
    before = hours.last_open(leaves) if moment and standing.why == "closure" else None
    if before and before > now:
        there = localtime.wall_of(before, draft.zone)
        found = {"before": clock(there), "to": there.strftime(MINUTE)}
        yield Problem("at", 0, "hint", "post.open_before", found, MOVES[2])


def _rule(standing: Standing, hours: Hours, *, at_once: bool) -> str:
    """What leaves at once was somebody's decision: only a closure speaks against it, not the hour."""
    if at_once and (standing.why, standing.kind) != ("closure", "closed"):
        return ""
    if standing.stops_posts:
        return hours.closed_rule
    return hours.outside_rule if standing.why == "hours" else ""


def clock(wall: datetime) -> str:
    return formats.date_format(wall, "DATETIME_FORMAT")


# --- embargoes --------------------------------------------------------------


@dataclass(frozen=True)
class Ban:
    """An embargo in force: nothing with one of these words or this asset before `until` (aware)."""

    words: tuple[str, ...]  # title, author, ISBN: each by itself is enough
    asset: int | None
    until: datetime
    zone: str
    reason: str


def embargoed(draft: Draft, target: DraftTarget, bans: Iterable[Ban], now: datetime) -> Iterator[Problem]:
    """What the post says before its time. Without a time of its own it would leave now."""
    moment = schedule.moment_for(draft, target)
    leaves = max(moment.utc, now) if moment else now
    for ban in bans:
        if leaves < ban.until and named_by(ban, draft, target):
            there = localtime.wall_of(ban.until, draft.zone)
            until = clock(localtime.wall_of(ban.until, ban.zone))
            params = {"until": until, "zone": ban.zone, "reason": ban.reason, "to": there.strftime(MINUTE)}
            yield Problem("at", 0, "block", "post.embargoed", params, MOVES[1])


def named_by(ban: Ban, draft: Draft, target: DraftTarget | None = None) -> bool:
    """Does the draft, on this channel or anywhere, show what the embargo is about?"""
    if ban.asset is not None and ban.asset in draft.asset_ids():
        return True
    texts = [_plain(text) for text in _texts(draft, target)] if ban.words else []
    return any(_says(words, text) for words in ban.words for text in texts)


def _texts(draft: Draft, target: DraftTarget | None) -> Iterator[str]:
    wanted = draft.targets if target is None else (target,)
    groups = [draft.parts_for(one) for one in wanted] or [draft.parts]
    for part in (part for group in groups for part in group):
        yield part.text
        yield from (item.alt for item in part.media)
        if part.card:
            yield f"{part.card.title} {part.card.description} {part.card.url}"
    yield draft.content_warning
    for one in wanted:
        yield from (value for value in one.options.values() if isinstance(value, str))


def _says(words: str, text: str) -> bool:
    """Whole words, whatever their case, accents, spaces and hyphens; an ISBN with and without its dashes."""
    wanted = _plain(words)
    number = wanted.replace(" ", "")
    if len(number) >= 10 and number.rstrip("x").isdigit():
        return number in text.replace(" ", "")
    return bool(wanted) and f" {wanted} " in f" {text} "


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(regex.findall(r"[\p{L}\p{N}]+", bare))


def at_times(draft: Draft, walls: Mapping[int, str]) -> Draft:
    """The draft with a wall time for each channel: the earliest is that of the post, others are their channels' own.
    A channel without one goes with the post."""
    first = min(walls.values(), default=draft.at)
    own = {channel: "" if wall == first else wall for channel, wall in walls.items()}
    targets = tuple(replace(target, at=own.get(target.channel, "")) for target in draft.targets)
    return replace(draft, at=first, targets=targets, queued=False)


def at_time(draft: Draft, target: DraftTarget, to: str) -> Draft:
    """The draft at another wall time: this channel alone where it has a time of its own, else all of it."""
    if draft.queued or not target.at:
        return replace(draft, at=to, queued=False)
    changed = replace(target, at=to)
    return replace(draft, targets=tuple(changed if one.channel == target.channel else one for one in draft.targets))
