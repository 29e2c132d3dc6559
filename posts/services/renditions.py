"""Pictures and films as a platform wants them: made once, and kept, so that a retry sends the same bytes.

A picture is made at approval. A film takes minutes: it is asked for when the post is sent for approval, made by
posts.services.preparing, and approving waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from channels_app.capabilities import Capabilities, MediaRules, VideoRules
from channels_app.content import Media, digest_of
from libsocial.core import images
from libsocial.core.images import CannotFit, Picture
from posts import resolve
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.edits import Edits
from posts.models import Asset, CaptionFile, Rendition
from posts.resolve import Pictures
from posts.services import storage


class CannotRender(Exception):
    """A picture or film cannot be made to fit a platform; the text is a sentence."""


class StillPreparing(CannotRender):
    """The film is on its way; asked again a little later it is there."""


def rules_key(rules: MediaRules, edits: Edits | None = None) -> str:
    """Which of the rules, and of what is done to the picture, shape its bytes, as one word."""
    shaping = [sorted(resolve.kinds_taken(rules)), rules.max_bytes, rules.max_side, rules.max_pixels]
    # Left out while they say nothing, so that what was made before they existed is found.
    shaping += [] if rules.ratio is None else [list(rules.ratio)]
    return digest_of([*shaping, edits.to_json()] if edits else shaping)


def film_key(rules: VideoRules) -> str:
    """The same for a film."""
    return digest_of(["film", sorted(rules.mime_types), wanted_of(rules)])


def wanted_of(rules: VideoRules) -> dict[str, float]:
    """What a film has to keep to."""
    return {"max_bytes": rules.max_bytes, "max_side": rules.max_side, "max_fps": rules.max_fps}


# --- for one channel --------------------------------------------------------


def for_target(draft: Draft, target: DraftTarget, capabilities: Capabilities, assets: dict[int, Asset]) -> Pictures:
    """Everything this target shows, as its channel (with these options) wants it. Raises CannotRender."""
    parts = draft.parts_for(target)
    items = [item for part in parts for item in part.media if item.asset in assets]
    rules, film_rules = capabilities.media, capabilities.media.video
    made = {item.asset: _made(assets[item.asset], rules) for item in items if not _only_edited(item, assets)}
    made |= {item.asset: resolve.original(assets[item.asset]) for item in items if item.asset not in made}
    small = resolve.card_rules(rules)
    for pk in sorted(_small_pictures(parts) - made.keys()):
        if pk in assets:
            made[pk] = make(assets[pk], small)
    formats = film_rules.captions if film_rules else ()
    captions = {
        row.pk: resolve.caption(row, "vtt" if "vtt" in formats else formats[0])
        for item in items
        for row in (_caption_rows(assets[item.asset], item) if formats else ())
    }
    posters = bool(film_rules and film_rules.poster)
    edited = {
        (item.asset, item.edits): make(assets[item.asset], rules, item.edits)
        for item in items
        if item.edits and assets[item.asset].kind == "image"
    }
    return Pictures(_with_posters(made, items, assets, small) if posters else made, captions, posters, edited)


def _only_edited(item: DraftMedia, assets: dict[int, Asset]) -> bool:
    """A picture that is shown turned or cut need not be made as it is, too."""
    return bool(item.edits) and assets[item.asset].kind == "image"


def _small_pictures(parts: Iterable[DraftPart]) -> set[int]:
    """Those of link cards, and those chosen to stand for a film."""
    posters = {item.poster for part in parts for item in part.media if item.poster is not None}
    return posters | {part.card.thumb for part in parts if part.card and part.card.thumb is not None}


def _caption_rows(asset: Asset, item: DraftMedia) -> list[CaptionFile]:
    return [row for row in asset.captions.all() if row.pk in item.captions]


def _with_posters(
    made: dict[int, Media], items: Iterable[DraftMedia], assets: dict[int, Asset], rules: MediaRules
) -> dict[int, Media]:
    """The films with their own picture, small enough to be sent beside them."""
    posters = {
        item.asset: make(assets[item.asset].poster, rules)
        for item in items
        if assets[item.asset].kind == "video" and assets[item.asset].poster
    }
    return made | {pk: replace(made[pk], poster=poster) for pk, poster in posters.items()}


def _made(asset: Asset, rules: MediaRules) -> Media:
    if asset.kind == "video":
        return make_film(asset, rules.video) if rules.video else resolve.original(asset)
    return make(asset, rules) if asset.kind == "image" else resolve.original(asset)


# --- films ------------------------------------------------------------------


def make_film(asset: Asset, rules: VideoRules) -> Media:
    """The film within these rules: itself when it fits, else the rendition that was made of it.

    Raises StillPreparing while that is on its way (it is asked for then), CannotRender when it cannot be made.
    """
    if resolve.film_fits(asset, rules):
        return resolve.original(asset)
    found = want_film(asset, rules)
    if found.ready:
        return resolve.rendered(found)
    if found.trouble:
        raise CannotRender(found.trouble)
    raise StillPreparing(
        _("The film “%(name)s” is still being prepared (%(done)s %%). Try again in a moment.")
        % {"name": asset.original_name or asset.pk, "done": int(found.done * 100)}
    )


def want_film(asset: Asset, rules: VideoRules) -> Rendition:
    """The row of this film for these rules; a new one is work for posts.services.preparing."""
    found, _new = Rendition.objects.get_or_create(
        asset=asset, rules=film_key(rules), defaults={"ready": False, "wanted": wanted_of(rules)}
    )
    return found


def want_films(
    draft: Draft, target: DraftTarget, capabilities: Capabilities, assets: dict[int, Asset]
) -> list[Rendition]:
    """Asks for every film of this target that does not fit as it is; the rows, made or not."""
    rules = capabilities.media.video
    films = {item.asset for part in draft.parts_for(target) for item in part.media}
    return [
        want_film(assets[pk], rules)
        for pk in sorted(films)
        if rules and pk in assets and assets[pk].kind == "video" and not resolve.film_fits(assets[pk], rules)
    ]


# --- pictures ---------------------------------------------------------------


def make(asset: Asset, rules: MediaRules, edits: Edits | None = None) -> Media:
    """The picture within these rules: itself when it fits, else the one rendition there is or will be."""
    if resolve.fits(asset, rules) and not (edits and edits.shapes_pixels):
        return resolve.original(asset)
    key = rules_key(rules, edits)
    found = Rendition.objects.filter(asset=asset, rules=key).first()
    return resolve.rendered(found or _render(asset, rules, key, edits))


def _render(asset: Asset, rules: MediaRules, key: str, edits: Edits | None) -> Rendition:
    picture = _fitted(asset, rules, edits or Edits())
    path, sha256 = storage.put("renditions", picture)
    values = {
        "path": path,
        "sha256": sha256,
        "mime": picture.mime,
        "width": picture.width,
        "height": picture.height,
        "size": len(picture.data),
        "seconds": picture.seconds,
    }
    try:
        with transaction.atomic():
            return Rendition.objects.create(asset=asset, rules=key, **values)
    except IntegrityError:
        # Two people approved at once: both made the same bytes.
        return Rendition.objects.get(asset=asset, rules=key)


def _fitted(asset: Asset, rules: MediaRules, edits: Edits) -> Picture:
    picture = Picture(_bytes_of(asset), asset.mime, asset.width, asset.height, asset.seconds)
    try:
        return images.fit(
            images.cut(picture, edits.rotate, edits.crop) if edits.shapes_pixels else picture,
            mime_types=resolve.kinds_taken(rules),
            max_bytes=rules.max_bytes,
            max_side=rules.max_side,
            max_pixels=rules.max_pixels,
            ratio=rules.ratio,
            focus=(edits.focus or (0.5, 0.5)) if edits.fit == "cut" else None,
        )
    except CannotFit as error:
        raise CannotRender(
            _("The picture “%(name)s” cannot be made small enough.") % {"name": asset.original_name or asset.pk}
        ) from error


def _bytes_of(asset: Asset) -> bytes:
    try:
        return storage.get(asset.path)
    except OSError as error:
        raise CannotRender(
            _("The picture “%(name)s” is missing from the media folder. Take it out and add it again.")
            % {"name": asset.original_name or asset.pk}
        ) from error


def copy_of(asset: Asset, edits: Edits, side: int) -> Picture:
    """A small copy of a picture, turned and cut, for our own pages. Raises CannotRender when the file is gone."""
    picture = Picture(_bytes_of(asset), asset.mime, asset.width, asset.height)
    return images.thumbnail(images.cut(picture, edits.rotate, edits.crop), side)
