"""Notices about reviews: who should know, told once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.notices import services as notices
from posts import workflow
from posts.models import Post, Review, Revision


def address_of(post: Post) -> str:
    return reverse("posts:detail", args=[post.pk])


def submitted(post: Post, by: User) -> None:
    """Those whose approval would count, except the hand that wrote it."""
    people: dict[int, User] = {}
    for need in workflow.needs_of(post):
        for person in policies.people_who("post.approve", need.unit):
            if need.own_allowed or person.pk not in _writers(post):
                people[person.pk] = person
    people.pop(by.pk, None)
    _tell(people.values(), "post.submitted", post, by, dedupe=f"{_key(post)}:submitted")


def decided(post: Post) -> None:
    """It waits for nobody any more: whoever was asked to approve it need not look."""
    notices.answered(subject=post, message="post.submitted")


def approved(post: Post, by: User) -> None:
    _tell(_writing(post, by), "post.approved", post, by)


def half_approved(post: Post, by: User) -> None:
    _tell(_writing(post, by), "post.half_approved", post, by)


def changes_requested(post: Post, by: User, reason: str) -> None:
    _tell(_writing(post, by), "post.changes_requested", post, by, reason=reason)


def review_void(post: Post, revision: Revision, by: User, *, was: str) -> None:
    """The post was changed after somebody had approved this revision, or by somebody else than its author."""
    reviews = Review.objects.filter(revision=revision, decision="approved").select_related("person")
    people = {review.person_id: review.person for review in reviews}
    people[post.author_id] = post.author
    people.pop(by.pk, None)
    message = "post.approval_void" if was == "approved" else "post.changed_in_review"
    _tell(people.values(), message, post, by, dedupe=f"{_key(post)}:void")


def _writers(post: Post) -> set[int]:
    return {post.author_id, post.current.changed_by_id} if post.current else {post.author_id}


def _writing(post: Post, by: User) -> list[User]:
    return list(User.objects.filter(pk__in=_writers(post) - {by.pk}, is_active=True))


def _key(post: Post) -> str:
    return f"post:{post.pk}:{post.current.number if post.current else 0}"


def _tell(people: Iterable[User], message: str, post: Post, by: User, *, dedupe: str = "", **more: Any) -> None:
    params = {"title": post.title, "person": str(by), **more}
    people = [person for person in people if person.is_active]
    notices.tell(people, message, params=params, url=address_of(post), subject=post, dedupe=dedupe)
