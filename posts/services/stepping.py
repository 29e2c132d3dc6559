"""The steps of a unit's approval and the reviewers of a channel: who has to say yes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Role, Unit, User
from libsocial.audit import services as audit
from posts.models import Step
from posts.workflow import NotPossible

ROLES = (Role.SUPERVISOR, Role.ADMIN)  # those who may approve
MOST_STEPS = 5


def put_step(
    *,
    by: User,
    unit: Unit,
    step: Step | None = None,
    name: str = "",
    kind: str = "any",
    number: int = 1,
    role: str = "",
    people: Iterable[User] = (),
) -> Step:
    """A step of this unit, new (at the end) or changed. Raises NotAllowed, NotPossible."""
    policies.require(by, "unit.manage", unit)
    people = list(people)
    _refuse_nonsense(unit, kind, number, role, people)
    with transaction.atomic():
        last = Step.objects.filter(unit=unit, channel=None).aggregate(last=Max("order"))["last"] or 0
        if step is None and last >= MOST_STEPS:
            raise NotPossible(_("More than %(most)s steps help nobody.") % {"most": MOST_STEPS})
        row = step or Step(unit=unit, order=last + 1)
        row.name, row.kind, row.number, row.role = name.strip()[:60], kind, number, role
        row.save()
        row.people.set(people)
        audit.record("review.step_set", by=by, on=unit, unit=unit, data=_told(unit, row, people))
    return row


def remove_step(*, by: User, step: Step) -> None:
    """Those after it move up; posts in review need what is left. Raises NotAllowed."""
    policies.require(by, "unit.manage", step.unit)
    with transaction.atomic():
        later = Step.objects.filter(unit=step.unit, channel=None, order__gt=step.order).order_by("order")
        data = {"unit": step.unit.name, "step": step.name}
        channel, order = step.channel_id, step.order
        step.delete()
        for shift, row in enumerate(later if channel is None else ()):
            Step.objects.filter(pk=row.pk).update(order=order + shift)
        audit.record("review.step_removed", by=by, on=step.unit, unit=step.unit, data=data)


def set_reviewers(*, by: User, channel: Channel, people: Iterable[User], every: bool = False) -> Step | None:
    """Who has to approve what goes out on this channel, besides everybody else; nobody ends that.

    Raises NotAllowed, NotPossible.
    """
    policies.require(by, "channel.manage", channel.unit)
    people = list(people)
    with transaction.atomic():
        if not people:
            Step.objects.filter(channel=channel).delete()
            audit.record("review.step_removed", by=by, on=channel, unit=channel.unit, data={"unit": channel.name})
            return None
        kind = "all" if every else "any"
        _refuse_nonsense(channel.unit, kind, 1, "", people)
        values = {"unit": channel.unit, "kind": kind, "name": channel.name[:60]}
        row, _made = Step.objects.update_or_create(channel=channel, defaults=values)
        row.people.set(people)
        audit.record("review.step_set", by=by, on=channel, unit=channel.unit, data=_told(channel, row, people))
    return row


def _refuse_nonsense(unit: Unit, kind: str, number: int, role: str, people: list[User]) -> None:
    if kind not in Step.Kind.values or (role and role not in ROLES):
        raise NotPossible(_("Choose from the lists."))
    if people and role:
        raise NotPossible(_("Choose people or a role, not both."))
    strangers = [str(person) for person in people if not policies.can_oneself(person, "post.approve", unit)]
    if strangers:
        names = ", ".join(strangers)
        raise NotPossible(_("%(names)s may not approve there. Give them a role first.") % {"names": names})
    if kind == "all" and not people and not role:
        raise NotPossible(_("Name the people, or a role: “every one of them” needs somebody to be meant."))
    if not 1 <= number <= 5:
        raise NotPossible(_("A step needs between 1 and 5 approvals."))
    if kind == "any" and people and number > len(people):
        raise NotPossible(
            _("%(number)s approvals are asked of %(people)s people. Name more, or ask for fewer.")
            % {"number": number, "people": len(people)}
        )


def _told(about: Unit | Channel, row: Step, people: list[User]) -> dict[str, object]:
    named = [str(person) for person in people]
    return {"unit": about.name, "step": row.name, "kind": row.kind, "number": row.number, "people": named}
