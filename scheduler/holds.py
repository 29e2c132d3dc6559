"""Holding deliveries back: everything, a unit with those below it, a channel, or a group such as a campaign.

Nothing leaves while a hold stands; it is asked once more immediately before
each creating request. Lifting sends nothing: what became overdue is listed and
waits for a click.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.notices import services as notices
from scheduler import groups, overdue
from scheduler.models import Delivery, Hold
from scheduler.states import DUE
from scheduler.verdicts import Verdict


def verdict_of(hold: Hold) -> Verdict:
    """What it does to a delivery that is due."""
    return Verdict("hold", "delivery.held", {"reason": hold.reason}, held_for="hold")


def standing() -> list[Hold]:
    """Every hold that stands; few."""
    return list(Hold.objects.filter(lifted_at=None).select_related("placed_by").order_by("-placed_at"))


def covers(hold: Hold, delivery: Delivery) -> bool:
    """Does it hold this delivery, by any of its names? The owner of a lent channel may hold it too."""
    match hold.scope:
        case "unit":
            return any(unit.path.startswith(hold.key) for unit in (delivery.unit, delivery.channel.unit))
        case "channel":
            return hold.key == str(delivery.channel_id)
        case "group":
            return bool(delivery.group) and hold.key == delivery.group
        case _:
            return True


def standing_for(delivery: Delivery) -> Hold | None:
    """A hold on this delivery, the newest if there are several."""
    return next((hold for hold in standing() if covers(hold, delivery)), None)


def covered(scope: str, key: str) -> QuerySet[Delivery]:
    """The deliveries a hold with this name covers, in any state."""
    match scope:
        case "unit":
            where = Q(unit__path__startswith=key) | Q(channel__unit__path__startswith=key)
        case "channel":
            where = Q(channel_id=int(key))
        case "group":
            where = Q(group=key)
        case "all":
            where = Q()
        case _:
            raise ValueError(scope)
    return Delivery.objects.filter(where).select_related("unit", "channel__unit")


def units_of(scope: str, key: str) -> Iterable[Unit]:
    """The units a person needs the right in to place or lift such a hold."""
    match scope:
        case "unit":
            return Unit.objects.filter(path=key)
        case "channel":
            return [Channel.objects.select_related("unit").get(pk=key).unit]
        case "group":
            named = groups.unit_of(key)
            return [named] if named else Unit.objects.filter(pk__in=covered(scope, key).values("unit_id"))
        case _:
            return Unit.objects.filter(parent=None)


def name_of(hold: Hold) -> str:
    """What it holds, in the words of a page."""
    match hold.scope:
        case "unit":
            return Unit.objects.filter(path=hold.key).values_list("name", flat=True).first() or hold.key
        case "channel":
            return Channel.objects.filter(pk=hold.key).values_list("name", flat=True).first() or hold.key
        case "group":
            return groups.name_of(hold.key)
        case _:
            return str(_("Everything"))


def in_flight(scope: str, key: str) -> list[Delivery]:
    """What was being sent when the hold was placed: a stop cannot call it back, so it is named."""
    return list(covered(scope, key).filter(state__in=("sending", "processing")).order_by("due_at")[:20])


def due_soon(user: User, hours: int = 6) -> list[Delivery]:
    """What would leave in the next hours, of the units in which this person may hold it back."""
    soon = timezone.now() + timedelta(hours=hours)
    rows = Delivery.objects.filter(policies.subtree_q(user, "hold.place", "unit__"), state__in=DUE, due_at__lt=soon)
    return list(rows.select_related("channel", "unit").order_by("due_at")[:50])


def held_soon(user: User, standing: Iterable[Hold]) -> list[Delivery]:
    """Of what would leave in the next hours, all that stands still because of these holds."""
    found = list(standing)
    return [row for row in due_soon(user) if any(covers(hold, row) for hold in found)] if found else []


def remind(now: datetime | None = None) -> int:
    """Holds whose end has come: whoever placed them, and those who may resume, are told once."""
    now = now or timezone.now()
    told = 0
    for hold in Hold.objects.filter(lifted_at=None, until__lte=now, until_told_at=None).select_related("placed_by"):
        with transaction.atomic():
            if Hold.objects.filter(pk=hold.pk, until_told_at=None, lifted_at=None).update(until_told_at=now):
                _tell_end(hold)
                told += 1
    return told


def _tell_end(hold: Hold) -> None:
    people = {person for unit in units_of(hold.scope, hold.key) for person in policies.people_who("hold.place", unit)}
    people |= {hold.placed_by} if hold.placed_by and hold.placed_by.is_active else set()
    params = {"what": name_of(hold), "reason": hold.reason}
    notices.tell(
        people, "hold.until_passed", params=params, url=reverse("scheduler:holds"), dedupe=f"hold:{hold.pk}:end"
    )


def may(user: User, scope: str, key: str) -> bool:
    """May this person place or lift such a hold? False for a name that covers nothing."""
    units = list(units_of(scope, key))
    return bool(units) and all(policies.can(user, "hold.place", unit) for unit in units)


def _require(user: User, scope: str, key: str) -> Unit:
    if not may(user, scope, key):
        raise policies.NotAllowed("hold.place")
    return next(iter(units_of(scope, key)))


def follow(old_path: str, new_path: str) -> None:
    """A unit moved with all below it: what is held there stays held, and can be lifted there."""
    moved = Hold.objects.filter(scope="unit", key__startswith=old_path)
    moved.update(key=Concat(Value(new_path), Substr(F("key"), len(old_path) + 1)))


@transaction.atomic
def place(*, by: User, scope: str, key: str = "", reason: str, until: datetime | None = None) -> Hold:
    """From now on nothing of this leaves. A hold that stands already is returned as it is.

    `until`: when it is meant to end. Nothing resumes by itself then: people are told.
    """
    unit = _require(by, scope, key)
    hold, made = Hold.objects.get_or_create(
        scope=scope, key=key, lifted_at=None, defaults={"reason": reason, "placed_by": by, "until": until}
    )
    if made:
        audit.record("hold.placed", by=by, on=hold, unit=unit, data={"scope": scope, "reason": reason})
    return hold


@transaction.atomic
def lift(*, by: User, hold: Hold) -> list[Delivery]:
    """Lifts it and returns what became overdue meanwhile, now held until somebody releases it."""
    unit = _require(by, hold.scope, hold.key)
    now, rows = timezone.now(), covered(hold.scope, hold.key)
    if Hold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=now, lifted_by=by):
        overdue.hold(rows, verdict_of(hold), by=by, now=now)
        audit.record("hold.lifted", by=by, on=hold, unit=unit, data={"scope": hold.scope})
    return list(rows.filter(state="held", due_at__lte=now).order_by("due_at"))
