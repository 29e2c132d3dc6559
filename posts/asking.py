"""Who will be asked to approve a post of a unit, before anybody is: one look at people, steps and absences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from libsocial.accounts import policies, policy
from libsocial.accounts.models import Deputy, Membership, Unit, User
from libsocial.hours.selectors import calendar_of
from posts import selectors
from posts.needs import Need, who_can


@dataclass(frozen=True)
class Asked:
    """`people`: the names of those whose yes would count. `excluded`: names of those who cannot, because it is
    their own text. `away`: names with the day until which they are away. `opens`: when the unit next works,
    None while it is open, or where no hours are kept."""

    people: tuple[str, ...]
    excluded: tuple[str, ...]
    away: tuple[tuple[str, datetime], ...]
    opens: datetime | None

    @property
    def away_names(self) -> str:
        """With the day they are back."""
        days = (f"{name} ({date_format(timezone.localtime(until), 'SHORT_DATE_FORMAT')})" for name, until in self.away)
        return ", ".join(days)

    @property
    def nobody(self) -> bool:
        return not self.people


def who_is_asked(unit: Unit, writers: Collection[int]) -> Asked:
    """For the first approval of a post of this unit that these people wrote."""
    need = _first_need(unit)
    able = list(who_can(replace(need, own_allowed=True)).order_by("name")[:30])
    mine = [person for person in able if person.pk in writers and not need.own_allowed]
    others = [person for person in able if person not in mine]
    away = _away(unit, others)
    here = [person for person in others if person.pk not in {row.person_id for row in away}]
    gone = tuple((str(row.person), row.ends_at) for row in away)
    return Asked(_said(here, unit), _names(mine), gone, next_work(unit) if here else None)


def _first_need(unit: Unit) -> Need:
    """The first step where the unit has steps, else everybody with the right."""
    need = Need(unit, 1, 0, False, own_allowed=policy.of(unit).own_approval)
    step = next(iter([*selectors.own_steps(unit)] or selectors.steps_above(unit)), None)
    if step is None:
        return need
    people = frozenset(person.pk for person in step.people.all())
    if not people and step.role:
        above = [int(part) for part in unit.path.strip("/").split("/") if part]
        held = Membership.objects.filter(role=step.role, unit_id__in=above)
        people = frozenset(held.values_list("user_id", flat=True))
    return replace(need, people=people or None, every=step.kind == "all")


def next_work(unit: Unit, now: datetime | None = None) -> datetime | None:
    """When the unit opens next; None while it is open, and where no hours are kept."""
    now = now or timezone.now()
    hours = calendar_of(unit)
    return None if not hours.known or hours.is_open(now) else hours.next_open(now)


def _away(unit: Unit, people: list[User]) -> list[Deputy]:
    rows = Deputy.objects.filter(policies.now_q(), person__in=people).select_related("person", "unit")
    return [row for row in rows if unit.path.startswith(row.unit.path)]


def _said(people: list[User], unit: Unit) -> tuple[str, ...]:
    """Their names; a deputy's with whom they stand in for."""
    rows = Deputy.objects.filter(policies.now_q(), deputy__in=people).select_related("person", "unit")
    stands_in = {row.deputy_id: row.person for row in rows if unit.path.startswith(row.unit.path)}
    names = ((person, stands_in.get(person.pk)) for person in people)
    said = _("%(deputy)s (deputy of %(person)s)")
    return tuple(said % {"deputy": one, "person": other} if other else str(one) for one, other in names)


def _names(people: list[User]) -> tuple[str, ...]:
    return tuple(str(person) for person in people)
