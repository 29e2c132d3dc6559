"""Who may do what, where. The one table of rights; pages, services and API ask here.

A role in a unit holds in every unit below it. A right is never given by a flag
on a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from libsocial.accounts.models import Membership, Role, Unit, User

ABILITIES: dict[str, frozenset[Role]] = {
    # posts
    "post.see": frozenset(Role),
    "post.write": frozenset({Role.CONTRIBUTOR, Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "post.edit_any": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "post.approve": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    # posting times of channels
    "slots.manage": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    # deliveries: retry, cancel, decide what an unclear one was
    "delivery.decide": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "hold.place": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    # channels
    "channel.see": frozenset(Role),
    "channel.manage": frozenset({Role.ADMIN}),
    # figures, people, the house itself
    "analytics.see": frozenset(Role),
    "people.see": frozenset(Role),
    "people.manage": frozenset({Role.ADMIN}),
    "unit.manage": frozenset({Role.ADMIN}),
    "settings.manage": frozenset({Role.ADMIN}),
    "audit.read": frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}),
    "status.see": frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}),
}


class NotAllowed(Exception):
    """The person may not do this here. Views answer 403 with the sentence."""

    def __init__(self, ability: str) -> None:
        super().__init__(ability)
        self.ability = ability


@dataclass(frozen=True)
class Grant:
    role: Role
    path: str


def grants_of(user: User | AnonymousUser) -> tuple[Grant, ...]:
    """The person's roles with the subtree each holds in; read once per user object."""
    if not user.is_authenticated or not user.is_active:
        return ()
    cached = getattr(user, "_grants", None)
    if cached is None:
        rows = Membership.objects.filter(user=user).values_list("role", "unit__path")
        cached = tuple(Grant(Role(role), path) for role, path in rows)
        user._grants = cached  # type: ignore[union-attr]
    return cached


def forget_grants(user: User) -> None:
    """After a membership changed: the next question reads again."""
    user.__dict__.pop("_grants", None)


def can(user: User | AnonymousUser, ability: str, unit: Unit) -> bool:
    """May this person do this in this unit? KeyError for an ability nobody declared."""
    roles = ABILITIES[ability]
    return any(grant.role in roles and unit.path.startswith(grant.path) for grant in grants_of(user))


def can_anywhere(user: User | AnonymousUser, ability: str) -> bool:
    roles = ABILITIES[ability]
    return any(grant.role in roles for grant in grants_of(user))


def everywhere(user: User | AnonymousUser, ability: str) -> bool:
    """Does the person have it in the root, and with it in every unit? Then no row needs to be asked for its unit."""
    roles = ABILITIES[ability]
    return any(grant.role in roles and grant.path.count("/") == 2 for grant in grants_of(user))


def administers_all(user: User | AnonymousUser) -> bool:
    """Whether the person administers the root, and with it everything."""
    return any(grant.role == Role.ADMIN and grant.path.count("/") == 2 for grant in grants_of(user))


def require(user: User | AnonymousUser, ability: str, unit: Unit) -> None:
    """Raises NotAllowed."""
    if not can(user, ability, unit):
        raise NotAllowed(ability)


def subtree_q(user: User | AnonymousUser, ability: str, prefix: str = "") -> Q:
    """A filter for rows whose unit (at `prefix`, such as 'unit__') lies where the person has the ability."""
    roles = ABILITIES[ability]
    paths = _outermost(grant.path for grant in grants_of(user) if grant.role in roles)
    query = Q(pk__in=[])
    for path in paths:
        query |= Q(**{f"{prefix}path__startswith": path})
    return query


def _outermost(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path.startswith(known) for known in kept):
            kept.append(path)
    return kept


def units_where(user: User | AnonymousUser, ability: str) -> QuerySet[Unit]:
    """The living units in which the person has the ability, in tree order."""
    return Unit.objects.filter(subtree_q(user, ability), archived_at=None)


def people_who(ability: str, unit: Unit) -> QuerySet[User]:
    """Active people who have the ability in this unit, by a role here or above."""
    above = [int(part) for part in unit.path.strip("/").split("/") if part]
    return User.objects.filter(
        is_active=True, memberships__unit_id__in=above, memberships__role__in=ABILITIES[ability]
    ).distinct()
