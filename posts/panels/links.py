"""Short links in the composer: one button turns the long links of a text into short ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext as _

from channels_app import measure
from libsocial.accounts.errors import Refused
from libsocial.links import codes
from libsocial.links.services import links
from posts import fixing
from posts.panels import Panel

if TYPE_CHECKING:
    from posts.composer import Composer
    from posts.drafting import Draft

MOST = 20  # links of one text


class LinksPanel(Panel):
    """Shorten, for the text of one part."""

    acts = ("shorten",)

    def act(self, composer: Composer, request: HttpRequest, do: str, rest: str) -> Draft:
        part = fixing.part_named(composer.draft, rest)
        if part is None:
            return composer.draft
        text, refused = self._shortened(composer, part.text)
        if text == part.text and not refused:
            refused = [_("There is no long link in this text. A link begins with https://.")]
        composer.refused(rest, refused)
        return fixing.change_part(composer.draft, rest, lambda old: replace(old, text=text))

    def _shortened(self, composer: Composer, text: str) -> tuple[str, list[str]]:
        """The text with its links shortened, and why some could not be; from the end, so that places stay true."""
        refused: list[str] = []
        found = [span for span in measure.links(text) if codes.read(span.value) is None][:MOST]
        for span in reversed(found):
            try:
                short = self._short(composer, span.value)
            except Refused as refusal:
                refused.insert(0, f"{span.value[:80]}: {refusal}")
                continue
            text = text[: span.start] + short + text[span.end :]
        return text, refused

    def _short(self, composer: Composer, url: str) -> str:
        post = composer.post
        named = post.campaign if post is not None else None
        return links.shorten(
            by=composer.user,
            unit=composer.unit,
            url=url,
            reference=f"post:{post.pk}" if post is not None else "",
            campaign=slugify(named.name) if named else "",
        ).address

    def words(self) -> dict[str, str]:
        return {"shortLinks": codes.script_pattern()}
