"""Closures: entered, taken from a proposal, changed, lifted."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import require
from libsocial.audit import services as audit
from libsocial.core.states import TransitionError
from libsocial.hours import publicdays, selectors, touching
from libsocial.hours.models import Closure
from libsocial.hours.states import CLOSURE

FIELDS = ("first_day", "last_day", "begins", "ends", "kind", "reason", "words")


@transaction.atomic
def declare(
    *, by: User, unit: Unit, source: str = "hand", chosen: dict[str, str] | None = None, **fields: Any
) -> Closure:
    """A closure from now on. `chosen` says by key what happens to what is planned inside (hours.touching).

    Raises NotAllowed, and whatever those registered there refuse; then nothing is changed.
    """
    require(by, "closure.declare", unit)
    row = Closure.objects.create(unit=unit, source=source, by=by, state="in_force", **fields)
    touching.settle(unit, selectors.shut_of(row), by, chosen or {})
    audit.record("closure.declared", by=by, on=row, unit=unit, data=_told(row))
    return row


@transaction.atomic
def propose(*, by: User | None, unit: Unit, **fields: Any) -> Closure:
    """Something that may be a closure, from a calendar; it holds when a person accepted it."""
    row = Closure.objects.create(unit=unit, source="feed", by=by, state="proposed", **fields)
    audit.record("closure.proposed", by=by, on=row, unit=unit, data=_told(row))
    return row


@transaction.atomic
def accept(*, by: User, closure: Closure, chosen: dict[str, str] | None = None) -> None:
    """A proposal holds from now on. Raises NotAllowed, Refused (decided already)."""
    _move(by, closure, "accept", "closure.declared", by=by)
    touching.settle(closure.unit, selectors.shut_of(closure), by, chosen or {})


@transaction.atomic
def dismiss(*, by: User, closure: Closure) -> None:
    """A proposal that does not hold. Raises NotAllowed, Refused."""
    _move(by, closure, "dismiss", "closure.dismissed")


@transaction.atomic
def lift(*, by: User, closure: Closure) -> None:
    """It does not hold any more; posts that were moved or held because of it stay where they are."""
    _move(by, closure, "lift", "closure.lifted", lifted_by=by, lifted_at=timezone.now())


@transaction.atomic
def change(*, by: User, closure: Closure, chosen: dict[str, str] | None = None, **fields: Any) -> Closure:
    """Other days or words. Raises NotAllowed, Refused (no longer in force)."""
    require(by, "closure.declare", closure.unit)
    row = Closure.objects.select_for_update(of=("self",)).select_related("unit").get(pk=closure.pk)
    if row.state != "in_force":
        raise Refused(_("This closure does not hold any more. Enter a new one."))
    before = {name: str(getattr(row, name)) for name in fields if getattr(row, name) != fields[name]}
    if before:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))
        touching.settle(row.unit, selectors.shut_of(row), by, chosen or {})
        data = _told(row) | {"before": before, "after": {name: str(fields[name]) for name in before}}
        audit.record("closure.changed", by=by, on=row, unit=row.unit, data=data)
    return row


@transaction.atomic
def accept_holidays(*, by: User, unit: Unit, days: set[str]) -> list[Closure]:
    """Public holidays of the unit's place (ISO dates) become closures; what is one already is left alone."""
    require(by, "closure.declare", unit)
    hours = selectors.calendar_of(unit)
    known = {
        row.first_day
        for row in Closure.objects.filter(unit_id__in=selectors.chain(unit), source="holiday", state="in_force")
    }
    made = []
    for year in sorted({day[:4] for day in days if day[:4].isdigit()})[:3]:
        for public in publicdays.of_year(hours.country, hours.region, int(year)):
            if public.day.isoformat() in days and public.day not in known:
                made.append(_holiday(by, unit, public))
    return made


def _holiday(by: User, unit: Unit, public: publicdays.PublicDay) -> Closure:
    return declare(
        by=by, unit=unit, source="holiday", first_day=public.day, last_day=public.day, reason=public.name[:120]
    )


def _move(person: User, closure: Closure, action: str, sentence: str, **values: Any) -> None:
    require(person, "closure.declare", closure.unit)
    try:
        CLOSURE.move(closure, action, **values)
    except TransitionError as error:
        raise Refused(_("This was decided a moment ago. Load the page again to see how it stands.")) from error
    audit.record(sentence, by=person, on=closure, unit=closure.unit, data=_told(closure))


def _told(row: Closure) -> dict[str, str]:
    return {"name": row.unit.name, "reason": row.reason, "first": str(row.first_day), "last": str(row.last_day)}
