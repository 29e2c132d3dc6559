"""Hours read from the database: once, then everything is reckoned without it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.hours.models import Closure, HoursRules, OpeningHours, QuietHours
from libsocial.hours.reckoning import Hours, Quiet, Shut, Span

BACK = timedelta(days=45)  # how far past closures are still read: pages show last month


def calendar_of(unit: Unit) -> Hours:
    """The hours that hold in this unit: its own, or those of the units above it. One to four queries."""
    return of_many([unit])[unit.pk]


def of_many(units: Iterable[Unit], *, since: date | None = None) -> dict[int, Hours]:
    """The hours of each unit by its id, with closures that end on or after `since` (six weeks ago unless given)."""
    units = list(units)
    chains = {unit.pk: chain(unit) for unit in units}
    ids = {pk for line in chains.values() for pk in line}
    since = since or timezone.now().date() - BACK
    found = _what_there_is(ids, since)
    rules = {row.pk: row.hours_rules for row in found if hasattr(row, "hours_rules")}
    weeks = _read(OpeningHours.objects.all(), [row.pk for row in found if row.has_week])
    quiet = _read(QuietHours.objects.all(), [row.pk for row in found if row.has_quiet])
    closures = _read(_in_force(since), [row.pk for row in found if row.has_closures])
    return {unit.pk: _hours(unit, chains[unit.pk], rules, weeks, quiet, closures) for unit in units}


def closures_between(units: Iterable[Unit], first: date, last: date) -> list[Closure]:
    """Closures in force with a day between two dates, of these units and of those above them."""
    ids = {pk for unit in units for pk in chain(unit)}
    found = Closure.objects.filter(unit_id__in=ids, state="in_force").touching(first, last)
    return list(found.select_related("unit"))


def chain(unit: Unit) -> list[int]:
    """The ids from the unit itself up to the root."""
    return [int(part) for part in reversed(unit.path.strip("/").split("/"))]


def rules_of(unit: Unit) -> HoursRules:
    """The unit's own decisions; an unsaved row that follows the unit above where it made none."""
    return HoursRules.objects.filter(unit=unit).first() or HoursRules(unit=unit)


def shut_of(row: Closure) -> Shut:
    """A closure in the form the reckoning knows."""
    names = ("unit_id", "kind", "first_day", "last_day", "begins", "ends", "reason", "words", "source")
    return Shut(pk=row.pk or 0, **{name: getattr(row, name) for name in names})


def today_in(unit: Unit) -> date:
    return localtime.wall_of(timezone.now(), unit.zone).date()


def _what_there_is(ids: set[int], since: date) -> list[Any]:
    """The units with their own rules and with what else is to be read about each: for most there is nothing."""
    mine = {"unit": OuterRef("pk")}
    rows = Unit.objects.filter(pk__in=ids).select_related("hours_rules")
    return list(
        rows.annotate(
            has_week=Exists(OpeningHours.objects.filter(**mine)),
            has_quiet=Exists(QuietHours.objects.filter(**mine)),
            has_closures=Exists(_in_force(since).filter(**mine)),
        )
    )


def _in_force(since: date) -> QuerySet[Closure]:
    return Closure.objects.filter(state="in_force", last_day__gte=since)


def _read(rows: QuerySet[Any], ids: list[int]) -> dict[int, list[Any]]:
    """The rows of these units by unit; no question where there are none."""
    found: dict[int, list[Any]] = {}
    for row in rows.filter(unit_id__in=ids) if ids else ():
        found.setdefault(row.unit_id, []).append(row)
    return found


def _hours(
    unit: Unit,
    line: list[int],
    rules: dict[int, HoursRules],
    weeks: dict[int, list[OpeningHours]],
    quiet: dict[int, list[QuietHours]],
    closures: dict[int, list[Closure]],
) -> Hours:
    week_from = next((pk for pk in line if pk in weeks or (pk in rules and rules[pk].own_week)), None)
    quiet_from = next((pk for pk in line if pk in quiet or (pk in rules and rules[pk].own_quiet)), None)
    place = next((rules[pk] for pk in line if pk in rules and rules[pk].country), None)
    return Hours(
        zone=unit.zone,
        spans=None if week_from is None else tuple(_span(row) for row in weeks.get(week_from, ())),
        quiet=() if quiet_from is None else tuple(_quiet(row) for row in quiet.get(quiet_from, ())),
        closures=tuple(shut_of(row) for pk in line for row in closures.get(pk, ())),
        country=place.country if place else "",
        region=place.region if place else "",
        closed_rule=_first(line, rules, "closed_rule") or "warn",
        outside_rule=_first(line, rules, "outside_rule") or "off",
    )


def _first(line: list[int], rules: dict[int, HoursRules], name: str) -> str:
    return next((value for pk in line if pk in rules and (value := getattr(rules[pk], name))), "")


def _span(row: OpeningHours) -> Span:
    return Span(row.weekday, row.opens, row.closes, row.overnight)


def _quiet(row: QuietHours) -> Quiet:
    return Quiet(frozenset(row.weekdays), row.begins, row.ends)
