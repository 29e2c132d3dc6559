"""Speaking to Discord as a webhook or as a bot, and what its refusals mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NoReturn

import regex
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.connect import FieldProblem
from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Temporary, Unclear
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Receipt, Session

NAME = "Discord"
_HOSTS = r"(?:(?:canary|ptb)\.)?discord(?:app)?\.com"
_WEBHOOK = regex.compile(
    rf"(?:https?://)?(?P<host>{_HOSTS}|[^/?#]+(?:/[^?#]*)?)/api(?:/v\d+)?/webhooks/(?P<id>\d{{5,25}})/"
    r"(?P<token>[\w-]{8,200})/?(?:\?(?:[^#]*&)?thread_id=(?P<thread>\d{5,25}))?(?:[?&#].*)?"
)
_KNOWN_HOST = regex.compile(_HOSTS)
_DEAD = {
    10015: gettext_lazy("The webhook was deleted on Discord. Make a new one."),
    50027: gettext_lazy("Discord no longer accepts this webhook. Make a new one."),
    10003: gettext_lazy("The channel is no longer on Discord."),
    50001: gettext_lazy("The bot can no longer see the channel."),
    50013: gettext_lazy(
        "The bot lacks a right in the channel: view it, send messages, embed links, attach files, read history."
    ),
}
_FIELDS = {
    40005: "media",
    220001: "options.thread_name",
    220003: "options.thread_name",
    40067: "options.thread_name",
    160004: "options.thread_name",
    160005: "options.thread_name",
}
_NAMED = {
    "content": "text",
    "embeds": "card",
    "attachments": "media",
    "files": "media",
    "poll": "options.poll_answers",
    "thread_name": "options.thread_name",
}
_WAITS = {20016, 20028}  # slow mode, and the limit of writing in a channel
_LONGEST = 86_400.0


class Line:
    """Calls as what we are connected as: `bot` (a token) where there is one, else the webhook."""

    def __init__(self, http: Any, base: str, secret: dict[str, Any]) -> None:
        self.http, self.base = http, base
        self.webhook, self.bot = str(secret.get("webhook") or ""), str(secret.get("bot") or "")

    def call(self, method: str, path: str, *, creating: bool = False, **how: Any) -> Answer:
        """The answer, which may be a refusal; see `raise_for`."""
        headers = {"User-Agent": f"DiscordBot ({settings.BASE_URL}, 1.0)", **how.pop("headers", {})}
        if self.bot and not path.startswith("/webhooks/"):
            headers["Authorization"] = f"Bot {self.bot}"
        wire = Wire(self.http, (self.webhook, self.webhook.partition("/")[2], self.bot))
        return wire.ask(method, f"{self.base}{path}", creating=creating, headers=headers, **how)

    def get(self, path: str, **params: Any) -> Answer:
        """A good answer with JSON in it; raises what `raise_for` raises."""
        answer = self.call("GET", path, params=params)
        raise_for(answer)
        if answer.data is None:
            raise unreadable(answer)
        return answer

    def message(self, number: str, thread: str, channel: str) -> tuple[str, dict[str, str]]:
        """(path, query) of one message; a webhook reaches its own only, and those in a thread by its number."""
        if self.webhook:
            return f"/webhooks/{self.webhook}/messages/{number}", {"thread_id": thread} if thread else {}
        return f"/channels/{channel}/messages/{number}", {}


def unreadable(answer: Answer) -> Temporary:
    return Temporary(_("Discord’s answer cannot be read."), detail=answer.words)


def code_of(answer: Answer) -> int:
    return _wire.number_of(answer.fields.get("code")) or 0


# --- refusals -----------------------------------------------------------------
def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal, by Discord's own code first; returns when the answer is good."""
    if answer.ok:
        return
    code, words = code_of(answer), answer.words
    if answer.status == 429 or (code in _WAITS and answer.status < 500):
        _raise_wait(answer)
    if answer.status in (401, 403, 404) and code in _DEAD:
        raise NeedsReconnect(str(_DEAD[code]), detail=words)
    if answer.status == 401 or (answer.status == 403 and code not in _FIELDS and not 200_000 <= code < 250_000):
        raise NeedsReconnect(_("Discord no longer accepts our key."), detail=words)
    _wire.raise_common(answer, NAME, creating=creating)
    if answer.status in (404, 405) and not answer.fields:
        raise Temporary(_("Discord does not answer as usual at the moment."), detail=words)
    raise Rejected(_("Discord refused the message: %(words)s") % {"words": words}, field=_field(answer), detail=words)


def _raise_wait(answer: Answer) -> NoReturn:
    """How long stands in the body, to the millisecond, and in headers; a page without either is a ban of hours."""
    seconds = answer.fields.get("retry_after")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 10**9:
        seconds = _number(answer.headers.get("X-RateLimit-Reset-After"))
    if seconds is None:
        until = _wire.pause_until(answer.headers)
    else:
        until = timezone.now() + timedelta(seconds=min(max(float(seconds), 1.0), _LONGEST))
    whole = answer.fields.get("global") is True or not answer.fields
    reason = _("Discord asks us to wait.")
    raise RateLimited(until, reason, detail=answer.words, scope="app" if whole else "channel")


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number < 10**9 else None


def _field(answer: Answer) -> str:
    code, named = code_of(answer), answer.fields.get("errors")
    if answer.status == 413:
        return "media"
    if isinstance(named, dict):
        for name in named:
            if name in _NAMED:
                return _NAMED[name]
    return _FIELDS.get(code, "text")


# --- what is typed ----------------------------------------------------------------
def webhook_of(text: str, api: str) -> tuple[str, str]:
    """(`id/token`, number of the thread or '') in the address of a webhook. Raises FieldProblem."""
    typed = _wire.typed(text)
    match = _WEBHOOK.fullmatch(typed)
    ours = api.partition("://")[2]
    if not match or not (_KNOWN_HOST.fullmatch(match["host"].lower()) or f"{match['host']}/api" == ours):
        raise FieldProblem(
            "webhook",
            _("This is not the address of a webhook. It looks like https://discord.com/api/webhooks/123…/abc…"),
        )
    return f"{match['id']}/{match['token']}", match["thread"] or ""


def receipt_of(session: Session, answer: dict[str, Any], alt: str, thread: str = "") -> Receipt:
    """The proof in a message. Raises Unclear when it is none."""
    number, channel = answer.get("id"), answer.get("channel_id")
    if not is_number(number) or not is_number(channel):
        raise Unclear(_("Discord’s answer cannot be read; what became of the message must be looked up."))
    data = {"channel": str(channel), "thread": thread}
    return Receipt(str(number), address(session, str(channel), str(number)), alt, data)


def address(session: Session, channel: str, number: str = "") -> str:
    """Where a person sees the channel, or one message of it."""
    place = f"https://discord.com/channels/{session.facts.get('guild') or '@me'}/{channel}"
    return f"{place}/{number}" if number else place


def is_number(value: Any) -> bool:
    """Discord's ids are large numbers, written as text."""
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 25
