"""What a closure touches among the posts, and what a person chose for each: move it, hold it back, leave it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import localtime
from libsocial.hours import selectors as hours
from libsocial.hours.reckoning import Hours, Shut, with_closure
from libsocial.hours.touching import Touched
from posts import drafting, problems, schedule, selectors, workflow
from posts.drafting import Draft
from posts.models import Post
from posts.services import drafts, review
from scheduler import services as scheduler

# The channels of one post lie at most this far apart in time.
_SPREAD = timedelta(days=60)
MINUTES = "%Y-%m-%dT%H:%M"


def find(unit: Unit, shut: Shut, person: User) -> list[Touched]:
    """Planned posts of the unit and those below it with a moment inside the closure. Service notices may pass."""
    if shut.kind == "limited":
        return []
    begin, end = shut.stretch(unit.zone)
    rows = Post.objects.visible_to(person).filter(
        unit__path__startswith=unit.path,
        state__in=("draft", "in_review", "changes_requested", "approved"),
        planned_at__gte=begin - _SPREAD,
        planned_at__lt=end,
    )
    calendars: dict[int, Hours] = {}
    return [one for post in selectors.with_targets(rows) if (one := _touched(post, shut, calendars, begin, end))]


def _touched(post: Post, shut: Shut, calendars: dict[int, Hours], begin: datetime, end: datetime) -> Touched | None:
    draft = drafting.of_revision(post.current)
    at = min((moment for moment in _moments(post, draft) if begin <= moment < end), default=None)
    if at is None or draft.service:
        return None
    if post.unit_id not in calendars:
        calendars[post.unit_id] = with_closure(hours.calendar_of(post.unit), shut)
    target = calendars[post.unit_id].next_open(at)
    hold = ("hold",) if post.state == "approved" else ()
    return Touched(
        key=f"post-{post.pk}",
        title=post.title or _("Untitled post"),
        url=reverse("posts:detail", args=[post.pk]),
        at=at,
        where=", ".join(row.channel.name for row in post.current.targets.all()) or _("no channel yet"),
        state=post.state,
        choices=(*(("move",) if target else ()), *hold, "keep"),
        moves_to=target,
    )


def _moments(post: Post, draft: Draft) -> Iterator[datetime]:
    """When it leaves, on each channel it has not left on yet."""
    deliveries = {row.channel_id: row.delivery for row in post.current.targets.all() if row.delivery}
    for target in draft.targets:
        delivery, moment = deliveries.get(target.channel), schedule.moment_for(draft, target)
        if moment and (delivery is None or delivery.state in ("planned", "waiting")):
            yield moment.utc
    if not draft.targets and (moment := schedule.moment_of(draft.at, draft.zone)):
        yield moment.utc


def settle(key: str, choice: str, to: datetime | None, person: User, reason: str) -> None:
    """Moves or holds one post, in the caller's transaction. Raises NotAllowed, NotPossible."""
    post = selectors.get_post(person, int(key.removeprefix("post-")))
    if choice == "hold":
        policies.require(person, "hold.place", post.unit)
        scheduler.hold_reference(workflow.reference_of(post, post.current), by=person, reason=reason)
    elif choice == "move" and to is not None:
        move(post=post, by=person, to=to)


def move(*, post: Post, by: User, to: datetime) -> None:
    """The post at another time, every channel at it; sent for approval again where it had been sent.

    Raises NotAllowed, NotPossible.
    """
    draft = drafting.of_revision(post.current, note=post.note)
    was = post.state
    drafts.save(post=post, by=by, draft=moved(draft, to), version=post.current.version)
    if was in ("in_review", "approved"):
        fresh = selectors.get_post(by, post.pk)
        if not problems.of(fresh.current).blocking:
            review.submit(post=fresh, by=by)


def moved(draft: Draft, to: datetime) -> Draft:
    """The draft at this moment, on the minute, with every channel at the same time."""
    wall = localtime.wall_of(to, draft.zone).strftime(MINUTES)
    return replace(draft, at=wall, targets=tuple(replace(target, at="") for target in draft.targets))
