"""Entering and removing the keys of our application at a platform. Only who administers the whole house may."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import appkeys, platforms
from channels_app.connect import FieldProblem
from channels_app.models import AppKeys
from channels_app.platforms.base import Adapter
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.accounts.services import units
from libsocial.audit import services as audit


def enter_keys(*, by: User, adapter: Adapter, fields: dict[str, str]) -> None:
    """Keeps what was typed; an empty field keeps what was there. Raises NotAllowed, FieldProblem."""
    _require(by)
    given = {field.name: fields.get(field.name, "").strip() for field in adapter.app_fields}
    values = {**appkeys.entered(adapter), **{name: value for name, value in given.items() if value}}
    have = {**values, **appkeys.from_environment(adapter)}
    for name in adapter.lacks(have):
        raise FieldProblem(name, _("Please fill this in."))
    owner = appkeys.owner_of(adapter)
    with transaction.atomic():
        # Replaced without reading: the old ones may be of a key nobody has any more.
        if not AppKeys.objects.filter(platform=owner).update(secret=values, changed_by=by, changed_at=timezone.now()):
            AppKeys.objects.create(platform=owner, secret=values, changed_by=by)
        audit.record("channel.keys_entered", by=by, on=units.root(), unit=units.root(), data={"platform": adapter.name})


def remove_keys(*, by: User, adapter: Adapter) -> None:
    """Erases what was entered for this platform; keys of the environment stay, and those another platform of the same
    house uses too, unless it is the one they were made for. Raises NotAllowed."""
    _require(by)
    owner = appkeys.owner_of(adapter)
    shared = {field.name for field in platforms.get(owner).app_fields} if owner != adapter.key else set()
    with transaction.atomic():
        left = {name: value for name, value in appkeys.entered(adapter).items() if name in shared}
        rows = AppKeys.objects.filter(platform=owner)
        if left:
            rows.update(secret=left, changed_by=by, changed_at=timezone.now())
        else:
            rows.delete()
        audit.record("channel.keys_removed", by=by, on=units.root(), unit=units.root(), data={"platform": adapter.name})


def _require(by: User) -> None:
    policies.require(by, "settings.manage", units.root())
