"""The digest of everything the public will meet: what an approval is bound to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels_app.content import digest_of
from posts import drafting, resolve, selectors
from posts.drafting import Draft
from posts.models import Asset, Revision


def of_draft(draft: Draft, assets: Mapping[int, Asset]) -> str:
    """SHA-256 over text per channel, bytes of pictures, films and captions, descriptions, options, channels and times.

    The internal note is not in it, nor the order in which channels were chosen.
    """
    pictures = resolve.originals(assets)
    channels: list[dict[str, Any]] = [
        {
            "channel": target.channel,
            "at": draft.at_for(target),
            "zone": draft.zone,
            "content": resolve.content_for(draft, target, pictures).to_json(),
        }
        for target in sorted(draft.targets, key=lambda target: target.channel)
    ]
    return digest_of({"channels": channels})


def of(revision: Revision) -> str:
    """The digest of a stored revision, from the rows as they are now."""
    draft = drafting.of_revision(revision)
    return of_draft(draft, selectors.assets_of(draft))
