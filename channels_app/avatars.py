"""Our own copy of an account's picture: fetched through the guarded door, decoded, made small, kept by content."""

from __future__ import annotations

import hashlib
import logging

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from libsocial.core import http, images

log = logging.getLogger("libsocial.channels")
SIDE = 256  # pixels: twice the largest size we show
MAX_BYTES = 5_000_000
TOTAL_SECONDS = 15.0


def fetch(url: str, *, label: str) -> str:
    """The name of our copy in the media storage; '' where there is none. Never fails: a picture is a courtesy."""
    if not url:
        return ""
    try:
        answer = http.outside(label=label, max_bytes=MAX_BYTES, total=TOTAL_SECONDS).get(url)
        if answer.status_code != 200:
            return ""
        small = images.thumbnail(images.clean(answer.content), SIDE)
    except (http.OutsideError, images.NotAPicture) as error:
        log.info("no picture of the account", extra={"label": label, "why": type(error).__name__})
        return ""
    return _keep(small)


def _keep(small: images.Picture) -> str:
    name = f"avatars/{hashlib.sha256(small.data).hexdigest()[:32]}.{small.extension}"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(small.data))


def drop_unused(name: str, *, used: bool) -> None:
    """Removes a picture nobody shows any more."""
    if name and not used:
        default_storage.delete(name)
