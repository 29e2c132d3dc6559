"""Beside the text: what colleagues say about the post, its versions, and what else can be made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from posts.models import Comment
from posts.panels import Panel

if TYPE_CHECKING:
    from posts.composer import Composer


class Beside(Panel):
    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        if composer.post is None:
            return {"beside_open": 0}
        waiting = Comment.objects.filter(post=composer.post, parent=None, resolved_at=None)
        return {"beside_open": waiting.count()}

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        """Only a page that began without a post has a place for it: there it appears with the first save."""
        if composer.post is None:
            return {}
        return {"beside": render_to_string("posts/compose/_folds.html", {"post": composer.post}, request)}
