"""Posting times of a channel: added, taken away."""

from __future__ import annotations

from datetime import time

from django.db import transaction
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import selectors, slots
from posts.models import Slot
from posts.workflow import NotPossible

MOST = 100  # a channel and unit; a week of one every two hours is 84


def add(*, by: User, channel: Channel, unit: Unit, weekday: int, at: time) -> Slot:
    """One more time of the week. The same twice stays one. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        _may(by, channel, unit)
        slot, made = Slot.objects.get_or_create(channel=channel, unit=unit, weekday=weekday, at=_minute(at))
        if made:
            audit.record("slot.added", by=by, on=channel, unit=unit, data=_said(slot))
    return slot


def remove(*, by: User, slot: Slot) -> None:
    """Posts that were put into it keep their time. Raises NotAllowed."""
    with transaction.atomic():
        policies.require(by, "slots.manage", slot.unit)
        slot.delete()
        audit.record("slot.removed", by=by, on=slot.channel, unit=slot.unit, data=_said(slot))


def add_usual(*, by: User, channel: Channel, unit: Unit) -> None:
    """Working days at ten and at four, for a channel that has no times yet. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        _may(by, channel, unit)
        rows = [Slot(channel=channel, unit=unit, weekday=day, at=at) for day, at in slots.USUAL]
        Slot.objects.bulk_create(rows, ignore_conflicts=True)
        data = {"channel": channel.name, "unit": unit.name}
        audit.record("slot.usual_added", by=by, on=channel, unit=unit, data=data)


def _may(by: User, channel: Channel, unit: Unit) -> None:
    policies.require(by, "slots.manage", unit)
    if not selectors.usable_channels(unit).filter(pk=channel.pk).exists():
        raise NotPossible(_("%(unit)s cannot use this channel.") % {"unit": unit})
    if Slot.objects.filter(channel=channel, unit=unit).count() >= MOST:
        raise NotPossible(_("A channel has at most %(most)s posting times. Remove one first.") % {"most": MOST})


def _minute(at: time) -> time:
    return at.replace(second=0, microsecond=0)


def _said(slot: Slot) -> dict[str, str]:
    with override("en"):  # the trail keeps one language
        when = f"{WEEKDAYS[slot.weekday]} {slot.at:%H:%M}"
    return {"channel": slot.channel.name, "unit": slot.unit.name, "when": when}
