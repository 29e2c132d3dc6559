"""What was said about a post, as pages show it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from libsocial.accounts.models import User
from posts.models import Comment, Post
from posts.services import talk as saying


@dataclass
class Remark:
    """One comment with its answers. `html` is its text with those it mentions marked."""

    comment: Comment
    html: SafeString
    mendable: bool
    answers: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class Talk:
    """`tried` and `trouble`: what could not be kept, by the name of its field, and why."""

    post: Post
    open: list[Remark]
    settled: list[Remark]
    tried: dict[str, str]
    trouble: dict[str, str]

    @property
    def count(self) -> int:
        return len(self.open)


def of(post: Post, person: User, *, tried: dict[str, str] | None = None, trouble: dict[str, str] | None = None) -> Talk:
    """Two queries, however much was said."""
    rows = list(
        post.comments.select_related("by", "resolved_by").prefetch_related("mentioned", "answers").order_by("at", "pk")
    )
    remarks = {row.pk: Remark(row, html_of(row), saying.may_mend(row, person)) for row in rows}
    for row in rows:
        if row.parent_id in remarks:
            remarks[row.parent_id].answers.append(remarks[row.pk])
    first = [remarks[row.pk] for row in rows if row.parent_id is None]
    return Talk(
        post,
        [one for one in first if one.comment.resolved_at is None],
        [one for one in first if one.comment.resolved_at is not None],
        tried or {},
        trouble or {},
    )


def html_of(comment: Comment) -> SafeString:
    """The text with the people it mentions marked."""
    names = sorted((person.name for person in comment.mentioned.all() if person.name), key=len, reverse=True)
    if not names:
        return conditional_escape(comment.text)
    pattern = re.compile("(@(?:" + "|".join(map(re.escape, names)) + r"))(?!\w)", re.IGNORECASE)
    pieces = pattern.split(comment.text)
    marked = (
        format_html('<b class="talk-name">{}</b>', piece) if place % 2 else conditional_escape(piece)
        for place, piece in enumerate(pieces)
    )
    return mark_safe("".join(marked))  # noqa: S308  every piece was escaped above


def people_json(post: Post) -> list[dict[str, str]]:
    """Whom one may speak to by name, for the script that completes names."""
    return [{"name": person.name} for person in saying.readers(post) if person.name]


def address(post: Post) -> str:
    return reverse("posts:talk", args=[post.pk])
