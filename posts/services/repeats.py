"""Repeats: set up by a person, carried on by the clock. Their drafts are reviewed like any other."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core.states import Machine, TransitionError
from libsocial.hours import selectors as hours
from libsocial.notices import services as notices
from posts import drafting, problems, recurrence, selectors
from posts.models import Post, Repeat, RepeatDate
from posts.planning import MINUTE
from posts.recurrence import Planned, Rule
from posts.services import drafts, review
from posts.workflow import NotPossible

logger = logging.getLogger(__name__)
MACHINE = Machine("repeat", "running", {"running": {"end": "ended"}, "ended": {}})
_NAMES = uuid.UUID("6f0c2a52-52f0-4f43-9f1e-3a4c4d8f7b10")  # makes the token of each date: no date gives two posts
MOST_AT_ONCE = 20


def rule_of(repeat: Repeat) -> Rule:
    return Rule(
        repeat.rule,
        repeat.first_day,
        repeat.every,
        tuple(repeat.weekdays),
        repeat.nth,
        repeat.last_day,
        repeat.count,
    )


def ahead(repeat: Repeat, *, now: datetime | None = None) -> Iterator[Planned]:
    """The dates still to come, those skipped or made already among them; a repeat that is not saved has them too."""
    now = now or timezone.now()
    known = repeat.dates.all() if repeat.pk else ()
    fates = {row.day: (row.post_id, row.skipped) for row in known}
    found = recurrence.planned(
        rule_of(repeat), repeat.clock, repeat.zone, hours.calendar_of(repeat.unit), repeat.on_closure, fates
    )
    return (one for one in found if one.moment.utc > now)


@transaction.atomic
def start(*, by: User, repeat: Repeat) -> Repeat:
    """Keeps an unsaved repeat of a post this person may write on with. Raises NotAllowed, Refused (no date ahead)."""
    policies.require(by, "post.write", repeat.unit)
    if next(ahead(repeat), None) is None:
        raise Refused(_("This rule has no date ahead. Choose a later end, or another beginning."), "last_day")
    repeat.by = by
    repeat.save(force_insert=True)
    data = {"title": repeat.source.title}
    audit.record("repeat.started", by=by, on=repeat.source, unit=repeat.unit, data=data)
    return repeat


@transaction.atomic
def end(*, by: User, repeat: Repeat) -> None:
    """No more drafts come of it; those there are stay. Raises NotAllowed, Refused."""
    _require(by, repeat)
    if repeat.state != "running":
        raise Refused(_("This repeat has ended already."))
    MACHINE.move(repeat, "end")
    audit.record("repeat.ended", by=by, on=repeat.source, unit=repeat.unit, data={"title": repeat.source.title})


@transaction.atomic
def skip(*, by: User, repeat: Repeat, day: date) -> None:
    """This one date is left out. Raises NotAllowed, Refused (no such date, or a post was made of it)."""
    _require(by, repeat)
    if not any(one.day == day for one in islice(ahead(repeat), 400)):
        raise Refused(_("This repeat has no such date ahead."))
    row, made = RepeatDate.objects.get_or_create(repeat=repeat, day=day, defaults={"skipped": "person"})
    if not made and row.post_id:
        raise Refused(_("The post of that date is written already. Withdraw it instead."))
    data = {"title": repeat.source.title, "day": day.isoformat()}
    audit.record("repeat.skipped", by=by, on=repeat.source, unit=repeat.unit, data=data)


@transaction.atomic
def unskip(*, by: User, repeat: Repeat, day: date) -> None:
    """A date left out by a person comes back. Raises NotAllowed."""
    _require(by, repeat)
    if RepeatDate.objects.filter(repeat=repeat, day=day, skipped="person").delete()[0]:
        data = {"title": repeat.source.title, "day": day.isoformat()}
        audit.record("repeat.unskipped", by=by, on=repeat.source, unit=repeat.unit, data=data)


def _require(by: User, repeat: Repeat) -> None:
    own = repeat.by_id == by.pk
    policies.require(by, "post.write" if own else "post.edit_any", repeat.unit)


# --- the clock ----------------------------------------------------------------


def make_due(now: datetime | None = None) -> int:
    """Writes the drafts of every date that is near enough. Doing it twice, or at once, makes nothing twice."""
    now, made = now or timezone.now(), 0
    for repeat in Repeat.objects.filter(state="running").select_related("unit", "source__current", "by"):
        made += _make_for(repeat, now)
    return made


def _make_for(repeat: Repeat, now: datetime) -> int:
    until = now + timedelta(days=repeat.lead_days)
    near = []
    for one in ahead(repeat, now=now):
        if one.moment.utc > until:
            break
        if one.post is None and one.note != "person":
            near.append(one)
    if next(ahead(repeat, now=now), None) is None:
        with suppress(TransitionError):  # another tick, or a person, was faster
            MACHINE.move(repeat, "end")
    return sum(_make_one(repeat, one) for one in near[:MOST_AT_ONCE])


def _make_one(repeat: Repeat, one: Planned) -> bool:
    if one.left_out:
        # Not written down: a closure that is lifted gives its date back.
        return False
    try:
        with transaction.atomic():
            row, fresh = RepeatDate.objects.select_for_update().get_or_create(repeat=repeat, day=one.day)
            if not fresh and (row.post_id or row.skipped):
                return False
            row.post = _written(repeat, one)
            row.save(update_fields=["post"])
            Repeat.objects.filter(pk=repeat.pk).update(made_until=one.day, trouble="")
    except (policies.NotAllowed, NotPossible, drafting.Invalid, problems.Blocked) as error:
        _tell_trouble(repeat, error)
        return False
    return True


def _written(repeat: Repeat, one: Planned) -> Post:
    """The words of the source as they are now, at this date, for the channels its unit can use now."""
    source = selectors.with_targets(Post.objects.filter(pk=repeat.source_id)).get()
    usable = set(selectors.usable_channels(repeat.unit).values_list("pk", flat=True))
    words = drafting.of_revision(source.current)
    targets = tuple(replace(target, at="") for target in words.targets if target.channel in usable)
    draft = replace(words, at=one.moment.wall.strftime(MINUTE), zone=repeat.zone, targets=targets, queued=False)
    token = uuid.uuid5(_NAMES, f"{repeat.pk}:{one.day.isoformat()}")
    post = drafts.create(by=repeat.by, unit=repeat.unit, token=token, draft=draft)
    audit.record("repeat.made", by=None, on=post, unit=repeat.unit, data={"title": source.title, "source": source.pk})
    fresh = selectors.with_targets(Post.objects.filter(pk=post.pk)).get()
    if repeat.send and not problems.of(fresh.current).blocking:
        review.submit(post=fresh, by=repeat.by)
    return fresh


def _tell_trouble(repeat: Repeat, error: Exception) -> None:
    """Said once for each kind of trouble, not at every tick."""
    known = isinstance(error, NotPossible | drafting.Invalid | problems.Blocked)
    said = str(error)[:300] if known else _("Its author may not write for this unit any more.")
    if Repeat.objects.filter(pk=repeat.pk).exclude(trouble=said).update(trouble=said):
        who: Any = [repeat.by] if repeat.by.is_active else policies.people_who("post.edit_any", repeat.unit)
        params = {"title": repeat.source.title, "reason": said}
        notices.tell(who, "repeat.trouble", params=params, url=reverse("posts:repeat", args=[repeat.pk]))
