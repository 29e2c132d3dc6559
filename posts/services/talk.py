"""Remarks about a post: said, answered, settled, mended. Whoever may see the post may speak; nothing is published."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.notices import services as notices
from posts import drafting
from posts.models import Comment, Post
from posts.services.telling import address_of

MOST = 4000  # characters
MENDABLE = timedelta(minutes=30)  # as long one may change one's own words, and only while nobody has answered


class NotSaid(Exception):
    """The remark was not kept; the text is a sentence with the way out."""


def say(*, post: Post, by: User, text: str, parent: Comment | None = None) -> Comment:
    """A remark, or an answer to one. Those it mentions and those who take part are told. Raises NotAllowed, NotSaid."""
    words = _words(text)
    _require_sight(post, by)
    with transaction.atomic():
        first = (parent.parent or parent) if parent else None
        comment = Comment.objects.create(post=post, number=post.current.number, by=by, text=words, parent=first)
        _tell_of(comment, by, first)
        audit.record("post.commented", by=by, on=post, unit=post.unit)
    return comment


def mend(*, comment: Comment, by: User, text: str) -> None:
    """Other words for one's own remark. Raises NotSaid when it is too late or somebody else's."""
    words = _words(text)
    with transaction.atomic():
        comment = Comment.objects.select_for_update(of=("self",)).select_related("post__unit").get(pk=comment.pk)
        _require_sight(comment.post, by)
        if not may_mend(comment, by):
            raise NotSaid(_("This can no longer be changed. Write an answer instead."))
        before = set(comment.mentioned.values_list("pk", flat=True))
        comment.text, comment.edited_at = words, timezone.now()
        comment.save(update_fields=["text", "edited_at"])
        people = _mention(comment, by)
        _tell((person for person in people if person.pk not in before), "post.mentioned", comment, by)


def may_mend(comment: Comment, person: User) -> bool:
    """Is it theirs, said lately, and not answered yet?"""
    fresh = timezone.now() - comment.at < MENDABLE
    return comment.by_id == person.pk and fresh and not comment.answers.all()


def resolve(*, comment: Comment, by: User) -> None:
    """It is settled. Raises NotAllowed."""
    _settle(comment, by, timezone.now(), "post.comment_resolved")


def reopen(*, comment: Comment, by: User) -> None:
    """It is not settled after all. Raises NotAllowed."""
    _settle(comment, by, None, "post.comment_reopened")


def readers(post: Post) -> list[User]:
    """Those who may see the post and can be spoken to by name."""
    return list(policies.people_who("post.see", post.unit).order_by("name", "pk"))


# --- steps ------------------------------------------------------------------


def _settle(comment: Comment, by: User, at: object, sentence: str) -> None:
    with transaction.atomic():
        comment = Comment.objects.select_for_update(of=("self",)).select_related("post__unit").get(pk=comment.pk)
        _require_sight(comment.post, by)
        if (comment.resolved_at is None) == (at is None):
            return
        Comment.objects.filter(pk=comment.pk).update(resolved_at=at, resolved_by=by if at else None)
        audit.record(sentence, by=by, on=comment.post, unit=comment.post.unit)


def _words(text: str) -> str:
    words = drafting.text_of(text).strip()
    if not words:
        raise NotSaid(_("Write something first."))
    if len(words) > MOST:
        raise NotSaid(
            _("This is longer than %(most)s characters. Make it shorter, or send two comments.") % {"most": MOST}
        )
    return words


def _require_sight(post: Post, by: User) -> None:
    if not Post.objects.visible_to(by).filter(pk=post.pk).exists():
        raise policies.NotAllowed("post.see")


def _mention(comment: Comment, by: User) -> list[User]:
    people = [person for person in named_in(comment.text, readers(comment.post)) if person.pk != by.pk]
    comment.mentioned.set(people)
    return people


def named_in(text: str, people: Iterable[User]) -> list[User]:
    """Those of these people whose whole name stands behind an @; of two that fit the longer name is meant."""
    found = []
    for person in sorted(people, key=lambda one: -len(one.name)):
        pattern = re.compile(rf"@{re.escape(person.name)}(?!\w)", re.IGNORECASE)
        if person.name and pattern.search(text):
            found.append(person)
            text = pattern.sub(" ", text)
    return found


def _tell_of(comment: Comment, by: User, first: Comment | None) -> None:
    mentioned = _mention(comment, by)
    _tell(mentioned, "post.mentioned", comment, by)
    known = {person.pk for person in mentioned} | {by.pk}
    around = Comment.objects.filter(parent=first).values_list("by_id", flat=True) if first else ()
    ids = {comment.post.author_id, *around, *([first.by_id] if first else [])} - known
    others = User.objects.filter(pk__in=ids, is_active=True)
    seeing = [one for one in others if Post.objects.visible_to(one).filter(pk=comment.post_id).exists()]
    _tell(seeing, "post.commented", comment, by)


def _tell(people: Iterable[User], message: str, comment: Comment, by: User) -> None:
    params = {"title": comment.post.title, "person": str(by), "words": drafting.first_words(comment.text, 160)}
    url = f"{address_of(comment.post)}#talk"
    dedupe = f"comment:{comment.pk}:{message}"
    notices.tell(people, message, params=params, url=url, subject=comment.post, dedupe=dedupe)
