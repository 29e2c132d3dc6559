"""Where a feed can be read: the addresses the channel's page offers to copy."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import escape

from channels_app.feeds.reading import absolute
from channels_app.models import Channel


@dataclass(frozen=True)
class Places:
    rss: str
    atom: str
    json: str
    screen: str
    snippet: str


def of(channel: Channel) -> Places:
    """The addresses of this channel's feed; its slug is its handle."""
    slug = channel.handle.lstrip("@")
    block, title = escape(absolute("feeds:block", slug)), escape(channel.name)
    # To be read and copied, not to be shown: plain text, which the page escapes.
    snippet = f'<iframe src="{block}" title="{title}" width="100%" height="600" loading="lazy"></iframe>'
    return Places(
        rss=absolute("feeds:rss", slug),
        atom=absolute("feeds:atom", slug),
        json=absolute("feeds:json", slug),
        screen=absolute("feeds:screen", slug),
        snippet=snippet,
    )
