"""Somebody is away, and another person approves in their place for a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Deputy, Unit, User
from libsocial.audit import services as audit
from libsocial.notices import services as notices

LONGEST = timedelta(days=366)


def name_deputy(
    *, by: User, person: User, deputy: User, unit: Unit, first: date, last: date, reason: str = ""
) -> Deputy:
    """From the first to the last day, both whole in the unit's zone. Raises NotAllowed, Refused.

    One names a deputy for oneself; an administrator of the unit for anybody there.
    """
    if by.pk != person.pk:
        policies.require(by, "people.manage", unit)
    begins_at, ends_at = _midnight(first, unit), _midnight(last + timedelta(days=1), unit)
    _refuse(person, deputy, unit, begins_at, ends_at)
    with transaction.atomic():
        row = Deputy.objects.create(
            person=person,
            deputy=deputy,
            unit=unit,
            begins_at=begins_at,
            ends_at=ends_at,
            reason=reason.strip()[:200],
            made_by=by,
        )
        policies.forget_grants(deputy)
        until = date_format(last, "DATE_FORMAT")
        params = {"person": str(person), "unit": unit.name, "until": until, "reason": row.reason}
        notices.tell([deputy], "account.deputy_named", params=params, url=reverse("posts:review"))
        data = {"person": str(person), "deputy": str(deputy), "unit": unit.name, "until": last.isoformat()}
        audit.record("person.deputy_named", by=by, on=person, unit=unit, data=data)
    return row


def end(*, by: User, row: Deputy) -> None:
    """Back sooner: the deputy may do nothing in their place from now on. Raises NotAllowed."""
    if by.pk != row.person_id:
        policies.require(by, "people.manage", row.unit)
    with transaction.atomic():
        if not Deputy.objects.filter(pk=row.pk, ended_at=None, ends_at__gt=timezone.now()).update(
            ended_at=timezone.now()
        ):
            return
        params = {"person": str(row.person), "unit": row.unit.name}
        notices.tell([row.deputy], "account.deputy_ended", params=params)
        data = {"person": str(row.person), "deputy": str(row.deputy), "unit": row.unit.name}
        audit.record("person.deputy_ended", by=by, on=row.person, unit=row.unit, data=data)


def _refuse(person: User, deputy: User, unit: Unit, begins_at: datetime, ends_at: datetime) -> None:
    if person.pk == deputy.pk:
        raise Refused(_("A person cannot stand in for themselves. Choose somebody else."), "deputy")
    if not deputy.is_active:
        raise Refused(_("This account is deactivated. Choose somebody else."), "deputy")
    if not policies.can_oneself(person, "post.approve", unit):
        raise Refused(_("Only somebody who approves there can have a deputy there."), "unit")
    if ends_at <= begins_at:
        raise Refused(_("The last day is before the first one."), "last")
    if ends_at <= timezone.now():
        raise Refused(_("These days are over already. Choose later ones."), "last")
    if ends_at - begins_at > LONGEST:
        raise Refused(_("A deputy is named for at most a year. Choose an earlier last day."), "last")
    if _overlapping(person, deputy, unit, begins_at, ends_at):
        raise Refused(_("This person stands in for them on some of these days already."), "first")


def _overlapping(person: User, deputy: User, unit: Unit, begins_at: datetime, ends_at: datetime) -> bool:
    same = Q(person=person, deputy=deputy, unit=unit, ended_at=None)
    return Deputy.objects.filter(same, begins_at__lt=ends_at, ends_at__gt=begins_at).exists()


def _midnight(day: date, unit: Unit) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(unit.zone))
