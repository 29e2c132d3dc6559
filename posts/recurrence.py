"""The dates of a repeat. Pure: a rule in, days out; the clock change and closures are told, never hidden."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from libsocial.core import localtime
from libsocial.hours.reckoning import Hours

RULES = ("daily", "weekly", "monthly_date", "monthly_weekday")
HORIZON = timedelta(days=5 * 366)  # nothing is looked for further ahead
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """`every`: days, weeks or months from one to the next. `weekdays` (0 is Monday) for weekly, its first for
    monthly_weekday with `nth` 1 to 4 or -1, the last. A month without the date takes its last day."""

    rule: str
    first_day: date
    every: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 1
    last_day: date | None = None
    count: int | None = None


@dataclass(frozen=True)
class Planned:
    """One date. `note`: '', 'moved' (out of a closure), 'gap' or 'twice' (the clocks change), or why there is no post
    on it: 'closure', 'person'. `post` is the id of what was made of it."""

    day: date
    moment: localtime.Moment
    note: str = ""
    post: int | None = None
    number: int = 0

    @property
    def left_out(self) -> bool:
        return self.note in ("closure", "person")


def days(rule: Rule) -> Iterator[date]:
    """The dates in order, the first on or after `first_day`."""
    last = min(rule.last_day or date.max, rule.first_day + HORIZON)
    found = (day for day in _endless(rule) if day >= rule.first_day)
    for day in islice(found, rule.count):
        if day > last:
            return
        yield day


def _endless(rule: Rule) -> Iterator[date]:
    step = max(1, rule.every)
    for number in range(HORIZON.days + 1):
        match rule.rule:
            case "daily":
                yield rule.first_day + number * step * _DAY
            case "weekly":
                monday = rule.first_day - rule.first_day.weekday() * _DAY + number * step * _WEEK
                yield from (monday + day * _DAY for day in sorted(set(rule.weekdays) or {rule.first_day.weekday()}))
            case "monthly_date":
                yield _in_month(rule.first_day, number * step, rule.first_day.day)
            case "monthly_weekday":
                yield _nth(rule, number * step)
            case _:
                raise ValueError(rule.rule)


def _month(first: date, ahead: int) -> tuple[int, int]:
    months = first.year * 12 + first.month - 1 + ahead
    return months // 12, months % 12 + 1


def _in_month(first: date, ahead: int, day: int) -> date:
    year, month = _month(first, ahead)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _nth(rule: Rule, ahead: int) -> date:
    year, month = _month(rule.first_day, ahead)
    weekday = rule.weekdays[0] if rule.weekdays else rule.first_day.weekday()
    if rule.nth < 0:
        last = date(year, month, calendar.monthrange(year, month)[1])
        return last - (last.weekday() - weekday) % 7 * _DAY
    first = date(year, month, 1)
    return first + (weekday - first.weekday()) % 7 * _DAY + (rule.nth - 1) * _WEEK


def planned(
    rule: Rule, clock: time, zone: str, hours: Hours, on_closure: str, fates: Mapping[date, tuple[int | None, str]]
) -> Iterator[Planned]:
    """Each date with its moment. `fates`: what became of dates already decided about, (post id, why skipped)."""
    for number, day in enumerate(days(rule), 1):
        moment = localtime.resolve(datetime.combine(day, clock), zone)
        if day in fates:
            post, why = fates[day]
            yield Planned(day, moment, why, post, number)
        elif not hours.state_at(moment.utc).stops_posts:
            yield Planned(day, moment, moment.note, None, number)
        elif on_closure == "move" and (opening := hours.next_open(moment.utc)):
            there = localtime.resolve(localtime.wall_of(opening, zone), zone)
            yield Planned(day, there, "moved", None, number)
        else:
            yield Planned(day, moment, "closure", None, number)
