"""A zip somebody sent, opened without trust: counted, measured and judged before a byte of it is used."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from libsocial.core import captions, images
from posts import sniffing
from posts.packs import form
from posts.packs.form import Bad, Pack

NAME = "pack.json"
MOST_FILES = 500
MOST_JSON = 5 * 2**20
MOST_TOGETHER = 1024 * 2**20  # bytes of all files unpacked
MOST_RATIO = 200  # unpacked to packed; pictures and films hardly pack at all
PIECE = 64 * 1024
# What may lie beside: the licence's text and the marks systems leave.
IGNORED = ("LICENCE.txt", "LICENSE.txt", "README.txt", "__MACOSX/", ".DS_Store")


@dataclass(frozen=True)
class Found:
    """A pack that can be taken, with what a person should know first."""

    pack: Pack
    notes: tuple[str, ...]


@contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The zip; raises Bad for what is none, or one that is dangerous by its own list."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Bad(_("This file is not a zip, or it is damaged. Ask for the pack once more.")) from error
    with archive:
        _judge_list(archive.infolist())
        yield archive


def read(file: IO[bytes]) -> Found:
    """The pack, with every file it needs there and readable. Raises Bad."""
    with opened(file) as archive:
        pack = form.of_json(_json(archive))
        here = {info.filename for info in archive.infolist()}
        words = pack.caption_files()
        missing = [name for name in (*pack.files(), *words) if name not in here]
        if missing:
            raise Bad(
                _("Files the pack names are missing: %(names)s. Ask for it once more.")
                % {"names": ", ".join(missing[:5])}
            )
        for name in pack.files():
            _look(archive, name)
        for name in words:
            _read_captions(archive, name)
        unused = sorted(name for name in here - set(pack.files()) - set(words) - {NAME} if not _ignored(name))
        return Found(pack, _notes(pack, unused))


def media_of(archive: zipfile.ZipFile, name: str) -> SimpleUploadedFile:
    """One file of the pack as an upload; its own bytes are counted, whatever its list says."""
    return SimpleUploadedFile(name.rpartition("/")[2], _bytes(archive, name, settings.UPLOAD_VIDEO_BYTES))


def _judge_list(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_FILES:
        raise Bad(_("The zip holds more than %(most)s files.") % {"most": MOST_FILES})
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise Bad(_("The zip holds two files of one name."))
    for info in infos:
        _judge_entry(info)
    if sum(info.file_size for info in infos) > MOST_TOGETHER:
        raise Bad(_too_large())


def _judge_entry(info: zipfile.ZipInfo) -> None:
    name, mode = info.filename, info.external_attr >> 16
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\x00" in name or (mode & 0o170000) == 0o120000:
        raise Bad(_("The zip wants to write outside its own folder (“%(name)s”). Do not use it.") % {"name": name[:80]})
    if info.flag_bits & 1:
        raise Bad(_("The zip is locked with a password. Ask for it without one."))
    if info.file_size > PIECE and info.file_size > MOST_RATIO * max(1, info.compress_size):
        raise Bad(_too_large())


def _too_large() -> str:
    return _("Unpacked, this zip would be far too large. Nothing of it was read.")


def _json(archive: zipfile.ZipFile) -> Any:
    if NAME not in archive.namelist():
        raise Bad(_("There is no pack.json in this zip, so it is not a pack."))
    try:
        return json.loads(_bytes(archive, NAME, MOST_JSON).decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Bad(_("The pack.json of this zip cannot be read. Ask for the pack once more.")) from error


def _bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """At most so many bytes, counted while they are unpacked."""
    made = bytearray()
    try:
        with archive.open(name) as entry:
            while piece := entry.read(PIECE):
                made += piece
                if len(made) > most:
                    raise Bad(_too_large())
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Bad(_("“%(name)s” in the zip is damaged. Ask for the pack once more.") % {"name": name[:80]}) from error
    except Exception as error:
        if type(error).__module__ in {"zlib", "lzma"}:
            raise Bad(_("“%(name)s” in the zip is damaged.") % {"name": name[:80]}) from error
        raise
    return bytes(made)


def _look(archive: zipfile.ZipFile, name: str) -> None:
    """Is it a picture, a film or a document by its first bytes?"""
    with archive.open(name) as entry:
        head = entry.read(sniffing.ENOUGH)
    kind = sniffing.kind_of(head) if head else ""
    if (kind == "image" and not _is_picture(archive, name)) or kind not in {"image", "video", "document"}:
        raise Bad(_("“%(name)s” of the pack is no picture, film or PDF.") % {"name": name[:80]})


def _read_captions(archive: zipfile.ZipFile, name: str) -> None:
    try:
        captions.read(_bytes(archive, name, captions.MOST_BYTES + 1))
    except captions.NotCaptions as error:
        raise Bad(f"{name}: {error}") from error


def _is_picture(archive: zipfile.ZipFile, name: str) -> bool:
    try:
        images.clean(_bytes(archive, name, settings.UPLOAD_MAX_BYTES))
    except images.NotAPicture:
        return False
    return True


def _ignored(name: str) -> bool:
    return name.endswith("/") or name.startswith(IGNORED) or name.rpartition("/")[2] in IGNORED


def _notes(pack: Pack, unused: list[str]) -> tuple[str, ...]:
    notes = []
    if not pack.licence:
        notes.append(_("It states no licence. Ask whoever made it before you publish its words and pictures."))
    silent = sum(
        not item.alt and not item.decorative for one in pack.drafts for part in one.parts for item in part.media
    )
    if silent:
        notes.append(_("%(count)s pictures come without a description.") % {"count": silent})
    if unused:
        notes.append(_("Files no draft shows are left out: %(names)s.") % {"names": ", ".join(unused[:5])})
    if pack.advocacy:
        notes.append(_("It is marked as advocacy: you name who gives the last approval."))
    return tuple(notes)
