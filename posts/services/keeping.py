"""Which days a unit keeps: sets of them, and days of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import transaction

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import observances
from posts.models import KeptDays, OwnDay

KEPT = "posts.kept_days"  # where the choices are remembered


def choose_sets(*, by: User, unit: Unit, sets: Collection[str]) -> KeptDays:
    """The sets of observances the unit's calendar shows; none is a choice too. Raises NotAllowed."""
    policies.require(by, "slots.manage", unit)
    known = [name for name, _label in observances.SETS if name in sets]
    with transaction.atomic():
        row, _made = KeptDays.objects.update_or_create(unit=unit, defaults={"sets": known})
        audit.record("calendar.sets_chosen", by=by, on=unit, unit=unit, data={"sets": ", ".join(known) or "-"})
    cache.delete(KEPT)
    return row


@dataclass(frozen=True)
class DayWords:
    """What is said of a day of one's own. `yearly`: on the same days of every year."""

    name: str
    first: date
    last: date
    yearly: bool = False


def add_day(*, by: User, unit: Unit, words: DayWords) -> OwnDay:
    """A day the unit and those below it keep. Raises NotAllowed."""
    policies.require(by, "slots.manage", unit)
    with transaction.atomic():
        day = OwnDay.objects.create(unit=unit, name=words.name, first=words.first, last=words.last, yearly=words.yearly)
        audit.record("calendar.day_added", by=by, on=unit, unit=unit, data=_told(day))
    return day


def change_day(*, by: User, day: OwnDay, words: DayWords) -> None:
    """Raises NotAllowed."""
    policies.require(by, "slots.manage", day.unit)
    with transaction.atomic():
        day.name, day.first, day.last, day.yearly = words.name, words.first, words.last, words.yearly
        day.save(update_fields=["name", "first", "last", "yearly"])
        audit.record("calendar.day_changed", by=by, on=day.unit, unit=day.unit, data=_told(day))


def remove_day(*, by: User, day: OwnDay) -> None:
    """Raises NotAllowed. Posts written about it stay."""
    policies.require(by, "slots.manage", day.unit)
    with transaction.atomic():
        audit.record("calendar.day_removed", by=by, on=day.unit, unit=day.unit, data=_told(day))
        day.delete()


def _told(day: OwnDay) -> dict[str, str]:
    return {"name": day.name, "first": day.first.isoformat(), "last": day.last.isoformat(), "unit": str(day.unit)}
