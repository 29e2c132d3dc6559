"""One act on many posts: each for itself, and an answer that says which it worked for and why not for the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.core import localtime
from libsocial.core.states import TransitionError
from posts import drafting, schedule
from posts.models import Post
from posts.problems import Blocked
from posts.services import drafts, moving, review
from posts.workflow import NotPossible

MOST = 200  # posts of one press
Act = Callable[[Post, User], None]


@dataclass(frozen=True)
class Refused:
    """A post nothing was done with, and why."""

    post: Post
    reason: str


@dataclass
class Result:
    done: list[Post] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def run(*, posts: Sequence[Post], by: User, act: Act) -> Result:
    """Does it to each post in a transaction of its own: what hinders one does not hinder the next."""
    result = Result()
    for post in posts[:MOST]:
        try:
            act(post, by)
        except policies.NotAllowed:
            result.refused.append(Refused(post, _("You may not do this with the post.")))
        except drafts.Conflict as conflict:
            sentence = _("%(person)s is changing it right now. Try again.")
            result.refused.append(Refused(post, sentence % {"person": conflict.theirs.who}))
        except (NotPossible, Blocked, drafting.Invalid) as error:
            result.refused.append(Refused(post, str(error)))
        except TransitionError:
            result.refused.append(Refused(post, _("Somebody else was faster. Load the page again.")))
        else:
            result.done.append(post)
    left = _("At most %(most)s posts at once. Choose this one again.") % {"most": MOST}
    result.refused += [Refused(post, left) for post in posts[MOST:]]
    return result


def submit(post: Post, by: User) -> None:
    review.submit(post=post, by=by)


def recall(post: Post, by: User) -> None:
    review.recall(post=post, by=by)


def archive(post: Post, by: User) -> None:
    drafts.archive(post=post, by=by)


def reopen(post: Post, by: User) -> None:
    drafts.reopen(post=post, by=by)


def to_campaign(campaign: int | None) -> Act:
    """Into the campaign, out of any with None; what the public meets does not change, so approvals stay."""

    def act(post: Post, by: User) -> None:
        draft = replace(drafting.of_revision(post.current, note=post.note), campaign=campaign or 0)
        drafts.save(post=post, by=by, draft=draft, version=post.current.version)

    return act


def shift(days: int) -> Act:
    """So many days later, earlier where negative, at the same time of day."""

    def act(post: Post, by: User) -> None:
        wall, zone = _wall(post)
        _move(post, by, wall + timedelta(days=days), zone)

    return act


def to_day(day: date) -> Act:
    """On that day, each at its own time of day."""

    def act(post: Post, by: User) -> None:
        wall, zone = _wall(post)
        _move(post, by, datetime.combine(day, wall.time()), zone)

    return act


def _wall(post: Post) -> tuple[datetime, str]:
    draft = drafting.of_revision(post.current)
    moment = schedule.first_moment(draft)
    if moment is None:
        raise NotPossible(_("It has no time yet. Give it one first."))
    return localtime.wall_of(moment, draft.zone), draft.zone


def _move(post: Post, by: User, wall: datetime, zone: str) -> None:
    if wall.year > 2200:
        raise NotPossible(_("That is too far away."))
    moment = localtime.resolve(wall, zone).utc
    if moment <= timezone.now():
        raise NotPossible(_("The new time would have passed already."))
    moving.move(post=post, by=by, at=moment, version=post.current.version)
