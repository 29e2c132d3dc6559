"""A server of Discord with one channel, a webhook in it and a bot that may read and write there."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.fakes.server import FarSide, Reply, Request, route

GUILD, CHANNEL, HOOK, BOT = "41771983423143937", "319674150115610528", "223704706495545344", "80351110224678912"
HOOK_TOKEN = "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e72279b526"
BOT_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
_UNKNOWN = Reply(404, {"message": "Unknown Message", "code": 10008})


class FakeDiscord(FarSide):
    platform = "discord"
    creating = ("POST", r"/v10/(webhooks/\d+/[\w-]+|channels/\d+/messages)$")

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.sent: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.nonces: dict[str, str] = {}
        self.threads: dict[str, str] = {}
        self.numbers = itertools.count(1_450_000_000_000_000_000)
        self.hook_token, self.bot_token = HOOK_TOKEN, BOT_TOKEN
        # How this server differs
        self.forum = False
        self.channel_type = 0
        self.shows_words = True  # Message Content Intent
        self.shows_reactions = True

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [re.sub(r"\\([\\*_~|`\[<#>-])", r"\1", one["content"]) for one in self.messages.values()]

    def alts(self) -> list[str]:
        return [file.get("description", "") for one in self.messages.values() for file in one["attachments"]]

    def like(self, remote_id: str) -> None:
        self.messages[remote_id].setdefault("reactions", []).append({"count": 1, "emoji": {"name": "🔥"}})

    def revoke(self) -> None:
        self.hook_token, self.bot_token = "x" * 68, "nobody"

    def opens(self, secret: dict[str, str]) -> bool:
        return secret.get("webhook") == f"{HOOK}/{self.hook_token}" or secret.get("bot") == self.bot_token

    def post_by_hand(self, text: str) -> str:
        return self._store({"content": text}, {"author": {"id": "7"}}, CHANNEL)["id"]

    # --- who asks -----------------------------------------------------------
    def _bot_refused(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") == f"Bot {self.bot_token}":
            return None
        return Reply(401, {"message": "401: Unauthorized", "code": 0})

    def _hook_refused(self, number: str, token: str) -> Reply | None:
        if (number, token) == (HOOK, self.hook_token):
            return None
        return Reply(404, {"message": "Unknown Webhook", "code": 10015})

    @route("GET", r"/v10/webhooks/(\d+)/([\w-]+)")
    def hook(self, request: Request, number: str, token: str) -> Reply:
        told = {"id": HOOK, "type": 1, "name": "Town Library", "avatar": "a1b2", "channel_id": CHANNEL}
        return self._hook_refused(number, token) or Reply(data={**told, "guild_id": GUILD, "token": HOOK_TOKEN})

    @route("DELETE", r"/v10/webhooks/(\d+)/([\w-]+)")
    def end_hook(self, request: Request, number: str, token: str) -> Reply:
        if refused := self._hook_refused(number, token):
            return refused
        self.hook_token = "x" * 68
        return Reply(204)

    @route("GET", r"/v10/users/@me")
    def me(self, request: Request) -> Reply:
        return self._bot_refused(request) or Reply(data={"id": BOT, "username": "librarybot", "avatar": None})

    @route("GET", r"/v10/channels/(\d+)")
    def channel(self, request: Request, number: str) -> Reply:
        if refused := self._bot_refused(request):
            return refused
        if number != CHANNEL and number not in self.threads:
            return Reply(404, {"message": "Unknown Channel", "code": 10003})
        return Reply(data={"id": number, "type": self.channel_type, "name": "news", "guild_id": GUILD})

    @route("GET", r"/v10/guilds/(\d+)")
    def guild(self, request: Request, number: str) -> Reply:
        told = {"id": GUILD, "name": "Library", "approximate_member_count": 321}
        return self._bot_refused(request) or Reply(data=told)

    # --- writing --------------------------------------------------------------
    @route("POST", r"/v10/webhooks/(\d+)/([\w-]+)")
    def execute(self, request: Request, number: str, token: str) -> Reply:
        if refused := self._hook_refused(number, token):
            return refused
        body, files = _body(request)
        thread = request.query.get("thread_id", [""])[0]
        if self.forum and not thread and not body.get("thread_name"):
            text = "Webhooks posted to forum channels must have a thread_name or thread_id"
            return Reply(400, {"message": text, "code": 220001})
        if refused := _wrong(body):
            return refused
        if body.get("thread_name"):
            thread = str(next(self.numbers))
            self.threads[thread] = body["thread_name"]
        author = {"webhook_id": HOOK, "author": {"id": HOOK, "bot": True}}
        message = self._store(body, author, thread or CHANNEL, files)
        return Reply(data=message) if request.query.get("wait") == ["true"] else Reply(204)

    @route("POST", r"/v10/channels/(\d+)/messages")
    def create(self, request: Request, number: str) -> Reply:
        if refused := self._bot_refused(request):
            return refused
        body, files = _body(request)
        if refused := _wrong(body):
            return refused
        nonce = body.get("nonce", "")
        if body.get("enforce_nonce") and nonce in self.nonces:
            return Reply(data=self.messages[self.nonces[nonce]])
        message = self._store(body, {"author": {"id": BOT, "bot": True}}, number, files)
        self.nonces[nonce] = message["id"]
        return Reply(data=message)

    def _store(
        self, body: dict[str, Any], author: dict[str, Any], channel: str, files: dict[str, bytes] | None = None
    ) -> dict[str, Any]:
        number = str(next(self.numbers))
        inside = [embed["image"]["url"][13:] for embed in body.get("embeds", []) if "image" in embed]
        told = [one for one in body.get("attachments", []) if one["filename"] not in inside]
        self.files[number] = files or {}
        self.sent[number] = body
        self.messages[number] = {
            "id": number,
            "channel_id": channel,
            "content": body.get("content", "").strip(),
            "timestamp": datetime.now(UTC).isoformat(),
            "attachments": [{**one, "id": str(next(self.numbers))} for one in told],
            "embeds": body.get("embeds", []),
            **author,
        }
        return self.messages[number]

    # --- reading ----------------------------------------------------------------
    @route("GET", r"/v10/channels/(\d+)/messages")
    def history(self, request: Request, channel: str) -> Reply:
        query = {name: values[0] for name, values in request.query.items()}
        after, limit = int(query.get("after", "0")), int(query.get("limit", "50"))
        there = [one for one in self.messages.values() if one["channel_id"] == channel and int(one["id"]) > after]
        chosen = sorted(there, key=lambda one: int(one["id"]))
        chosen = chosen[:limit] if "after" in query else chosen[-limit:]
        return self._bot_refused(request) or Reply(data=[self._seen(one) for one in reversed(chosen)])

    def _seen(self, message: dict[str, Any]) -> dict[str, Any]:
        """Without the intent, the words of others are not shown to a bot."""
        hidden = not self.shows_words and message["author"]["id"] != BOT
        return {**message, "content": "", "attachments": [], "embeds": []} if hidden else message

    @route("GET", r"/v10/(webhooks/\d+/[\w-]+|channels/\d+)/messages/(\d+)")
    def one(self, request: Request, place: str, number: str) -> Reply:
        if refused := self._reached(request, place):
            return refused
        message = self._at(request, place, number)
        if message is None:
            return _UNKNOWN
        shown = dict(message)
        if not self.shows_reactions:
            shown.pop("reactions", None)
        return Reply(data=shown)

    @route("DELETE", r"/v10/(webhooks/\d+/[\w-]+|channels/\d+)/messages/(\d+)")
    def delete(self, request: Request, place: str, number: str) -> Reply:
        if refused := self._reached(request, place):
            return refused
        if self._at(request, place, number) is None:
            return _UNKNOWN
        del self.messages[number]
        return Reply(204)

    def _reached(self, request: Request, place: str) -> Reply | None:
        if place.startswith("webhooks/"):
            return self._hook_refused(*place.split("/")[1:])
        return self._bot_refused(request)

    def _at(self, request: Request, place: str, number: str) -> dict[str, Any] | None:
        """A webhook reaches its own messages, and those in a thread only when the thread is named."""
        message = self.messages.get(number)
        if message is None or (place.startswith("channels/") and place != f"channels/{message['channel_id']}"):
            return None
        if place.startswith("webhooks/"):
            thread = request.query.get("thread_id", [CHANNEL])[0]
            return message if message.get("webhook_id") == HOOK and message["channel_id"] == thread else None
        return message


def _wrong(body: dict[str, Any]) -> Reply | None:
    if not any(body.get(name) for name in ("content", "embeds", "attachments", "poll")):
        return Reply(400, {"message": "Cannot send an empty message", "code": 50006})
    if len(body.get("content", "")) > 2000:
        errors = {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer."}]}}
        return Reply(400, {"message": "Invalid Form Body", "code": 50035, "errors": errors})
    return None


def _body(request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    if request.json is not None:
        return request.json, {}
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    parts = {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in message.iter_parts()
    }
    return json.loads(parts.pop("payload_json")), parts
