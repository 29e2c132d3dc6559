"""Discord: announcements in a channel of a server, by a webhook, by a bot, or by both.

A webhook needs nothing but its address, but it can neither be asked what it said nor say a thing once for sure: when an
answer gets lost, a person is asked. A bot sends every message with a number of ours (nonce) that Discord makes one
message of, and reads the channel; beside a webhook it reads what the webhook said.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import regex
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.capabilities import (
    AltText,
    ApiVersion,
    Budget,
    Capabilities,
    DocumentRules,
    MediaRules,
    Metric,
    Option,
    Preview,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import NeedsReconnect, Rejected, Temporary, Unsupported
from channels_app.platforms import _discord_line as lines
from channels_app.platforms import _discord_messages as messages
from channels_app.platforms import _wire
from channels_app.platforms._discord_line import Line, code_of, raise_for
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Figures,
    Found,
    Guide,
    Prepared,
    Receipt,
    Session,
    Step,
    alt_of,
)

_DOCS = Source("discord-api-docs, Message, Webhook and Rate limits; discord-api-spec v10", "2026-11-23")
_FILE = 10_000_000  # bytes; servers with boosts take more
_SETTLED = timedelta(seconds=90)  # a request of ours cannot be under way any longer
_PAGES, _PAGE = 5, 100  # of a channel that are read to find a message
_GONE = {10008}
_FORUMS = {15, 16}  # types of channels in which every message begins a thread
_POLL = ("poll", ("one", "several"))
_MESSAGE = regex.compile(r"https?://[^/]+/channels/(?:\d+|@me)/(?P<channel>\d+)/(?P<message>\d+)/?(?:[?#].*)?")
_OPTIONS = (
    Option(
        "mentions",
        gettext_lazy("Who may be notified by an @ in the text"),
        "choice",
        default="none",
        choices=(
            ("none", gettext_lazy("Nobody")),
            ("people", gettext_lazy("People and roles that are mentioned")),
            ("everyone", gettext_lazy("Also @everyone and @here")),
        ),
    ),
    Option(
        "formatting",
        gettext_lazy("Use Discord’s formatting"),
        "flag",
        default=False,
        help=gettext_lazy("**bold**, *italic*, # headings. Otherwise these signs are shown as they are."),
    ),
    Option("quiet", gettext_lazy("Without a sound for those who have notifications on"), "flag", default=False),
    Option("no_preview", gettext_lazy("No previews below links"), "flag", default=False),
    Option("spoiler", gettext_lazy("Hide pictures until the reader asks for them"), "flag", default=False),
    Option(
        "thread_name",
        gettext_lazy("Title of the thread"),
        "text",
        help=gettext_lazy("Needed in a forum channel, and only there; with a webhook."),
        limit=100,
    ),
    Option(
        "poll",
        gettext_lazy("Poll"),
        "choice",
        choices=(
            ("", gettext_lazy("None")),
            ("one", gettext_lazy("One answer each")),
            ("several", gettext_lazy("Several answers each")),
        ),
    ),
    Option("poll_question", gettext_lazy("Question"), "text", only=_POLL, required=True, limit=300),
    Option(
        "poll_answers",
        gettext_lazy("Answers, one in each line"),
        "lines",
        only=_POLL,
        required=True,
        limit=55,
        least=1,
        most=10,
    ),
    Option(
        "poll_hours",
        gettext_lazy("Open for"),
        "choice",
        default="24",
        choices=(
            ("1", gettext_lazy("An hour")),
            ("24", gettext_lazy("A day")),
            ("72", gettext_lazy("Three days")),
            ("168", gettext_lazy("A week")),
            ("336", gettext_lazy("Two weeks")),
            ("768", gettext_lazy("32 days")),
        ),
        only=_POLL,
    ),
)


class Discord(Adapter):
    key = "discord"
    name = "Discord"
    colour = "#4752c4"
    needs = gettext_lazy("A channel of your server in which you may manage webhooks. No developer account.")
    hosts = {"api": "https://discord.com/api", "pictures": "https://cdn.discordapp.com"}
    connect_kind = "form"
    token_fields = ("token", "channel_id", "bot_token")
    connect_fields = (
        ConnectField(
            "webhook",
            gettext_lazy("Address of the webhook"),
            "password",
            gettext_lazy(
                "In Discord: settings of the channel, Integrations, Webhooks, New webhook, Copy webhook URL. Make one "
                "for LibSocial alone: disconnecting deletes it. Whoever has this address can write in the channel."
            ),
            optional=True,
        ),
        ConnectField(
            "bot_token",
            gettext_lazy("Token of a bot"),
            "password",
            gettext_lazy(
                "Only if you have one. With it LibSocial can see by itself whether a message arrived when an answer "
                "gets lost, and counts members."
            ),
            optional=True,
        ),
        ConnectField(
            "channel_id",
            gettext_lazy("Number of the channel"),
            help=gettext_lazy("Only for a bot without a webhook: the link of the channel will do."),
            optional=True,
        ),
    )
    guide = Guide(
        steps=(
            Step(gettext_lazy("Open Discord and the settings of the channel; choose Integrations, then Webhooks.")),
            Step(
                gettext_lazy("Make a new webhook with the name of your library. Copy its address and paste it here."),
            ),
            Step(
                gettext_lazy(
                    "For a bot besides (not needed): make an application, copy the token under Bot, and invite it with "
                    "the rights View Channels, Send Messages, Embed Links, Attach Files, Read Message History. For a "
                    "bot beside a webhook switch on Message Content Intent."
                ),
                link="https://discord.com/developers/applications",
            ),
        )
    )
    by_hand = gettext_lazy(
        "In Discord, delete the webhook in the settings of the channel under Integrations; a bot is removed from the "
        "server there too, and its token is reset in the developer portal."
    )
    capabilities = Capabilities(
        text=TextLimit(messages.TEXT_LIMIT, TextUnit.CODEPOINTS, also=((messages.TEXT_LIMIT, TextUnit.UTF16),)),
        media=MediaRules(
            max_images=10,
            mime_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
            max_bytes=2_400_000,  # ten of them fit into one request
            animated=True,
            video=VideoRules(
                max_count=2, mime_types=("video/mp4", "video/webm", "video/quicktime"), max_bytes=_FILE, max_seconds=600
            ),
            document=DocumentRules(max_count=2, max_bytes=_FILE),
            mixed=True,
        ),
        alt_text=AltText(field=True, limit=1024, video=True),
        threads=10,
        languages=False,
        link_card="ours",
        card_with_media=True,
        options=_OPTIONS,
        features=frozenset({"find", "metrics", "audience", "delete", "probe", "revoke"}),
        metrics=(
            Metric("reactions", "reactions", gettext_lazy("Reactions"), gettext_lazy("Emoji put below the message.")),
            Metric(
                "replies",
                "replies",
                gettext_lazy("Messages in its thread"),
                gettext_lazy("Messages in the thread that hangs on it, where there is one."),
            ),
            Metric(
                "members",
                "followers",
                gettext_lazy("Members"),
                gettext_lazy("Members of the server, about; only with a bot."),
                "account",
            ),
        ),
        preview=Preview("message", tiles=10),
        budget=Budget(requests=30, window=60),
        one_at_a_time=True,  # what was there before a message is only known while nothing else is being sent
        version=ApiVersion("v10", source="discord-api-docs, API versions; checked 2026-11-23"),
        notes=(
            gettext_lazy(
                "With a webhook alone Discord cannot be asked whether a message arrived: when its answer gets lost, "
                "you are asked to look."
            ),
            gettext_lazy("Discord counts no views."),
        ),
        sources={
            **dict.fromkeys(("text", "media", "alt_text", "link_card", "options", "metrics", "budget"), _DOCS),
            "threads": Source("no limit of the platform; ours", "2026-11-23"),
        },
    )

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        """A webhook alone can be asked nothing; a bot's token can be ended by its owner only."""
        lacking = {"webhook": {"find", "audience"}, "bot": {"revoke"}}.get(str(facts.get("mode", "")), set())
        return self.capabilities.with_facts(features=self.capabilities.features - lacking)

    def _line(self, http: Any, secret: dict[str, Any]) -> Line:
        return Line(http, f"{self.host('api')}/{self.version}", secret)

    def _of(self, session: Session) -> Line:
        return self._line(session.http(), session.secret)

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Connected:
        webhook, bot = fields.get("webhook", "").strip(), _wire.typed(fields.get("bot_token", ""))
        if not webhook and not bot:
            raise FieldProblem("webhook", _("Paste the address of a webhook, or the token of a bot and a channel."))
        secret, thread, channel = {}, "", _channel_of(fields.get("channel_id", ""))
        if webhook:
            secret["webhook"], thread = lines.webhook_of(webhook, self.host("api"))
        elif not channel:
            raise FieldProblem("channel_id", _("In which channel shall the bot write? Copy its link or its number."))
        if bot:
            secret["bot"] = bot.removeprefix("Bot")
        try:
            account = self._account(self._line(context.http(), secret), channel, thread)
        except NeedsReconnect as error:
            raise FieldProblem("webhook" if webhook and not bot else "bot_token", error.reason) from None
        return Connected(account, secret)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """`token`: the address of a webhook, or a bot's token with `channel_id`; beside a webhook, `bot_token`."""
        token = fields.get("token", "")
        typed = {"webhook": token} if "/webhooks/" in token else {"bot_token": token}
        return self.begin({**fields, **typed}, redirect_uri="", state="", context=context)

    def probe(self, session: Session) -> Account:
        facts = session.facts
        return self._account(self._of(session), str(facts.get("channel") or ""), str(facts.get("thread") or ""))

    def _account(self, line: Line, channel: str, thread: str) -> Account:
        """Who writes where, as Discord says it now: staff may move a webhook to another channel."""
        hook = line.get(f"/webhooks/{line.webhook}").fields if line.webhook else {}
        me = line.get("/users/@me").fields if line.bot else {}
        if line.webhook:
            channel = str(hook.get("channel_id") or "")
        place = line.get(f"/channels/{thread or channel}").fields if line.bot else {}
        if place.get("type") in _FORUMS and not line.webhook:
            raise FieldProblem(
                "channel_id", _("In a forum channel every message begins a thread: use a webhook there.")
            )
        guild = str(hook.get("guild_id") or place.get("guild_id") or "")
        writer = hook or me
        name, number = str(hook.get("name") or me.get("username") or ""), str(writer.get("id") or "")
        if not (number.isdigit() and channel.isdigit() and name):
            raise Temporary(_("Discord’s answer cannot be read."))
        facts = {
            "mode": "both" if hook and me else "webhook" if hook else "bot",
            "guild": guild if guild.isdigit() else "",
            "channel": channel,
            "thread": thread,
            "bot": str(me.get("id") or ""),
        }
        return Account(
            remote_id=number if line.webhook else channel,
            name=f"#{place['name']}" if isinstance(place.get("name"), str) else name,
            handle=f"@{name}",
            url=f"https://discord.com/channels/{facts['guild'] or '@me'}/{thread or channel}",
            avatar_url=self._picture(number, writer.get("avatar")),
            facts=facts,
        )

    def _picture(self, number: str, avatar: Any) -> str:
        known = isinstance(avatar, str) and regex.fullmatch(r"\w{1,80}", avatar)
        return f"{self.host('pictures')}/avatars/{number}/{avatar}.png?size=128" if known else ""

    def revoke(self, session: Session) -> None:
        """Deletes the webhook; what it said stays. The token of a bot can only be reset by its owner."""
        line = self._of(session)
        if line.webhook:
            answer = line.call("DELETE", f"/webhooks/{line.webhook}")
            if code_of(answer) not in (10015, 50027):
                raise_for(answer)
        if line.bot:
            raise Unsupported(_("The token of the bot can only be ended by its owner."))

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """The message, and which one was the newest in the channel before it."""
        messages.sized(content.parts[index])
        body, newest = messages.body_of(content, index, key), ""
        if session.secret.get("bot"):
            there = self._of(session).get(f"/channels/{_place(session)}/messages", limit=1)
            numbers = [one["id"] for one in there.items if lines.is_number(one.get("id"))]
            newest = numbers[0] if numbers else "0"
        return Prepared(key, {"body": body, "newest": newest})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line, part, body = self._of(session), content.parts[index], dict(prepared.data["body"])
        thread = str(before[0].data.get("thread") or "") if before else str(session.facts.get("thread") or "")
        name = "" if thread or index else str(content.options.get("thread_name") or "").strip()
        if line.webhook:
            path, query = f"/webhooks/{line.webhook}", {"wait": "true"} | ({"thread_id": thread} if thread else {})
            body |= {"thread_name": name} if name else {}
        else:
            path, query = f"/channels/{_place(session)}/messages", {}
            body |= {"nonce": messages.nonce_of(prepared.key), "enforce_nonce": True}
            if before:
                body["message_reference"] = {"message_id": before[-1].remote_id, "fail_if_not_exists": False}
        with ExitStack() as stack:
            how = messages.request_of(session, part, body, stack)
            answer = line.call("POST", path, params=query, creating=True, **how)
        raise_for(answer, creating=True)
        made = str(answer.fields.get("channel_id") or "") if name else thread
        return lines.receipt_of(session, answer.fields, alt_of(content, index, self.capabilities), made)

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        """In what was said in the channel since. A webhook alone can read nothing; a new thread is not listed there."""
        unknown = Found("unknown", look_at=lines.address(session, _place(session)))
        newest = prepared.data["newest"]
        if not newest or not session.secret.get("bot") or content.options.get("thread_name"):
            return unknown
        said = self._since(session, newest)
        ours = [one for one in said or [] if _is_ours(session, one)]
        for message in ours:
            if messages.same(message, prepared.data["body"]) and lines.is_number(message.get("id")):
                told = {"channel_id": _place(session), **message}
                alt = alt_of(content, index, self.capabilities)
                return Found.present(lines.receipt_of(session, told, alt, str(session.facts.get("thread") or "")))
        hidden = any(one.get("content") == "" for one in ours)  # without Message Content Intent words are not shown
        if said is None or hidden or timezone.now() - since < _SETTLED:
            return unknown
        return Found.absent()

    def _since(self, session: Session, newest: str) -> list[dict[str, Any]] | None:
        """Everything after a message, or None when that is more than we read."""
        line, found, after = self._of(session), [], newest
        for _page in range(_PAGES):
            answer = line.get(f"/channels/{_place(session)}/messages", limit=_PAGE, after=after)
            numbers = [int(one["id"]) for one in answer.items if lines.is_number(one.get("id"))]
            if not isinstance(answer.data, list) or len(numbers) != len(answer.data):
                raise lines.unreadable(answer)
            found += answer.items
            if len(numbers) < _PAGE:
                return found
            after = str(max(numbers))
        return None

    def recognise(self, session: Session, url: str) -> Receipt:
        match = _MESSAGE.fullmatch(url.strip())
        if match:
            line, here = self._of(session), _place(session)
            thread = match["channel"] if match["channel"] != here else ""
            path, query = line.message(match["message"], thread, match["channel"])
            answer = line.call("GET", path, params=query)
            if answer.ok and str(answer.fields.get("id")) == match["message"] and _is_ours(session, answer.fields):
                return lines.receipt_of(session, {"channel_id": match["channel"], **answer.fields}, "none", thread)
            if answer.status not in (400, 403, 404) or code_of(answer) in (10015, 50027):
                raise_for(answer)
        raise Rejected(_("There is no message of ours at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        line = self._of(session)
        path, query = _message(line, session, receipt)
        answer = line.call("DELETE", path, params=query)
        if not _is_gone(answer, receipt):
            raise_for(answer)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        line = self._of(session)
        return {receipt.remote_id: _figures(line, session, receipt) for receipt in receipts}

    def audience(self, session: Session) -> Figures:
        line, guild = self._of(session), session.facts.get("guild")
        if not line.bot or not guild:
            return Figures({})
        answer = line.get(f"/guilds/{guild}", with_counts="true")
        members = _wire.number_of(answer.fields.get("approximate_member_count"))
        return Figures({} if members is None else {"members": members})


# --- in small steps ---------------------------------------------------------
def _channel_of(typed: str) -> str:
    """The number of a channel in a number or a link."""
    text = _wire.typed(typed).rstrip("/")
    if not text:
        return ""
    number = text.rpartition("/")[2]
    if not lines.is_number(number):
        raise FieldProblem("channel_id", _("This is not the link or the number of a channel."))
    return number


def _place(session: Session) -> str:
    """The channel, or the thread in it, in which we write."""
    return str(session.facts.get("thread") or session.facts.get("channel") or "")


def _is_ours(session: Session, message: dict[str, Any]) -> bool:
    if session.secret.get("webhook"):
        return message.get("webhook_id") == session.remote_id
    author = message.get("author")
    return isinstance(author, dict) and author.get("id") == session.facts.get("bot")


def _message(line: Line, session: Session, receipt: Receipt) -> tuple[str, dict[str, str]]:
    channel = str(receipt.data.get("channel") or _place(session))
    return line.message(receipt.remote_id, str(receipt.data.get("thread") or ""), channel)


def _is_gone(answer: _wire.Answer, receipt: Receipt) -> bool:
    """The message, or the thread it stood in, is not there any more."""
    codes = _GONE | {10003} if receipt.data.get("thread") else _GONE
    return answer.status == 404 and code_of(answer) in codes


def _figures(line: Line, session: Session, receipt: Receipt) -> Figures:
    channel = receipt.data.get("channel") or _place(session)
    path, query = (
        (f"/channels/{channel}/messages/{receipt.remote_id}", {}) if line.bot else _message(line, session, receipt)
    )
    answer = line.call("GET", path, params=query)
    if _is_gone(answer, receipt):
        return Figures({}, gone=True)
    raise_for(answer)
    if str(answer.fields.get("id")) != receipt.remote_id:
        raise lines.unreadable(answer)
    return Figures(_counts(answer.fields, by_bot=bool(line.bot)))


def _counts(message: dict[str, Any], *, by_bot: bool) -> dict[str, int]:
    """A message nobody reacted to has no list of reactions; what a webhook is shown may lack it anyway."""
    given, thread = message.get("reactions"), message.get("thread")
    values: dict[str, int] = {}
    if isinstance(given, list):
        counts = [_wire.number_of(one.get("count")) for one in given if isinstance(one, dict)]
        values["reactions"] = sum(count or 0 for count in counts)
    elif given is None and by_bot:
        values["reactions"] = 0
    replies = _wire.number_of(thread.get("message_count")) if isinstance(thread, dict) else None
    return values if replies is None else {**values, "replies": replies}
