"""What a draft says on one channel: base and variant put together. Pure.

The pictures are handed in: originals for the digest, renditions for a delivery,
what a rendition will be like for a check while typing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from channels_app.capabilities import MediaRules
from channels_app.content import Content, LinkCard, Media, Part
from libsocial.core import images
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget
from posts.models import Asset, Rendition

FIRST_COMMENT = "first_comment"  # kept among a target's options, published as the last part
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
Pictures = Mapping[int, Media]

# A link's picture is shown small everywhere; the strictest platform takes a million bytes.
CARD_BYTES = 950_000
CARD_SIDE = 1200


def content_for(draft: Draft, target: DraftTarget, pictures: Pictures) -> Content:
    """Everything the public will meet on this channel. A picture that is not in `pictures` is left out."""
    options = dict(target.options)
    comment = str(options.pop(FIRST_COMMENT, "")).strip()
    parts = tuple(_part(part, pictures) for part in draft.parts_for(target))
    return Content(
        parts=(*parts, Part(comment, role="comment")) if comment else parts,
        language=draft.language,
        content_warning=draft.warning_for(target),
        options=options,
        zone=draft.zone if any(is_moment(value) for value in options.values()) else "",
    )


def is_moment(value: Any) -> bool:
    """Is it a local wall time, as options of kind 'moment' hold it?"""
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value))


def options_of(content: Content) -> dict[str, Any]:
    """The way back: a target's options, the first comment among them."""
    comment = next((part.text for part in content.parts if part.role == "comment"), "")
    return {**content.options, FIRST_COMMENT: comment} if comment else dict(content.options)


def _part(part: DraftPart, pictures: Pictures) -> Part:
    return Part(
        text=part.text,
        media=tuple(_media(item, pictures[item.asset]) for item in part.media if item.asset in pictures),
        card=_card(part.card, pictures) if part.card else None,
    )


def _media(item: DraftMedia, picture: Media) -> Media:
    return replace(picture, alt="" if item.decorative else item.alt.strip(), decorative=item.decorative)


def _card(card: DraftCard, pictures: Pictures) -> LinkCard:
    thumb = pictures.get(card.thumb) if card.thumb is not None else None
    return LinkCard(url=card.url, title=card.title, description=card.description, thumb=thumb)


def original(asset: Asset) -> Media:
    """The asset as it is kept."""
    return Media(asset.path, asset.sha256, asset.mime, asset.width, asset.height, asset.size)


def rendered(rendition: Rendition) -> Media:
    return Media(rendition.path, rendition.sha256, rendition.mime, rendition.width, rendition.height, rendition.size)


def fits(asset: Asset, rules: MediaRules) -> bool:
    """Is the asset within the rules as it is?"""
    pixels = rules.max_pixels is None or asset.width * asset.height <= rules.max_pixels
    side = max(asset.width, asset.height) <= rules.max_side
    return asset.mime in rules.mime_types and asset.size <= rules.max_bytes and side and pixels


def card_rules(rules: MediaRules) -> MediaRules:
    """The rules for the picture of a link card on a platform with these media rules."""
    mime_types = tuple(mime for mime in rules.mime_types if images.is_known(mime)) or ("image/jpeg",)
    return MediaRules(
        max_images=1,
        mime_types=mime_types,
        max_bytes=min(rules.max_bytes or CARD_BYTES, CARD_BYTES),
        max_side=min(rules.max_side or CARD_SIDE, CARD_SIDE),
    )
