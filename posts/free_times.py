"""Free posting times for one post: the next one of each of its channels, and times to propose.

Nothing here says when people read: what is proposed are the times the library set itself, or those at which it is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from channels_app.models import Channel
from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.hours.reckoning import Hours
from posts import planning, slots
from posts.drafting import Draft
from posts.slots import Free

HORIZON = timedelta(days=28)
MOST = 4  # proposals
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Proposal:
    """A time to choose, in the zone of the unit. `channels`: whose posting time it is; none: the library is open."""

    wall: datetime
    channels: tuple[Channel, ...] = ()

    @property
    def at(self) -> str:
        return self.wall.strftime(planning.MINUTE)


def free_for(unit: Unit, channels: Sequence[Channel], now: datetime) -> list[Free]:
    """The free posting times of the coming weeks; two queries, one where nobody set any."""
    return slots.free_between(channels, now, now + HORIZON, unit=unit) if channels else []


def next_of_each(free: Iterable[Free], zone: str) -> dict[int, str]:
    """The next free wall time by channel; a channel without one is missing."""
    found: dict[int, str] = {}
    for one in free:
        found.setdefault(one.channel.pk, localtime.wall_of(one.moment.utc, zone).strftime(planning.MINUTE))
    return found


def placed(draft: Draft, walls: Mapping[int, str]) -> Draft:
    """A queued draft at these times. While one of its channels has none it stays queued, and that channel without."""
    if not draft.queued or not draft.targets:
        return draft
    if all(target.channel in walls for target in draft.targets):
        return planning.at_times(draft, {target.channel: walls[target.channel] for target in draft.targets})
    return replace(draft, targets=tuple(replace(one, at=walls.get(one.channel, "")) for one in draft.targets))


def proposals(free: Iterable[Free], hours: Hours | None, zone: str, now: datetime) -> list[Proposal]:
    """A few times that suit: those free on most of the channels first, shown in the order of time. Without any, those
    at which the library is open by `hours`."""
    by_moment: dict[datetime, list[Channel]] = defaultdict(list)
    for one in free:
        by_moment[one.moment.utc].append(one.channel)
    if not by_moment:
        return list(_while_open(hours, zone, now)) if hours else []
    best = sorted(by_moment, key=lambda moment: (-len(by_moment[moment]), moment))[:MOST]
    return [Proposal(localtime.wall_of(moment, zone), tuple(by_moment[moment])) for moment in sorted(best)]


def _while_open(hours: Hours, zone: str, now: datetime) -> Iterator[Proposal]:
    """The usual times of the next days at which the library is open and nothing speaks against them."""
    today = localtime.wall_of(now, zone).date()
    days = [today + number * _DAY for number in range(14)]
    usual = [datetime.combine(day, clock) for day in days for weekday, clock in slots.USUAL if weekday == day.weekday()]
    moments = [localtime.resolve(wall, zone) for wall in usual]
    fit = (one for one in moments if one.utc > now and hours.state_at(one.utc).kind == "open")
    return (Proposal(one.wall) for one in islice(fit, MOST))
