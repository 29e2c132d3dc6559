"""What stands behind a link that opens something without signing in."""

from __future__ import annotations

from posts.models import Revision
from posts.services import guests, links


def revision_behind(door: str, token: str) -> Revision | None:
    """The version the link shows, None when it does not work."""
    if door == "guest":
        guest = guests.find(token)
        return guest.post.current if guest else None
    link = links.find(token)
    return link.revision if link else None
