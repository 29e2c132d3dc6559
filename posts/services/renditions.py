"""Pictures as a platform wants them: made at approval, once, and kept, so that a retry sends the same bytes."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from channels_app.capabilities import Capabilities, MediaRules
from channels_app.content import Media, digest_of
from libsocial.core import images
from libsocial.core.images import CannotFit, Picture
from posts import resolve
from posts.drafting import Draft, DraftTarget
from posts.models import Asset, Rendition
from posts.services import storage


class CannotRender(Exception):
    """A picture cannot be made to fit a platform; the text is a sentence."""


def rules_key(rules: MediaRules) -> str:
    """Which of the rules shape the bytes, as one word."""
    return digest_of([sorted(rules.mime_types), rules.max_bytes, rules.max_side, rules.max_pixels])


def for_target(
    draft: Draft, target: DraftTarget, capabilities: Capabilities, assets: dict[int, Asset]
) -> dict[int, Media]:
    """A rendition of every picture this target shows, by asset id. Raises CannotRender."""
    parts = draft.parts_for(target)
    shown = {item.asset for part in parts for item in part.media}
    thumbs = {part.card.thumb for part in parts if part.card and part.card.thumb} - shown
    made = {pk: make(assets[pk], capabilities.media) for pk in sorted(shown) if pk in assets}
    card_rules = resolve.card_rules(capabilities.media)
    return made | {pk: make(assets[pk], card_rules) for pk in sorted(thumbs) if pk in assets}


def make(asset: Asset, rules: MediaRules) -> Media:
    """The asset within these rules: itself when it fits, else the one rendition there is or will be."""
    if resolve.fits(asset, rules):
        return resolve.original(asset)
    key = rules_key(rules)
    found = Rendition.objects.filter(asset=asset, rules=key).first()
    return resolve.rendered(found or _render(asset, rules, key))


def _render(asset: Asset, rules: MediaRules, key: str) -> Rendition:
    picture = _fitted(asset, rules)
    path, sha256 = storage.put("renditions", picture)
    values = {
        "path": path,
        "sha256": sha256,
        "mime": picture.mime,
        "width": picture.width,
        "height": picture.height,
        "size": len(picture.data),
    }
    try:
        with transaction.atomic():
            return Rendition.objects.create(asset=asset, rules=key, **values)
    except IntegrityError:
        # Two people approved at once: both made the same bytes.
        return Rendition.objects.get(asset=asset, rules=key)


def _fitted(asset: Asset, rules: MediaRules) -> Picture:
    picture = Picture(_bytes_of(asset), asset.mime, asset.width, asset.height)
    try:
        return images.fit(
            picture,
            mime_types=rules.mime_types,
            max_bytes=rules.max_bytes,
            max_side=rules.max_side,
            max_pixels=rules.max_pixels,
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
