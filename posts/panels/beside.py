"""Beside the text: what colleagues say about the post, its versions, and what else can be made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from posts.panels import Panel

if TYPE_CHECKING:
    from posts.composer import Composer


class Beside(Panel):
    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        return {"beside_open": getattr(composer.post, "waiting_remarks", 0)}  # counted by selectors.with_seen

    def live(self, composer: Composer, request: HttpRequest) -> dict[str, str]:
        """Only a page that began without a post has a place for it: there it appears with the first save."""
        if composer.post is None:
            return {}
        return {"beside": render_to_string("posts/compose/_folds.html", {"post": composer.post}, request)}
