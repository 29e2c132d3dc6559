"""The step of the first checklist that is about posts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from libsocial.accounts import checklist
from libsocial.accounts.models import User
from posts.models import Post


def has_written(person: User) -> bool:
    return Post.objects.visible_to(person).exists()


def register() -> None:
    checklist.register(
        _("Write a post"),
        "posts:new",
        has_written,
        text=_("On Practice first, if you like: it looks and answers like a network."),
        action=_("Write"),
        ability="post.write",
        order=40,
    )
