"""Pictures come in: sized, decoded, cleaned, kept once."""

from __future__ import annotations

from pathlib import PurePath
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.core import images
from libsocial.core.images import Picture
from posts import drafting
from posts.drafting import Draft
from posts.models import Asset
from posts.services import storage

THUMB_SIDE = 480


class Refused(Exception):
    """The file was not taken; the text is a sentence for the person."""


class Readable(Protocol):
    """A file as it comes from a request."""

    name: str | None
    size: int | None

    def read(self, size: int = -1) -> bytes: ...


def upload(*, by: User, unit: Unit, file: Readable) -> Asset:
    """Takes a picture into the unit's library; the same picture again is the asset there was.

    The name of the file is kept as text only. Raises NotAllowed, Refused.
    """
    policies.require(by, "post.write", unit)
    picture = _cleaned(_read(file))
    name = drafting.text_of(PurePath(file.name or "").name)[:200]
    return keep(by=by, unit=unit, picture=picture, name=name)


def keep(*, by: User, unit: Unit, picture: Picture, name: str) -> Asset:
    """Stores a cleaned picture as an asset of the unit. Raises Refused when there is no room."""
    try:
        path, sha256 = storage.put("assets", picture)
        thumb, _sha = storage.put("thumbs", images.thumbnail(picture, THUMB_SIDE))
    except storage.NoRoom as error:
        raise Refused(
            _(
                "The picture could not be stored: there is no room left, or the folder cannot be written. "
                "Nothing else was lost. Tell the person who runs this server."
            )
        ) from error
    with transaction.atomic():
        asset, made = Asset.objects.select_for_update().get_or_create(
            unit=unit,
            sha256=sha256,
            defaults={
                "path": path,
                "thumb": thumb,
                "mime": picture.mime,
                "width": picture.width,
                "height": picture.height,
                "size": len(picture.data),
                "original_name": name,
                "uploaded_by": by,
            },
        )
        if made:
            audit.record("asset.uploaded", by=by, on=asset, unit=unit, data={"name": name})
    return asset


def describe(*, asset: Asset, by: User, alt: str) -> Asset:
    """Sets the description the picture brings along to every post that uses it from now on."""
    policies.require(by, "post.write", asset.unit)
    with transaction.atomic():
        before, asset.alt = asset.alt, drafting.text_of(alt).strip()
        asset.save(update_fields=["alt"])
        if before != asset.alt:
            audit.record(
                "asset.described", by=by, on=asset, unit=asset.unit, data={"before": before, "after": asset.alt}
            )
    return asset


def remember_descriptions(*, draft: Draft, by: User, unit: Unit) -> None:
    """What was said about a picture here comes along with it next time, unless it had words of its own."""
    said = {item.asset: item.alt for part in draft.parts for item in part.media if item.alt.strip()}
    for asset in Asset.objects.select_related("unit").filter(unit=unit, alt="", pk__in=said):
        describe(asset=asset, by=by, alt=said[asset.pk])


def _read(file: Readable) -> bytes:
    limit = settings.UPLOAD_MAX_BYTES
    if (file.size or 0) > limit:
        raise Refused(_too_heavy(limit))
    # The stated size is a claim; what is read is counted.
    data = file.read(limit + 1)
    if len(data) > limit:
        raise Refused(_too_heavy(limit))
    return data


def _too_heavy(limit: int) -> str:
    return _("This file is too large: at most %(mb)s MB. Make the picture smaller, then add it.") % {
        "mb": limit // (1024 * 1024)
    }


def _cleaned(data: bytes) -> Picture:
    try:
        return images.clean(data)
    except images.NotAPicture as error:
        raise Refused(str(error)) from error
