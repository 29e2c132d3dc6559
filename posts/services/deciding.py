"""Deciding about several posts in one act, and by a link from a mail. Each goes through `review`, one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts.models import User
from libsocial.accounts.policies import NotAllowed
from libsocial.core.states import TransitionError
from posts import selectors, sheets
from posts.models import DecisionLink, Post, Seen
from posts.problems import Blocked
from posts.services import review
from posts.workflow import NotPossible

LOOK = timedelta(seconds=2)  # so long has a post to be on the page before it counts as seen
PAGE = signing.TimestampSigner(salt="posts.review.page")
PAGE_LASTS = timedelta(hours=12)
MOST = 50  # posts in one act


@dataclass(frozen=True)
class Outcome:
    """What became of one post of an act: `why_not` is '' when it was approved, `complete` when it is planned now."""

    post: Post
    why_not: str = ""
    complete: bool = False


def page_stamp(person: User) -> str:
    """Signs the moment a page was made, so that nobody can have seen it longer than it exists."""
    return PAGE.sign(str(person.pk))


def note_seen(*, person: User, post: Post, digest: str, stamp: str) -> bool:
    """The post was before this person's eyes for two seconds, on a page that is at least as old. False: not so."""
    try:
        whose = PAGE.unsign(stamp, max_age=PAGE_LASTS)
    except signing.BadSignature:
        return False
    made_at = signing.b62_decode(stamp.split(PAGE.sep)[-2])  # seconds, under the signature
    if whose != str(person.pk) or timezone.now().timestamp() - made_at < LOOK.total_seconds():
        return False
    return remember(person=person, post=post, digest=digest)


def remember(*, person: User, post: Post, digest: str) -> bool:
    """They opened its page, or had it before them in the queue; only what stands now counts."""
    if not digest or post.current is None or post.current.digest != digest:
        return False
    Seen.objects.bulk_create([Seen(person=person, post=post, digest=digest)], ignore_conflicts=True)
    return True


def approve_all(*, by: User, asked: Iterable[tuple[int, str]]) -> list[Outcome]:
    """Approves each of these (post and digest), one after the other, and says of each what became of it.

    Only what is clean and was seen by this person: no warning, no conflict, nothing to wait for.
    """
    found = []
    for pk, digest in list(asked)[:MOST]:
        post = selectors.with_targets(Post.objects.visible_to(by)).filter(pk=pk).first()
        if post is not None:
            found.append(_one(by, post, digest))
    return found


def _one(by: User, post: Post, digest: str) -> Outcome:
    sheet = sheets.of_posts([post], by)[0]
    if not Seen.objects.filter(person=by, post=post, digest=digest).exists():
        return Outcome(post, _("You have not looked at it yet. Look at it, then approve it."))
    if not sheet.clean and sheet.mine:
        return Outcome(post, _("Something about it needs a closer look. Decide about it by itself."))
    try:
        return Outcome(post, complete=review.approve(post=post, by=by, digest=digest))
    except (NotPossible, Blocked) as error:
        return Outcome(post, str(error))
    except TransitionError:
        return Outcome(post, _("Somebody else was faster."))
    except NotAllowed:
        return Outcome(post, _("It is not for you to approve."))


def decide(*, link: DecisionLink, yes: bool, reason: str = "") -> bool:
    """The decision of the link's person; True when it was the last yes needed. Raises as the services of review do.

    Of two presses at once one counts: the review knows who decided already.
    """
    post, complete = link.revision.post, False
    if yes:
        complete = review.approve(post=post, by=link.person, digest=link.digest)
    else:
        review.request_changes(post=post, by=link.person, digest=link.digest, reason=reason)
    DecisionLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    return complete
