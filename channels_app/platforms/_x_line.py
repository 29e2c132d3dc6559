"""Calls to X: tweepy's knowledge of its addresses behind our own door, and what X's refusals mean.

X tells a refusal in three forms: a problem document (`title`, `detail`, `type`, `status`), the same with a list of
`errors`, and the older list of errors with numbers. A good status may hold `errors` beside `data`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
import tweepy
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.errors import NeedsFunds, NeedsReconnect, RateLimited, Rejected, Temporary
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Session, host_of

NAME = "X"
HOSTS = {"api": "https://api.x.com", "sign_in": "https://x.com"}
FILM_SECONDS = 600  # one piece of a film over a slow line
_PAUSE = timedelta(minutes=15)  # X's usual window, where an answer does not say how long
_WINDOWS = ("rate-limit", "app-limit-24hour", "user-limit-24hour")
# Since August 2026 X's own description says "post" where it said "tweet". Which of them a server takes it tells itself.
_OLD, _NEW = "tweet.fields", "post.fields"
_RENAMED = {"referenced_tweets": "referenced_posts", "note_tweet": "note_post"}
_BY_EXPANSION = frozenset({"author_id", "referenced_posts"})


class Client(tweepy.Client):
    """tweepy knows paths and parameters. Its own `request` writes the host in, knows no time-out, stumbles over an
    answer that is no JSON object and logs the token; so this one asks our way, and every method gives an Answer."""

    def __init__(self, line: Line) -> None:
        super().__init__(return_type=requests.Response)
        self.session, self._line = line.session.http(), line

    def request(  # type: ignore[override]
        self,
        method: str,
        route: str,
        params: dict[str, Any] | None = None,
        json: dict[str, Any] | None = None,
        user_auth: bool = False,
    ) -> Answer:
        return self._line.call(method, route, params=params, json=json)


class Line:
    """Calls in the name of one account. Renews a token that ended, once."""

    def __init__(self, session: Session) -> None:
        self.session, self.host = session, host_of("x", "api", HOSTS["api"])

    @property
    def client(self) -> Client:
        return Client(self)

    def call(self, method: str, path: str, *, creating: bool = False, **how: Any) -> Answer:
        """The answer, which may be a refusal; see `raise_for`."""
        answer = self._once(self.session.secret, method, path, creating, how)
        if answer.status == 401 and self.session.secret.get("refresh"):
            answer = self._once(self.session.refresh(), method, path, creating, how)
        if answer.status == 400 and _OLD in (how.get("params") or {}) and _names_fields(answer):
            answer = self._once(self.session.secret, method, path, creating, {**how, "params": renamed(how["params"])})
        return answer

    def _once(self, secret: dict[str, Any], method: str, path: str, creating: bool, how: dict[str, Any]) -> Answer:
        how = dict(how)
        wire = Wire(self.session.http(total=how.pop("total", 60)), (secret["token"], secret.get("refresh", "")))
        return wire.ask(method, f"{self.host}{path}", creating=creating, headers=bearer(secret["token"]), **how)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def renamed(params: dict[str, Any]) -> dict[str, Any]:
    """The same question in X's newer words."""
    told = [_RENAMED.get(name, name) for name in str(params[_OLD]).split(",")]
    further = [*str(params.get("expansions", "")).split(","), *(name for name in told if name in _BY_EXPANSION)]
    rest = {name: value for name, value in params.items() if name not in (_OLD, "expansions")}
    expansions = ",".join(dict.fromkeys(name for name in further if name))
    fields = ",".join(name for name in told if name not in _BY_EXPANSION)
    return {**rest, _NEW: fields} | ({"expansions": expansions} if expansions else {})


def _names_fields(answer: Answer) -> bool:
    parameters = (error.get("parameters") for error in errors_in(answer))
    return any(isinstance(one, dict) and _OLD in one for one in parameters)


# --- what an answer says ----------------------------------------------------
@dataclass(frozen=True)
class Said:
    """A refusal: the ends of its type addresses, its numbers, its words in small letters, whether it is in X's form."""

    kinds: frozenset[str]
    codes: frozenset[int]
    words: str
    known: bool

    def has(self, *phrases: str) -> bool:
        return any(phrase in self.words for phrase in phrases)


def errors_in(answer: Answer) -> list[dict[str, Any]]:
    """The list of errors beside or instead of data."""
    listed = answer.fields.get("errors")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def said(answer: Answer) -> Said:
    told = [answer.fields, *errors_in(answer)]
    kinds = {str(one.get("type") or "").rpartition("/")[2] for one in told} | {str(one.get("reason")) for one in told}
    words = [str(one[name]) for one in told for name in ("title", "detail", "message") if one.get(name)]
    codes = {code for one in told if (code := _wire.number_of(one.get("code"))) is not None}
    known = bool(answer.fields.get("detail") or answer.fields.get("title") or errors_in(answer))
    return Said(frozenset(kinds), frozenset(codes), " ".join(words).lower()[: _wire.LONGEST_READ], known)


def is_gone(answer: Answer) -> bool:
    """X says that there is no such post (any more)."""
    told = said(answer)
    return (answer.status == 404 and told.known) or (
        "resource-not-found" in told.kinds and not answer.fields.get("data")
    )


def is_duplicate(answer: Answer) -> bool:
    """The same words of the same account stand there already; X does not say where."""
    told = said(answer)
    return not answer.ok and (187 in told.codes or told.has("duplicate content", "status is a duplicate"))


# --- what it means ------------------------------------------------------------
def raise_for(answer: Answer, *, creating: bool = False, about: str = "") -> None:
    """Translates a refusal; returns when the answer is good. `about`: the field that was being sent, such as 'alt'."""
    if answer.ok:
        return
    told = said(answer)
    _raise_money(answer, told)
    if answer.status == 429:
        raise _limited(answer)
    _raise_account(answer, told, about)
    _wire.raise_common(answer, NAME, creating=creating)
    if 385 in told.codes or told.has("deleted or not visible"):  # also its own copy of our part of a moment ago
        raise Temporary(_("X does not show the part before this one yet."), detail=answer.words)
    if not told.known and answer.status == 404:
        raise Temporary(_("X does not answer as it should at the moment."), detail=answer.words)
    if not creating and not (about and answer.status in (400, 413, 415)):
        raise Temporary(_("X did not do what was asked: %(words)s") % {"words": answer.words}, detail=answer.words)
    field = _field(answer, told, about)
    raise Rejected(_reason(answer, told), field=field, detail=answer.words)


def _raise_money(answer: Answer, told: Said) -> None:
    if answer.status == 402 or told.kinds & {"credits", "credits-depleted"} or told.has("creditsdepleted"):
        reason = _("The credit of your application at X is used up. Buy credit in the developer console, then resume.")
        raise NeedsFunds(reason, detail=answer.words)
    if "usage-capped" in told.kinds:
        if answer.text("period").lower() == "daily":
            morning = (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            raise RateLimited(morning, _("Today’s quota of your application at X is used up."), scope="app")
        reason = _("The quota of your application at X is used up. Raise it in the developer console, then resume.")
        raise NeedsFunds(reason, detail=answer.words)
    if told.kinds & {"client-forbidden", "client-not-enrolled"}:
        reason = _("X does not let your application in: its project or plan in the developer console must be settled.")
        raise NeedsFunds(reason, detail=answer.words)


def _raise_account(answer: Answer, told: Said, about: str) -> None:
    words = answer.words
    if told.codes & {64, 326} or told.has("suspended", "temporarily locked"):
        raise NeedsReconnect(_("X says this account is locked or suspended. Sign in there and see why."), detail=words)
    if 226 in told.codes or told.has("looks like it might be automated", "looks automated"):
        raise NeedsReconnect(
            _("X took the post for an automatic one and refused it. Sign in there before anything else is sent."),
            detail=words,
        )
    if answer.status == 401 or "unsupported-authentication" in told.kinds:
        raise NeedsReconnect(_("X no longer accepts our key for this account. Sign in again."), detail=words)
    if answer.status == 403 and about in ("media", "alt"):
        raise NeedsReconnect(_("Our key for this account may not upload. Sign in again and allow media."), detail=words)
    if answer.status == 403 and (not told.known or told.has("scope", "oauth2 app permissions", "oauth1")):
        raise NeedsReconnect(_("Our key for this account may not do this. Sign in again."), detail=words)


def _limited(answer: Answer) -> RateLimited:
    """Until the latest end of a window that is used up: the one of a day outlives the one of a quarter of an hour."""
    ends: list[tuple[datetime, str]] = []
    for window in _WINDOWS:
        reset = answer.headers.get(f"x-{window}-reset")
        if reset and _wire.number_of(answer.headers.get(f"x-{window}-remaining", "0")) == 0:
            scope = "app" if window.startswith("app") else "channel"
            ends.append((_wire.pause_until({"X-Rate-Limit-Reset": reset}), scope))
    if not ends and any(
        answer.headers.get(name) for name in ("Retry-After", "X-RateLimit-Reset", "X-Rate-Limit-Reset")
    ):
        ends = [(_wire.pause_until(answer.headers), "channel")]
    until, scope = max(ends, default=(timezone.now() + _PAUSE, "channel"))
    return RateLimited(until, _("X asks us to wait."), detail=answer.words, scope=scope)


def _field(answer: Answer, told: Said, about: str) -> str:
    if about:
        return about
    if answer.status == 413 or told.has("media", "video", "image"):
        return "media"
    if told.has("quote_tweet_id", "quote posts", "reply to or quote"):
        return "options.quote"
    return "options.poll" if told.has("poll") else "text"


def _reason(answer: Answer, told: Said) -> str:
    if told.has("not permitted to perform this action"):
        return _(
            "X does not let this account post this. Most often the text is longer than the account may write, or X "
            "limits the account: sign in there and try."
        )
    if told.has("mentioned or are the author", "mentioned or otherwise engaged") or 433 in told.codes:
        return _("X lets apps answer or quote only posts that mention this account. Do it in X itself.")
    if told.has("cashtag"):
        return _("X takes one cashtag ($NAME) in a post that comes from an app. Leave the others out.")
    return _("X refused the post: %(words)s") % {"words": answer.words}
