"""Turning and cutting the pictures of a post: the dialog on the composer's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from posts import edits
from posts.panels import Panel

if TYPE_CHECKING:
    from posts.composer import Composer


class MediaPanel(Panel):
    def context(self, composer: Composer, request: HttpRequest) -> dict[str, Any]:
        # Drawn here: a component on the page does not see the page's variables.
        return {"crop_form": render_to_string("posts/media/_crop.html", edits.for_page(None), request)}
