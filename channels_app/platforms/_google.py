"""Google's sign-in and Google's errors, for every platform of that house (YouTube, Business Profile).

The sign-in is OAuth 2.0 with PKCE; the key that lasts is the refresh token, which Google gives only when asked for
offline access and a fresh consent. Errors come in one form from all its interfaces; what is peculiar to one of them
its adapter reads first.

Sources: developers.google.com/identity/protocols/oauth2/web-server and cloud.google.com/apis/design/errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.connect import Context, FieldProblem
from channels_app.errors import NeedsReconnect, RateLimited, Rejected, Temporary, Unclear, Unsupported
from channels_app.platforms import _oauth
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Answer, Wire, pause_until, raise_common
from channels_app.platforms.base import Account, Adapter, Connected, ConnectField, Redirect, Session

NAME = "Google"
# Spread into Adapter.hosts of each platform of this house.
HOSTS = {"sign_in": "https://accounts.google.com", "tokens": "https://oauth2.googleapis.com"}
APP_FIELDS = (
    ConnectField(
        "client_id",
        gettext_lazy("Client ID"),
        help=gettext_lazy("Of the OAuth client “Web application” in your Google Cloud project."),
        placeholder="1234567890-abc.apps.googleusercontent.com",
    ),
    ConnectField("client_secret", gettext_lazy("Client secret"), "password"),
)
BY_HAND = gettext_lazy(
    "Sign in at myaccount.google.com/connections with the account that was connected, choose your LibSocial app and "
    "end its access. This ends every channel that was connected with that sign-in."
)
# Google counts its days of quota in California.
_PACIFIC = ZoneInfo("America/Los_Angeles")
_DAY_IS_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_DEAD = frozenset({"authError", "ACCESS_TOKEN_EXPIRED", "ACCESS_TOKEN_TYPE_UNSUPPORTED"})
_NO_RIGHT = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_TROUBLE = frozenset({"UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "ABORTED", "UNKNOWN", "CANCELLED"})


# --- signing in -----------------------------------------------------------
def begin(adapter: Adapter, *, redirect_uri: str, state: str, context: Context) -> Redirect:
    """Where the person signs in; what to keep is the PKCE verifier."""
    verifier, challenge = _oauth.pkce()
    query = {
        "response_type": "code",
        "client_id": context.app["client_id"],
        "redirect_uri": redirect_uri,
        "scope": " ".join(adapter.scopes),
        "state": state,
        "access_type": "offline",  # both are needed for a refresh token
        "prompt": "consent select_account",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return Redirect(_oauth.address(f"{adapter.host('sign_in')}/o/oauth2/v2/auth", query), {"verifier": verifier})


def exchange(
    adapter: Adapter, keep: Mapping[str, Any], answer: Mapping[str, str], *, redirect_uri: str, context: Context
) -> Tokens:
    """The tokens of a finished sign-in, with every right of `adapter.scopes` and a key that lasts.

    Raises FieldProblem when the person declined, unticked a right, or Google gave no refresh token; Temporary.
    """
    code = _oauth.code_of(answer)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": context.app["client_id"],
        "client_secret": context.app["client_secret"],
        "redirect_uri": redirect_uri,
        "code_verifier": str(keep["verifier"]),
    }
    wire = Wire(context.http(), (code, context.app["client_secret"], str(keep["verifier"])))
    tokens = _oauth.first(wire, f"{adapter.host('tokens')}/token", NAME, form=form)
    _need(tokens, adapter.scopes)
    if not tokens.refresh:
        raise FieldProblem(
            "",
            _(
                "Google gave no key that lasts. Sign in at myaccount.google.com/connections, remove your LibSocial "
                "app there, and connect again."
            ),
        )
    return tokens


def tokens_from(adapter: Adapter, fields: Mapping[str, str], context: Context) -> Tokens:
    """The tokens of a file (`Adapter.from_token`): "refresh", the refresh token; or "token" alone, which lasts an hour.

    Raises FieldProblem, Temporary.
    """
    refresh, token = fields.get("refresh", "").strip(), fields.get("token", "").strip()
    if not refresh and not token:
        raise FieldProblem("token", _("The token is missing."))
    if not refresh:
        return Tokens(token)
    try:
        tokens = _renewed(adapter, context.http(), context.app, refresh)
    except NeedsReconnect as error:
        raise FieldProblem("refresh", error.reason) from None
    _need(tokens, adapter.scopes)
    return replace(tokens, refresh=tokens.refresh or refresh)


def renew(adapter: Adapter, session: Session, secret: Mapping[str, Any]) -> Connected:
    """A new access token for `secret["refresh"]`. Raises NeedsReconnect when Google refuses for good, Temporary."""
    refresh = str(secret.get("refresh") or "")
    if not refresh:
        raise NeedsReconnect(_("Our key for this Google account has ended. Sign in again."))
    tokens = _renewed(adapter, session.http(), session.app, refresh)
    account = Account(session.remote_id, "", session.handle, session.url, server=session.server)
    new = {**secret, "token": tokens.access, "refresh": tokens.refresh or refresh}
    return Connected(account, new, tokens.expires_at, tokens.ends_at)


def revoke(adapter: Adapter, session: Session) -> None:
    """Ends the grant at Google; success when it was dead already.

    Google ends all that one person allowed one app, not one key: with `secret["shared"]` set (the sign-in opened
    several channels) nothing is asked, as the others would die with this one. Raises Unsupported then, Temporary.
    """
    secret = session.secret
    if secret.get("shared"):
        raise Unsupported(_("Other channels may use the same sign-in, and Google can only end them all at once."))
    token = str(secret.get("refresh") or secret["token"])
    wire = Wire(session.http(), (token, str(secret["token"])))
    answer = wire.ask("POST", f"{adapter.host('tokens')}/revoke", data={"token": token})
    if not answer.ok and answer.text("error") not in ("invalid_token", "invalid_grant"):
        raise Temporary(_("Google did not end our key when we asked."), detail=answer.words)


def _renewed(adapter: Adapter, http: Any, app: Mapping[str, str], refresh: str) -> Tokens:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    wire = Wire(http, (refresh, app["client_secret"]))
    try:
        return _oauth.renewed(wire, f"{adapter.host('tokens')}/token", NAME, form=form)
    except NeedsReconnect as error:
        if "invalid_grant" not in error.detail:
            raise
        raise NeedsReconnect(
            _(
                "Google has ended our access to this account. Sign in again. While the consent screen of your app is "
                "in “Testing”, Google ends it every seven days: set it to “In production”."
            ),
            detail=error.detail,
        ) from None


def _need(tokens: Tokens, scopes: Iterable[str]) -> None:
    """People can untick each right on Google's page; the last part of its address names it."""
    _oauth.need(replace(tokens, scopes=_short(tokens.scopes)), _short(scopes), NAME)


def _short(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset(scope.rpartition("/")[2] for scope in scopes)


# --- asking ---------------------------------------------------------------
class Line:
    """Calls with a channel's key, renewed once where Google says that it has ended."""

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name

    def call(self, method: str, url: str, *, creating: bool = False, total: float = 60, **how: Any) -> Answer:
        """The answer, which may be a refusal (`raise_for`). `total`: seconds of the exchange, more for a film.

        A body that is a file is read from its beginning again when the key had to be renewed.
        """
        secret = self.session.secret
        answer = self._once(secret, method, url, creating, total, how)
        if is_dead(answer) and secret.get("refresh"):
            body = how.get("data")
            if hasattr(body, "seek"):
                body.seek(0)
            answer = self._once(self.session.refresh(), method, url, creating, total, how)
        return answer

    def _once(
        self, secret: dict[str, Any], method: str, url: str, creating: bool, total: float, how: dict[str, Any]
    ) -> Answer:
        wire = Wire(self.session.http(total=total), (str(secret["token"]), str(secret.get("refresh") or "")))
        headers = {**how.get("headers", {}), "Authorization": f"Bearer {secret['token']}"}
        return told(wire, wire.ask(method, url, creating=creating, **{**how, "headers": headers}))

    def get(self, url: str, **how: Any) -> Answer:
        """A good answer with a JSON object in it; raises what `raise_for` raises."""
        answer = self.call("GET", url, **how)
        raise_for(answer, self.name)
        if not isinstance(answer.data, dict):
            raise Temporary(_("The answer of %s cannot be read.") % self.name, detail=answer.words)
        return answer


def told(wire: Wire, answer: Answer) -> Answer:
    """The answer with the message of Google's error object as its words."""
    refusal = refusal_of(answer)
    return (
        replace(answer, words=wire.clean(f"{refusal.reason or refusal.status}: {refusal.message}"))
        if refusal
        else (answer)
    )


# --- errors ---------------------------------------------------------------
@dataclass(frozen=True)
class Refusal:
    """Google's error object. `status` such as INVALID_ARGUMENT, `reason` such as quotaExceeded, `fields` the paths it
    complains about, `none_allowed`: the quota is zero, that is, the project was not approved for this interface."""

    code: int
    status: str = ""
    reason: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    none_allowed: bool = False


def refusal_of(answer: Answer) -> Refusal | None:
    """The error in an answer, whatever its HTTP status; None where there is none in Google's form."""
    error = answer.fields.get("error")
    if not isinstance(error, dict):
        return None
    details, listed = _objects(error.get("details")), _objects(error.get("errors"))
    reasons = [str(one["reason"]) for one in (*listed, *details) if isinstance(one.get("reason"), str)]
    code = error.get("code")
    return Refusal(
        code=code if isinstance(code, int) and not isinstance(code, bool) else answer.status,
        status=_text(error.get("status")),
        reason=reasons[0] if reasons else "",
        message=" ".join((_text(error.get("message")), *_told_of(details))),
        fields=tuple(_fields(details)),
        none_allowed=any(
            isinstance(one.get("metadata"), dict) and str(one["metadata"].get("quota_limit_value")) == "0"
            for one in details
        ),
    )


def is_dead(answer: Answer) -> bool:
    """Does Google say that the access token has ended? A 401 in another form says nothing about it."""
    refusal = refusal_of(answer)
    return bool(refusal) and (refusal.status == "UNAUTHENTICATED" or refusal.reason in _DEAD)


def raise_for(answer: Answer, name: str, *, creating: bool = False, fields: Mapping[str, str] | None = None) -> None:
    """Translates a refusal; returns when the answer is good.

    `fields`: part of the path Google complains about -> our field, e.g. {"media": "media"}; otherwise 'text'.
    """
    refusal = refusal_of(answer)
    if answer.ok and refusal is None:
        return
    status = refusal.code if refusal and refusal.code >= 400 else answer.status
    if refusal:
        _raise_limits(answer, refusal, name)
        _raise_rights(answer, refusal, name)
    if status in (401, 403):
        raise NeedsReconnect(
            _("%s no longer accepts our key for this account. Sign in again.") % name, detail=answer.words
        )
    trouble = refusal is not None and refusal.status in _TROUBLE
    raise_common(replace(answer, status=503 if trouble and status < 500 else status), name, creating=creating)
    if answer.ok:  # an error inside a good answer, of a kind nobody has described
        raise (Unclear if creating else Temporary)(_("The answer of %s cannot be read.") % name, detail=answer.words)
    if not answer.fields:
        raise Temporary(_("%s does not answer as it should at the moment.") % name, detail=answer.words)
    raise Rejected(
        _("%(platform)s refused the post: %(words)s") % {"platform": name, "words": answer.words},
        field=_ours(refusal, answer, fields or {}),
        detail=answer.words,
    )


def _raise_limits(answer: Answer, refusal: Refusal, name: str) -> None:
    if refusal.none_allowed:
        raise NeedsReconnect(
            _("Google has not approved your project for this interface of %s. An administrator must ask for it.")
            % name,
            detail=answer.words,
        )
    if refusal.reason in _DAY_IS_SPENT:
        reason = _("The day’s quota of your Google project for %s is used up.") % name
        raise RateLimited(pacific_midnight(), reason, detail=answer.words, scope="app")
    if refusal.reason in _TOO_FAST or refusal.status == "RESOURCE_EXHAUSTED":
        raise RateLimited(
            pause_until(answer.headers), _("%(platform)s asks us to wait.") % {"platform": name}, detail=answer.words
        )


def _raise_rights(answer: Answer, refusal: Refusal, name: str) -> None:
    if refusal.reason in _SWITCHED_OFF:
        raise NeedsReconnect(
            _("An interface %s needs is not switched on in your Google Cloud project. An administrator must do it.")
            % name,
            detail=answer.words,
        )
    if refusal.reason in _NO_RIGHT:
        raise NeedsReconnect(
            _("Our key lacks a right on %s. Sign in again and allow everything that is asked for.") % name,
            detail=answer.words,
        )
    if is_dead(answer):
        raise NeedsReconnect(
            _("%s no longer accepts our key for this account. Sign in again.") % name, detail=answer.words
        )
    if refusal.status == "PERMISSION_DENIED":
        raise NeedsReconnect(
            _("%s does not let this account do that any more. Check its role there, then sign in again.") % name,
            detail=answer.words,
        )


def _ours(refusal: Refusal | None, answer: Answer, fields: Mapping[str, str]) -> str:
    """Paths come as `sourceUrl` or as `source_url`."""
    complained = _plain(" ".join(refusal.fields if refusal and refusal.fields else (answer.words,)))
    return next((ours for theirs, ours in fields.items() if _plain(theirs) in complained), "text")


def _plain(path: str) -> str:
    return path.lower().replace("_", "")


def pacific_midnight(now: datetime | None = None) -> datetime:
    """When Google's quotas of a day begin anew."""
    here = (now or timezone.now()).astimezone(_PACIFIC)
    return (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _fields(details: list[dict[str, Any]]) -> Iterable[str]:
    for one in details:
        for name in ("fieldViolations", "errorDetails"):
            yield from (_text(said.get("field")) for said in _objects(one.get(name)) if _text(said.get("field")))


def _told_of(details: list[dict[str, Any]]) -> Iterable[str]:
    """What is wrong with single fields, in Google's words; the message itself often says only that something is."""
    for one in details:
        for name in ("fieldViolations", "errorDetails"):
            said = (_text(it.get("message")) or _text(it.get("description")) for it in _objects(one.get(name)))
            yield from filter(None, said)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
