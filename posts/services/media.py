"""Pictures, films, documents and captions come in: sized, decoded, cleaned, kept once.

What a file is, is decided by opening it as what its first bytes claim; its name and type are never asked.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.core import captions, documents, films, flashing, images
from libsocial.core.images import Picture
from posts import drafting, sniffing
from posts.drafting import Draft
from posts.models import Asset, CaptionFile
from posts.services import storage

THUMB_SIDE = 480
PIECE = 1024 * 1024
FLASH_RATE = 30  # pictures a second of a film that are held against each other


class Refused(Exception):
    """The file was not taken; the text is a sentence for the person."""


class Readable(Protocol):
    """A file as it comes from a request."""

    name: str | None
    size: int | None

    def read(self, size: int = -1) -> bytes: ...


def upload(*, by: User, unit: Unit, file: Readable) -> Asset:
    """Takes a picture, a film or a PDF into the unit's library; the same again is the asset there was.

    The name of the file is kept as text only. Raises NotAllowed, Refused.
    """
    policies.require(by, "post.write", unit)
    name = drafting.text_of(PurePath(file.name or "").name)[:200]
    head = file.read(sniffing.ENOUGH)
    if not head:
        raise Refused(_("This file is empty. Choose it again, or save it again on your device."))
    kind = sniffing.kind_of(head)
    if kind == "image":
        return keep(by=by, unit=unit, picture=_cleaned(_read(file, head, settings.UPLOAD_MAX_BYTES)), name=name)
    if kind == "captions":
        raise Refused(_("These are captions. Add their film first, then the captions below it."))
    with storage.workroom() as folder:
        limit = settings.UPLOAD_VIDEO_BYTES if kind == "video" else settings.UPLOAD_DOCUMENT_BYTES
        path = _written(file, head, limit, folder / "arrived")
        take = _take_film if kind == "video" else _take_document
        return take(by, unit, path, folder, name)


def keep(*, by: User, unit: Unit, picture: Picture, name: str) -> Asset:
    """Stores a cleaned picture as an asset of the unit. Raises Refused when there is no room."""
    try:
        path, sha256 = storage.put("assets", picture)
        thumb, _sha = storage.put("thumbs", images.thumbnail(picture, THUMB_SIDE))
    except storage.NoRoom as error:
        raise Refused(no_room()) from error
    facts = {
        "path": path,
        "thumb": thumb,
        "mime": picture.mime,
        "width": picture.width,
        "height": picture.height,
        "size": len(picture.data),
        "seconds": picture.seconds,
        "facts": {"flashes": flashing.per_second(picture.data)} if picture.seconds else {},
    }
    return _asset(by, unit, sha256, name, facts)


def _asset(by: User, unit: Unit, sha256: str, name: str, facts: dict[str, Any]) -> Asset:
    with transaction.atomic():
        asset, made = Asset.objects.select_for_update().get_or_create(
            unit=unit, sha256=sha256, defaults={**facts, "original_name": name, "uploaded_by": by}
        )
        if made:
            audit.record("asset.uploaded", by=by, on=asset, unit=unit, data={"name": name})
        elif asset.binned_at is not None or asset.replaced_by_id is not None:
            # Who adds it again wants it again.
            asset.binned_at, asset.binned_by, asset.replaced_by = None, None, None
            asset.save(update_fields=["binned_at", "binned_by", "replaced_by"])
            audit.record("asset.restored", by=by, on=asset, unit=unit, data={"name": asset.original_name})
    return asset


def no_room() -> str:
    """What a person is told when the disk took no more."""
    return _(
        "The file could not be stored: there is no room left, or the folder cannot be written. "
        "Nothing else was lost. Tell the person who runs this server."
    )


# --- films and documents ------------------------------------------------------


def _take_film(by: User, unit: Unit, path: Path, folder: Path, name: str) -> Asset:
    try:
        film = films.clean(path, folder)
        first = images.clean(films.poster(film.path, film.facts, folder))
    except (films.NotAFilm, images.NotAPicture) as error:
        raise Refused(str(error)) from error
    except films.Unavailable as error:
        raise Refused(_("This server cannot read films: ffmpeg is missing. Tell the person who runs it.")) from error
    poster = keep(by=by, unit=unit, picture=first, name="")
    flashes = flashing.in_film(films.greys(film.path, folder, flashing.GRID, FLASH_RATE), FLASH_RATE)
    seen = {"flashes": flashes} if flashes else {}
    told = film.facts
    facts = {
        "kind": "video",
        "thumb": poster.thumb,
        "mime": film.mime,
        "width": told.width,
        "height": told.height,
        "size": film.path.stat().st_size,
        "seconds": told.seconds,
        "facts": {"fps": round(told.fps, 2), "video": told.video, "audio": told.audio, "pixels": told.pixels, **seen},
        "poster": poster,
    }
    return _keep_file(by, unit, film.path, film.extension, name, facts)


def _take_document(by: User, unit: Unit, path: Path, folder: Path, name: str) -> Asset:
    try:
        told = documents.look(path)
        first = images.clean(told.first)
    except (documents.NotADocument, images.NotAPicture) as error:
        raise Refused(str(error)) from error
    try:
        thumb, _sha = storage.put("thumbs", images.thumbnail(first, 2 * THUMB_SIDE))
    except storage.NoRoom as error:
        raise Refused(no_room()) from error
    facts = {
        "kind": "document",
        "thumb": thumb,
        "mime": documents.MIME,
        "width": told.width,
        "height": told.height,
        "size": path.stat().st_size,
        "pages": told.pages,
    }
    return _keep_file(by, unit, path, "pdf", name, facts)


def _keep_file(by: User, unit: Unit, path: Path, extension: str, name: str, facts: dict[str, Any]) -> Asset:
    try:
        stored, sha256 = storage.put_file("assets", path, extension)
    except storage.NoRoom as error:
        raise Refused(no_room()) from error
    return _asset(by, unit, sha256, name, {**facts, "path": stored})


# --- captions -----------------------------------------------------------------


def add_captions(*, by: User, asset: Asset, file: Readable, language: str) -> CaptionFile:
    """Takes a caption file for a film; the same words again are the row there was.

    `language` '' is the one the file's name tells, else the unit's. Raises NotAllowed, Refused.
    """
    policies.require(by, "post.write", asset.unit)
    if asset.kind != "video":
        raise Refused(_("Captions belong to a film."))
    data = file.read(captions.MOST_BYTES + 1)
    try:
        found = captions.read(data)
    except captions.NotCaptions as error:
        raise Refused(str(error)) from error
    language = language.strip()[:35] or captions.language_in(file.name or "") or asset.unit.language or "en"
    try:
        vtt, vtt_sha256 = storage.put_bytes("captions", found.vtt, "vtt")
        srt, srt_sha256 = storage.put_bytes("captions", found.srt, "srt")
    except storage.NoRoom as error:
        raise Refused(no_room()) from error
    with transaction.atomic():
        row, made = CaptionFile.objects.select_for_update().get_or_create(
            asset=asset,
            language=language,
            vtt_sha256=vtt_sha256,
            defaults={
                "vtt": vtt,
                "vtt_size": len(found.vtt),
                "srt": srt,
                "srt_sha256": srt_sha256,
                "srt_size": len(found.srt),
                "cues": found.cues,
                "uploaded_by": by,
            },
        )
        if made:
            _remember_faults(asset, row, found.faults)
            audit.record("asset.captioned", by=by, on=asset, unit=asset.unit, data={"language": language})
    return row


def _remember_faults(asset: Asset, row: CaptionFile, faults: dict[str, float]) -> None:
    """What the checks say of these captions, kept with the film."""
    kept = Asset.objects.select_for_update().get(pk=asset.pk)
    kept.facts["captions"] = {**kept.facts.get("captions", {}), str(row.pk): faults}
    kept.save(update_fields=["facts"])
    asset.facts = kept.facts


# --- descriptions -------------------------------------------------------------


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


# --- reading ------------------------------------------------------------------


def _read(file: Readable, head: bytes, limit: int) -> bytes:
    if (file.size or 0) > limit:
        raise Refused(too_heavy("image", limit))
    # The stated size is a claim; what is read is counted.
    data = head + file.read(limit + 1 - len(head)) if len(head) <= limit else head
    if len(data) > limit:
        raise Refused(too_heavy("image", limit))
    return data


def _written(file: Readable, head: bytes, limit: int, path: Path) -> Path:
    """The file on disk, piece by piece: a film never stands in memory."""
    kind = sniffing.kind_of(head)
    size = len(head)
    try:
        with path.open("wb") as out:
            out.write(head)
            while size <= limit and (piece := file.read(PIECE)):
                size += len(piece)
                out.write(piece)
    except OSError as error:
        raise Refused(no_room()) from error
    if size > limit:
        raise Refused(too_heavy(kind, limit))
    return path


def too_heavy(kind: str, limit: int) -> str:
    """What a person is told of a file over the limit of its kind: image, video or document."""
    said = {
        "image": _("This file is too large: at most %(mb)s MB. Make the picture smaller, then add it."),
        "video": _("This film is too large: at most %(mb)s MB. Save it smaller, or cut it, then add it."),
        "document": _("This document is too large: at most %(mb)s MB. Save it smaller, then add it."),
    }
    return said[kind] % {"mb": limit // (1024 * 1024)}


def _cleaned(data: bytes) -> Picture:
    try:
        return images.clean(data)
    except images.NotAPicture as error:
        raise Refused(str(error)) from error
