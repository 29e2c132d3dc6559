"""Signing in at TikTok: OAuth 2.0 with names of its own, and refusals that may come with status 200.

Source: developers.tiktok.com, Login Kit for Web and OAuth user access token management.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from channels_app.connect import Context, FieldProblem
from channels_app.errors import NeedsReconnect, Temporary
from channels_app.platforms import _oauth
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._tiktok_wire import HOSTS, KEY, NAME
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Account, Connected, Redirect, Session, host_of

DRAFT_SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.upload", "video.list")
DIRECT_SCOPE = "video.publish"
_NO_LONGER = ("invalid_token", "invalid_grant", "access_token_invalid")


class _TokenWire(Wire):
    """TikTok's token endpoint may refuse with status 200 and an `error` inside."""

    def ask(self, method: str, url: str, *, creating: bool = False, **how: Any) -> Answer:
        answer = super().ask(method, url, creating=creating, **how)
        return replace(answer, status=400) if answer.ok and answer.text("error") else answer


def audited(app: Mapping[str, str]) -> bool:
    """Did an administrator say that TikTok audited the application for direct posting?"""
    return app.get("audited") == "yes"


def wanted(app: Mapping[str, str]) -> tuple[str, ...]:
    """The rights to ask for: TikTok refuses a sign-in that asks for one the application does not have."""
    return (*DRAFT_SCOPES, DIRECT_SCOPE) if audited(app) else DRAFT_SCOPES


def _keys(app: Mapping[str, str]) -> dict[str, str]:
    return {"client_key": app["client_id"], "client_secret": app["client_secret"]}


def _oauth_url(what: str) -> str:
    return f"{host_of(KEY, 'api', HOSTS['api'])}/v2/oauth/{what}/"


def begin(*, redirect_uri: str, state: str, context: Context) -> Redirect:
    """Where the person signs in. TikTok makes the challenge of PKCE in a way of its own: in hexadecimal digits."""
    verifier, _challenge = _oauth.pkce()
    query = {
        "client_key": context.app["client_id"],
        "response_type": "code",
        "scope": ",".join(wanted(context.app)),
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": hashlib.sha256(verifier.encode()).hexdigest(),
        "code_challenge_method": "S256",
    }
    page = f"{host_of(KEY, 'sign_in', HOSTS['sign_in'])}/v2/auth/authorize/"
    return Redirect(_oauth.address(page, query), {"verifier": verifier})


def exchange(keep: Mapping[str, Any], answer: Mapping[str, str], *, redirect_uri: str, context: Context) -> Tokens:
    """The tokens of a finished sign-in with every right asked for. Raises FieldProblem, Temporary."""
    code = _oauth.code_of(answer)
    form = {
        **_keys(context.app),
        "code": code,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
        "code_verifier": str(keep["verifier"]),
    }
    wire = _TokenWire(context.http(), (code, context.app["client_secret"], str(keep["verifier"])))
    tokens = _oauth.first(wire, _oauth_url("token"), NAME, form=form)
    _oauth.need(tokens, set(wanted(context.app)), NAME)
    return tokens


def tokens_from(fields: Mapping[str, str], context: Context) -> Tokens:
    """The tokens of a file: "refresh", a refresh token of our own application; or "token" alone, good for a day."""
    refresh, token = fields.get("refresh", "").strip(), fields.get("token", "").strip()
    if not refresh and not token:
        raise FieldProblem("token", _("The token is missing."))
    if not refresh:
        return Tokens(token, scopes=frozenset(wanted(context.app)))
    try:
        tokens = _renewed(context.http(), context.app, refresh)
    except NeedsReconnect as error:
        raise FieldProblem("refresh", error.reason) from None
    return replace(tokens, refresh=tokens.refresh or refresh)


def renew(session: Session, secret: Mapping[str, Any]) -> Connected:
    """A new token. TikTok may give another refresh token each time: the newest one is kept."""
    refresh = str(secret.get("refresh") or "")
    if not refresh:
        raise NeedsReconnect(_("Our key for this TikTok account has ended. Sign in again."))
    tokens = _renewed(session.http(), session.app, refresh)
    new = {**secret, "token": tokens.access, "refresh": tokens.refresh or refresh}
    account = Account(session.remote_id, "", session.handle, session.url, server=session.server)
    return Connected(account, new, tokens.expires_at, tokens.ends_at)


def _renewed(http: Any, app: Mapping[str, str], refresh: str) -> Tokens:
    form = {**_keys(app), "grant_type": "refresh_token", "refresh_token": refresh}
    return _oauth.renewed(_TokenWire(http, (refresh, app["client_secret"])), _oauth_url("token"), NAME, form=form)


def revoke(session: Session) -> None:
    """Ends the access; a key that ended by itself is renewed once more for it, as the longer one still lives."""
    refresh = str(session.secret.get("refresh") or "")
    if _ended(session, str(session.secret["token"])) or not refresh:
        return
    try:
        tokens = _renewed(session.http(), session.app, refresh)
    except NeedsReconnect:  # dead already
        return
    _ended(session, tokens.access)


def _ended(session: Session, token: str) -> bool:
    """False for a key TikTok does not know any more. Raises Temporary."""
    wire = _TokenWire(session.http(), (token, session.app["client_secret"]))
    answer = wire.ask("POST", _oauth_url("revoke"), data={**_keys(session.app), "token": token})
    if answer.ok:
        return True
    if answer.text("error") in _NO_LONGER or answer.text("error", "code") in _NO_LONGER:
        return False
    raise Temporary(_("TikTok did not end our key when we asked."), detail=answer.words)
