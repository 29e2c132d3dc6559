"""People and units as screens show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from libsocial.accounts import policies
from libsocial.accounts.models import Deputy, Invitation, Membership, Role, Unit, User


@dataclass(frozen=True)
class Worker:
    """A person with the roles that this reader may see."""

    person: User
    roles: list[Membership]


def people(*, reader: User, unit: Unit | None, role: str = "", text: str = "", gone: bool = False) -> QuerySet[User]:
    """The people a reader may see; in one unit (and below), with one role, by name or address; or those who left."""
    found = User.objects.visible_to(reader).filter(is_active=not gone)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if unit is not None or role in Role.values:
        held = Membership.objects.filter(policies.subtree_q(reader, "people.see", "unit__"))
        held = held.filter(unit__path__startswith=unit.path) if unit is not None else held
        held = held.filter(role=role) if role in Role.values else held
        found = found.filter(pk__in=held.values("user_id"))
    return found.order_by("name", "pk")


def with_roles(reader: User, page: list[User]) -> list[Worker]:
    """One query for the roles of a whole page."""
    shown = Membership.objects.filter(policies.subtree_q(reader, "people.see", "unit__"), user__in=page)
    by_person: dict[int, list[Membership]] = {}
    for membership in shown.select_related("unit").order_by("unit__path", "role"):
        by_person.setdefault(membership.user_id, []).append(membership)
    return [Worker(person, by_person.get(person.pk, [])) for person in page]


def invitations(reader: User) -> QuerySet[Invitation]:
    """Invitations still open or run out, where the reader manages people."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    mine = waiting.filter(policies.subtree_q(reader, "people.manage", "unit__"))
    return mine.select_related("unit", "letter").order_by("-id")


def units_to_manage(reader: User, ability: str = "unit.manage") -> QuerySet[Unit]:
    return policies.units_where(reader, ability)


def units(reader: User) -> QuerySet[Unit]:
    """Living and archived units of the reader, in tree order."""
    return Unit.objects.filter(policies.subtree_q(reader, "people.see"))


def in_tree_order(found: QuerySet[Unit]) -> list[Unit]:
    """Parents before children, siblings by name; `depth` counts from the topmost unit shown."""
    rows = list(found)
    names = {unit.pk: unit.name.casefold() for unit in rows}
    ids = {unit.pk: [int(part) for part in unit.path.strip("/").split("/")] for unit in rows}
    rows.sort(key=lambda unit: [(names.get(pk, ""), pk) for pk in ids[unit.pk]])
    top = min((len(path) for path in ids.values()), default=0)
    for unit in rows:
        unit.depth = len(ids[unit.pk]) - top  # type: ignore[attr-defined]
    return rows


def absences(reader: User) -> QuerySet[Deputy]:
    """Absences that are not over: one's own, those one stands in for, and those of units one manages people of."""
    concerned = Q(person=reader) | Q(deputy=reader) | policies.subtree_q(reader, "people.manage", "unit__")
    rows = Deputy.objects.filter(concerned, ended_at=None, ends_at__gt=timezone.now())
    return rows.select_related("person", "deputy", "unit", "made_by")
