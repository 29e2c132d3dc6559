"""Large files that come in pieces: a cut connection, or a page that was loaded anew, costs one piece.

Every piece is an object of its own in the storage, so it does not matter which web process takes it. The row says
how far the file has come; a conditional update moves it, so two pieces for one place never both count. The whole file
is taken in by posts.services.media like any other: its kind, its size and its content are judged there.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from posts import drafting, sniffing
from posts.models import Arrival, Asset
from posts.services import media
from posts.services.media import Readable, Refused

logger = logging.getLogger(__name__)

FOLDER = "arriving"
KEPT = timedelta(days=2)
MOST_OPEN = 60  # of one person
LOOKING = timedelta(hours=1)  # a long film on a small machine


class OutOfStep(Exception):
    """The piece does not go on where the file stands; `received` is where it does."""

    def __init__(self, received: int) -> None:
        super().__init__(str(received))
        self.received = received


class StillLooking(Exception):
    """Another request is taking the file in at this moment: ask again."""


def begin(*, by: User, unit: Unit, name: str, size: int, mark: str) -> Arrival:
    """The way in for this file, or the one begun before, with what has arrived. Raises NotAllowed, Refused."""
    policies.require(by, "post.write", unit)
    mark = drafting.text_of(mark).strip()[:80]
    if size < 1 or not mark:
        raise Refused(_("This file is empty. Choose it again, or save it again on your device."))
    most = max(settings.UPLOAD_MAX_BYTES, settings.UPLOAD_VIDEO_BYTES, settings.UPLOAD_DOCUMENT_BYTES)
    if size > most:
        raise Refused(media.too_heavy("video", most))
    known = Arrival.objects.select_related("asset").filter(by=by, unit=unit, mark=mark).first()
    if known is not None and known.size == size and _is_of_use(known):
        return known
    if known is not None:
        _forget(known)
    if Arrival.objects.filter(by=by, asset=None).count() >= MOST_OPEN:
        raise Refused(_("Too many uploads are unfinished. Finish them, or drop some on the media page."))
    name = drafting.text_of(PurePath(name).name)[:200]
    values = {"name": name, "size": size, "touched_at": timezone.now()}
    return Arrival.objects.update_or_create(by=by, unit=unit, mark=mark, defaults=values)[0]


def _is_of_use(arrival: Arrival) -> bool:
    """Not one that became a file which the library has let go since."""
    asset = arrival.asset
    return asset is None or (asset.binned_at is None and asset.replaced_by_id is None)


def take(*, arrival: Arrival, file: Readable, offset: int) -> Arrival:
    """Stores the next piece. Raises OutOfStep, Refused (the file is no longer expected then)."""
    if arrival.asset_id or offset != arrival.received:
        raise OutOfStep(arrival.received)
    data = file.read(settings.UPLOAD_PIECE_BYTES + 1)
    if not data or len(data) > settings.UPLOAD_PIECE_BYTES or offset + len(data) > arrival.size:
        raise OutOfStep(arrival.received)
    if offset == 0:
        _refuse_early(arrival, data)
    stored = _stored(arrival, offset, data)
    moved = Arrival.objects.filter(pk=arrival.pk, received=offset).update(
        received=offset + len(data), pieces=[*arrival.pieces, stored], touched_at=timezone.now()
    )
    if not moved:
        _delete(stored)
    arrival.refresh_from_db()
    if not moved:
        raise OutOfStep(arrival.received)
    return arrival


def _refuse_early(arrival: Arrival, data: bytes) -> None:
    """What the first piece tells already need not cost the whole way."""
    kind = sniffing.kind_of(data[: sniffing.ENOUGH])
    limits = {"video": settings.UPLOAD_VIDEO_BYTES, "document": settings.UPLOAD_DOCUMENT_BYTES}
    limit = limits.get(kind, settings.UPLOAD_MAX_BYTES)
    if arrival.size > limit:
        _forget(arrival)
        raise Refused(media.too_heavy(kind if kind in limits else "image", limit))


def _stored(arrival: Arrival, offset: int, data: bytes) -> str:
    name = f"{FOLDER}/{arrival.pk}/{offset:012}-{secrets.token_hex(4)}"
    try:
        return default_storage.save(name, ContentFile(data))
    except OSError as error:
        _delete(name)
        raise Refused(media.no_room()) from error


def finish(*, arrival: Arrival, by: User) -> Asset:
    """The complete file becomes an asset, once; what is refused is forgotten.

    Raises NotAllowed, Refused, OutOfStep, StillLooking.
    """
    if arrival.asset is not None:
        return arrival.asset
    if arrival.received != arrival.size:
        raise OutOfStep(arrival.received)
    _lease(arrival)
    try:
        asset = media.upload(by=by, unit=arrival.unit, file=Whole(arrival))
    except Refused:
        _forget(arrival)
        raise
    except Lost as error:
        _forget(arrival)
        raise Refused(_("Part of this file was lost on the server. Choose it again.")) from error
    except BaseException:
        Arrival.objects.filter(pk=arrival.pk).update(lease=None)
        raise
    pieces, arrival.pieces, arrival.asset, arrival.lease = arrival.pieces, [], asset, None
    arrival.save(update_fields=["pieces", "asset", "lease"])
    for name in pieces:
        _delete(name)
    return asset


def _lease(arrival: Arrival) -> None:
    now = timezone.now()
    free = Arrival.objects.filter(Q(lease=None) | Q(lease__lt=now), pk=arrival.pk, asset=None)
    if not free.update(lease=now + LOOKING, touched_at=now):
        raise StillLooking


class Lost(Exception):
    """A piece is not in the storage any more."""


class Whole:
    """The pieces read one after the other, as one file."""

    def __init__(self, arrival: Arrival) -> None:
        self.name, self.size = arrival.name, arrival.size
        self._pieces = self._read(arrival.pieces)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; everything for -1. Raises Lost."""
        while size < 0 or len(self._rest) < size:
            more = next(self._pieces, b"")
            if not more:
                break
            self._rest += more
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    @staticmethod
    def _read(names: list[str]) -> Iterator[bytes]:
        for name in names:
            try:
                with default_storage.open(name) as piece:
                    data = piece.read()
            except OSError as error:
                raise Lost(name) from error
            yield data


def drop(*, arrival: Arrival) -> None:
    """The person does not want to send it any more."""
    _forget(arrival)


def waiting_for(user: User) -> list[Arrival]:
    """What the person began to send and did not finish, the newest first."""
    return list(Arrival.objects.filter(by=user, asset=None).order_by("-touched_at")[:MOST_OPEN])


def tidy(limit: int = 500) -> int:
    """Forgets what nobody went on with for two days; returns how many."""
    now = timezone.now()
    old = Arrival.objects.filter(Q(lease=None) | Q(lease__lt=now), touched_at__lt=now - KEPT)[:limit]
    for arrival in old:
        _forget(arrival)
    return len(old)


def _forget(arrival: Arrival) -> None:
    folder = f"{FOLDER}/{arrival.pk}"
    with transaction.atomic():
        Arrival.objects.filter(pk=arrival.pk).delete()
    try:
        names = default_storage.listdir(folder)[1]
    except OSError:
        return
    for name in names:
        _delete(f"{folder}/{name}")
    _delete(folder)


def _delete(name: str) -> None:
    try:
        default_storage.delete(name)
    except OSError as error:
        logger.warning("%s could not be deleted: %s", name, error)
