"""Pictures and films of the Mastodon interface: uploaded with their descriptions, followed while they are processed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.content import Media, Part
from channels_app.errors import Rejected, Temporary
from channels_app.platforms._mastodon_posts import Line, raise_for, still_processing
from channels_app.platforms._mastodon_server import FAMILY
from channels_app.platforms._wire import Answer
from channels_app.platforms.base import Prepared, Session

_LASTS = timedelta(hours=12)  # uploads nobody attached are removed after about a day
_BLOCK = 256 * 1024  # bytes read at a time
_FILM_SECONDS = 600.0  # that one upload may take


class Form:
    """A multipart body read from its files while it is sent. It tells its length, as some front ends take no other;
    it can be sent again."""

    def __init__(self, session: Session, fields: dict[str, str], files: dict[str, Media]) -> None:
        self._boundary = secrets.token_hex(16)
        self.headers = {"Content-Type": f"multipart/form-data; boundary={self._boundary}"}
        self._session, self._files = session, files
        self._fields = b"".join(self._head(f'name="{name}"') + text.encode() + b"\r\n" for name, text in fields.items())
        self._end = f"--{self._boundary}--\r\n".encode()
        self._opened: list[tuple[bytes, BinaryIO, int]] = []  # head, file, its size
        self._stack = ExitStack()

    def __enter__(self) -> Form:
        with self._stack as stack:  # closes what was opened when a later one cannot be
            for name, media in self._files.items():
                file = stack.enter_context(self._session.open(media))
                head = self._head(f'name="{name}"; filename="{name}.{media.mime.rpartition("/")[2]}"', media.mime)
                self._opened.append((head, file, file.seek(0, 2)))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def __len__(self) -> int:
        return len(self._fields) + sum(len(head) + size + 2 for head, _file, size in self._opened) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        yield self._fields
        for head, file, _size in self._opened:
            yield head
            file.seek(0)
            while block := file.read(_BLOCK):
                yield block
            yield b"\r\n"
        yield self._end

    def _head(self, what: str, mime: str = "") -> bytes:
        kind = f"Content-Type: {mime}\r\n" if mime else ""
        return f"--{self._boundary}\r\nContent-Disposition: form-data; {what}\r\n{kind}\r\n".encode()


def upload(line: Line, media: Media) -> dict[str, Any]:
    """`{"id", "ready", "told"}` of an uploaded picture or film with its description; see `_is_told`."""
    fields = {} if media.decorative or not media.alt else {"description": media.alt}
    files = {"file": media} | ({"thumbnail": media.poster} if media.poster else {})
    with Form(line.session, fields, files) as form:
        how = {"data": form, "headers": form.headers, "limits": _limits(media)}
        answer = line.call("POST", "/api/v2/media", **how)
        if answer.status in (404, 405, 501):
            answer = line.call("POST", "/api/v1/media", **how)
    raise_for(answer)
    media_id = answer.fields.get("id")
    if not isinstance(media_id, str | int) or not media_id:
        raise Temporary(_("The server’s answer to a picture cannot be read."), detail=answer.words)
    ready = answer.status == 200 and bool(answer.text("url"))
    return {"id": str(media_id), "ready": ready, "told": ready and _is_told(line, str(media_id))}


def _limits(media: Media) -> dict[str, float]:
    return {"total": _FILM_SECONDS} if media.kind == "video" else {}


def _is_told(line: Line, media_id: str) -> bool:
    """Whether this server answers for an upload at all: else its later 404 would say nothing."""
    if line.session.facts.get("software") not in FAMILY:
        return False
    return line.call("GET", f"/api/v1/media/{media_id}").ok


def fresh(line: Line, part: Part, prepared: Prepared) -> tuple[list[dict[str, Any]], datetime]:
    """(the uploads, since when they are there); made again where the server may have forgotten them."""
    rows, since = prepared.data["media"], datetime.fromisoformat(prepared.data["at"])
    if rows and timezone.now() - since > _LASTS:
        return [upload(line, one) for one in part.media], timezone.now()
    return rows, since


def further(line: Line, part: Part, prepared: Prepared) -> Prepared:
    """One step: uploaded anew where too old, else looked at until all may be attached. Raises Temporary, Rejected."""
    rows, since = fresh(line, part, prepared)
    if rows is not prepared.data["media"]:
        return replace(prepared, data={**prepared.data, "media": rows, "at": since.isoformat()})
    done = [one if one["ready"] else _looked_at(line, one, since) for one in rows]
    return prepared if done == rows else replace(prepared, data={**prepared.data, "media": done})


def wait_processed(line: Line, media: list[dict[str, Any]], since: datetime) -> None:
    """Returns when every upload of `since` may be attached; raises Temporary (with a moment), Rejected."""
    for one in media:
        if not one["ready"]:
            _looked_at(line, one, since)


def _looked_at(line: Line, one: dict[str, Any], since: datetime) -> dict[str, Any]:
    """The same upload, processed. Raises Temporary while it is not, Rejected when it never will be."""
    answer = line.call("GET", f"/api/v1/media/{one['id']}")
    if answer.status in (202, 206) or (answer.ok and not answer.text("url")):
        raise still_processing(since)
    if answer.status == 422 and not answer.empty:
        raise Rejected(_unusable(answer), field="media", detail=answer.words)
    if answer.status not in (404, 405):  # a server that does not tell: creating decides
        raise_for(answer)
    return {**one, "ready": True, "told": answer.ok and line.session.facts.get("software") in FAMILY}


def _unusable(answer: Answer) -> str:
    return _("The server could not use a picture or film: %(words)s") % {"words": answer.words}


def any_attached(line: Line, media: list[dict[str, Any]]) -> bool:
    """On Mastodon an upload that answers 404 was attached to a post."""
    asked = [one["id"] for one in media if one.get("told")]
    return any(line.call("GET", f"/api/v1/media/{media_id}").status == 404 for media_id in asked)
