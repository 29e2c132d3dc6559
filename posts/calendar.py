"""The calendar's arithmetic: which days a view shows, and on which day each post falls. Pure but for translation."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from libsocial.core import localtime
from posts.listing import Day, Row


@dataclass(frozen=True)
class Span:
    """The days of one view, with the neighbours' anchors. `weeks` are rows of seven days."""

    view: str
    anchor: date
    weeks: tuple[tuple[date, ...], ...]
    before: date
    after: date

    @property
    def first(self) -> date:
        return self.weeks[0][0]

    @property
    def last(self) -> date:
        return self.weeks[-1][-1]

    def moments(self, zone: str) -> tuple[datetime, datetime]:
        """From the first midnight to the midnight after the last day, in UTC."""
        start = localtime.resolve(datetime.combine(self.first, time.min), zone).utc
        end = localtime.resolve(datetime.combine(self.last + timedelta(days=1), time.min), zone).utc
        return start.astimezone(UTC), end.astimezone(UTC)


def month(anchor: date, first_weekday: int = 0) -> Span:
    weeks = tuple(tuple(week) for week in Calendar(first_weekday).monthdatescalendar(anchor.year, anchor.month))
    start = anchor.replace(day=1)
    before = (start - timedelta(days=1)).replace(day=1)
    after = (start + timedelta(days=32)).replace(day=1)
    return Span("month", anchor, weeks, before, after)


def week(anchor: date, first_weekday: int = 0) -> Span:
    start = anchor - timedelta(days=(anchor.weekday() - first_weekday) % 7)
    days = tuple(start + timedelta(days=number) for number in range(7))
    return Span("week", anchor, (days,), start - timedelta(days=7), start + timedelta(days=7))


def fill(span: Span, rows: list[Row], zone: str, today: date) -> list[list[Day]]:
    """The grid with each post on its local day."""
    grid = [[_day(span, day, today) for day in line] for line in span.weeks]
    by_day = {day.day: day for line in grid for day in line}
    for row in rows:
        if row.post.planned_at:
            day = by_day.get(localtime.wall_of(row.post.planned_at, zone).date())
            if day:
                day.rows.append(row)
    return grid


def _day(span: Span, day: date, today: date) -> Day:
    outside = span.view == "month" and day.month != span.anchor.month
    return Day(day, today=day == today, outside=outside, past=day < today)
