"""Notices about reviews: who should know, told once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.notices import services as notices
from libsocial.notices.models import Notice
from posts import needs, workflow
from posts.models import Guest, Post, Review, Revision
from posts.needs import Need
from posts.services import links


def address_of(post: Post) -> str:
    return reverse("posts:detail", args=[post.pk])


def submitted(post: Post, by: User) -> None:
    """Those whose approval would count now, except the hand that wrote it; by mail with a link that decides."""
    _ask(post, by, needs.open_now(workflow.needs_of(post)))


def _ask(post: Post, by: User, open_needs: Iterable[Need]) -> None:
    people: dict[int, User] = {}
    for need in open_needs:
        people |= {person.pk: person for person in needs.who_can(need, without=writers(post))}
    people.pop(by.pk, None)
    fresh = Notice.objects.filter(recipient__in=people, dedupe=f"{key(post)}:submitted")
    for told in set(fresh.values_list("recipient", flat=True)):
        people.pop(told)
    tell(people.values(), "post.submitted", post, by, dedupe=f"{key(post)}:submitted")
    links.send(post, people.values(), by)


def decided(post: Post) -> None:
    """It waits for nobody any more: whoever was asked to approve it need not look."""
    for message in ("post.submitted", "post.reminder", "post.escalated", "post.deputy_asked"):
        notices.answered(subject=post, message=message)
    links.call_back(post)


def approved(post: Post, by: User, name: str = "") -> None:
    """`name`: who said the last yes, where it was a guest."""
    tell(_writing(post, by), "post.approved", post, by, person=name or str(by))


def half_approved(post: Post, by: User, name: str, now: Iterable[Need]) -> None:
    """The writers hear of it; and whoever is asked by the step that opened with it."""
    tell(_writing(post, by), "post.half_approved", post, by, person=name)
    _ask(post, by, [need for need in needs.open_now(tuple(now)) if need.key])


def glass_broken(post: Post, by: User, reason: str) -> None:
    """At once, to everybody who could judge it."""
    people = policies.people_who("post.approve", post.unit).exclude(pk=by.pk)
    tell(people, "post.glass_broken", post, by, reason=reason, dedupe=f"{key(post)}:glass")


def glass_due(post: Post, by: User, reason: str) -> None:
    people = policies.people_who("post.approve", post.unit).exclude(pk=by.pk)
    tell(people, "post.glass_due", post, by, reason=reason, dedupe=f"{key(post)}:glass-due")


def glass_judged(post: Post, by: User, broken_by: User, text: str, *, good: bool) -> None:
    message = "post.glass_confirmed" if good else "post.glass_objected"
    tell({broken_by, post.author} - {by}, message, post, by, reason=text)
    for asked in ("post.glass_broken", "post.glass_due"):
        notices.answered(subject=post, message=asked)


def guest_said(post: Post, guest: Guest, text: str) -> None:
    people = {guest.invited_by, post.author}
    tell(people, "post.guest_said", post, guest.invited_by, person=guest.name, text=text[:300])


def changes_requested(post: Post, by: User, reason: str) -> None:
    tell(_writing(post, by), "post.changes_requested", post, by, reason=reason)


def review_void(post: Post, revision: Revision, by: User, *, was: str) -> None:
    """The post was changed after somebody had approved this revision, or by somebody else than its author."""
    reviews = Review.objects.filter(revision=revision, decision="approved").exclude(person=None)
    people = {review.person_id: review.person for review in reviews.select_related("person")}
    people[post.author_id] = post.author
    people.pop(by.pk, None)
    message = "post.approval_void" if was == "approved" else "post.changed_in_review"
    tell(people.values(), message, post, by, dedupe=f"{key(post)}:void")


def writers(post: Post) -> set[int]:
    """The ids of those whose words it is."""
    return {post.author_id, post.current.changed_by_id} if post.current else {post.author_id}


def _writing(post: Post, by: User) -> list[User]:
    return list(User.objects.filter(pk__in=writers(post) - {by.pk}, is_active=True))


def key(post: Post) -> str:
    """Of one version: what was told about it once is not told again."""
    return f"post:{post.pk}:{post.current.number if post.current else 0}"


def tell(people: Iterable[User], message: str, post: Post, by: User | None, *, dedupe: str = "", **more: Any) -> None:
    """One notice for each of these people, with the title of the post and who did it."""
    params = {"title": post.title, "person": str(by or ""), **more}
    people = [person for person in people if person.is_active]
    notices.tell(people, message, params=params, url=address_of(post), subject=post, dedupe=dedupe)
