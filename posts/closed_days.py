"""Closures and quiet hours in the calendar, and kept out of the free posting times."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from libsocial.accounts.models import Unit
from libsocial.hours.selectors import closures_between, of_many
from posts import slots, timetable
from posts.calendar import Note

REMEMBERED = 30  # seconds: the calendar is opened again and again, hours hardly ever change


def register() -> None:
    slots.closed_when(closed)
    timetable.note_days(notes)


def closed(units: Collection[Unit]) -> slots.Closed:
    """A question about these units, read once: is nothing to be planned at this moment?"""
    hours = _hours(units)
    return lambda unit, moment: bool(hours[unit.pk].state_at(moment).stops_posts)


def notes(units: Sequence[Unit], first: date, last: date) -> list[tuple[date, Note]]:
    """Each day of every closure between two dates."""
    found = []
    for closure in closures_between(units, first, last):
        day = max(closure.first_day, first)
        text = _text(closure, named=len(units) > 1)
        while day <= min(closure.last_day, last):
            found.append((day, Note(text, kind="closed" if closure.kind == "closed" else "quiet")))
            day += timedelta(days=1)
    return found


def _hours(units: Collection[Unit]) -> dict[int, Any]:
    key = f"posts.hours.{'.'.join(str(pk) for pk in sorted(unit.pk for unit in units))}"
    return cache.get_or_set(key[:200], lambda: of_many(units), REMEMBERED) or {}


def _text(closure: Any, *, named: bool) -> str:
    """Such as "Closed: inventory", with the unit where several are shown."""
    words = {"closed": _("Closed"), "quiet": _("Quiet"), "limited": _("Limited")}
    said = ": ".join(part for part in (words.get(closure.kind, closure.kind), closure.reason) if part)
    return f"{said} ({closure.unit})" if named else said
