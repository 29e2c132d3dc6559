"""When an evergreen post may be used again, and which free posting times the queue takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

TOGETHER = timedelta(days=7)  # one use reaches all its channels within this time
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One item of the queue. `said_on`: days on which it was said or will be, the post it comes from among them;
    `used`: how many uses count towards `most`. `season`: month and day, such as ("11-15", "01-06"), or None."""

    key: int
    channels: frozenset[int]
    turn: datetime
    gap: int = 90
    season: tuple[str, str] | None = None
    most: int | None = None
    used: int = 0
    said_on: frozenset[date] = frozenset()
    look_again: date | None = None
    paused: bool = False
    trouble: bool = False


@dataclass(frozen=True)
class Place:
    """A free posting time. `day` is the day on the wall of the unit."""

    channel: int
    moment: datetime
    day: date


@dataclass(frozen=True)
class Standing:
    """How an item stands on a day. `kind`: paused, look, used_up, season, resting, ready; `until` is the first day on
    which that changes by itself."""

    kind: str
    until: date | None = None


@dataclass(frozen=True)
class Proposal:
    """One use: the item, and its time on each channel, the earliest first."""

    key: int
    places: tuple[Place, ...]


# --- the rules ----------------------------------------------------------------


def standing(entry: Entry, day: date) -> Standing:
    if entry.paused:
        return Standing("paused")
    if entry.trouble or (entry.look_again and entry.look_again <= day):
        return Standing("look")
    if entry.most is not None and entry.used >= entry.most:
        return Standing("used_up")
    rested = rests_until(entry, day)
    if entry.season and not in_season(entry.season, max(rested, day)):
        return Standing("season", season_begins(entry.season, max(rested, day)))
    return Standing("resting", rested) if rested > day else Standing("ready")


def rests_until(entry: Entry, day: date) -> date:
    """The first day from `day` on that is far enough from every use, past and planned."""
    for said in sorted(entry.said_on):
        if abs((said - day).days) < entry.gap:
            day = said + entry.gap * _DAY
    return day


def in_season(season: tuple[str, str], day: date) -> bool:
    """Both days belong to it. One that begins after it ends goes over the turn of the year; a season that begins or
    ends on 29 February does so on the same day of every year that has one, and beside it in the others."""
    first, last = season
    here = f"{day:%m-%d}"
    return first <= here <= last if first <= last else here >= first or here <= last


def season_begins(season: tuple[str, str], day: date) -> date:
    """The next day of the season after a day outside it."""
    while not in_season(season, day):
        day += _DAY
    return day


# --- filling ------------------------------------------------------------------


def fill(entries: Iterable[Entry], places: Sequence[Place], busy: Iterable[date], per_week: int) -> Iterator[Proposal]:
    """Which item takes which free time: who waits longest comes first, and after a use it waits behind all others.

    `busy` are the days on which the queue has something already. At most `per_week` uses fall into one week of the
    calendar, and they are spread over it.
    """
    waiting, days, taken = {one.key: one for one in entries}, list(busy), set[Place]()
    for place in sorted(places, key=lambda one: (one.moment, one.channel)):
        if place in taken or not _has_room(days, place.day, per_week):
            continue
        entry = _next(waiting.values(), place)
        if entry is None:
            continue
        chosen = (place, *_beside(entry, place, [one for one in places if one not in taken]))
        taken.update(chosen)
        days.append(place.day)
        said_on = entry.said_on | {one.day for one in chosen}
        waiting[entry.key] = replace(entry, said_on=said_on, used=entry.used + 1, turn=place.moment)
        yield Proposal(entry.key, chosen)


def _has_room(days: Sequence[date], day: date, per_week: int) -> bool:
    week = day.isocalendar()[:2]
    if sum(one.isocalendar()[:2] == week for one in days) >= per_week:
        return False
    return all(abs((one - day).days) >= 7 // per_week for one in days)


def _next(entries: Iterable[Entry], place: Place) -> Entry | None:
    """Who is next for this time."""
    fit = [one for one in entries if place.channel in one.channels and standing(one, place.day).kind == "ready"]
    return min(fit, key=lambda one: (one.turn, one.key), default=None)


def _beside(entry: Entry, first: Place, places: Iterable[Place]) -> list[Place]:
    """The time of the same use on its other channels: the next free one of each, soon after the first."""
    found: dict[int, Place] = {}
    for place in sorted(places, key=lambda one: one.moment):
        near = first.moment <= place.moment <= first.moment + TOGETHER
        if near and place.channel in entry.channels - {first.channel} and place.channel not in found:
            found[place.channel] = place
    return sorted(found.values(), key=lambda one: (one.moment, one.channel))
