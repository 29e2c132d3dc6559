"""Bytes into the media storage under a name made of their own digest: written once, found again, never overwritten."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from libsocial.core.images import Picture

PIECE = 1024 * 1024


class NoRoom(Exception):
    """The storage would not take the file: the disk is full, or the folder is not ours to write."""


def put(folder: str, picture: Picture) -> tuple[str, str]:
    """Stores the picture and returns its name and SHA-256. Raises NoRoom."""
    return put_bytes(folder, picture.data, picture.extension)


def put_bytes(folder: str, data: bytes, extension: str) -> tuple[str, str]:
    """The same with any bytes."""
    sha256 = hashlib.sha256(data).hexdigest()
    return _store(_name(folder, sha256, extension), ContentFile(data), len(data)), sha256


def put_file(folder: str, path: Path, extension: str) -> tuple[str, str]:
    """The same with a file, which may be too large for memory; it stays where it is."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        return _store(_name(folder, sha256, extension), File(file), path.stat().st_size), sha256


def get(name: str) -> bytes:
    """The stored bytes; raises OSError when the file is gone."""
    with default_storage.open(name) as file:
        return io.BytesIO(file.read()).getvalue()


@contextmanager
def as_file(name: str) -> Iterator[Path]:
    """A stored file by a path other programs can open; a copy where the storage has none. Raises OSError."""
    own = _path_of(name)
    if own is not None:
        own.stat()
        yield own
        return
    with workroom() as folder, default_storage.open(name) as stored:
        copy = folder / Path(name).name
        with copy.open("wb") as out:
            for piece in stored.chunks(PIECE):
                out.write(piece)
        yield copy


def workroom() -> Workroom:
    """A folder on the disk of the data for files on their way: `with workroom() as folder`."""
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    return Workroom(dir=settings.WORK_DIR)


class Workroom(TemporaryDirectory):
    """A folder that is gone afterwards, as a Path."""

    def __enter__(self) -> Path:  # type: ignore[override]
        return Path(super().__enter__())


def _path_of(name: str) -> Path | None:
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def _name(folder: str, sha256: str, extension: str) -> str:
    return f"{folder}/{sha256[:2]}/{sha256}.{extension}"


def _store(name: str, file: File, size: int) -> str:
    try:
        if _is_whole(name, size):
            return name
        return default_storage.save(name, file)
    except OSError as error:
        _forget_rest(name, size)
        raise NoRoom(str(error)) from error


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
