"""Signing in to Instagram: with the account itself, or through the Facebook Page it is linked with.

The two differ in nearly everything: host, rights, application keys, and how long the key lives. With the account itself
it lives 60 days and is renewed; a Page's key has no end, but dies with the person's role.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.connect import Context, FieldProblem
from channels_app.errors import NeedsReconnect, Temporary
from channels_app.platforms import _graph, _meta_tokens, _oauth
from channels_app.platforms._instagram_facts import (
    FACEBOOK_NEEDED,
    FACEBOOK_SCOPES,
    LOOK_SOON,
    MEANINGS,
    NEEDED,
    SCOPES,
)
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Answer, Wire, number_of
from channels_app.platforms.base import Account, Choice, Connected, Redirect

NAME = "Instagram"
ME = "user_id,username,name,account_type,profile_picture_url,followers_count,media_count"
OF_A_PAGE = "id,username,name,profile_picture_url,followers_count,media_count"
_PAGES = 5  # of a hundred
_KEYS = {"instagram": ("instagram_id", "instagram_secret"), "facebook": ("client_id", "client_secret")}


class Hosts(Protocol):
    """What is used of the adapter."""

    @property
    def version(self) -> str: ...
    def host(self, name: str) -> str: ...


def home(hosts: Hosts, login: str) -> str:
    """The interface with its version; a key of one sign-in opens nothing at the other's."""
    return f"{hosts.host('facebook_api' if login == 'facebook' else 'api')}/{hosts.version}"


def lacking(app: dict[str, str]) -> list[str]:
    """What is missing where neither sign-in has both its keys: the rest of one that was begun, else Instagram's own."""
    gaps = {login: [name for name in names if not app.get(name)] for login, names in _KEYS.items()}
    if not all(gaps.values()):
        return []
    return next((gap for gap in gaps.values() if len(gap) == 1), gaps["instagram"])


def keys(login: str, app: Mapping[str, str]) -> tuple[str, str]:
    """Our application's id and secret for this sign-in. Raises FieldProblem where nobody entered them."""
    values = tuple(app.get(name, "") for name in _KEYS[login])
    if not all(values):
        sentence = (
            _("The app ID and secret of your Meta app have not been entered yet.")
            if login == "facebook"
            else _("The Instagram app ID and secret of your Meta app have not been entered yet.")
        )
        raise FieldProblem("login", sentence)
    return values[0], values[1]


def begin(hosts: Hosts, login: str, *, redirect_uri: str, state: str, app: Mapping[str, str]) -> Redirect:
    """Where the person signs in."""
    client, _secret = keys(login, app)
    query = {"client_id": client, "redirect_uri": redirect_uri, "response_type": "code", "state": state}
    if login == "facebook":
        page = f"{hosts.host('facebook_sign_in')}/{hosts.version}/dialog/oauth"
        query |= {"scope": ",".join(FACEBOOK_SCOPES), "auth_type": "rerequest"}  # asks again for what was declined
    else:
        page = f"{hosts.host('sign_in')}/oauth/authorize"
        query |= {"scope": ",".join(SCOPES), "force_authentication": "1", "enable_fb_login": "0"}
    return Redirect(_oauth.address(page, query), {"login": login})


# --- with the account itself --------------------------------------------------
def finish(hosts: Hosts, code: str, *, redirect_uri: str, context: Context) -> Connected:
    """The code for a key of an hour, that for one of 60 days, and whose it is."""
    client, client_secret = keys("instagram", context.app)
    form = {
        "client_id": client,
        "client_secret": client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
        "code": code,
    }
    wire = Wire(context.http(), (client_secret, code))
    short = _meta_tokens.short(wire, f"{hosts.host('tokens')}/oauth/access_token", NAME, form)
    _oauth.need(short, NEEDED, NAME)
    wire = Wire(context.http(), (client_secret, short.access))
    query = {"grant_type": "ig_exchange_token", "client_secret": client_secret, "access_token": short.access}
    return connected(hosts, _meta_tokens.long(wire, f"{hosts.host('api')}/access_token", NAME, query), context)


def connected(hosts: Hosts, tokens: Tokens, context: Context) -> Connected:
    """The account a key opens. A key that opens none is not believed."""
    wire = Wire(context.http(), (tokens.access,))
    answer = wire.ask("GET", f"{home(hosts, 'instagram')}/me", params={"fields": ME}, headers=_bearer(tokens.access))
    _told_at_once(wire, answer)
    account = account_of(answer, "instagram")
    secret = {"token": tokens.access, "login": "instagram"}
    return Connected(account, secret, tokens.expires_at or timezone.now() + LOOK_SOON)


def renew(hosts: Hosts, wire: Wire, token: str) -> Tokens:
    """A further 60 days. Raises NeedsReconnect when the key has ended, Temporary."""
    query = {"grant_type": "ig_refresh_token", "access_token": token}
    return _meta_tokens.renewed(wire, f"{hosts.host('api')}/refresh_access_token", NAME, query)


# --- through a Facebook Page --------------------------------------------------
def finish_facebook(hosts: Hosts, code: str, *, redirect_uri: str, context: Context) -> Connected | Choice:
    """The code for the person's key, that for one of 60 days, and with it the keys of their Pages, which do not end."""
    client, client_secret = keys("facebook", context.app)
    mine = {"client_id": client, "client_secret": client_secret}
    url = f"{home(hosts, 'facebook')}/oauth/access_token"
    wire = Wire(context.http(), (client_secret, code))
    short = _oauth.first(wire, url, "Facebook", form={**mine, "redirect_uri": redirect_uri, "code": code})
    wire = Wire(context.http(), (client_secret, short.access))
    form = {**mine, "grant_type": "fb_exchange_token", "fb_exchange_token": short.access}
    long = _oauth.first(wire, url, "Facebook", form=form)
    ends_at = _rights(hosts, context, long.access, client, client_secret)
    return accounts_of(hosts, long.access, context, ends_at)


def _rights(hosts: Hosts, context: Context, token: str, client: str, client_secret: str) -> datetime | None:
    """Raises FieldProblem where a right was left out; when a person must come again, where told."""
    wire = Wire(context.http(), (client_secret, token))
    how = {"input_token": token, "access_token": f"{client}|{client_secret}"}
    answer = wire.ask("GET", f"{home(hosts, 'facebook')}/debug_token", params=how)
    data = answer.fields.get("data")
    if not answer.ok or not isinstance(data, dict):  # it tells more, but is not needed
        return None
    scopes = data.get("scopes")
    granted = frozenset(map(str, scopes)) if isinstance(scopes, list) else frozenset()
    _oauth.need(Tokens("", scopes=granted), FACEBOOK_NEEDED, "Facebook")
    ends = number_of(data.get("data_access_expires_at"), most=10**10)
    return datetime.fromtimestamp(ends, UTC) if ends else None


def accounts_of(hosts: Hosts, token: str, context: Context, ends_at: datetime | None = None) -> Connected | Choice:
    """The Instagram accounts of this person's Pages. Raises FieldProblem where there is none."""
    found = tuple(_account_of_page(page, token, ends_at) for page in _pages(hosts, token, context))
    known = [one for one in found if one is not None]
    for one in known:
        if one.account.remote_id == context.reconnecting:
            return one
    if not known:
        raise FieldProblem(
            "",
            _(
                "No Instagram account is linked with a Page you allowed. Link it in the settings of the Page on "
                "Facebook, and tick the Page when you sign in."
            ),
        )
    return known[0] if len(known) == 1 else Choice(tuple(known))


def _pages(hosts: Hosts, token: str, context: Context) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query = {"fields": f"id,name,access_token,instagram_business_account{{{OF_A_PAGE}}}", "limit": "100"}
    for _page in range(_PAGES):
        wire = Wire(context.http(), (token,))
        url = f"{home(hosts, 'facebook')}/me/accounts"
        answer = wire.ask("GET", url, params=query, headers=_bearer(token))
        _told_at_once(wire, answer)
        listed = answer.fields.get("data")
        found += [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        after = answer.text("paging", "cursors", "after")
        if not after or not answer.text("paging", "next"):
            break
        query = {**query, "after": after}
    return found


def _account_of_page(page: Mapping[str, Any], token: str, ends_at: datetime | None) -> Connected | None:
    linked = page.get("instagram_business_account")
    if not isinstance(linked, dict) or not linked.get("id") or not linked.get("username"):
        return None
    account = account_of(Answer(200, linked, {}, ""), "facebook")
    key = page.get("access_token")
    secret = {"token": key if isinstance(key, str) and key else token, "login": "facebook"}
    return Connected(account, secret, None, ends_at)


# --- both ---------------------------------------------------------------------
def account_of(answer: Answer, login: str) -> Account:
    """The account in an answer. Raises NeedsReconnect for a personal one, Temporary where it cannot be read."""
    told = answer.fields
    remote_id = told.get("user_id") or told.get("id") if login == "instagram" else told.get("id")
    username = answer.text("username")
    if isinstance(remote_id, bool) or not isinstance(remote_id, str | int) or not remote_id or not username:
        raise Temporary(_("The answer of %s cannot be read.") % NAME, detail=answer.words)
    if answer.text("account_type").upper() == "PERSONAL":
        raise NeedsReconnect(
            _(
                "This is a personal account. Turn it into a professional one in the Instagram app, then connect it "
                "again."
            )
        )
    return Account(
        remote_id=str(remote_id),
        name=answer.text("name") or username,
        handle=f"@{username}",
        url=f"https://www.instagram.com/{username}/",
        avatar_url=answer.text("profile_picture_url"),
        facts={"login": login},
    )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _told_at_once(wire: Wire, answer: Answer) -> None:
    """While a person is looking, a key that opens nothing is a sentence on their page."""
    try:
        _graph.raise_for(_graph.told(wire, answer), NAME, meanings=MEANINGS)
    except NeedsReconnect as error:
        raise FieldProblem("", _("The key opens nothing: %s") % (error.reason or error.detail)) from None
