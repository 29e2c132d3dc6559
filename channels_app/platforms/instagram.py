"""Instagram: business and creator accounts, by either of Meta's two sign-ins.

A picture or film is first put into a container, which nobody sees; publishing it is the one request that counts, and
the container itself says afterwards whether it went out (see _containers). Instagram fetches every file from our own
address, so an installation nobody can reach from outside cannot post here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.check import lines_of
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, Media, Part
from channels_app.errors import NeedsReconnect, PlatformError, Rejected, Temporary, Unclear, Unsupported
from channels_app.platforms import _containers as containers
from channels_app.platforms import _graph, _oauth
from channels_app.platforms import _instagram_facts as facts
from channels_app.platforms import _instagram_signin as signin
from channels_app.platforms._containers import Fields, Line
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Wire, number_of
from channels_app.platforms.base import (
    Account,
    Adapter,
    Choice,
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

_LISTED = "id,caption,media_type,media_product_type,permalink,timestamp,shortcode"
_COMMENTS = "id,text,timestamp,username"
_LOGINS = (
    ("instagram", gettext_lazy("With the Instagram account itself")),
    ("facebook", gettext_lazy("Through the Facebook Page it is linked with")),
)
_INSIGHTS = {"views": "views", "reach": "reach", "saved": "saved", "shares": "shares"}
_STORY_INSIGHTS = {"views": "views", "reach": "reach", "shares": "shares", "replies": "comments"}
_PAGES = 4  # of 50 own posts, when a person shows one


class Instagram(Adapter):
    key = "instagram"
    name = "Instagram"
    colour = "#b0266e"
    mark = "Ig"
    needs = gettext_lazy(
        "A business or creator account, and an app of your library with Meta. You sign in at Instagram."
    )
    connect_kind = "redirect"
    connect_fields = (
        ConnectField(
            "login",
            gettext_lazy("Sign in"),
            "choice",
            help=gettext_lazy(
                "Usually with the account itself. Through a Page where several people work on it with their own "
                "Facebook accounts; such access does not end every 60 days."
            ),
            choices=_LOGINS,
        ),
    )
    token_fields = ("token", "login", "account_id")
    app_key = "facebook"
    app_fields = (
        ConnectField(
            "instagram_id",
            gettext_lazy("Instagram app ID"),
            help=gettext_lazy("On the page “API setup with Instagram login” of your Meta app."),
            optional=True,
        ),
        ConnectField("instagram_secret", gettext_lazy("Instagram app secret"), "password", optional=True),
        ConnectField(
            "client_id",
            gettext_lazy("Meta app ID"),
            help=gettext_lazy(
                "Of the app itself, under Settings, Basic. Only for the sign-in through a Facebook Page."
            ),
            optional=True,
        ),
        ConnectField("client_secret", gettext_lazy("Meta app secret"), "password", optional=True),
    )
    scopes = facts.SCOPES
    guide = facts.GUIDE
    hosts = {
        "api": "https://graph.instagram.com",
        "facebook_api": "https://graph.facebook.com",
        "sign_in": "https://www.instagram.com",
        "tokens": "https://api.instagram.com",
        "facebook_sign_in": "https://www.facebook.com",
    }
    by_hand = gettext_lazy(
        "In the Instagram app under Settings, Website permissions, Apps and websites, remove your library’s app. "
        "Where the account was connected through a Page: on Facebook under Settings, Business integrations."
    )
    refresh_ahead = facts.REFRESH_AHEAD
    capabilities = facts.CAPABILITIES

    def lacks(self, app: dict[str, str]) -> list[str]:
        """One of the two sign-ins is enough: Instagram's own, or the one by way of Facebook."""
        return signin.lacking(app)

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        login = _login(fields)
        return signin.begin(self, login, redirect_uri=redirect_uri, state=state, app=context.app)

    def finish(
        self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context
    ) -> Connected | Choice:
        code = _oauth.code_of(answer)
        finish = signin.finish_facebook if keep["login"] == "facebook" else signin.finish
        return finish(self, code, redirect_uri=redirect_uri, context=context)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected | Choice:
        """ "token", and "login" (instagram or facebook); "account_id" chooses among the accounts of a person's "
        "Pages."""
        token, wanted = fields.get("token", "").strip(), fields.get("account_id", "").strip()
        if not token:
            raise FieldProblem("token", _("The token is missing."))
        if _login(fields) == "instagram":
            return signin.connected(self, Tokens(token), context)
        found = signin.accounts_of(self, token, context)
        several = found.accounts if isinstance(found, Choice) else (found,)
        if not wanted:
            return found
        for one in several:
            if one.account.remote_id == wanted:
                return one
        raise FieldProblem("account_id", _("This token does not open this account."))

    def probe(self, session: Session) -> Account:
        login = _login(session.secret)
        path, wanted = ("me", signin.ME) if login == "instagram" else (session.remote_id, signin.OF_A_PAGE)
        return signin.account_of(self._line(session).get(path, fields=wanted), login)

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        if _login(secret) == "facebook":
            raise NeedsReconnect(_("Facebook no longer accepts our key for this account. Sign in again."))
        token = str(secret["token"])
        tokens = signin.renew(self, Wire(session.http(), (token,)), token)
        account = Account(session.remote_id, "", session.handle, session.url, facts=session.facts)
        return Connected(account, {**secret, "token": tokens.access}, tokens.expires_at or _soon())

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Looks whether there is room in the day, and which own posts were there before ours."""
        line = self._line(session)
        if content.parts[index].role == "comment":
            return Prepared(key, {"below": "", "url": ""})
        _check_words(content.parts[index].text)
        path = f"{line.account}/content_publishing_limit"
        containers.respect(line, path, "quota_usage", "config{quota_total,quota_duration}")
        return containers.begun(key, seen=containers.newest_ids(_own(line, content)))

    def after(self, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]) -> Prepared:
        """Under which post our comment goes."""
        if content.parts[index].role != "comment" or not before:
            return prepared
        return Prepared(prepared.key, {"below": before[0].remote_id, "url": before[0].url})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        if content.parts[index].role == "comment":
            return prepared
        children, parent = _plan(session, content, index)
        return containers.advance(self._line(session), children, parent, prepared)

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line, part = self._line(session), content.parts[index]
        if part.role == "comment":
            # Without `fields`: with them the comment is made and answered by an error all the same.
            answer = line.call("POST", f"{before[0].remote_id}/comments", creating=True, message=_text(part))
            return Receipt(containers.created(line, answer), before[0].url)
        number = containers.publish(line, prepared)
        if not number:
            return self._already_out(session, content, index, prepared)
        return self._receipt(line, content, index, _one(line, number) or {"id": number})

    def _already_out(self, session: Session, content: Content, index: int, prepared: Prepared) -> Receipt:
        """The container was published before this request: by which post is read in the list."""
        made = datetime.fromisoformat(prepared.data["made"])
        found = self.find(session, content, index, prepared, made)
        if found.receipt is None:
            raise Unclear(_("Instagram says that this was published already; the post must be looked up."))
        return found.receipt

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        line, part = self._line(session), content.parts[index]
        if part.role == "comment":
            return self._find_comment(line, part, prepared, since)
        state = containers.look(line, prepared.data["parent"])
        text = None if _kind(content) == "story" else _text(part)
        listed = _own(line, content)
        ours = containers.candidates(listed, prepared.data["seen"], since, text, "caption")
        receipts = [self._receipt(line, content, index, one) for one in ours]
        return containers.judge(state, receipts, since, session.url)

    def _find_comment(self, line: Line, part: Part, prepared: Prepared, since: datetime) -> Found:
        """Among the comments below our post."""
        url = prepared.data["url"]
        answer = line.call("GET", f"{prepared.data['below']}/comments", fields=_COMMENTS, limit="50")
        if line.lacks(answer):
            return Found("unknown", look_at=url)
        line.check(answer)
        listed = containers.objects(answer, line)
        # One without a name may be ours: what is left out proves nothing.
        own = [one for one in listed if f"@{one.get('username') or ''}" in ("@", line.session.handle)]
        if ours := containers.candidates(own, (), since, _text(part), "text"):
            return Found.present(Receipt(str(ours[0].get("id")), url))
        if timezone.now() - since < containers.SETTLED or len(listed) >= 50:
            return Found("unknown", look_at=url)
        return Found.absent()

    def recognise(self, session: Session, url: str) -> Receipt:
        """Among the newest own posts, by their addresses."""
        line, wanted, after = self._line(session), _path(url), {}
        for _page in range(_PAGES):
            answer = line.get(f"{line.account}/media", fields=_LISTED, limit="50", **after)
            for one in containers.objects(answer, line):
                if wanted and _path(str(one.get("permalink") or "")) == wanted:
                    return Receipt(str(one.get("id")), _permalink(one, session.url))
            if not (cursor := answer.text("paging", "cursors", "after")):
                break
            after = {"after": cursor}
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        """Where the sign-in allows it: Meta documents it for the one through a Page only."""
        line = self._line(session)
        answer = line.call("DELETE", receipt.remote_id)
        if line.lacks(answer) and line.has_lost(receipt.remote_id):
            return
        refusal = _graph.refusal_of(answer)
        if not answer.ok and refusal is not None and not _graph.is_dead(answer):
            meaning = _graph.meaning_of(refusal, facts.MEANINGS)
            if meaning is None or meaning.kind in ("person", "refused", "missing"):
                raise Unsupported(
                    _("Instagram does not let apps delete this. Open the post and delete it there."),
                    detail=answer.words,
                )
        line.check(answer)
        if answer.fields.get("success") is False:
            raise Temporary(_("Instagram did not delete the post when we asked."), detail=answer.words)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        line = self._line(session)
        return {receipt.remote_id: _figures(line, receipt) for receipt in receipts}

    def audience(self, session: Session) -> Figures:
        told = self._line(session).get(session.remote_id, fields="id,followers_count,media_count").fields
        counts = {"followers": told.get("followers_count"), "posts": told.get("media_count")}
        return containers.counted({name: number_of(value) for name, value in counts.items()})

    # --- in small steps ---------------------------------------------------
    def _line(self, session: Session) -> Line:
        return Line(session, facts.DIALECT, signin.home(self, _login(session.secret)))

    def _receipt(self, line: Line, content: Content, index: int, one: Any) -> Receipt:
        alt = alt_of(content, index, self.capabilities.shaped(content.options))
        return Receipt(str(one.get("id")), _permalink(one, line.session.url), alt, {"kind": _kind(content)})


def _login(fields: Any) -> str:
    return "facebook" if fields.get("login") == "facebook" else "instagram"


def _soon() -> datetime:
    return timezone.now() + facts.LOOK_SOON


# --- what is sent -------------------------------------------------------------
def _kind(content: Content) -> str:
    return str(content.options.get("kind") or "post")


def _text(part: Part) -> str:
    return measure.plain_newlines(part.text)


def _check_words(text: str) -> None:
    """Instagram refuses these only after the pictures were fetched; a person learns it sooner here."""
    for found, most, what in (
        (len(measure.tags(text)), facts.MOST_TAGS, _("hashtags")),
        (len(facts.MENTION.findall(text)), facts.MOST_MENTIONS, _("mentions")),
    ):
        if found > most:
            said = {"most": most, "what": what, "found": found}
            raise Rejected(_("Instagram takes at most %(most)s %(what)s; there are %(found)s.") % said, field="text")


def _plan(session: Session, content: Content, index: int) -> tuple[list[Fields], Fields]:
    """The fields of every child container, and of the one that is published."""
    part = content.parts[index]
    if _kind(content) == "story":
        return [], {**_file(session, part.media[0]), "media_type": "STORIES", **_labels(content)}
    whole = {"caption": _text(part), **_options(content), **_labels(content)}
    if len(part.media) == 1:
        one = part.media[0]
        more = _reel(session, content, one) if one.kind == "video" else _alt(one)
        return [], {**_file(session, one), **more, **whole}
    return [_child(session, one) for one in part.media], {"media_type": "CAROUSEL", **whole}


def _file(session: Session, media: Media) -> Fields:
    return {"video_url" if media.kind == "video" else "image_url": session.public_url(media)}


def _alt(media: Media) -> Fields:
    return {"alt_text": media.alt} if media.alt and not media.decorative else {}


def _child(session: Session, media: Media) -> Fields:
    more = {"media_type": "VIDEO"} if media.kind == "video" else _alt(media)
    return {**_file(session, media), "is_carousel_item": "true", **more}


def _reel(session: Session, content: Content, film: Media) -> Fields:
    fields = {"media_type": "REELS", "share_to_feed": _flag(content.options.get("share_to_feed", True))}
    if film.poster:
        fields["cover_url"] = session.public_url(film.poster)
    if name := str(content.options.get("audio_name") or "").strip():
        fields["audio_name"] = name
    return fields


def _options(content: Content) -> Fields:
    fields: Fields = {}
    if names := [name.removeprefix("@") for name in lines_of(content.options.get("collaborators") or "")]:
        fields["collaborators"] = json.dumps(names)
    if place := str(content.options.get("location_id") or "").strip():
        fields["location_id"] = place
    return fields


def _labels(content: Content) -> Fields:
    return {"is_ai_generated": "true"} if content.options.get("is_ai_generated") else {}


def _flag(value: Any) -> str:
    return "true" if value else "false"


# --- what is there ------------------------------------------------------------
def _own(line: Line, content: Content) -> list[dict[str, Any]]:
    """The newest own posts, or stories, newest first."""
    edge = "stories" if _kind(content) == "story" else "media"
    return line.objects(f"{line.account}/{edge}", fields=_LISTED, limit=str(containers.NEWEST))


def _one(line: Line, number: str) -> dict[str, Any] | None:
    """The post just made, with its address. It is out, so whatever is wrong with this answer changes nothing."""
    try:
        answer = line.get(number, fields="id,permalink,shortcode,media_product_type,timestamp")
    except PlatformError:
        return None
    return answer.fields if containers.id_of(answer) == number else None


def _permalink(one: Any, otherwise: str) -> str:
    """Its address as Instagram tells it: nobody can make one from the number."""
    told = one.get("permalink")
    return told if isinstance(told, str) and told.startswith(("https://", "http://")) else otherwise


def _path(url: str) -> str:
    """The short code in an address: a post has several addresses (/p/, /reel/) with one code."""
    parts = url.split("?")[0].split("#")[0].rstrip("/").split("/")
    return parts[-1] if "instagram" in url and len(parts) > 4 else ""


def _figures(line: Line, receipt: Receipt) -> Figures:
    story = receipt.data.get("kind") == "story"
    answer = line.call("GET", receipt.remote_id, fields="id,like_count,comments_count")
    if line.lacks(answer):
        gone = line.has_lost(receipt.remote_id)
        return Figures({}, gone=gone and not story)  # a story ends after a day: nobody deleted it
    line.check(answer)
    if containers.id_of(answer) != receipt.remote_id:
        raise line.unreadable(answer)
    containers.rest(answer, line)
    basic = {"likes": answer.fields.get("like_count"), "comments": answer.fields.get("comments_count")}
    counts: dict[str, int | None] = {name: number_of(value) for name, value in basic.items()}
    return containers.counted(
        counts | containers.insights(line, f"{receipt.remote_id}/insights", _STORY_INSIGHTS if story else _INSIGHTS)
    )
