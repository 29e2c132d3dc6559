"""Parts of a file on request (RFC 9110, 14): a film can be watched from the middle, and Safari plays it at all."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO

import regex
from django.http import FileResponse, HttpRequest, HttpResponse

_ONE = regex.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Slice(io.RawIOBase):
    """The bytes of a file from where it stands, so many of them."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._file.read(wanted) if wanted else b""
        self._left -= len(piece)
        return piece

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()


def answer(request: HttpRequest, file: IO[bytes], respond: Callable[[IO[bytes]], FileResponse]) -> HttpResponse:
    """The whole file, or the one range that was asked for; 416 for one that is not there."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    asked = _ONE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or not (asked[1] or asked[2]):
        response = respond(file)
        response["Accept-Ranges"] = "bytes"
        return response
    start = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    end = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if start > end or start >= size:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file.seek(start)
    response = respond(Slice(file, end - start + 1))  # type: ignore[arg-type]
    response.status_code = 206
    response["Accept-Ranges"] = "bytes"
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    return response
