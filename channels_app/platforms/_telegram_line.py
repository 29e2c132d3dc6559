"""Calls to Telegram's Bot API: plain JSON, or a form in pieces where files travel along; and what its refusals mean.

The bot's token stands in every address, so nothing of an address is ever shown. An answer is `{"ok", "result"}` or
`{"ok", "error_code", "description", "parameters"}`; the description is the only detail, and is matched loosely.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from channels_app.content import Media
from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Temporary
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Session

NAME = "Telegram"
FILE_SECONDS = 600  # 50 MB over a slow line
_BLOCK = 65_536
_NO_RIGHT = (
    "chat not found",
    "not enough rights",
    "no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "not a member",
    "was kicked",
    "chat_admin_required",
)
_OF_MEDIA = ("photo", "video", "animation", "document", "media", "file", "thumbnail", "entity too large", "dimensions")


def ask(wire: Wire, host: str, token: str, method: str, *, creating: bool = False, **how: Any) -> Answer:
    """One call. The status is Telegram's own `error_code` where it gives one, `words` its description."""
    answer = wire.ask("POST", f"{host}/bot{token}/{method}", creating=creating, **how)
    told = answer.text("description")
    status = answer.fields.get("error_code") if answer.fields.get("ok") is False else None
    known = status if isinstance(status, int) and 400 <= status < 600 else answer.status
    return replace(answer, status=known, words=wire.clean(told) if told else answer.words)


def hidden(token: str) -> tuple[str, ...]:
    """What must not stand in any error: the token, and its secret half alone."""
    return (token, token.partition(":")[2])


class Line:
    """Calls in the name of the bot of one channel."""

    def __init__(self, session: Session, host: str) -> None:
        self.session, self.host = session, host

    def call(
        self, method: str, *, creating: bool = False, files: dict[str, Media] | None = None, **body: Any
    ) -> Answer:
        """The answer, which may be a refusal; see `raise_for`. `files` travel as parts of the form by their names."""
        token = self.session.secret["token"]
        if not files:
            wire = Wire(self.session.http(), hidden(token))
            return ask(wire, self.host, token, method, creating=creating, json=body)
        wire = Wire(self.session.http(total=FILE_SECONDS), hidden(token))
        with Form(self.session, body, files) as form:
            headers = {"Content-Type": form.content_type}
            return ask(wire, self.host, token, method, creating=creating, data=form, headers=headers)

    def get(self, method: str, **body: Any) -> Any:
        """The result of a question; raises what `raise_for` raises."""
        answer = self.call(method, **body)
        raise_for(answer)
        return answer.fields.get("result")


class Form:
    """A multipart body that is read from its files while it is sent. Every file is opened, and so compared, before."""

    def __init__(self, session: Session, fields: dict[str, Any], files: dict[str, Media]) -> None:
        self.boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={self.boundary}"
        self._session, self._files = session, files
        self._fields = b"".join(self._field(name, value) for name, value in fields.items())
        self._end = f"--{self.boundary}--\r\n".encode()
        self._opened: dict[str, BinaryIO] = {}

    def __enter__(self) -> Form:
        try:
            for name, media in self._files.items():
                self._opened[name] = self._session.open(media)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def _close(self) -> None:
        for file in self._opened.values():
            file.close()

    def __len__(self) -> int:
        heads = sum(len(self._head(name, media)) + media.size + 2 for name, media in self._files.items())
        return len(self._fields) + heads + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        yield self._fields
        for name, media in self._files.items():
            yield self._head(name, media)
            while block := self._opened[name].read(_BLOCK):
                yield block
            yield b"\r\n"
        yield self._end

    def _field(self, name: str, value: Any) -> bytes:
        text = value if isinstance(value, str) else json.dumps(value)
        return f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()

    def _head(self, name: str, media: Media) -> bytes:
        file_name = media.name or f"{name}.{media.mime.rpartition('/')[2]}"
        file_name = "".join(char for char in file_name if char.isprintable() and char not in '"\\')
        return (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
            f"Content-Type: {media.mime}\r\n\r\n"
        ).encode()


# --- what it means ------------------------------------------------------------
def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal; returns when the answer is good."""
    said, words = answer.words.lower(), answer.words
    if answer.ok and (answer.fields.get("ok") is True or creating):
        return  # in the creating request what cannot be read is the caller's to judge
    parameters = answer.fields.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if answer.status == 429:
        seconds = _wire.number_of(parameters.get("retry_after"))
        headers = {"Retry-After": str(seconds)} if seconds is not None else answer.headers
        raise RateLimited(_wire.pause_until(headers), _("Telegram asks us to wait."), detail=words)
    if parameters.get("migrate_to_chat_id"):
        raise NeedsReconnect(_("The chat has moved to another number. Connect it again."), detail=words)
    if answer.status == 401 or (answer.status == 404 and answer.fields.get("ok") is False):
        raise NeedsReconnect(_("Telegram no longer accepts the bot’s token. Enter the new one."), detail=words)
    if answer.status == 403 or (answer.status == 400 and any(phrase in said for phrase in _NO_RIGHT)):
        raise NeedsReconnect(
            _("The bot may not post in this channel. Make it an administrator who may post messages."), detail=words
        )
    _wire.raise_common(answer, NAME, creating=creating)
    if not creating and answer.status != 413:
        raise Temporary(_("Telegram did not do what was asked: %(words)s") % {"words": words}, detail=words)
    if answer.status in (404, 409):
        raise Temporary(_("Telegram does not answer as it should at the moment."), detail=words)
    raise Rejected(
        _("Telegram refused the post: %(words)s") % {"words": words}, field=_field(answer, said), detail=words
    )


def _field(answer: Answer, said: str) -> str:
    if "poll" in said:
        return "options.poll"
    if "caption" in said or "text" in said or "message is too long" in said:
        return "text"
    return "media" if answer.status == 413 or any(word in said for word in _OF_MEDIA) else "text"
