"""Which days a unit keeps."""

from __future__ import annotations

from collections.abc import Collection

from django.core.cache import cache
from django.db import transaction

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from posts import observances
from posts.models import KeptDays

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
