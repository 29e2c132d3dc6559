"""The tree of units and the policy of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from libsocial.accounts import policy
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Unit, User
from libsocial.accounts.policies import require
from libsocial.audit import services as audit
from libsocial.core import localtime

POLICY = frozenset({*policy.FIELDS, "rules"})
CHANGEABLE = ("name", "zone", "language", *POLICY)
LONGEST_PATH = 250

Objection = Callable[[Unit], "str | Promise | None"]
objections: list[Objection] = []


def object_to_archiving(objection: Objection) -> None:
    """Register what may stand against putting a unit away, such as channels it still has."""
    if objection not in objections:
        objections.append(objection)


Follower = Callable[[str, str], None]
followers: list[Follower] = []


def follow_moves(follower: Follower) -> None:
    """Register who keeps paths of units: called with the old and the new one, in the transaction of the move."""
    if follower not in followers:
        followers.append(follower)


def root() -> Unit:
    """The library itself; raises Unit.DoesNotExist before the first run."""
    return Unit.objects.get(parent=None)


def create(*, by: User, parent: Unit, name: str, zone: str = "", language: str = "") -> Unit:
    """A new unit below `parent`; zone and language are the parent's unless given. Raises NotAllowed, Refused."""
    require(by, "unit.manage", parent)
    with transaction.atomic():
        parent = _locked(parent)
        if parent.archived_at:
            raise Refused(_("This unit is archived. Restore it before something is put below it."), "parent")
        if len(parent.path) + 20 > LONGEST_PATH:
            raise Refused(_("The tree is too deep here. Put the unit further up."), "parent")
        given = {"zone": _zone(zone or parent.zone), "language": language or parent.language}
        unit = Unit.objects.plant(name=name.strip(), parent=parent, **given)
        audit.record("unit.created", by=by, on=unit, unit=unit, data={"name": unit.name, "parent": parent.name})
    return unit


def change(*, by: User, unit: Unit, **values: Any) -> Unit:
    """Name, zone, language and policy. An empty policy value follows the unit above. Raises NotAllowed, Refused."""
    require(by, "unit.manage", unit)
    unknown = values.keys() - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"a unit has no {sorted(unknown)}")
    if "zone" in values:
        _zone(values["zone"])
    with transaction.atomic():
        unit = _locked(unit)
        before = {name: getattr(unit, name) for name in values if getattr(unit, name) != values[name]}
        if not before:
            return unit
        for name in before:
            setattr(unit, name, values[name])
        unit.save(update_fields=list(before))
        data = {"name": unit.name, "before": before, "after": {name: values[name] for name in before}}
        action = "unit.policy_changed" if before.keys() <= POLICY else "unit.changed"
        audit.record(action, by=by, on=unit, unit=unit, data=data)
    return unit


def move(*, by: User, unit: Unit, parent: Unit) -> Unit:
    """The unit with everything below it under another parent. Raises NotAllowed, Refused."""
    require(by, "unit.manage", unit)
    require(by, "unit.manage", parent)
    with transaction.atomic():
        _locked(root())  # one mover at a time: two moves could tie the tree into a ring
        unit, parent = _locked(unit), _locked(parent)
        if unit.parent_id is None:
            raise Refused(_("The library itself cannot be moved."), "parent")
        if parent.path.startswith(unit.path):
            raise Refused(_("A unit cannot be put below itself."), "parent")
        if parent.archived_at:
            raise Refused(_("That unit is archived. Choose another one."), "parent")
        if parent.pk == unit.parent_id:
            return unit
        old_parent, old_path = unit.parent, unit.path
        new_path = f"{parent.path}{unit.pk}/"
        _carry(old_path, new_path)
        Unit.objects.filter(pk=unit.pk).update(parent=parent)
        unit.refresh_from_db()
        data = {"name": unit.name, "before": old_parent.name, "after": parent.name}
        audit.record("unit.moved", by=by, on=unit, unit=unit, data=data)
    return unit


def archive(*, by: User, unit: Unit) -> None:
    """Puts a unit away; its posts and its trail stay. Raises NotAllowed, Refused."""
    require(by, "unit.manage", unit)
    with transaction.atomic():
        unit = _locked(unit)
        if unit.archived_at:
            return
        reason = _against(unit)
        if reason:
            raise Refused(reason)
        _set_archived(unit, timezone.now())
        audit.record("unit.archived", by=by, on=unit, unit=unit, data={"name": unit.name})


def restore(*, by: User, unit: Unit) -> None:
    """Brings an archived unit back. Raises NotAllowed, Refused."""
    require(by, "unit.manage", unit)
    with transaction.atomic():
        unit = _locked(unit)
        if unit.archived_at is None:
            return
        if unit.parent and unit.parent.archived_at:
            raise Refused(_("The unit above it is archived. Restore that one first."))
        _set_archived(unit, None)
        audit.record("unit.restored", by=by, on=unit, unit=unit, data={"name": unit.name})


def _against(unit: Unit) -> str | Promise | None:
    if unit.parent_id is None:
        return _("The library itself cannot be archived.")
    if unit.children.filter(archived_at=None).exists():
        return _("There are units below it. Archive or move those first.")
    return next((reason for objection in objections if (reason := objection(unit))), None)


def _set_archived(unit: Unit, value: Any) -> None:
    unit.archived_at = value
    unit.save(update_fields=["archived_at"])


def _locked(unit: Unit) -> Unit:
    return Unit.objects.select_for_update(of=("self",)).select_related("parent").get(pk=unit.pk)


def _carry(old_path: str, new_path: str) -> None:
    deepest = max(len(path) for path in Unit.objects.filter(path__startswith=old_path).values_list("path", flat=True))
    if deepest - len(old_path) + len(new_path) > LONGEST_PATH:
        raise Refused(_("The tree would become too deep."), "parent")
    below = Unit.objects.filter(path__startswith=old_path)
    below.update(path=Concat(Value(new_path), Substr(F("path"), len(old_path) + 1)))
    for follower in followers:
        follower(old_path, new_path)


def _zone(name: str) -> str:
    if not localtime.is_zone(name):
        raise Refused(_("This is not a time zone. Choose one from the list, such as Europe/London."), "zone")
    return name
