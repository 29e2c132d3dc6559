"""Levels, such as followers: what an account stands at. They are known on the days the account was asked."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from analytics.models import DailyFigure
from channels_app.models import Channel

CARRIED = timedelta(days=40)  # how long an answer speaks for the days after it


class Levels:
    """The levels of one kind, by channel: a day without an answer has that of the last answer before it."""

    def __init__(self, rows: Iterable[tuple[int, date, int]]) -> None:
        """`rows` are channel, day and level, in the order of the days."""
        self._days: dict[int, list[date]] = defaultdict(list)
        self._values: dict[int, list[int]] = defaultdict(list)
        for channel_id, day, level in rows:
            self._days[channel_id].append(day)
            self._values[channel_id].append(level)

    def on(self, day: date) -> dict[int, int]:
        """What each channel stood at on that day; a channel nobody had asked by then is missing."""
        found: dict[int, int] = {}
        for channel_id, days in self._days.items():
            place = bisect_right(days, day) - 1
            if place >= 0 and day - days[place] <= CARRIED:
                found[channel_id] = self._values[channel_id][place]
        return found

    def sum_on(self, day: date) -> int | None:
        """All channels together; None while nothing is known."""
        found = self.on(day)
        return sum(found.values()) if found else None

    def pair(self, before: date, now: date) -> tuple[int, int] | None:
        """Both sums over the channels known on both days: one that came between is no gain. None: there is none."""
        first, last = self.on(before), self.on(now)
        both = first.keys() & last.keys()
        return (sum(first[pk] for pk in both), sum(last[pk] for pk in both)) if both else None


def read(channels: Sequence[Channel], kind: str, first: date, last: date) -> Levels:
    """The levels needed to speak of every day from `first` to `last`; one query."""
    rows = DailyFigure.objects.filter(
        channel__in=channels, kind=kind, level__isnull=False, day__range=(first - CARRIED, last)
    )
    return Levels(rows.order_by("day").values_list("channel_id", "day", "level"))
