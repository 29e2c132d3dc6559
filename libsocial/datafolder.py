"""The folder that holds one library: database, media, keys, logs. Made, checked and locked here."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

PARTS = {"media": 0o750, "keys": 0o700, "logs": 0o750, "backups": 0o700}
LEAST = 50 * 1024 * 1024  # bytes; with less a database cannot be kept whole


class CannotStart(Exception):
    """Why the product cannot run here, in a sentence that says what to do."""


class Taken(CannotStart):
    """Another process already runs this library."""


def make(folder: Path) -> None:
    """Create the folder and its parts; raises :class:`CannotStart` when that, or writing, is impossible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, mode in PARTS.items():
            (folder / name).mkdir(mode=mode, exist_ok=True)
        (folder / "keys").chmod(0o700)
        _close_to_others(folder)
        probe = folder / f".write-{os.getpid()}"
        probe.write_bytes(b"written to see that we can")
        probe.unlink()
    except OSError as error:
        raise CannotStart(sentence_for(error, folder)) from error
    free = shutil.disk_usage(folder).free
    if free < LEAST:
        raise CannotStart(no_room(folder, free))


def _close_to_others(folder: Path) -> None:
    """Patrons' words lie here: other accounts of the machine may not look in (where it is ours to say)."""
    mode = folder.stat().st_mode & 0o777
    if mode & 0o007:
        with suppress(PermissionError):
            folder.chmod(mode & ~0o007)


def sentence_for(error: OSError, folder: Path) -> str:
    """What to tell a person when the folder, or something in it, cannot be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return no_room(folder, 0)
    return (
        f"LibSocial cannot write to its data folder {folder} ({error.strerror}).\n"
        "Run it as the person who owns that folder, or choose another one: python3 manage.py up --data DIR"
    )


def no_room(folder: Path, free: int) -> str:
    """The sentence for a full disk; ``free`` in bytes."""
    return (
        f"The disk of {folder} is {f'nearly full ({free // 1024**2} MB free)' if free else 'full'}. Nothing was lost.\n"
        "Make room, or move the folder to a larger disk and name it: python3 manage.py up --data DIR"
    )


class Lock:
    """Held while a library runs. The system frees it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "running.lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock; raises :class:`Taken` naming who holds it."""
        file = self.path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise Taken(self._taken_by(file.read())) from error
        self._file = file
        self.note("")

    def note(self, address: str) -> None:
        """Write down who we are, for the sentence another process will show."""
        if self._file:
            self._file.seek(0)
            self._file.truncate()
            json.dump({"process": os.getpid(), "address": address}, self._file)
            self._file.flush()

    def release(self) -> None:
        """Let go. The file stays: removing it could take the lock of a process that has just opened it."""
        if self._file:
            self._file.close()
            self._file = None

    def _taken_by(self, note: str) -> str:
        known = {}
        with suppress(ValueError):
            known = dict(json.loads(note))
        where = f" at {known['address']}" if known.get("address") else ""
        who = f" (process {known['process']})" if known.get("process") else ""
        return (
            f"LibSocial already runs on this data folder{where}{who}.\n"
            "Stop it first, or give this one a folder of its own: python3 manage.py up --data DIR --port N"
        )
