"""Who may do what, where. The one table of rights; pages, services and API ask here.

A role in a unit holds in every unit below it. A right is never given by a flag
on a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from libsocial.accounts.models import Deputy, Membership, Role, Unit, User

ABILITIES: dict[str, frozenset[Role]] = {
    # posts
    "post.see": frozenset(Role),
    "post.write": frozenset({Role.CONTRIBUTOR, Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "post.edit_any": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "post.approve": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    # templates, snippets, hashtags and names that colleagues write with
    "kit.manage": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    # the media library: folders, and files of others: replace them, put them into the bin, take them out again
    "media.manage": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    # posting times of channels
    "slots.manage": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    # deliveries: retry, cancel, decide what an unclear one was
    "delivery.decide": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "hold.place": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    # opening hours and closures, and what may not be said yet
    "hours.manage": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    "closure.declare": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    "embargo.manage": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    # channels
    "channel.see": frozenset(Role),
    "channel.manage": frozenset({Role.ADMIN}),
    # short links, campaigns
    "links.see": frozenset(Role),
    "links.manage": frozenset({Role.CONTRIBUTOR, Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    "links.rules": frozenset({Role.ADMIN}),
    "campaign.see": frozenset(Role),
    "campaign.manage": frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN}),
    # figures, people, the house itself
    "analytics.see": frozenset(Role),
    "people.see": frozenset(Role),
    "people.manage": frozenset({Role.ADMIN}),
    "unit.manage": frozenset({Role.ADMIN}),
    "settings.manage": frozenset({Role.ADMIN}),
    "audit.read": frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}),
    "status.see": frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}),
}


# What a deputy may do in the place of somebody who may.
DEPUTISED = frozenset({"post.see", "post.approve"})


class NotAllowed(Exception):
    """The person may not do this here. Views answer 403 with the sentence."""

    def __init__(self, ability: str) -> None:
        super().__init__(ability)
        self.ability = ability


@dataclass(frozen=True)
class Grant:
    """A role in a subtree. `instead_of`: the id of the person who is away and whose role it is, None for one's own."""

    role: Role
    path: str
    instead_of: int | None = None

    def gives(self, ability: str) -> bool:
        return self.role in ABILITIES[ability] and (self.instead_of is None or ability in DEPUTISED)


def grants_of(user: User | AnonymousUser) -> tuple[Grant, ...]:
    """The person's roles with the subtree each holds in, and those they stand in for today; read once per user
    object, with one question."""
    if not user.is_authenticated or not user.is_active:
        return ()
    cached = getattr(user, "_grants", None)
    if cached is None:
        cached = tuple(_read_grants(user))
        user._grants = cached  # type: ignore[union-attr]
    return cached


def _read_grants(user: User) -> Iterator[Grant]:
    own = Membership.objects.filter(user=user).values_list("role", "unit__path", Value(0), Value(""))
    away = Deputy.objects.filter(now_q(), deputy=user, person__is_active=True)
    theirs = away.filter(person__memberships__role__in=ABILITIES["post.approve"]).values_list(
        "person__memberships__role", "person__memberships__unit__path", "person_id", "unit__path"
    )
    for role, path, person, narrowed in own.order_by().union(theirs.order_by(), all=True):
        if not person:
            yield Grant(Role(role), path)
        elif path.startswith(narrowed) or narrowed.startswith(path):
            yield Grant(Role(role), max(path, narrowed, key=len), person)


def now_q(at: datetime | None = None) -> Q:
    """Deputyships that hold at this moment."""
    at = at or timezone.now()
    return Q(begins_at__lte=at, ends_at__gt=at, ended_at=None)


def forget_grants(user: User) -> None:
    """After a membership changed: the next question reads again."""
    user.__dict__.pop("_grants", None)


def can(user: User | AnonymousUser, ability: str, unit: Unit) -> bool:
    """May this person do this in this unit? KeyError for an ability nobody declared."""
    ABILITIES[ability]
    return any(unit.path.startswith(grant.path) and grant.gives(ability) for grant in grants_of(user))


def can_oneself(user: User | AnonymousUser, ability: str, unit: Unit) -> bool:
    """The same by a role of one's own, not as somebody's deputy."""
    ABILITIES[ability]
    mine = (grant for grant in grants_of(user) if grant.instead_of is None)
    return any(unit.path.startswith(grant.path) and grant.gives(ability) for grant in mine)


def stands_in_for(user: User | AnonymousUser, unit: Unit) -> frozenset[int]:
    """The ids of those in whose place this person approves in this unit now."""
    found = (grant for grant in grants_of(user) if grant.instead_of and unit.path.startswith(grant.path))
    return frozenset(grant.instead_of for grant in found if grant.instead_of)


def can_anywhere(user: User | AnonymousUser, ability: str) -> bool:
    ABILITIES[ability]
    return any(grant.gives(ability) for grant in grants_of(user))


def require_anywhere(user: User | AnonymousUser, ability: str) -> None:
    """Raises NotAllowed for those who have the ability in no unit."""
    if not can_anywhere(user, ability):
        raise NotAllowed(ability)


def everywhere(user: User | AnonymousUser, ability: str) -> bool:
    """Does the person have it in the root, and with it in every unit? Then no row needs to be asked for its unit."""
    roles = ABILITIES[ability]
    return any(grant.role in roles and grant.path.count("/") == 2 for grant in grants_of(user))


def administers_all(user: User | AnonymousUser) -> bool:
    """Whether the person administers the root, and with it everything."""
    own = (grant for grant in grants_of(user) if grant.instead_of is None)
    return any(grant.role == Role.ADMIN and grant.path.count("/") == 2 for grant in own)


def require(user: User | AnonymousUser, ability: str, unit: Unit) -> None:
    """Raises NotAllowed."""
    if not can(user, ability, unit):
        raise NotAllowed(ability)


def subtree_q(user: User | AnonymousUser, ability: str, prefix: str = "") -> Q:
    """A filter for rows whose unit (at `prefix`, such as 'unit__') lies where the person has the ability."""
    ABILITIES[ability]
    paths = _outermost(grant.path for grant in grants_of(user) if grant.gives(ability))
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
    """Active people who have the ability in this unit, by a role here or above, or as the deputy of one of them."""
    above = [int(part) for part in unit.path.strip("/").split("/") if part]
    held = Membership.objects.filter(unit_id__in=above, role__in=ABILITIES[ability], user__is_active=True)
    able = Q(pk__in=held.values("user_id"))
    if ability in DEPUTISED:
        approvers = held.filter(role__in=ABILITIES["post.approve"]).values("user_id")
        away = Deputy.objects.filter(now_q(), unit_id__in=above, person_id__in=approvers)
        able |= Q(pk__in=away.values("deputy_id"))
    return User.objects.filter(able, is_active=True)
