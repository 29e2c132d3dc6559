"""When a post is due: local wall times to moments, and what clock changes do to them. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from libsocial.core import localtime
from libsocial.core.localtime import Moment
from posts.drafting import Draft, DraftTarget

# A time is chosen to the minute: within that minute it has not passed.
GRACE = timedelta(minutes=1)


def moment_of(at: str, zone: str) -> Moment | None:
    """The moment of a wall time; None for '', which means as soon as approved."""
    return localtime.resolve(datetime.fromisoformat(at), zone) if at else None


def moment_for(draft: Draft, target: DraftTarget) -> Moment | None:
    return moment_of(draft.at_for(target), draft.zone)


def first_moment(draft: Draft) -> datetime | None:
    """The first planned moment of the post, for calendar and lists; None while it has none."""
    moments = [moment_for(draft, target) for target in draft.targets] or [moment_of(draft.at, draft.zone)]
    return min((moment.utc for moment in moments if moment), default=None)


def has_passed(moment: Moment | None, now: datetime) -> bool:
    return moment is not None and moment.utc + GRACE <= now


def passed_targets(draft: Draft, now: datetime) -> list[DraftTarget]:
    """The targets whose planned time is over."""
    return [target for target in draft.targets if has_passed(moment_for(draft, target), now)]
