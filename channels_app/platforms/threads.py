"""Threads: words, pictures, films, polls and threads of posts.

As on Instagram everything is put into a container first and the container is the witness (see _containers), but words
alone are enough here. A thread is a chain of replies, so each part's container names the post before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.check import lines_of
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, Media
from channels_app.errors import NeedsReconnect, PlatformError, Rejected, Temporary, Unclear
from channels_app.platforms import _containers as containers
from channels_app.platforms import _graph, _meta_tokens, _oauth
from channels_app.platforms import _threads_facts as facts
from channels_app.platforms._containers import Fields, Line
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Figures,
    Found,
    Prepared,
    Receipt,
    Redirect,
    Session,
    alt_of,
)

_ME = "id,username,name,threads_profile_picture_url"
_LISTED = "id,text,timestamp,permalink,media_type,shortcode"
_ANSWERS = "id,text,timestamp,permalink,replied_to"
_INSIGHTS = {
    "views": "views",
    "likes": "likes",
    "replies": "replies",
    "reposts": "reposts",
    "quotes": "quotes",
    "shares": "sent",
}
_PAGES = 4  # of 50 own posts, when a person shows one
_REFUSED_IN_TOPICS = ".&"


class Threads(Adapter):
    key = "threads"
    name = "Threads"
    colour = "#3d3d3d"
    mark = "Th"
    needs = gettext_lazy("A Threads profile, and an app of your library with Meta. You sign in at Threads.")
    connect_kind = "redirect"
    app_fields = (
        ConnectField(
            "client_id",
            gettext_lazy("Threads app ID"),
            help=gettext_lazy(
                "In the use case “Access the Threads API” of your Meta app; not the ID of the app itself."
            ),
        ),
        ConnectField("client_secret", gettext_lazy("Threads app secret"), "password"),
    )
    scopes = facts.SCOPES
    guide = facts.GUIDE
    hosts = {"api": "https://graph.threads.net", "sign_in": "https://www.threads.net"}
    by_hand = gettext_lazy(
        "In the Threads app under Settings, Account, Website permissions, remove your library’s app."
    )
    refresh_ahead = facts.REFRESH_AHEAD
    capabilities = facts.CAPABILITIES

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        query = {
            "client_id": context.app["client_id"],
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": ",".join(self.scopes),
            "state": state,
        }
        return Redirect(_oauth.address(f"{self.host('sign_in')}/oauth/authorize", query), {})

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        """The code for a key of an hour, that for one of 60 days, and whose it is."""
        code, app = _oauth.code_of(answer), context.app
        form = {
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            "code": code,
        }
        wire = Wire(context.http(), (app["client_secret"], code))
        short = _meta_tokens.short(wire, f"{self.host('api')}/oauth/access_token", self.name, form)
        self._need(short, context)
        wire = Wire(context.http(), (app["client_secret"], short.access))
        query = {
            "grant_type": "th_exchange_token",
            "client_secret": app["client_secret"],
            "access_token": short.access,
        }
        return self._connected(_meta_tokens.long(wire, f"{self.host('api')}/access_token", self.name, query), context)

    def _need(self, tokens: Tokens, context: Context) -> None:
        """Raises FieldProblem where a right was left out. The key does not say, so it is looked up; where that fails,
        the first post tells."""
        app, scopes = context.app, tokens.scopes
        if not scopes:
            wire = Wire(context.http(), (app["client_secret"], tokens.access))
            query = {"input_token": tokens.access, "access_token": f"TH|{app['client_id']}|{app['client_secret']}"}
            told = wire.ask("GET", f"{self._home()}/debug_token", params=query).fields.get("data")
            listed = told.get("scopes") if isinstance(told, dict) else None
            scopes = frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()
        _oauth.need(Tokens("", scopes=scopes), facts.NEEDED, self.name)

    def _connected(self, tokens: Tokens, context: Context) -> Connected:
        wire = Wire(context.http(), (tokens.access,))
        query = {"fields": _ME, "access_token": tokens.access}
        answer = _graph.told(wire, wire.ask("GET", f"{self._home()}/me", params=query))
        try:
            _graph.raise_for(answer, self.name, meanings=facts.MEANINGS)
        except NeedsReconnect as error:
            raise FieldProblem("", _("The key opens nothing: %s") % (error.reason or error.detail)) from None
        return Connected(_account(answer), {"token": tokens.access}, tokens.expires_at or _soon())

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """Reads "token", one that lasts."""
        token = fields.get("token", "").strip()
        if not token:
            raise FieldProblem("token", _("The token is missing."))
        return self._connected(Tokens(token), context)

    def probe(self, session: Session) -> Account:
        return _account(self._line(session).get("me", fields=_ME))

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        token = str(secret["token"])
        query = {"grant_type": "th_refresh_token", "access_token": token}
        url = f"{self.host('api')}/refresh_access_token"
        tokens = _meta_tokens.renewed(Wire(session.http(), (token,)), url, self.name, query)
        account = Account(session.remote_id, "", session.handle, session.url)
        return Connected(account, {**secret, "token": tokens.access}, tokens.expires_at or _soon())

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Looks whether there is room in the day, and which own posts were there before ours."""
        line = self._line(session)
        _check(content, index)
        kind = "reply_" if index else ""
        path = f"{line.account}/threads_publishing_limit"
        containers.respect(line, path, f"{kind}quota_usage", f"{kind}config")
        return containers.begun(key, seen=containers.newest_ids(_own(line, index)), reply_to="")

    def after(self, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]) -> Prepared:
        """A part answers the one before it, a comment of ours the first."""
        if not before:
            return prepared
        answered = before[0] if content.parts[index].role == "comment" else before[-1]
        return Prepared(prepared.key, {**prepared.data, "reply_to": answered.remote_id})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        children, parent = _plan(session, content, index, prepared.data["reply_to"])
        return containers.advance(self._line(session), children, parent, prepared)

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line = self._line(session)
        number = containers.publish(line, prepared)
        if number:
            return self._receipt(session, content, index, _one(line, number) or {"id": number})
        found = self.find(session, content, index, prepared, datetime.fromisoformat(prepared.data["made"]))
        if found.receipt is None:
            raise Unclear(_("Threads says that this was published already; the post must be looked up."))
        return found.receipt

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        line, data = self._line(session), prepared.data
        state = containers.look(line, data["parent"])
        listed = [one for one in _own(line, index) if _answers(one, data["reply_to"])]
        ours = containers.candidates(listed, data["seen"], since, content.parts[index].text, "text")
        receipts = [self._receipt(session, content, index, one) for one in ours]
        return containers.judge(state, receipts, since, session.url)

    def recognise(self, session: Session, url: str) -> Receipt:
        """Among the newest own posts, by the short code at the end of their addresses."""
        line, wanted, after = self._line(session), _code(url), {}
        for _page in range(_PAGES):
            answer = line.get(f"{line.account}/threads", fields=_LISTED, limit="50", **after)
            for one in containers.objects(answer, line):
                if wanted and _code(str(one.get("permalink") or "")) == wanted:
                    return Receipt(str(one.get("id")), str(one.get("permalink")))
            if not (cursor := answer.text("paging", "cursors", "after")):
                break
            after = {"after": cursor}
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        line = self._line(session)
        answer = line.call("DELETE", receipt.remote_id)
        if line.lacks(answer):
            if line.has_lost(receipt.remote_id):
                return
            raise Temporary(_("Threads did not delete the post when we asked."), detail=answer.words)
        line.check(answer)
        if answer.fields.get("success") is False:
            raise Temporary(_("Threads did not delete the post when we asked."), detail=answer.words)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        line = self._line(session)
        return {receipt.remote_id: _figures(line, receipt.remote_id) for receipt in receipts}

    def audience(self, session: Session) -> Figures:
        """Followers are told for profiles linked with Instagram only."""
        line = self._line(session)
        wanted = {"followers_count": "followers"}
        return containers.counted(containers.insights(line, f"{line.account}/threads_insights", wanted))

    # --- in small steps ---------------------------------------------------
    def _home(self) -> str:
        return f"{self.host('api')}/{self.version}"

    def _line(self, session: Session) -> Line:
        return Line(session, facts.DIALECT, self._home())

    def _receipt(self, session: Session, content: Content, index: int, one: Mapping[str, Any]) -> Receipt:
        told = one.get("permalink")
        url = told if isinstance(told, str) and told.startswith(("https://", "http://")) else session.url
        return Receipt(str(one.get("id")), url, alt_of(content, index, self.capabilities))


def _soon() -> datetime:
    return timezone.now() + facts.LOOK_SOON


def _account(answer: Answer) -> Account:
    remote_id, username = containers.id_of(answer), answer.text("username")
    if not remote_id or not username:
        raise Temporary(_("The answer of %s cannot be read.") % "Threads", detail=answer.words)
    return Account(
        remote_id=remote_id,
        name=answer.text("name") or username,
        handle=f"@{username}",
        url=f"https://www.threads.com/@{username}",
        avatar_url=answer.text("threads_profile_picture_url"),
    )


# --- what is sent -------------------------------------------------------------
def _check(content: Content, index: int) -> None:
    """What Threads refuses or silently leaves out; a person learns it before anything is made."""
    part, poll = content.parts[index], lines_of(content.options.get("poll") or "")
    addresses = {span.value for span in measure.links(part.text)} | ({part.card.url} if part.card else set())
    if len(addresses) > facts.MOST_LINKS:
        raise Rejected(_("Threads takes at most five different links in a post."), field="text")
    if index:
        return
    if any(sign in str(content.options.get("topic_tag") or "") for sign in _REFUSED_IN_TOPICS):
        raise Rejected(_("A topic must not have a full stop or the sign &."), field="options.topic_tag")
    if poll and part.media:
        raise Rejected(_("A poll stands without pictures and films on Threads."), field="options.poll")
    if poll and not part.text.strip():
        raise Rejected(_("A poll needs a question: write it as the text."), field="text")


def _plan(session: Session, content: Content, index: int, reply_to: str) -> tuple[list[Fields], Fields]:
    """The fields of every child container, and of the one that is published."""
    part = content.parts[index]
    whole = {"text": measure.plain_newlines(part.text)} | ({"reply_to_id": reply_to} if reply_to else {})
    if index == 0:
        whole |= _options(content)
    if part.media and content.options.get("is_spoiler_media"):
        whole["is_spoiler_media"] = "true"
    if not part.media:
        return [], {"media_type": "TEXT", **whole, **_beside(content, index)}
    if len(part.media) == 1:
        return [], {**_file(session, part.media[0]), **whole}
    children = [{**_file(session, one), "is_carousel_item": "true"} for one in part.media]
    return children, {"media_type": "CAROUSEL", **whole}


def _file(session: Session, media: Media) -> Fields:
    film = media.kind == "video"
    address = {"video_url" if film else "image_url": session.public_url(media)}
    alt = {"alt_text": media.alt} if media.alt and not media.decorative else {}
    return {"media_type": "VIDEO" if film else "IMAGE", **address, **alt}


def _options(content: Content) -> Fields:
    fields: Fields = {}
    control = str(content.options.get("reply_control") or "everyone")
    if control != "everyone":
        fields["reply_control"] = control
    if content.options.get("enable_reply_approvals"):
        fields["enable_reply_approvals"] = "true"
    if topic := str(content.options.get("topic_tag") or "").strip().removeprefix("#"):
        fields["topic_tag"] = topic
    return fields


def _beside(content: Content, index: int) -> Fields:
    """What may stand beside words alone: a poll, or else the card of a link."""
    part = content.parts[index]
    if index == 0 and (answers := lines_of(content.options.get("poll") or "")):
        # Named keys: a list is taken and dropped without a word.
        named = {f"option_{letter}": answer for letter, answer in zip("abcd", answers, strict=False)}
        return {"poll_attachment": json.dumps(named, ensure_ascii=False)}
    return {"link_attachment": part.card.url} if part.card else {}


# --- what is there ------------------------------------------------------------
def _own(line: Line, index: int) -> list[dict[str, Any]]:
    """The newest own posts, or replies, newest first."""
    edge, fields = ("replies", _ANSWERS) if index else ("threads", _LISTED)
    return line.objects(f"{line.account}/{edge}", fields=fields, limit=str(containers.NEWEST))


def _answers(one: Mapping[str, Any], reply_to: str) -> bool:
    """Whether it answers this post, as far as is told."""
    told = one.get("replied_to")
    answered = told.get("id") if isinstance(told, dict) else told
    return not reply_to or not answered or str(answered) == reply_to


def _one(line: Line, number: str) -> dict[str, Any] | None:
    """The post just made, with its address. It is out, so whatever is wrong with this answer changes nothing."""
    try:
        answer = line.get(number, fields="id,permalink,timestamp,shortcode")
    except PlatformError:
        return None
    return answer.fields if containers.id_of(answer) == number else None


def _code(url: str) -> str:
    """The short code in an address: threads.net and threads.com show the same posts."""
    place, _slash, code = url.split("?")[0].split("#")[0].rstrip("/").rpartition("/post/")
    return code if "threads." in place else ""


def _figures(line: Line, number: str) -> Figures:
    answer = line.call("GET", number, fields="id")
    if line.lacks(answer):
        return Figures({}, gone=line.has_lost(number))
    line.check(answer)
    if containers.id_of(answer) != number:
        raise line.unreadable(answer)
    containers.rest(answer, line)
    return containers.counted(containers.insights(line, f"{number}/insights", _INSIGHTS))
