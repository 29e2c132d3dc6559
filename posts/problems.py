"""What stands between a post and the public, per channel and for the whole, named before anybody sends it.

The composer shows it while a person types, the review page to who approves, and
`submit` and `approve` refuse on what blocks: nothing a platform would cut or
refuse gets as far as the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats, timezone

from channels_app import check, outlet
from channels_app.capabilities import Capabilities
from channels_app.check import Problem
from channels_app.content import Content
from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from libsocial.accounts.models import Unit
from libsocial.accounts.policy import Policy
from libsocial.core import localtime
from libsocial.notices import catalogue
from posts import (
    checking,
    drafting,
    fields,
    free_times,
    language_problems,
    library,
    names,
    planning,
    resolve,
    schedule,
    selectors,
    tags,
)
from posts.drafting import Draft, DraftPart, DraftTarget
from posts.knowledge import Known
from posts.models import Asset, Post, Revision


@dataclass(frozen=True)
class Report:
    """Problems of the whole post, and of each chosen channel by its id (an empty tuple: ready)."""

    general: tuple[Problem, ...]
    channels: Mapping[int, tuple[Problem, ...]]

    @property
    def all(self) -> tuple[Problem, ...]:
        return self.general + tuple(problem for found in self.channels.values() for problem in found)

    @property
    def blocking(self) -> int:
        return sum(problem.severity == "block" for problem in self.all)

    @property
    def warnings(self) -> int:
        return sum(problem.severity == "warn" for problem in self.all)

    @property
    def asked(self) -> tuple[Problem, ...]:
        """Findings that are to stand as an exception and wait for the yes of who approves, each once."""
        found = {problem.params["exception"]: problem for problem in self.all if problem.severity == "asked"}
        return tuple(found.values())

    @property
    def let(self) -> tuple[Problem, ...]:
        """Findings that stand as an exception, each once."""
        found = {problem.params["exception"]: problem for problem in self.all if problem.severity == "let"}
        return tuple(found.values())


class Blocked(Exception):
    """The post cannot go on like this; `report` says what must be changed. Nothing was changed."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(sentence(next(problem for problem in report.all if problem.severity == "block")))


def sentence(problem: Problem) -> str:
    """A problem in words, in the language active now: what it is, and what to do about it."""
    shown = catalogue.render(problem.message, problem.params)
    return f"{shown.heading}. {shown.body}" if shown.body else shown.heading


def of(revision: Revision, *, now: datetime | None = None) -> Report:
    """The problems of a stored revision as things stand now."""
    draft, post = drafting.of_revision(revision), revision.post
    return of_draft(draft, unit=post.unit, now=now, known=Known([post], [draft]), post=post)


def of_draft(
    draft: Draft, *, unit: Unit, now: datetime | None = None, known: Known | None = None, post: Post | None = None
) -> Report:
    """The problems of a draft of this unit, stored or not; `post` is the one it belongs to, among those of `known`.

    Five queries at most, whatever the number of channels; one more for a text with hashtags, two for one that takes
    the next free posting times.
    """
    now, known = now or timezone.now(), known or Known([], [draft])
    channels, assets, usable, policy = known.channels, known.assets, known.usable(unit), known.policy(unit)
    draft = _at_its_times(draft, unit, channels, now)
    states, found = known.language_states(draft, post), dict[int, tuple[Problem, ...]]()
    for target in draft.targets:
        channel = channels.get(target.channel)
        if channel is None:
            continue
        problems = [
            *_standing(channel, usable),
            *_times(draft, target, now),
            *planning.of_target(draft, target, known.hours(unit), now),
            *planning.embargoed(draft, target, known.embargoes(unit), now),
            *_pictures(draft, target, assets),
            *_rights(draft, target, assets, unit, now),
            *_content(draft, target, channel, assets, policy),
            *language_problems.of_target(draft, target, states, policy.language_review),
            *_checks(draft, target, channel, unit, known, post),
        ]
        found[channel.pk] = tuple(problems)
    return Report((*_whole(draft, found), *_wording(draft, unit, known)), found)


def _at_its_times(draft: Draft, unit: Unit, channels: Mapping[int, Channel], now: datetime) -> Draft:
    """A post that takes the next free posting times is judged by those it would get now."""
    if not draft.queued:
        return draft
    chosen = [channels[target.channel] for target in draft.targets if target.channel in channels]
    return free_times.placed(draft, free_times.next_of_each(free_times.free_for(unit, chosen, now), draft.zone))


def _whole(draft: Draft, found: Mapping[int, Any]) -> Iterator[Problem]:
    if not found:
        yield Problem("targets", 0, "block", "post.no_channel")
    if all(part.empty for part in draft.parts) and not any(target.variant for target in draft.targets):
        yield Problem("text", 0, "block", "check.empty")
    yield from language_problems.of_whole(draft)


def _wording(draft: Draft, unit: Unit, known: Known) -> Iterator[Problem]:
    """What our own books say of the words: banned hashtags, fields nobody filled in, names nobody knows."""
    texts = [*fields.texts_of(draft), *names.comments_of(draft)]
    if any(tags.used(text) for text in texts):
        for tag, reason in tags.forbidden(texts, known.banned(unit)):
            yield Problem("text", 0, "block", "post.banned_tag", {"tag": f"#{tag}", "reason": reason})
    for key in fields.names_in(texts):
        severity = "block" if key in fields.FACTS else "warn"
        yield Problem("text", 0, severity, "post.field_open", {"field": "{" + key + "}"})
    for name in names.unknown(draft):
        yield Problem("text", 0, "warn", "post.name_unknown", {"name": name})


def _content(
    draft: Draft, target: DraftTarget, channel: Channel, assets: Mapping[int, Asset], policy: Policy
) -> list[Problem]:
    pictures = resolve.originals(assets)
    content = resolve.content_for(draft, target, pictures)
    can = capabilities_of(channel)
    return [*check.check(content, can, policy), *_out_of_reach(content, can)]


def _checks(
    draft: Draft, target: DraftTarget, channel: Channel, unit: Unit, known: Known, post: Post | None
) -> list[Problem]:
    content = resolve.content_for(draft, target, resolve.originals(known.assets))
    return checking.problems_of(draft, target, channel, content, unit=unit, known=known, post=post)


def _out_of_reach(content: Content, capabilities: Capabilities) -> Iterator[Problem]:
    """A platform that fetches pictures from us cannot, where this installation is not on the internet."""
    fetched = capabilities.shaped(content.options).media.fetched
    if not fetched or outlet.is_open():
        return
    for index, part in enumerate(content.parts):
        if any(media.kind in fetched for media in part.media):
            yield Problem("media", index, "block", "post.out_of_reach")


def _standing(channel: Channel, usable: set[int]) -> Iterator[Problem]:
    params = {"channel": channel.name}
    if channel.state == "disconnected":
        yield Problem("targets", 0, "block", "post.channel_disconnected", params)
    elif channel.pk not in usable:
        yield Problem("targets", 0, "block", "post.channel_not_lent", params)
    elif channel.state == "needs_reconnect":
        yield Problem("targets", 0, "warn", "post.channel_reconnect", params)
    elif channel.state == "paused":
        yield Problem("targets", 0, "warn", "post.channel_paused", params)


def _times(draft: Draft, target: DraftTarget, now: datetime) -> Iterator[Problem]:
    typed = draft.at_for(target)
    moment = schedule.moment_of(typed, draft.zone)
    if moment is None:
        if draft.queued:
            yield Problem("at", 0, "block", "post.no_posting_time")
        return
    params = {"typed": _clock(datetime.fromisoformat(typed)), "wall": _clock(moment.wall)}
    if schedule.has_passed(moment, now):
        yield Problem("at", 0, "block", "post.time_passed", params)
    if moment.note == "gap":
        yield Problem("at", 0, "warn", "post.time_gap", params)
    if moment.note == "twice":
        yield Problem("at", 0, "warn", "post.time_twice", params)


def _clock(wall: datetime) -> str:
    return formats.date_format(wall, "DATETIME_FORMAT")


def _pictures(draft: Draft, target: DraftTarget, assets: Mapping[int, Asset]) -> Iterator[Problem]:
    for index, part in enumerate(draft.parts_for(target)):
        if any(item.asset not in assets for item in part.media):
            yield Problem("media", index, "block", "post.picture_gone")


_RIGHTS = {
    "expired": ("block", "post.asset_expired"),
    "no_consent": ("block", "post.asset_no_consent"),
    "expiring": ("warn", "post.asset_expires_soon"),
}


def _rights(
    draft: Draft, target: DraftTarget, assets: Mapping[int, Asset], unit: Unit, now: datetime
) -> Iterator[Problem]:
    """May each file be used on the day it goes out? One that lies in the bin may not."""
    moment = schedule.moment_of(draft.at_for(target), draft.zone)
    on = localtime.wall_of(max(moment.utc, now) if moment else now, unit.zone).date()
    for index, part in enumerate(draft.parts_for(target)):
        for pk in dict.fromkeys(_shown(part)):
            if pk not in assets:
                continue
            asset = assets[pk]
            params = {"name": asset.original_name or str(asset.pk)}
            if asset.binned_at is not None:
                yield Problem("media", index, "block", "post.asset_binned", params)
            elif state := library.state_of(asset, on):
                severity, message = _RIGHTS[state]
                until = formats.date_format(asset.valid_until, "DATE_FORMAT") if asset.valid_until else ""
                yield Problem("media", index, severity, message, params | {"until": until})


def _shown(part: DraftPart) -> Iterator[int]:
    """Every file of a part, pictures of films and of the link card too."""
    for item in part.media:
        yield item.asset
        if item.poster is not None:
            yield item.poster
    if part.card and part.card.thumb is not None:
        yield part.card.thumb


def withheld(revision: Revision, channel_id: int, *, now: datetime) -> bool:
    """May a file of this revision no longer be shown on this channel today? Asked just before sending."""
    draft = drafting.of_revision(revision)
    target = draft.target(channel_id)
    assets = selectors.assets_of(draft)
    if target is None or not assets:
        return False
    day = localtime.wall_of(now, revision.post.unit.zone).date()
    shown = {pk for part in draft.parts_for(target) for pk in _shown(part)}
    return any(library.state_of(assets[pk], day) in ("expired", "no_consent") for pk in shown & assets.keys())
