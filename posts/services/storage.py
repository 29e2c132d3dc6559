"""Bytes into the media storage under a name made of their own digest: written once, found again, never overwritten."""

from __future__ import annotations

import hashlib
import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from libsocial.core.images import Picture


class NoRoom(Exception):
    """The storage would not take the file: the disk is full, or the folder is not ours to write."""


def put(folder: str, picture: Picture) -> tuple[str, str]:
    """Stores the picture and returns its name and SHA-256. Raises NoRoom."""
    sha256 = hashlib.sha256(picture.data).hexdigest()
    name = f"{folder}/{sha256[:2]}/{sha256}.{picture.extension}"
    try:
        if _is_whole(name, len(picture.data)):
            return name, sha256
        return default_storage.save(name, ContentFile(picture.data)), sha256
    except OSError as error:
        _forget_rest(name, len(picture.data))
        raise NoRoom(str(error)) from error


def get(name: str) -> bytes:
    """The stored bytes; raises OSError when the file is gone."""
    with default_storage.open(name) as file:
        return io.BytesIO(file.read()).getvalue()


def _is_whole(name: str, size: int) -> bool:
    """Is it there, and all of it? A half file, left by a full disk, is taken away."""
    if not default_storage.exists(name):
        return False
    if default_storage.size(name) == size:
        return True
    default_storage.delete(name)
    return False


def _forget_rest(name: str, size: int) -> None:
    try:
        _is_whole(name, size)
    except OSError:
        return
