"""Embargoes: placed by one person, lifted early only by two."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.core import localtime
from libsocial.core.states import Machine, TransitionError
from libsocial.hours.selectors import chain
from libsocial.notices import services as notices
from posts import planning
from posts.drafting import Draft
from posts.knowledge import forget_embargoes
from posts.models import Asset, Embargo

MACHINE = Machine(
    "embargo",
    "standing",
    {"standing": {"ask": "lift_asked"}, "lift_asked": {"confirm": "lifted", "refuse": "standing"}, "lifted": {}},
)


def forbid(unit: Unit, draft: Draft, now: datetime | None = None) -> bool:
    """Is there an embargo, at this very moment, on something the draft shows on any channel?"""
    rows = Embargo.objects.standing(now or timezone.now()).filter(unit_id__in=chain(unit))
    return any(planning.named_by(row.ban(), draft) for row in rows)


@transaction.atomic
def place(
    *, by: User, unit: Unit, words: str, until: datetime, zone: str, reason: str, asset: Asset | None = None
) -> Embargo:
    """Nothing with one of these words (one a line) or this file before a wall time. Raises NotAllowed, Refused."""
    policies.require(by, "embargo.manage", unit)
    moment = localtime.resolve(until, zone).utc
    if moment <= timezone.now():
        raise Refused(_("This moment has passed. Choose a later one."), "until")
    if not words.strip() and asset is None:
        raise Refused(_("Say what is under embargo: a title, a name, an ISBN, or a file of the library."), "words")
    row = Embargo.objects.create(
        unit=unit,
        words=words.strip(),
        asset=asset,
        at=until.strftime(planning.MINUTE),
        zone=zone,
        until=moment,
        reason=reason,
        by=by,
    )
    _record("embargo.placed", by, row, until=row.at.replace("T", " "), zone=zone)
    return row


@transaction.atomic
def ask_to_lift(*, by: User, embargo: Embargo, reason: str) -> None:
    """The first of the two persons an early end needs. Raises NotAllowed, Refused."""
    policies.require(by, "embargo.manage", embargo.unit)
    _move(embargo, "ask", lift_asked_by=by, lift_reason=reason)
    others = policies.people_who("embargo.manage", embargo.unit).exclude(pk=by.pk)
    notices.tell(
        others,
        "embargo.lift_asked",
        params={"person": str(by), "reason": embargo.reason},
        url=reverse("posts:embargoes"),
        subject=embargo,
    )
    _record("embargo.lift_asked", by, embargo)


@transaction.atomic
def confirm_lift(*, by: User, embargo: Embargo) -> None:
    """The second person's yes: it is over. Raises NotAllowed, Refused (the same person, or nobody asked)."""
    policies.require(by, "embargo.manage", embargo.unit)
    if embargo.lift_asked_by_id == by.pk:
        raise Refused(_("You asked for it yourself. Lifting an embargo early needs a second person."))
    _move(embargo, "confirm", lifted_by=by, lifted_at=timezone.now())
    _record("embargo.lifted", by, embargo)


@transaction.atomic
def refuse_lift(*, by: User, embargo: Embargo) -> None:
    """It stays; whoever asked may take the question back in this way too. Raises NotAllowed, Refused."""
    policies.require(by, "embargo.manage", embargo.unit)
    _move(embargo, "refuse", lift_asked_by=None, lift_reason="")
    _record("embargo.lift_refused", by, embargo)


def _move(embargo: Embargo, action: str, **values: Any) -> None:
    try:
        MACHINE.move(embargo, action, **values)
    except TransitionError as error:
        raise Refused(_("This was decided a moment ago. Load the page again to see how it stands.")) from error


def _record(action: str, by: User, row: Embargo, **data: str) -> None:
    forget_embargoes()
    audit.record(action, by=by, on=row, unit=row.unit, data={"reason": row.reason, **data})
