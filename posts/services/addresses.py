"""Secret addresses at which a person's own calendar program reads what is planned."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts.models import CalendarAddress
from posts.workflow import NotPossible

MOST = 20  # of one person


def make(*, by: User, unit: Unit | None = None, channel: Channel | None = None) -> tuple[CalendarAddress, str]:
    """A new address; its token is told this once and nowhere kept. Raises NotPossible."""
    if CalendarAddress.objects.filter(person=by).count() >= MOST:
        raise NotPossible(_("You have %(most)s addresses already. End one you do not use any more.") % {"most": MOST})
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = CalendarAddress.objects.create(person=by, token_hash=hash_of(token), unit=unit, channel=channel)
        audit.record("calendar.address_made", by=by, on=by, unit=unit)
    return row, token


def renew(*, by: User, address: CalendarAddress) -> str:
    """Another token in its place: whoever had the old one reads nothing any more."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarAddress.objects.filter(pk=address.pk, person=by).update(token_hash=hash_of(token))
        audit.record("calendar.address_renewed", by=by, on=by, unit=address.unit)
    return token


def end(*, by: User, address: CalendarAddress) -> None:
    with transaction.atomic():
        CalendarAddress.objects.filter(pk=address.pk, person=by).delete()
        audit.record("calendar.address_ended", by=by, on=by, unit=address.unit)


def find(token: str) -> CalendarAddress | None:
    """The living address of this token; a person who may not sign in reads nothing."""
    rows = CalendarAddress.objects.select_related("person", "unit", "channel")
    return rows.filter(token_hash=hash_of(token), person__is_active=True).first()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
