"""A multipart form that is read in pieces while it is sent, so that a film never stands in memory (RFC 7578)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from typing import BinaryIO

Field = tuple[str, str | bytes]
File = tuple[str, str, str, BinaryIO]  # name of the field, name of the file, its MIME type, the open file


class Form:
    """Reads like a file of known length; `headers` go along. Files come after the fields, in their order."""

    def __init__(self, fields: Iterable[Field], files: Iterable[File], *, types: dict[str, str] | None = None) -> None:
        """`types`: MIME types of fields that need one."""
        self._mark = secrets.token_hex(16)
        self._pieces: list[bytes | BinaryIO] = []
        self._length = 0
        for name, value in fields:
            kind = f"\r\nContent-Type: {types[name]}" if types and name in types else ""
            data = value.encode() if isinstance(value, str) else value
            self._add(f'--{self._mark}\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n'.encode())
            self._add(data + b"\r\n")
        for name, filename, mime, file in files:
            head = f'--{self._mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
            self._add(f"{head}Content-Type: {mime}\r\n\r\n".encode())
            self._pieces.append(file)
            self._length += _size(file)
            self._add(b"\r\n")
        self._add(f"--{self._mark}--\r\n".encode())

    def _add(self, data: bytes) -> None:
        self._pieces.append(data)
        self._length += len(data)

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": f"multipart/form-data; boundary={self._mark}"}

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size` of them; nothing at the end."""
        wanted = size if size >= 0 else self._length
        got = b""
        while self._pieces and len(got) < wanted:
            first, room = self._pieces[0], wanted - len(got)
            if isinstance(first, bytes):
                got += first[:room]
                self._pieces[0] = first[room:]
                ended = not self._pieces[0]
            else:
                data = first.read(room)
                got += data
                ended = not data
            if ended:
                del self._pieces[0]
        return got


def _size(file: BinaryIO) -> int:
    """Bytes from where the file stands to its end."""
    at = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(at)
    return end - at
