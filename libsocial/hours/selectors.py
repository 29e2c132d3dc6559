"""Hours read from the database: once, then everything is reckoned without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    F,
    Field,
    JSONField,
    Model,
    QuerySet,
    TextField,
    TimeField,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone

from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.hours.models import Closure, HoursRules, OpeningHours, QuietHours
from libsocial.hours.reckoning import Hours, Quiet, Shut, Span

BACK = timedelta(days=45)  # how far past closures are still read: pages show last month


def calendar_of(unit: Unit) -> Hours:
    """The hours that hold in this unit: its own, or those of the units above it. One query."""
    return of_many([unit])[unit.pk]


def of_many(units: Iterable[Unit], *, since: date | None = None) -> dict[int, Hours]:
    """The hours of each unit by its id, with closures that end on or after `since` (six weeks ago unless given)."""
    units = list(units)
    chains = {unit.pk: chain(unit) for unit in units}
    ids = {pk for line in chains.values() for pk in line}
    found = _rows(ids, since or timezone.now().date() - BACK)
    return {unit.pk: _hours(unit, chains[unit.pk], found) for unit in units}


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


# --- one question for all of it ------------------------------------------------

# What is known of a unit, whatever table it stands in, in the same columns: the pages that judge posts ask often.
_COLUMNS: dict[str, Field[Any, Any]] = {
    "what": CharField(),
    "of_unit": BigIntegerField(),
    "number": BigIntegerField(),  # weekday of a span, id of a closure
    "text": CharField(),  # kind, or the rule about closures
    "more": CharField(),  # source, or the rule about other hours
    "first": DateField(),
    "last": DateField(),
    "begin": TimeField(),
    "end": TimeField(),
    "flag": BooleanField(),  # overnight, or has a week of its own
    "flag2": BooleanField(),  # has quiet hours of its own
    "said": TextField(),  # reason, country
    "words": TextField(),  # for the public, region
    "days": JSONField(),
}


@dataclass
class _Found:
    """What stands in the four tables about some units, by unit."""

    rules: dict[int, dict[str, Any]] = field(default_factory=dict)
    spans: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    quiet: dict[int, list[Quiet]] = field(default_factory=lambda: defaultdict(list))
    closures: dict[int, list[Shut]] = field(default_factory=lambda: defaultdict(list))


def _rows(ids: set[int], since: date) -> _Found:
    found = _Found()
    week = _same(OpeningHours, ids, "span", number="weekday", begin="opens", end="closes", flag="overnight")
    quiet = _same(QuietHours, ids, "quiet", number="pk", begin="begins", end="ends", days="weekdays")
    rules = _same(
        HoursRules, ids, "rules", text="closed_rule", more="outside_rule", said="country", words="region",
        flag="own_week", flag2="own_quiet",
    )  # fmt: skip
    closures = _same(
        Closure, ids, "closure", number="pk", text="kind", more="source", first="first_day", last="last_day",
        begin="begins", end="ends", said="reason", words="words",
    ).filter(state="in_force", last_day__gte=since)  # fmt: skip
    for row in week.union(quiet, rules, closures, all=True):
        _sort(found, dict(zip(_COLUMNS, row, strict=True)))
    return found


def _same(model: type[Model], ids: set[int], what: str, **columns: str) -> QuerySet[Any]:
    """The rows of one table in the common columns."""
    of = {"what": Value(what), "of_unit": F("unit_id")} | {name: F(column) for name, column in columns.items()}
    kept = {f"c_{name}": Cast(of.get(name, Value(None)), kind) for name, kind in _COLUMNS.items()}
    return model._base_manager.filter(unit_id__in=ids).order_by().annotate(**kept).values_list(*kept)


def _sort(found: _Found, row: dict[str, Any]) -> None:
    unit = row["of_unit"]
    match row["what"]:
        case "span":
            found.spans[unit].append(Span(row["number"], row["begin"], row["end"], bool(row["flag"])))
        case "quiet":
            found.quiet[unit].append(Quiet(frozenset(row["days"]), row["begin"], row["end"]))
        case "rules":
            found.rules[unit] = row
        case _:
            found.closures[unit].append(
                Shut(
                    row["number"], unit, row["text"], row["first"], row["last"], row["begin"], row["end"],
                    row["said"], row["words"], row["more"],
                )
            )  # fmt: skip


def _hours(unit: Unit, line: list[int], found: _Found) -> Hours:
    """What holds in a unit: of each matter, what the nearest unit up the line says."""
    rules = found.rules
    week_from = next((pk for pk in line if pk in found.spans or (pk in rules and rules[pk]["flag"])), None)
    quiet_from = next((pk for pk in line if pk in found.quiet or (pk in rules and rules[pk]["flag2"])), None)
    place = next((rules[pk] for pk in line if pk in rules and rules[pk]["said"]), None)
    week = sorted(found.spans.get(week_from or 0, ()), key=lambda span: (span.weekday, span.opens))
    return Hours(
        zone=unit.zone,
        spans=None if week_from is None else tuple(week),
        quiet=tuple(sorted(found.quiet.get(quiet_from or 0, ()), key=lambda one: one.begins)),
        closures=tuple(sorted((shut for pk in line for shut in found.closures.get(pk, ())), key=_by_day)),
        country=place["said"] if place else "",
        region=place["words"] if place else "",
        closed_rule=_first(line, rules, "text") or "warn",
        outside_rule=_first(line, rules, "more") or "off",
    )


def _by_day(shut: Shut) -> tuple[date, int]:
    return shut.first_day, shut.pk


def _first(line: list[int], rules: dict[int, dict[str, Any]], name: str) -> str:
    return next((value for pk in line if pk in rules and (value := rules[pk][name])), "")
