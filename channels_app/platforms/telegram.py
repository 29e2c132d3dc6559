"""Telegram channels, by a bot. The model for a platform where nothing can be looked up afterwards.

A bot has no list of what it posted, no key of ours is taken, and its own posts do not come back to it. So an answer
that got lost is a question for a person, at once. What can be done is done before: with a private chat for preparing,
files travel there first, and the creating request holds only their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import regex
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
    Shape,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, Media
from channels_app.errors import NeedsReconnect, Rejected, Temporary, Unclear, Unsupported
from channels_app.platforms import _telegram_posts as posts
from channels_app.platforms._telegram_line import NAME, Line, ask, hidden, raise_for
from channels_app.platforms._telegram_posts import Ref
from channels_app.platforms._wire import Answer, Wire, number_of, typed
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Figures,
    Guide,
    Prepared,
    Receipt,
    Session,
    Step,
    alt_of,
)

PAGE = "https://t.me"
_TOKEN = regex.compile(r"\d{5,20}:[A-Za-z0-9_-]{30,64}")
_CHAT = regex.compile(
    r"(?:https?://)?(?:t\.me/|telegram\.me/)?@?(?P<name>[A-Za-z][A-Za-z0-9_]{3,31})/?|(?P<id>-100\d{5,15})"
)
_POST = regex.compile(
    r"(?:https?://)?t\.me/(?P<chat>[A-Za-z][A-Za-z0-9_]{3,31}|c/\d+)/(?P<id>\d{1,10})/?(?:\?[^#]*)?(?:#.*)?"
)
_GONE = ("message to delete not found", "message_id_invalid", "message identifier is not specified")
_API = Source("core.telegram.org/bots/api, Bot API 10.1 of 2026-06-11", "2026-11-23")
_COUNTED = Source("Bot API 10.1; counted in UTF-16 units as its entities are, to be safe", "2026-11-23")


class Telegram(Adapter):
    key = "telegram"
    name = NAME
    colour = "#1f6f9f"
    mark = "T"
    needs = gettext_lazy(
        "A channel, and a bot made with @BotFather that is an administrator of it. No developer account."
    )
    hosts = {"api": "https://api.telegram.org"}
    connect_kind = "form"
    token_fields = ("token", "channel", "staging")
    connect_fields = (
        ConnectField(
            "token",
            gettext_lazy("Token of the bot"),
            "password",
            gettext_lazy("As @BotFather gives it: a number, a colon and many letters."),
            placeholder="123456789:AA…",
        ),
        ConnectField(
            "channel",
            gettext_lazy("Channel"),
            help=gettext_lazy("Its @name or address. A private channel: its number, which begins with -100."),
            placeholder="@townlibrary",
        ),
        ConnectField(
            "staging",
            gettext_lazy("Private chat for preparing"),
            help=gettext_lazy(
                "Recommended for films and pictures: the @name or number of a private channel in which the bot may "
                "post. Files are brought there first, so that a broken line cannot leave a post in doubt."
            ),
            placeholder="-1001234567890",
            optional=True,
        ),
    )
    guide = Guide(
        steps=(
            Step(
                gettext_lazy("Open @BotFather in Telegram, send /newbot, choose a name. It answers with the token."),
                "https://t.me/BotFather",
                ((gettext_lazy("Command"), "/newbot"),),
            ),
            Step(
                gettext_lazy(
                    "Open the channel’s settings, Administrators, Add administrator, and choose the bot. Allow “Post "
                    "messages”, and “Delete messages” if LibSocial shall be able to remove posts."
                )
            ),
            Step(
                gettext_lazy(
                    "For films and pictures, make a second, private channel that nobody reads, and add the bot there "
                    "in the same way. Its number is in the address when you open it at web.telegram.org."
                ),
                "https://web.telegram.org",
            ),
            Step(gettext_lazy("Paste the token and the names here.")),
        ),
        approval=gettext_lazy("No review, and no price."),
    )
    by_hand = gettext_lazy(
        "Remove the bot from the channel’s administrators in Telegram, or send /revoke to @BotFather to end its token."
    )
    capabilities = Capabilities(
        text=TextLimit(4096, TextUnit.UTF16, caption=1024),
        media=MediaRules(
            max_images=10,
            mime_types=("image/jpeg", "image/png"),
            max_bytes=10_000_000,
            max_side=5000,  # both sides together may have 10,000
            ratio=(1 / 20, 20),
            animated=True,
            animated_alone=True,
            video=VideoRules(max_count=10, max_bytes=50_000_000, max_seconds=3600, poster=True),
            document=DocumentRules(max_bytes=50_000_000),
            mixed=True,
        ),
        alt_text=AltText(field=False),
        threads=25,
        languages=False,
        link_card="server",
        options=(
            Option(
                "kind",
                gettext_lazy("Kind of post"),
                "choice",
                default="post",
                choices=(("post", gettext_lazy("Words, pictures, a film or a file")), ("poll", gettext_lazy("A poll"))),
                help=gettext_lazy("The words of a poll are its question. In a thread it is the first part."),
            ),
            Option(
                "poll",
                gettext_lazy("Answers"),
                "lines",
                help=gettext_lazy("One answer a line: two to twelve, each of at most 100 characters."),
                only=("kind", ("poll",)),
                required=True,
                limit=100,
                least=2,
                most=12,
            ),
            Option(
                "poll_several",
                gettext_lazy("Several answers may be chosen"),
                "flag",
                default=False,
                only=("kind", ("poll",)),
            ),
            Option(
                "silent",
                gettext_lazy("Without a sound"),
                "flag",
                default=False,
                help=gettext_lazy("Subscribers see the post, but their phones stay quiet."),
            ),
            Option(
                "preview",
                gettext_lazy("Preview of a link"),
                "choice",
                choices=(
                    ("", gettext_lazy("As Telegram thinks best")),
                    ("large", gettext_lazy("With a large picture")),
                    ("small", gettext_lazy("With a small picture")),
                    ("above", gettext_lazy("Large, above the words")),
                    ("none", gettext_lazy("None")),
                ),
                help=gettext_lazy("Of posts without pictures of their own."),
            ),
            Option("spoiler", gettext_lazy("Hide pictures and films until they are tapped"), "flag", default=False),
            Option("caption_above", gettext_lazy("Words above the pictures"), "flag", default=False),
            Option(
                "protect",
                gettext_lazy("No forwarding and saving"),
                "flag",
                default=False,
                help=gettext_lazy("Telegram hinders readers from passing the post on."),
            ),
        ),
        shapes=(Shape("kind", "poll", {"text": TextLimit(300, TextUnit.UTF16, required=True), "media": MediaRules()}),),
        features=frozenset({"audience", "delete", "probe"}),
        metrics=(
            Metric(
                "subscribers",
                "followers",
                gettext_lazy("Subscribers"),
                gettext_lazy("Members of the channel, the bot included."),
                "account",
            ),
        ),
        preview=Preview("message", tiles=10),
        budget=Budget(requests=20, window=60),
        version=ApiVersion("10.1", source="core.telegram.org/bots/api"),
        notes=(
            gettext_lazy("Telegram tells bots no views, shares or clicks; only the number of subscribers."),
            gettext_lazy("When an answer gets lost, nothing can look the post up: a person is asked at once."),
            gettext_lazy("There is no field for a picture’s description; put what matters into the text."),
            gettext_lazy("Beside pictures, films and files the text may have 1,024 characters, alone 4,096."),
        ),
        sources=dict.fromkeys(("media", "alt_text", "options", "link_card"), _API)
        | {
            "text": _COUNTED,
            "threads": Source("no limit of the platform; ours", "2026-11-23"),
            "budget": Source("the limit of 20 messages a minute in a chat, as bots know it", "2026-11-23"),
        },
    )

    def _line(self, session: Session) -> Line:
        return Line(session, self.host("api"))

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Connected:
        """Asks the bot who it is, the channel what it is called, and whether the one may post in the other."""
        token = typed(fields.get("token", ""))
        if not _TOKEN.fullmatch(token):
            raise FieldProblem("token", _("This is no token of a bot. It looks like 123456789:AA… and has no blanks."))
        wire, host = Wire(context.http(), hidden(token)), self.host("api")
        me = ask(wire, host, token, "getMe")
        if me.status in (401, 404) and me.fields.get("ok") is False:  # 404: the token has not even the right form
            raise FieldProblem("token", _("Telegram knows no bot with this token. Copy it again from @BotFather."))
        raise_for(me)
        chat = _chat_asked(wire, host, token, "channel", fields.get("channel", ""))
        facts: dict[str, Any] = {}
        if fields.get("staging", "").strip():
            staging = _chat_asked(wire, host, token, "staging", fields["staging"])
            if staging["id"] == chat["id"]:
                raise FieldProblem("staging", _("This is the channel itself. Name another, private one."))
            facts["staging"] = str(staging["id"])
        return Connected(_account(chat, facts), {"token": token})

    def probe(self, session: Session) -> Account:
        line, chat_id = self._line(session), session.remote_id
        chat = line.get("getChat", chat_id=chat_id)
        member = line.get("getChatMember", chat_id=chat_id, user_id=_bot_id(session.secret["token"]))
        if not isinstance(chat, dict) or not isinstance(member, dict) or str(chat.get("id")) != chat_id:
            raise Temporary(_("Telegram’s answer cannot be read."))
        if not _may_post(member):
            raise NeedsReconnect(
                _("The bot may not post in this channel. Make it an administrator who may post messages.")
            )
        return _account(chat, session.facts)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        return Prepared(key, {"files": []})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """Where there is a chat for preparing, one file further; what is there already has a name at Telegram."""
        part, refs = content.parts[index], prepared.data["files"]
        if not session.facts.get("staging") or len(refs) >= len(part.media):
            return prepared
        media = part.media[len(refs)]
        ref = self._staged(session, media, alone=len(part.media) == 1)
        return Prepared(prepared.key, {"files": [*refs, ref]})

    def _staged(self, session: Session, media: Media, *, alone: bool) -> Ref:
        """{} where Telegram made something else of the file than an album takes: then it travels with the post."""
        kind = posts.kind_of(media)
        message = self._upload(session, kind, media)
        ref: Ref = {}
        if file_id := posts.file_id_of(message, kind):
            ref = {"file_id": file_id, "as": kind}
        elif alone and (file_id := posts.file_id_of(message, "animation")):
            ref = {"file_id": file_id, "as": "animation"}
        if ref.get("as") == "video" and media.poster is not None:
            ref["cover"] = posts.file_id_of(self._upload(session, "photo", media.poster), "photo")
        return ref

    def _upload(self, session: Session, kind: str, media: Media) -> Any:
        call = posts.Call(posts.method_of(kind), {"chat_id": session.facts["staging"], "disable_notification": True})
        answer = self._line(session).call(call.method, files={kind: media}, **call.body)
        if answer.status == 400 and "chat not found" in answer.words.lower():
            raise NeedsReconnect(
                _("The bot does not reach the private chat for preparing any more."), detail=answer.words
            )
        if answer.status in (400, 413) and answer.fields.get("ok") is False:
            raise_for(answer, creating=True)  # a file Telegram refuses here it would refuse there
        raise_for(answer)
        return answer.fields.get("result")

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        call = posts.call_for(content, index, prepared.data["files"], before[-1].remote_id if before else "")
        body = {"chat_id": session.remote_id, **call.body}
        answer = self._line(session).call(call.method, creating=True, files=call.files, **body)
        raise_for(answer, creating=True)
        ids = _message_ids(answer)
        if not ids:
            raise Unclear(_("Telegram’s answer cannot be read. Look into the channel whether the post is there."))
        alt = alt_of(content, index, self.capabilities)
        return Receipt(ids[0], _address(session, ids[0]), alt, {"ids": ids})

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the address alone: Telegram lets no bot read what stands in a channel."""
        match = _POST.fullmatch(url.strip())
        if match is None or f"{PAGE}/{match['chat']}".lower() != _page_of(session).lower():
            raise Rejected(_("This is not the address of a post in this channel."), field="url")
        return Receipt(match["id"], _address(session, match["id"]), "none", {"ids": [match["id"]]})

    def delete(self, session: Session, receipt: Receipt) -> None:
        """All messages of an album. What is gone already is as good as deleted."""
        for message_id in receipt.data.get("ids") or [receipt.remote_id]:
            answer = self._line(session).call("deleteMessage", chat_id=session.remote_id, message_id=int(message_id))
            said = answer.words.lower()
            if answer.status == 400 and any(phrase in said for phrase in _GONE):
                continue
            if answer.status == 400 and "can't be deleted" in said:
                raise Unsupported(_("Telegram does not let the bot delete this post. Delete it there by hand."))
            raise_for(answer)

    # --- figures ----------------------------------------------------------
    def audience(self, session: Session) -> Figures:
        count = number_of(self._line(session).get("getChatMemberCount", chat_id=session.remote_id))
        return Figures({} if count is None else {"subscribers": count})


# --- connecting, in small steps -------------------------------------------
def _chat_asked(wire: Wire, host: str, token: str, field: str, text: str) -> dict[str, Any]:
    """The chat a person named, in which the bot may post. Raises FieldProblem at this field."""
    match = _CHAT.fullmatch(typed(text))
    if match is None:
        raise FieldProblem(field, _("This is not the name of a channel. It looks like @townlibrary or -1001234567890."))
    answer = ask(wire, host, token, "getChat", json={"chat_id": match["id"] or f"@{match['name']}"})
    chat = _result(answer)
    if answer.status in (400, 403):
        raise FieldProblem(field, _("The bot does not find this channel. Check the name, and add the bot to it."))
    raise_for(answer)
    if not isinstance(chat.get("id"), int):
        raise Temporary(_("Telegram’s answer cannot be read."), detail=answer.words)
    if chat.get("type") != "channel":
        raise FieldProblem(field, _("This is not a channel, but a person, a bot or a group."))
    answer = ask(wire, host, token, "getChatMember", json={"chat_id": chat["id"], "user_id": _bot_id(token)})
    if answer.status not in (400, 403):
        raise_for(answer)
    if not _may_post(_result(answer)):
        raise FieldProblem(
            field, _("The bot may not post there yet. Make it an administrator of the channel who may post messages.")
        )
    return chat


def _result(answer: Answer) -> dict[str, Any]:
    result = answer.fields.get("result")
    return result if isinstance(result, dict) else {}


def _may_post(member: dict[str, Any]) -> bool:
    return member.get("status") == "administrator" and member.get("can_post_messages") is True


def _bot_id(token: str) -> int:
    return int(token.partition(":")[0])


def _account(chat: dict[str, Any], facts: dict[str, Any]) -> Account:
    """A private channel has no @name; it goes by its title."""
    name, title = chat.get("username"), chat.get("title")
    name = name if isinstance(name, str) and name else ""
    title = title if isinstance(title, str) and title else name or _("Private channel")
    chat_id = str(chat["id"])
    url = f"{PAGE}/{name}" if name else f"{PAGE}/c/{chat_id.removeprefix('-100')}"
    return Account(chat_id, title, f"@{name}" if name else title, url, facts=dict(facts))


# --- posts, in small steps --------------------------------------------------
def _page_of(session: Session) -> str:
    return session.url or f"{PAGE}/c/{session.remote_id.removeprefix('-100')}"


def _address(session: Session, message_id: str) -> str:
    return f"{_page_of(session)}/{message_id}"


def _message_ids(answer: Answer) -> list[str]:
    """Of one message, or of all of an album; empty where there is no proof of it."""
    result = answer.fields.get("result") if answer.fields.get("ok") is True else None
    messages = result if isinstance(result, list) else [result]
    told = [message.get("message_id") if isinstance(message, dict) else None for message in messages]
    ids = [str(one) for one in told if isinstance(one, int) and not isinstance(one, bool) and one > 0]
    return ids if len(ids) == len(messages) else []
