"""While a post waits for a decision: reminders, escalation, deputies, times that passed, urgent words to judge.

A tick asks what is due; each is said once, and hours are counted while the unit is open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from libsocial.accounts import policies, policy
from libsocial.accounts.models import Deputy, User
from libsocial.audit import services as audit
from libsocial.hours.reckoning import Hours
from libsocial.hours.selectors import of_many
from posts import needs, schedule, workflow
from posts.models import BreakGlass, Post, Revision
from posts.services import telling

BATCH = 200  # posts looked at in one tick


def tick(now: datetime | None = None) -> int:
    """Says what is due; the number of posts something was said about."""
    now = now or timezone.now()
    return sum((_overtaken(now), _waiting(now), _deputies(now), _unjudged(now)))


# --- posts that wait ----------------------------------------------------------


def _waiting(now: datetime) -> int:
    """Reminds those who were asked, later tells those above them."""
    rows = _in_review().filter(current__overtaken_at=None, current__escalated_at=None)
    posts = list(rows.order_by("current__submitted_at")[:BATCH])
    units = {post.unit_id: post.unit for post in posts}
    rules, hours = policy.of_many(units.values()), of_many(units.values())
    return sum(_speak(post, rules[post.unit_id], hours[post.unit_id], now) for post in posts)


def _speak(post: Post, rule: policy.Policy, hours: Hours, now: datetime) -> bool:
    def due(length: int) -> bool:
        return length > 0 and hours.add_open(post.current.submitted_at, timedelta(hours=length)) <= now

    if due(rule.escalate_after_hours):
        return _say_once(post, "escalated_at", now, _escalate)
    if post.current.reminded_at is None and due(rule.remind_after_hours):
        return _say_once(post, "reminded_at", now, _remind)
    return False


def _in_review() -> QuerySet[Post]:
    return Post.objects.filter(state="in_review").select_related("unit", "author", "current__changed_by")


def _say_once(post: Post, mark: str, now: datetime, say: Callable[[Post], None]) -> bool:
    """Of two ticks at once one speaks: whoever sets the mark."""
    with transaction.atomic():
        fresh = Revision.objects.filter(pk=post.current_id, **{mark: None})
        if not fresh.update(**{mark: now}):
            return False
        say(post)
    return True


def _remind(post: Post) -> None:
    telling.tell(_asked(post), "post.reminder", post, None, dedupe=f"{telling.key(post)}:remind", since=_since(post))


def _escalate(post: Post) -> None:
    """Those with the right by a role further up; where everybody was asked already, everybody once more."""
    asked = {person.pk for person in _asked(post)}
    everybody = list(policies.people_who("post.approve", post.unit))
    above = [person for person in everybody if person.pk not in asked] or everybody
    telling.tell(above, "post.escalated", post, None, dedupe=f"{telling.key(post)}:escalate", since=_since(post))
    audit.record("post.escalated", by=None, on=post, unit=post.unit, data={"revision": post.current.number})


def _asked(post: Post) -> list[User]:
    people: dict[int, User] = {}
    for need in needs.open_now(workflow.needs_of(post)):
        people |= {person.pk: person for person in needs.who_can(need, without=telling.writers(post))}
    return list(people.values())


def _since(post: Post) -> str:
    with override(post.unit.language):
        return date_format(timezone.localtime(post.current.submitted_at), "SHORT_DATETIME_FORMAT")


# --- times that passed --------------------------------------------------------


def _overtaken(now: datetime) -> int:
    """The planned time came before the decision: nothing goes out, and the writers choose a new one."""
    late = _in_review().filter(planned_at__lte=now - schedule.GRACE, current__overtaken_at=None)
    return sum(_say_once(post, "overtaken_at", now, _tell_overtaken) for post in late[:BATCH])


def _tell_overtaken(post: Post) -> None:
    people = User.objects.filter(pk__in=telling.writers(post))
    telling.tell(people, "post.overtaken", post, None, dedupe=f"{telling.key(post)}:overtaken")
    audit.record("post.overtaken", by=None, on=post, unit=post.unit, data={"revision": post.current.number})


# --- who stands in ------------------------------------------------------------


def _deputies(now: datetime) -> int:
    """From the first hour of an absence on, the deputy hears of everything that waits for who is away."""
    rows = Deputy.objects.filter(policies.now_q(now), told_at=None).select_related("person", "deputy", "unit")
    said = 0
    for row in rows[:BATCH]:
        with transaction.atomic():
            if Deputy.objects.filter(pk=row.pk, told_at=None).update(told_at=now):
                said += _tell_deputy(row)
    return said


def _tell_deputy(row: Deputy) -> int:
    posts = [post for post in _in_review().filter(unit__path__startswith=row.unit.path) if _asks(post, row)]
    for post in posts:
        key = f"{telling.key(post)}:deputy:{row.pk}"
        telling.tell([row.deputy], "post.deputy_asked", post, None, dedupe=key, absent=str(row.person))
    return len(posts)


def _asks(post: Post, row: Deputy) -> bool:
    return row.deputy_id not in telling.writers(post) and row.deputy in _asked(post)


# --- urgent words -------------------------------------------------------------


def _unjudged(now: datetime) -> int:
    rows = BreakGlass.objects.filter(state="open", judge_by__lte=now, reminded_at=None)
    said = 0
    for row in rows.select_related("post__unit", "post__current", "by")[:BATCH]:
        with transaction.atomic():
            if BreakGlass.objects.filter(pk=row.pk, reminded_at=None).update(reminded_at=now):
                telling.glass_due(row.post, row.by, row.reason)
                said += 1
    return said
