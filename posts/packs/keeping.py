"""A pack between being looked at and being taken: a day in the media storage, for the one who brought it."""

from __future__ import annotations

import io
import secrets
from datetime import timedelta
from typing import IO

from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.accounts.models import User
from posts.packs.form import Bad

FOLDER = "packs"
KEPT = timedelta(days=1)
LARGEST = 512 * 2**20  # bytes of a zip
_SALT = "posts.packs"


class Gone(Exception):
    """It was taken, is older than a day, or belongs to somebody else."""


def keep(file: IO[bytes], user: User) -> str:
    """Stores the zip and returns the word its page is found by. Raises Bad for one that is too large."""
    if getattr(file, "size", 0) > LARGEST:
        raise Bad(_("The zip is larger than %(mb)s MB.") % {"mb": LARGEST // 2**20})
    _tidy()
    name = f"{secrets.token_hex(16)}.zip"
    file.seek(0)
    default_storage.save(f"{FOLDER}/{name}", File(file))
    return signing.dumps([name, user.pk], salt=_SALT)


def opened(token: str, user: User) -> IO[bytes]:
    """The zip again. Raises Gone."""
    try:
        name, owner = signing.loads(token, salt=_SALT, max_age=KEPT)
        if owner != user.pk:
            raise Gone
        with default_storage.open(f"{FOLDER}/{name}") as stored:
            return io.BytesIO(stored.read())
    except (signing.BadSignature, OSError, ValueError, TypeError) as error:
        raise Gone from error


def forget(token: str) -> None:
    """It was taken."""
    if token:
        name, _owner = signing.loads(token, salt=_SALT)
        default_storage.delete(f"{FOLDER}/{name}")


def _tidy() -> None:
    """What nobody came back for."""
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except OSError:
        return
    for name in names:
        if default_storage.get_modified_time(f"{FOLDER}/{name}") < timezone.now() - KEPT:
            default_storage.delete(f"{FOLDER}/{name}")
