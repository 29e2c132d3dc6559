"""A post to another time, by hand or by drag: what it says stays, everything that holds for editing holds here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core import localtime
from posts import drafting, schedule
from posts.drafting import Draft
from posts.models import Post, Revision
from posts.services import drafts
from posts.workflow import NotPossible


def move(*, post: Post, by: User, at: datetime | None, version: int) -> Revision:
    """Gives the post another first time; None takes its times away. Channels with times of their own keep the distance.

    `version` is the save the person saw. An approval is void, as with every change of what the public meets.
    Raises NotAllowed, NotPossible (already out, time over), drafts.Conflict (changed meanwhile: nothing was moved).
    """
    if at is not None and at + schedule.GRACE <= timezone.now():
        raise NotPossible(
            _("%(time)s has passed. Choose a later time.") % {"time": formats.date_format(_here(at), "DATETIME_FORMAT")}
        )
    with transaction.atomic():
        draft = drafting.of_revision(Revision.objects.get(pk=post.current_id), note=post.note)
        revision = drafts.save(post=post, by=by, draft=moved(draft, at), version=version)
        data = {"when": revision.at or "-", "zone": revision.zone}
        audit.record("post.moved", by=by, on=post, unit=post.unit, data=data)
    return revision


def moved(draft: Draft, at: datetime | None) -> Draft:
    """The draft with its first time at this moment, and all others at the same distance, in wall time. Pure."""
    if at is None:
        return replace(draft, at="", targets=tuple(replace(target, at="") for target in draft.targets))
    draft = replace(draft, queued=False)
    first, wall = schedule.first_moment(draft), localtime.wall_of(at, draft.zone)
    if first is None:
        return replace(draft, at=_text(wall))
    step = wall - localtime.wall_of(first, draft.zone)
    targets = tuple(replace(target, at=_shifted(target.at, step)) for target in draft.targets)
    return replace(draft, at=_shifted(draft.at, step), targets=targets)


def _shifted(at: str, step: timedelta) -> str:
    return _text(datetime.fromisoformat(at) + step) if at else ""


def _text(wall: datetime) -> str:
    return wall.strftime("%Y-%m-%dT%H:%M")


def _here(moment: datetime) -> datetime:
    return timezone.localtime(moment)
