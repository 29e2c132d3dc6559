"""X. The model for a platform that is paid by the call, knows no keys of ours and refuses the same words twice.

Read by tweepy's client behind our own door (_x_line), uploads by ourselves (_x_media). What became of a post is read
in the account's own timeline (_x_find). X's "duplicate" is evidence, not an answer: it is looked up at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.capabilities import Capabilities
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import NeedsReconnect, Rejected, Temporary, Unclear
from channels_app.platforms import _oauth, _x_find, _x_media, _x_said
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Answer, Wire, number_of
from channels_app.platforms._x_line import HOSTS, NAME, Line, bearer, errors_in, is_duplicate, is_gone, raise_for
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    Figures,
    Found,
    Prepared,
    Receipt,
    Redirect,
    Session,
    alt_of,
)

PAGE = "https://x.com"  # where people read
_ME = ["name", "username", "profile_image_url", "public_metrics", "subscription_type", "protected"]
_PRIVATE_FOR = timedelta(days=29)  # X tells clicks for 30 days
_EPOCH = 1_288_834_974_657  # milliseconds; X's ids count from here
_NEEDED = frozenset(_x_said.SCOPES) - {"offline.access"}
_COUNTS = {
    "impression_count": "impressions",
    "like_count": "likes",
    "retweet_count": "reposts",
    "repost_count": "reposts",
    "reply_count": "replies",
    "quote_count": "quotes",
    "bookmark_count": "bookmarks",
}
_PRIVATE = {"url_link_clicks": "link_clicks", "user_profile_clicks": "profile_clicks"}
_OWN = {"followers_count": "followers", "tweet_count": "posts", "post_count": "posts"}


class X(Adapter):
    key = "x"
    name = NAME
    colour = "#14171a"
    mark = "X"
    needs = gettext_lazy(
        "An account, and an application in X’s developer console with credit: X is paid for each post and each figure."
    )
    connect_kind = "redirect"
    token_fields = ("token", "refresh")
    app_fields = _x_said.APP_FIELDS
    scopes = _x_said.SCOPES
    guide = _x_said.GUIDE
    hosts = HOSTS
    by_hand = gettext_lazy("Sign in at X: Settings, Security and account access, Apps and sessions, Connected apps.")
    capabilities = _x_said.CAPABILITIES

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        return _x_said.capabilities_with(facts)

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        verifier, challenge = _oauth.pkce()
        query = {
            "response_type": "code",
            "client_id": _client_id(context.app),
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return Redirect(_oauth.address(f"{self.host('sign_in')}/i/oauth2/authorize", query), {"verifier": verifier})

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        """Trades the code at once, as it lives half a minute, and believes the token only when it opens the account."""
        code = _oauth.code_of(answer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": keep["verifier"],
        }
        http = context.http()
        wire = Wire(http, (code, keep["verifier"], context.app.get("client_secret", "")))
        how = _as_client(context.app, form)
        tokens = _oauth.first(wire, f"{self.host('api')}/2/oauth2/token", NAME, **how)
        _oauth.need(tokens, _NEEDED, NAME)
        return self._connected(http, tokens)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """`token`, and `refresh` where it shall outlive two hours; both of OAuth 2.0, made for our own app."""
        token = fields.get("token", "").strip()
        if not token:
            raise FieldProblem("token", _("The token is missing."))
        tokens = Tokens(token, fields.get("refresh", "").strip(), _oauth.after(fields.get("expires_in")))
        return self._connected(context.http(), tokens)

    def _connected(self, http: Any, tokens: Tokens) -> Connected:
        url = f"{self.host('api')}/2/users/me"
        wire = Wire(http, (tokens.access, tokens.refresh))
        me = wire.ask("GET", url, headers=bearer(tokens.access), params={"user.fields": ",".join(_ME)})
        if me.status == 401:
            raise FieldProblem("", _("X gave a key that opens nothing. Try again."))
        raise_for(me)
        return Connected(_account(me), tokens.secret(), tokens.expires_at)

    def probe(self, session: Session) -> Account:
        return _account(_me(Line(session)))

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        """Spends the refresh token; the answer brings the next one."""
        if not secret.get("refresh"):
            raise NeedsReconnect(
                _("X no longer accepts our key, and this account has none to renew it. Sign in again.")
            )
        app = session.app
        wire = Wire(session.http(), (secret["token"], secret["refresh"], app.get("client_secret", "")))
        how = _as_client(app, {"grant_type": "refresh_token", "refresh_token": secret["refresh"]})
        tokens = _oauth.renewed(wire, f"{self.host('api')}/2/oauth2/token", NAME, **how)
        new = {**tokens.secret(), "refresh": tokens.refresh or secret["refresh"]}
        return Connected(Account(session.remote_id, "", session.handle, session.url), new, tokens.expires_at)

    def revoke(self, session: Session) -> None:
        """What would bring a new token first, then the token in use."""
        app, secret = session.app, session.secret
        held = [("refresh_token", secret.get("refresh")), ("access_token", secret["token"])]
        wire = Wire(session.http(), (*(token for _kind, token in held if token), app.get("client_secret", "")))
        for kind, token in held:
            if not token:
                continue
            how = _as_client(app, {"token": token, "token_type_hint": kind})
            got = wire.ask("POST", f"{self.host('api')}/2/oauth2/revoke", data=how.pop("form"), **how)
            if not got.ok and got.text("error") not in ("invalid_request", "invalid_grant", "invalid_token"):
                raise Temporary(_("X did not end our key when we asked."), detail=got.words)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Notes what stands in the timeline before ours; uploads are made by `ready`."""
        if content.options.get("kind") == "quote" and not _x_said.status_of(content.options.get("quote")):
            raise Rejected(_("This is not the address of a post at X."), field="options.quote")
        return Prepared(key, {**_x_find.look_before(Line(session)), "media": []})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        uploads = _x_media.further(Line(session), content, index, prepared.data["media"])
        return Prepared(prepared.key, {**prepared.data, "media": uploads})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line = Line(session)
        above = before[0 if content.parts[index].role == "comment" else -1].remote_id if before else ""
        body = _x_said.body_of(content, index, [one["id"] for one in prepared.data["media"]], above)
        answer = line.call("POST", "/2/tweets", creating=True, json=body)
        if is_duplicate(answer):
            return self._twice(line, content, index, prepared, answer)
        raise_for(answer, creating=True)
        data = answer.fields.get("data")
        remote_id = data.get("id") if isinstance(data, dict) else None
        if not isinstance(remote_id, str) or not remote_id.isdigit():
            raise Unclear(_("X’s answer cannot be read; what became of the post must be looked up."))
        return self._receipt(session, remote_id, content, index)

    def _twice(self, line: Line, content: Content, index: int, prepared: Prepared, answer: Answer) -> Receipt:
        """X has these words already and does not say where: ours of a moment ago, which then is the post, or older."""
        posts, _whole = _x_find.own_posts(line, datetime.fromisoformat(prepared.data["since"]))
        ours = self._ours(posts, content, index, prepared)
        if ours:
            return self._receipt(line.session, ours, content, index)
        raise Rejected(
            _(
                "X refuses these words because the account posted them before. Look there first: where this post is "
                "already, leave it. Otherwise change the text, for example by naming the date."
            ),
            field="text",
            detail=answer.words,
        )

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        line = Line(session)
        posts, whole = _x_find.own_posts(line, datetime.fromisoformat(prepared.data["since"]))
        ours = self._ours(posts, content, index, prepared)
        if ours:
            return Found.present(self._receipt(session, ours, content, index))
        fresh = [post for post in posts if str(post.get("id")) not in prepared.data["seen"]]
        alike = any(_x_find.resembles(post, content, index) for post in fresh)
        if whole and not alike and timezone.now() - since > _x_find.SETTLED:
            return Found.absent()
        return Found("unknown", look_at=session.url or f"{PAGE}/{_username(session)}")

    def _ours(self, posts: list[dict[str, Any]], content: Content, index: int, prepared: Prepared) -> str:
        """The id of the post that was not there before and says what ours says; '' where there is none."""
        for post in posts:
            remote_id = str(post.get("id"))
            if remote_id in prepared.data["seen"] or not remote_id.isdigit():
                continue
            if _x_find.fits(post, content, index) and _x_find.same_words(post, content, index):
                return remote_id
        return ""

    def _receipt(self, session: Session, remote_id: str, content: Content, index: int) -> Receipt:
        url = f"{PAGE}/{_username(session)}/status/{remote_id}"
        return Receipt(remote_id, url, alt_of(content, index, self.capabilities))

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the number in the address, when X says that this account wrote it."""
        line, remote_id = Line(session), _x_said.status_of(url)
        if remote_id:
            answer = line.client.get_tweet(remote_id, tweet_fields=["author_id"])
            if not is_gone(answer):
                raise_for(answer)
                data = answer.fields.get("data")
                if isinstance(data, dict) and str(data.get("author_id")) == session.remote_id:
                    return Receipt(remote_id, f"{PAGE}/{_username(session)}/status/{remote_id}")
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        answer = Line(session).client.delete_tweet(receipt.remote_id, user_auth=False)
        if is_gone(answer):
            return
        raise_for(answer)
        data = answer.fields.get("data")
        if not isinstance(data, dict) or data.get("deleted") is not True:
            raise Temporary(_("X did not say that the post was deleted."), detail=answer.words)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        """Clicks are asked for only of young posts: for others X answers with an error."""
        wanted = [receipt.remote_id for receipt in receipts]
        line, young = Line(session), [remote_id for remote_id in wanted if _is_young(remote_id)]
        figures = _asked(line, young, ["public_metrics", "non_public_metrics"])
        rest = [remote_id for remote_id in wanted if remote_id not in figures]
        return figures | _asked(line, rest, ["public_metrics"])

    def audience(self, session: Session) -> Figures:
        counts = _me(Line(session)).fields["data"].get("public_metrics")
        return Figures(_counted(counts, _OWN))


# --- connecting, in small steps -------------------------------------------
def _client_id(app: dict[str, str]) -> str:
    if not app.get("client_id"):
        raise FieldProblem("", _("The keys of your application at %s have not been entered yet.") % NAME)
    return app["client_id"]


def _as_client(app: dict[str, str], form: dict[str, str]) -> dict[str, Any]:
    """`form` and `auth`: a client with a secret shows both in the header, one without is named in the form."""
    client_id = _client_id(app)
    if app.get("client_secret"):
        return {"form": form, "auth": (client_id, app["client_secret"])}
    return {"form": {**form, "client_id": client_id}}


def _me(line: Line) -> Answer:
    answer = line.client.get_me(user_auth=False, user_fields=_ME)
    raise_for(answer)
    _account(answer)  # a good status without an account in it is no answer
    return answer


def _account(answer: Answer) -> Account:
    remote_id, username = answer.text("data", "id"), answer.text("data", "username")
    if not remote_id or not username:
        raise Temporary(_("X’s answer cannot be read."), detail=answer.words)
    facts = {"subscription": answer.text("data", "subscription_type"), "protected": False}
    facts["protected"] = answer.fields["data"].get("protected") is True
    return Account(
        remote_id=remote_id,
        name=answer.text("data", "name") or username,
        handle=f"@{username}",
        url=f"{PAGE}/{username}",
        avatar_url=answer.text("data", "profile_image_url"),
        facts=facts,
    )


def _username(session: Session) -> str:
    return session.handle.removeprefix("@") or "i"


# --- figures, in small steps ------------------------------------------------
def _is_young(remote_id: str) -> bool:
    """An id tells when it was made, to the millisecond."""
    if not remote_id.isdigit() or len(remote_id) > 19:
        return False
    made = datetime.fromtimestamp(((int(remote_id) >> 22) + _EPOCH) / 1000, UTC)
    return timezone.now() - made < _PRIVATE_FOR


def _asked(line: Line, wanted: list[str], fields: list[str]) -> dict[str, Figures]:
    """Figures by id, of as many posts as X tells."""
    figures: dict[str, Figures] = {}
    for start in range(0, len(wanted), _x_said.BATCH):
        answer = line.client.get_tweets(wanted[start : start + _x_said.BATCH], tweet_fields=fields)
        raise_for(answer)
        posts = answer.fields.get("data")
        for post in posts if isinstance(posts, list) else []:
            if isinstance(post, dict) and str(post.get("id")) in wanted:
                figures[str(post["id"])] = _figures(post)
        figures |= {remote_id: Figures({}, gone=True) for remote_id in _lost(answer) & set(wanted)}
    return figures


def _lost(answer: Answer) -> set[str]:
    """The ids X says it has no post for."""
    missing = [one for one in errors_in(answer) if str(one.get("type")).endswith("/resource-not-found")]
    return {str(one.get("resource_id") or one.get("value")) for one in missing}


def _figures(post: dict[str, Any]) -> Figures:
    return Figures(_counted(post.get("public_metrics"), _COUNTS) | _counted(post.get("non_public_metrics"), _PRIVATE))


def _counted(counts: Any, names: dict[str, str]) -> dict[str, int]:
    counts = counts if isinstance(counts, dict) else {}
    read = {ours: number_of(counts.get(theirs)) for theirs, ours in names.items() if theirs in counts}
    return {name: value for name, value in read.items() if value is not None}
