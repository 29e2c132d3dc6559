"""Pictures and films for platforms that fetch them from us: addresses on our own server, signed, good for a day.

An address names one file of the media storage by a signature nobody else can make; it opens nothing but that file,
and only while a container at the platform may still ask for it.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.urls import reverse

from channels_app.content import Media
from libsocial.core import addresses

GOOD_FOR = timedelta(hours=26)  # a container lives for a day
_SALT = "channels.outlet"


def is_open() -> bool:
    """Can a platform reach us? Only by https at a public name; a test network's fake may be told otherwise."""
    if settings.OUTLET_ANYWHERE:
        return True
    parts = urlsplit(settings.BASE_URL)
    address = addresses.parse(parts.hostname or "")
    public = addresses.is_public(address) if address is not None else "." in (parts.hostname or "")
    return parts.scheme == "https" and public


def address_of(media: Media) -> str:
    """Where these bytes can be fetched for a day; ends like a file, as some platforms look at the name."""
    token = signing.dumps({"p": media.path, "m": media.mime}, salt=_SALT, compress=True)
    name = "file" + PurePosixPath(media.path).suffix
    return settings.BASE_URL + reverse("channels:outlet", args=[token, name])


def opened(token: str) -> tuple[str, str]:
    """(name in the media storage, MIME type). Raises signing.BadSignature, also when its time is over."""
    told = signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
    return str(told["p"]), str(told["m"])
