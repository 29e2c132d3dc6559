"""Who has to say yes to a post before it goes out, and how many of them have.

A unit asks for a number of approvals, or for steps that name people; the owner of a lent channel, and a
channel's own reviewers, are asked besides. An app or a matter above brings further needs through `also`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from libsocial.accounts import policies
from libsocial.accounts.models import Deputy, Unit, User
from posts.models import Post, Review

if TYPE_CHECKING:
    from posts.knowledge import Asked, Known


@dataclass(frozen=True)
class Need:
    """Approvals that are asked for. `unit`: where one needs the right to give them.

    `lent`: by the owner of a channel that was lent. `key` tells the needs of one unit apart ('' is its plain
    number). `people`: the ids of those who may, None for everybody with the right. `missing`: the names of those
    among them whose yes is not there. `every`: each of them has to. `waits`: a step before it is open still.
    """

    unit: Unit
    needed: int
    given: int
    lent: bool
    own_allowed: bool
    key: str = ""
    name: str = ""
    people: frozenset[int] | None = None
    missing: tuple[str, ...] = ()
    covered: frozenset[int] = frozenset()
    every: bool = False
    waits: bool = False

    @property
    def open(self) -> bool:
        return self.given < self.needed

    @property
    def family(self) -> str:
        """One person's yes counts once in a family: several steps of a unit are several people."""
        return family_of(self.key)


def family_of(key: str) -> str:
    return "" if key.startswith("step:") else key


Source = Callable[[Post, "Known"], Iterable[Need]]
sources: list[Source] = []


def also(source: Source) -> None:
    """Register who asks for further approvals, such as reviewers of a language; `count` helps to fill a need."""
    if source not in sources:
        sources.append(source)


def needs_of(post: Post, known: Known) -> tuple[Need, ...]:
    """Everything the current revision has to pass, in the order of a page."""
    if post.current_id is None:
        return ()
    own = list(_steps(post, known)) or [count(post, known, Need(post.unit, _number(post, known), 0, False, False))]
    owners = [count(post, known, Need(unit, 1, 0, True, False)) for unit in known.owners(post)]
    channels = [_asked(post, known, asked, f"channel:{asked.channel_id}", asked.unit) for asked in known.asked_by(post)]
    others = [need for source in sources for need in source(post, known)]
    return (*own, *owners, *channels, *others)


def count(post: Post, known: Known, need: Need) -> Need:
    """The need with what was given: approvals of people, of guests where the unit lets them count, and an urgent one.

    A yes to one's own words counts as long as the unit's rules allow it.
    """
    policy = known.policy(need.unit)
    found = [one for one in known.approvals(post) if one.unit_id == need.unit.pk and one.need == need.key]
    mine = [one for one in found if one.person_id and (policy.own_approval or not one.own or one.glass)]
    guests = sum(one.guest_id is not None and one.guest.revoked_at is None for one in found)
    most = {"approve": need.needed - 1, "alone": need.needed}.get(policy.guests_may, 0)
    given = len(mine) + (min(guests, most) if need.people is None and not need.lent else 0)
    covered = frozenset(one.instead_of_id or one.person_id for one in mine if one.person_id)
    if need.every and need.people is not None:
        given = len(covered & need.people)
    if any(one.glass for one in mine):
        given = max(given, need.needed)
    return replace(need, given=given, own_allowed=policy.own_approval, covered=covered)


def _number(post: Post, known: Known) -> int:
    return max(1, known.policy(post.unit).approvals_needed)


def _steps(post: Post, known: Known) -> Iterator[Need]:
    """The unit's steps; each waits for those before it."""
    waits = False
    for asked in known.steps(post.unit):
        need = _asked(post, known, asked, f"step:{asked.pk}", post.unit)
        yield replace(need, waits=waits)
        waits = waits or need.open


def _asked(post: Post, known: Known, asked: Asked, key: str, unit: Unit) -> Need:
    names = known.people_of(asked, unit)
    people = frozenset(names) if names is not None else None
    every = asked.kind == "all" and people is not None
    needed = max(1, len(people)) if every and people is not None else max(1, asked.number)
    bare = Need(unit, needed, 0, False, False, key=key, name=asked.name, people=people, every=every)
    need = count(post, known, bare)
    missing = tuple(name for pk, name in (names or {}).items() if pk not in need.covered)
    return replace(need, missing=missing)


def who_can(need: Need, *, without: Iterable[int] = ()) -> QuerySet[User]:
    """Active people whose yes could count for this need: those it names or their deputies, with the right there.

    `without`: whose words it is; they are left out where the rules forbid a yes to one's own.
    """
    able = policies.people_who("post.approve", need.unit)
    if need.people is not None:
        wanted = need.people - need.covered if need.every else need.people
        stand_ins = Deputy.objects.filter(policies.now_q(), person_id__in=wanted).values("deputy_id")
        able = able.filter(Q(pk__in=wanted) | Q(pk__in=stand_ins))
    return able if need.own_allowed else able.exclude(pk__in=list(without))


def instead_of(need: Need, person: User) -> int | None:
    """In whose place this person's yes would count: None when it is in their own name."""
    if need.people is not None and person.pk not in need.people:
        return min((policies.stands_in_for(person, need.unit) & need.people) - need.covered, default=None)
    if policies.can_oneself(person, "post.approve", need.unit):
        return None
    return min(policies.stands_in_for(person, need.unit), default=None)


def open_now(needs: Sequence[Need]) -> list[Need]:
    """Those that wait for somebody at this moment."""
    return [need for need in needs if need.open and not need.waits]


def given_by(post: Post, known: Known, needs: Sequence[Need], person: User) -> set[tuple[int, str]]:
    """Unit and family of every need this person has said yes to; a step that is no more does not count."""
    living = {(need.unit.pk, need.key) for need in needs}
    mine: list[Review] = [one for one in known.approvals(post) if one.person_id == person.pk]
    return {(one.unit_id, family_of(one.need)) for one in mine if (one.unit_id, one.need) in living}
