"""What a draft says on one channel: base, languages and variant put together. Pure.

The pictures are handed in: originals for the digest and for a check while typing,
renditions for a delivery. Short links of ours get the channel's number here (see libsocial.links.codes), so that
preview, count, digest and delivery agree on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from channels_app.capabilities import MediaRules, VideoRules
from channels_app.content import Captions, Content, LinkCard, Media, Part, digest_of
from libsocial.core import films, images
from libsocial.links import codes
from posts import languages, names
from posts.drafting import Draft, DraftCard, DraftMedia, DraftPart, DraftTarget
from posts.edits import Edits
from posts.models import Asset, CaptionFile, Rendition

FIRST_COMMENT = "first_comment"  # kept among a target's options, published as the last part
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@dataclass(frozen=True)
class Pictures:
    """What a draft may show: pictures, films and documents by the id of their asset, caption files by theirs.

    `posters` False: a platform that takes no picture for its films. `edited` are pictures that are turned or cut, by
    asset and edits; what is not in it stands for itself with the edits beside it.
    """

    media: Mapping[int, Media]
    captions: Mapping[int, Captions] = field(default_factory=dict)
    posters: bool = True
    edited: Mapping[tuple[int, Edits], Media] = field(default_factory=dict)


# A link's picture is shown small everywhere; the strictest platform takes a million bytes.
CARD_BYTES = 950_000
CARD_SIDE = 1200


def content_for(draft: Draft, target: DraftTarget, pictures: Pictures) -> Content:
    """Everything the public will meet on this channel. A picture that is not in `pictures` is left out."""
    options = dict(target.options)
    comment = names.said(str(options.pop(FIRST_COMMENT, "")).strip(), draft.mentions, target.channel)
    parts = tuple(
        replace(_part(_named(one.part, draft, target), pictures, target.channel), lang=one.language)
        for one in languages.said(draft, target)
    )
    comment = codes.placed(comment, target.channel)
    return Content(
        parts=(*parts, Part(comment, role="comment")) if comment else parts,
        language=languages.spoken(draft, target)[0],
        content_warning=languages.warning(draft, target),
        options=options,
        zone=draft.zone if any(is_moment(value) for value in options.values()) else "",
    )


def _named(part: DraftPart, draft: Draft, target: DraftTarget) -> DraftPart:
    """The part with everybody it mentions by their handle on this channel."""
    return replace(part, text=names.said(part.text, draft.mentions, target.channel))


def is_moment(value: Any) -> bool:
    """Is it a local wall time, as options of kind 'moment' hold it?"""
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value))


def options_of(content: Content) -> dict[str, Any]:
    """The way back: a target's options, the first comment among them."""
    comment = codes.bare(next((part.text for part in content.parts if part.role == "comment"), ""))
    return {**content.options, FIRST_COMMENT: comment} if comment else dict(content.options)


def _part(part: DraftPart, pictures: Pictures, channel: int) -> Part:
    return Part(
        text=codes.placed(part.text, channel),
        media=tuple(_media(item, pictures) for item in part.media if item.asset in pictures.media),
        card=_card(part.card, pictures, channel) if part.card else None,
    )


def _media(item: DraftMedia, pictures: Pictures) -> Media:
    media = pictures.media[item.asset]
    if item.edits and media.kind == "image":
        media = pictures.edited.get((item.asset, item.edits)) or with_edits(media, item.edits)
    said = replace(media, alt="" if item.decorative else item.alt.strip(), decorative=item.decorative)
    if media.kind != "video":
        return said
    chosen = pictures.media.get(item.poster) if item.poster is not None else media.poster
    captions = tuple(pictures.captions[pk] for pk in item.captions if pk in pictures.captions)
    return replace(said, captions=captions, poster=chosen if pictures.posters else None)


def with_edits(media: Media, edits: Edits) -> Media:
    """The kept picture with what is to be done to it: for digests, checks and previews, never for sending.

    Its digest is made of both; its path carries what can be seen, so that our own pages find it.
    """
    width, height = edits.size_of(media.width, media.height)
    path = f"{media.path}?{edits.query()}" if edits.shapes_pixels else media.path
    sha256 = digest_of([media.sha256, edits.to_json()])
    return replace(media, path=path, sha256=sha256, width=width, height=height)


def _card(card: DraftCard, pictures: Pictures, channel: int) -> LinkCard:
    thumb = pictures.media.get(card.thumb) if card.thumb is not None else None
    url = codes.placed(card.url, channel)
    return LinkCard(url=url, title=card.title, description=card.description, thumb=thumb)


def original(asset: Asset) -> Media:
    """The asset as it is kept, a film with every caption file it has and its own poster."""
    return Media(
        asset.path,
        asset.sha256,
        asset.mime,
        asset.width,
        asset.height,
        asset.size,
        seconds=round(asset.seconds, 2),
        pages=asset.pages,
        name=asset.original_name if asset.kind == "document" else "",
        poster=original(asset.poster) if asset.kind == "video" and asset.poster else None,
    )


def originals(assets: Mapping[int, Asset]) -> Pictures:
    """The assets as they are kept, with the caption files of films."""
    captions = {
        row.pk: caption(row, "vtt")
        for asset in assets.values()
        if asset.kind == "video"
        for row in asset.captions.all()
    }
    return Pictures({pk: original(asset) for pk, asset in assets.items()}, captions)


def caption(row: CaptionFile, form: str) -> Captions:
    """A caption file in the format a platform takes: 'vtt' or 'srt'."""
    if form == "srt":
        return Captions(row.srt, row.srt_sha256, row.srt_size, row.language, "srt")
    return Captions(row.vtt, row.vtt_sha256, row.vtt_size, row.language, "vtt")


def rendered(rendition: Rendition) -> Media:
    return Media(
        rendition.path,
        rendition.sha256,
        rendition.mime,
        rendition.width,
        rendition.height,
        rendition.size,
        seconds=round(rendition.seconds, 2),
    )


def fits(asset: Asset, rules: MediaRules) -> bool:
    """Is the picture within the rules as it is? A moving one where they let it move."""
    pixels = rules.max_pixels is None or asset.width * asset.height <= rules.max_pixels
    side = max(asset.width, asset.height) <= rules.max_side
    shape = images.has_shape(asset.width, asset.height, rules.ratio)
    return asset.mime in kinds_taken(rules) and asset.size <= rules.max_bytes and side and pixels and shape


def kinds_taken(rules: MediaRules) -> tuple[str, ...]:
    """The MIME types of pictures a platform gets: a GIF only where it may move."""
    still = tuple(mime for mime in rules.mime_types if mime != images.MOVING)
    return (*still, images.MOVING) if rules.animated else still


def film_fits(asset: Asset, rules: VideoRules) -> bool:
    """Is the film within the rules as it is? What every platform plays, and no larger or faster than it takes."""
    told = asset.facts
    plain = films.is_plain(
        films.Facts(0, 0, 0, 0, told.get("video", ""), told.get("audio", ""), told.get("pixels", ""))
    )
    side = max(asset.width, asset.height) <= rules.max_side
    frames = told.get("fps", 0) <= rules.max_fps * 1.01
    return plain and asset.mime in rules.mime_types and asset.size <= rules.max_bytes and side and frames


def card_rules(rules: MediaRules) -> MediaRules:
    """The rules for the picture of a link card, or of a film, on a platform with these media rules."""
    mime_types = tuple(mime for mime in rules.mime_types if images.is_known(mime)) or ("image/jpeg",)
    return MediaRules(
        max_images=1,
        mime_types=mime_types,
        max_bytes=min(rules.max_bytes or CARD_BYTES, CARD_BYTES),
        max_side=min(rules.max_side or CARD_SIDE, CARD_SIDE),
    )
