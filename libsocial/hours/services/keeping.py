"""Weekly hours, quiet hours and the rules about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.db import transaction

from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import require
from libsocial.audit import services as audit
from libsocial.hours import selectors
from libsocial.hours.models import HoursRules, OpeningHours, QuietHours
from libsocial.hours.reckoning import Quiet, Span


@transaction.atomic
def set_week(*, by: User, unit: Unit, spans: Iterable[Span]) -> None:
    """The unit's own hours in place of those it had. Raises NotAllowed."""
    require(by, "hours.manage", unit)
    OpeningHours.objects.filter(unit=unit).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(unit=unit, weekday=span.weekday, opens=span.opens, closes=span.closes, overnight=span.overnight)
        for span in spans
    )
    _decide(unit, own_week=True)
    audit.record("hours.week_changed", by=by, on=unit, unit=unit, data={"name": unit.name})


@transaction.atomic
def follow_week(*, by: User, unit: Unit) -> None:
    """The hours of the unit above again. Raises NotAllowed."""
    require(by, "hours.manage", unit)
    OpeningHours.objects.filter(unit=unit).delete()
    _decide(unit, own_week=False)
    audit.record("hours.week_followed", by=by, on=unit, unit=unit, data={"name": unit.name})


@transaction.atomic
def add_quiet(*, by: User, unit: Unit, weekdays: Iterable[int], begins: time, ends: time) -> QuietHours:
    """More quiet hours; a unit that followed the one above keeps those and goes its own way. Raises NotAllowed."""
    require(by, "hours.manage", unit)
    _take_over_quiet(unit)
    row = QuietHours.objects.create(unit=unit, weekdays=sorted(set(weekdays)), begins=begins, ends=ends)
    data = {"name": unit.name, "begins": begins.isoformat("minutes"), "ends": ends.isoformat("minutes")}
    audit.record("hours.quiet_added", by=by, on=unit, unit=unit, data=data)
    return row


@transaction.atomic
def end_quiet(*, by: User, unit: Unit, number: int) -> None:
    """Takes one of the quiet hours that hold here away, by its place in the list. Raises NotAllowed."""
    require(by, "hours.manage", unit)
    _take_over_quiet(unit)
    for row in list(QuietHours.objects.filter(unit=unit))[number : number + 1]:
        row.delete()
        data = {"name": unit.name, "begins": f"{row.begins:%H:%M}", "ends": f"{row.ends:%H:%M}"}
        audit.record("hours.quiet_ended", by=by, on=unit, unit=unit, data=data)


@transaction.atomic
def follow_quiet(*, by: User, unit: Unit) -> None:
    """The quiet hours of the unit above again. Raises NotAllowed."""
    require(by, "hours.manage", unit)
    QuietHours.objects.filter(unit=unit).delete()
    _decide(unit, own_quiet=False)
    audit.record("hours.quiet_followed", by=by, on=unit, unit=unit, data={"name": unit.name})


@transaction.atomic
def set_rules(*, by: User, unit: Unit, **values: str) -> None:
    """country, region, closed_rule, outside_rule; empty follows the unit above. Raises NotAllowed."""
    require(by, "hours.manage", unit)
    row = selectors.rules_of(unit)
    before = {name: getattr(row, name) for name in values if getattr(row, name) != values[name]}
    if before:
        _decide(unit, **values)
        data = {"name": unit.name, "before": before, "after": {name: values[name] for name in before}}
        audit.record("hours.rules_changed", by=by, on=unit, unit=unit, data=data)


def _take_over_quiet(unit: Unit) -> None:
    if not selectors.rules_of(unit).own_quiet:
        held: tuple[Quiet, ...] = selectors.calendar_of(unit).quiet
        QuietHours.objects.filter(unit=unit).delete()
        QuietHours.objects.bulk_create(
            QuietHours(unit=unit, weekdays=sorted(one.weekdays), begins=one.begins, ends=one.ends) for one in held
        )
        _decide(unit, own_quiet=True)


def _decide(unit: Unit, **values: Any) -> None:
    HoursRules.objects.update_or_create(unit=unit, defaults=values)
