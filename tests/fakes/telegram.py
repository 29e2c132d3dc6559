"""Telegram's Bot API with one bot, one public channel, one private one, and a chat for preparing."""

from __future__ import annotations

import itertools
import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.fakes.server import Failure, FarSide, Reply, Request, route

BOT = 123456789
CHANNEL, PRIVATE, STAGING, GROUP = -1001000000001, -1001000000002, -1001000000003, -1001000000004
_FILES = ("photo", "video", "animation", "document")


class FakeTelegram(FarSide):
    """Messages by chat; `members` says where the bot may post."""

    platform = "telegram"
    creating = ("POST", r"/send\w+$")

    def __init__(self) -> None:
        super().__init__()
        self.token = f"{BOT}:AAF-telegram_0123456789abcdefghijk"
        self.chats: dict[int, dict[str, Any]] = {
            CHANNEL: {"id": CHANNEL, "type": "channel", "title": "Town Library", "username": "townlibrary"},
            PRIVATE: {"id": PRIVATE, "type": "channel", "title": "Staff"},
            STAGING: {"id": STAGING, "type": "channel", "title": "Workroom"},
            GROUP: {"id": GROUP, "type": "supergroup", "title": "Readers", "username": "townreaders"},
        }
        self.members = {CHANNEL, PRIVATE, STAGING, GROUP}
        self.messages: dict[int, dict[int, dict[str, Any]]] = {chat: {} for chat in self.chats}
        self.files: dict[str, tuple[str, bytes]] = {}  # file_id: (kind, bytes)
        self.numbers = itertools.count(1001)
        self.silent_films_move = False  # a film without sound becomes an animation
        self.subscribers = 12
        self.can_delete = True

    def secret(self) -> dict[str, str]:
        return {"token": self.token}

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        """One a post; of an album the words of its first item."""
        posts = [one for one in self.messages[CHANNEL].values() if one["head"]]
        return [one.get("text") or one.get("caption") or one.get("poll", {}).get("question", "") for one in posts]

    def alts(self) -> list[str]:
        return []

    def like(self, remote_id: str) -> None:
        """Bots are not told of it."""

    def revoke(self) -> None:
        self.token = f"{BOT}:AAF-another_0123456789abcdefghijklm"

    def opens(self, secret: dict[str, str]) -> bool:
        return secret["token"] == self.token

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    def sent(self) -> list[dict[str, Any]]:
        return list(self.messages[CHANNEL].values())

    # --- the interface ----------------------------------------------------
    @route("POST", r"/bot([^/]+)/(\w+)")
    def method(self, request: Request, token: str, name: str) -> Reply:
        if token != self.token:
            return _refused(401, "Unauthorized")
        fields, files = _read(request)
        if name == "getMe":
            return _good({"id": BOT, "is_bot": True, "username": "townlibrary_bot"})
        chat = self._chat(fields.get("chat_id"))
        if chat is None:
            return _refused(400, "Bad Request: chat not found")
        if name == "getChat":
            return _good(self.chats[chat])
        if name == "getChatMember":
            may = chat in self.members
            told = {"status": "administrator" if may else "left", "user": {"id": BOT}}
            return _good({**told, "can_post_messages": True} if may else told)
        if chat not in self.members:
            return _refused(403, "Forbidden: bot is not a member of the channel chat")
        if name == "getChatMemberCount":
            return _good(self.subscribers)
        if name == "deleteMessage":
            return self._delete(chat, fields)
        return self._send(chat, name.removeprefix("send"), fields, files)

    def _chat(self, named: Any) -> int | None:
        for chat_id, chat in self.chats.items():
            if str(named) == str(chat_id) or (chat.get("username") and named == f"@{chat['username']}"):
                return chat_id
        return None

    def _delete(self, chat: int, fields: dict[str, Any]) -> Reply:
        if fields["message_id"] not in self.messages[chat]:
            return _refused(400, "Bad Request: message to delete not found")
        if not self.can_delete:
            return _refused(400, "Bad Request: message can't be deleted")
        del self.messages[chat][fields["message_id"]]
        return _good(True)

    def _send(self, chat: int, kind: str, fields: dict[str, Any], files: dict[str, bytes]) -> Reply:
        above = fields.get("reply_parameters", {}).get("message_id")
        if above and above not in self.messages[chat]:
            return _refused(400, "Bad Request: message to be replied not found")
        if kind == "Message":
            if not 1 <= len(fields["text"]) <= 4096:
                return _refused(400, "Bad Request: message is too long")
            return _good(self._store(chat, fields, text=fields["text"]))
        if kind == "Poll":
            if not fields.get("is_anonymous") or not 2 <= len(fields["options"]) <= 12 or len(fields["question"]) > 300:
                return _refused(400, "Bad Request: non-anonymous polls can't be sent to channel chats")
            return _good(self._store(chat, fields, poll={"question": fields["question"]}))
        if kind == "MediaGroup":
            return self._album(chat, fields, files)
        return self._media(chat, kind.lower(), fields, files)

    def _media(self, chat: int, kind: str, fields: dict[str, Any], files: dict[str, bytes]) -> Reply:
        if len(fields.get("caption", "")) > 1024:
            return _refused(400, "Bad Request: message caption is too long")
        file = self._file(kind, fields.get(kind), files, kind)
        if file is None or ("cover" in fields and self._file("photo", fields["cover"], files) is None):
            return _refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return _good(self._store(chat, fields, caption=fields.get("caption"), **file))

    def _album(self, chat: int, fields: dict[str, Any], files: dict[str, bytes]) -> Reply:
        items = fields["media"]
        found = [self._file(item["type"], item["media"], files) for item in items]
        covers = [self._file("photo", item["cover"], files) for item in items if "cover" in item]
        if not 2 <= len(items) <= 10 or None in found or None in covers:
            return _refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        group = str(next(self.numbers))
        shared = {name: value for name, value in fields.items() if name != "media"}
        messages = [
            self._store(
                chat, {**shared, **item}, head=not number, caption=item.get("caption"), media_group_id=group, **file
            )
            for number, (item, file) in enumerate(zip(items, found, strict=True))
            if file
        ]
        return _good(messages)

    def _file(self, kind: str, named: Any, files: dict[str, bytes], part: str = "") -> dict[str, Any] | None:
        """What a message shows of a file that came along or is known; None where there is none of this kind."""
        data = files.get(str(named).removeprefix("attach://") if named else part)
        if data is not None:
            made = "animation" if kind == "video" and self.silent_films_move else kind
            named = f"file-{next(self.numbers)}"
            self.files[named] = (made, data)
        if str(named) not in self.files or (data is None and self.files[str(named)][0] != kind):
            return None
        kind = self.files[str(named)][0]
        return {kind: [{"file_id": "small"}, {"file_id": named}] if kind == "photo" else {"file_id": named}}

    def _store(self, chat: int, asked: dict[str, Any], *, head: bool = True, **told: Any) -> dict[str, Any]:
        number = next(self.numbers)
        message = {"message_id": number, "chat": self.chats[chat], "date": 1_795_441_659, **told}
        message = {name: value for name, value in message.items() if value is not None}
        self.messages[chat][number] = {**message, "asked": asked, "head": head}
        return message

    def bytes_of(self, message: dict[str, Any]) -> bytes:
        for kind in _FILES:
            if kind in message:
                told = message[kind]
                return self.files[(told[-1] if isinstance(told, list) else told)["file_id"]][1]
        return b""


def _good(result: Any) -> Reply:
    return Reply(data={"ok": True, "result": result})


def _refused(status: int, description: str, **parameters: Any) -> Reply:
    told = {"ok": False, "error_code": status, "description": description}
    return Reply(status, {**told, "parameters": parameters} if parameters else told)


def _read(request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """JSON, or the parts of a form: nested values are JSON in words there."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return request.json or {}, {}
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    fields: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        data = part.get_payload(decode=True)
        if part.get_filename():
            files[name] = data
        else:
            fields[name] = _value(name, data.decode())
    return fields, files


def _value(name: str, text: str) -> Any:
    if name in ("caption", "text", "chat_id"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
