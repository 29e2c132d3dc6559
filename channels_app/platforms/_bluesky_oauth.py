"""Signing in at Bluesky: OAuth as the AT Protocol has it.

We are known by an address: client_id is that of a document we serve (`metadata`), and what we send is signed with the
key published beside it. So it works only where this installation can be reached from outside. The request of the
sign-in is deposited first (PAR), every token is bound to a key made for this one session (DPoP), and the account in
the answer must be the one the person named.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from channels_app import clientkeys
from channels_app.connect import FieldProblem
from channels_app.errors import NeedsReconnect, PlatformError, Temporary, Unsupported
from channels_app.platforms import _atproto, _dpop, _oauth, _wire
from channels_app.platforms._atproto import NAME
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Redirect, Session

SCOPE = "atproto transition:generic"  # what an app password may do, without direct messages
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTED_SECONDS = 60


# --- who we are -------------------------------------------------------------
def client_id() -> str:
    return settings.BASE_URL + reverse("channels:bluesky_client")


def redirect_uri() -> str:
    """The one address people come back to, whatever server their account is on."""
    return settings.BASE_URL + reverse("channels:callback", args=["bluesky", "home"])


def metadata() -> dict[str, Any]:
    """The document about us, as atproto.com/specs/oauth wants it of a confidential client."""
    return {
        "client_id": client_id(),
        "application_type": "web",
        "client_name": "LibSocial",
        "client_uri": settings.BASE_URL,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [redirect_uri()],
        "scope": SCOPE,
        "dpop_bound_access_tokens": True,
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks_uri": settings.BASE_URL + reverse("channels:bluesky_keys"),
    }


def public_keys() -> dict[str, Any]:
    """What others need to know that a signature is ours."""
    key = clientkeys.key_of("bluesky", client_id())
    return {"keys": [{**_dpop.public(key), "kid": _dpop.thumbprint(key), "use": "sig", "alg": "ES256"}]}


class Client(Wire):
    """Asks a sign-in server: every request signed as ours, and proven with the key of this session."""

    def __init__(self, session: requests.Session, issuer: str, key: dict[str, str], secrets: tuple[str, ...]) -> None:
        super().__init__(session, secrets)
        self.issuer, self.key = issuer, key

    def ask(self, method: str, url: str, *, creating: bool = False, **how: Any) -> Answer:
        form, given, secrets = how.pop("data"), how.pop("headers", {}), self.secrets

        def once(nonce: str) -> Answer:
            headers = {**given, "DPoP": _dpop.proof(self.key, method, url, nonce=nonce)}
            data = {**form, **self._signed()}
            self.secrets = (*secrets, data["client_assertion"])
            return super(Client, self).ask(method, url, creating=creating, data=data, headers=headers, **how)

        return _dpop.with_nonce("sign-in", url, once)

    def _signed(self) -> dict[str, str]:
        own, key = client_id(), clientkeys.key_of("bluesky", client_id())
        claims = {"iss": own, "sub": own, "aud": self.issuer, "exp": int(time.time()) + _ASSERTED_SECONDS}
        assertion = _dpop.signed({"kid": _dpop.thumbprint(key)}, claims, key)
        return {"client_id": own, "client_assertion_type": _ASSERTION, "client_assertion": assertion}


# --- where to sign in -------------------------------------------------------
@dataclass(frozen=True)
class Places:
    """A sign-in server: its name and its addresses; `revoking` '' where it has none."""

    issuer: str
    depositing: str
    page: str
    tokens: str
    revoking: str


def places_of(wire: Wire, pds: str) -> Places:
    """The sign-in server an account's server names. Raises FieldProblem, Temporary."""
    named = wire.ask("GET", f"{pds}/.well-known/oauth-protected-resource")
    _wire.raise_common(named, NAME)
    servers = named.fields.get("authorization_servers")
    issuer = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], str) else ""
    if not named.ok or not _safe(issuer):
        raise _no_sign_in()
    told = wire.ask("GET", f"{issuer.rstrip('/')}/.well-known/oauth-authorization-server")
    _wire.raise_common(told, NAME)
    names = ("pushed_authorization_request_endpoint", "authorization_endpoint", "token_endpoint")
    places = [told.text(name) for name in names]
    if not told.ok or told.text("issuer") != issuer or not all(map(_safe, places)):
        raise _no_sign_in()
    revoking = told.text("revocation_endpoint")
    return Places(issuer, *places, revoking if _safe(revoking) else "")


def _safe(url: str) -> bool:
    try:
        return _wire.may_carry_secrets(url)
    except ValueError:  # no address at all
        return False


def _no_sign_in() -> FieldProblem:
    return FieldProblem("way", _("The server of this account does not let programs sign in. Use an app password."))


# --- the flow ---------------------------------------------------------------
def begin(http: requests.Session, handle: str, back: str, state: str) -> Redirect:
    """Deposits what we ask for, and says where the person signs in. Raises FieldProblem, Temporary."""
    if back != redirect_uri():
        raise FieldProblem("server", _("Leave this empty: signing in finds the server of the account by itself."))
    did, pds = _atproto.find_server(http, handle)
    places = places_of(Wire(http), pds)
    (verifier, challenge), key = _oauth.pkce(), _dpop.new_key()
    asked = {
        "response_type": "code",
        "redirect_uri": back,
        "scope": SCOPE,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": handle,
    }
    answer = Client(http, places.issuer, key, (state,)).ask("POST", places.depositing, data=asked)
    deposited = answer.text("request_uri")
    if answer.status in (400, 401, 403, 422):
        raise FieldProblem("way", _refused(answer))
    _wire.raise_common(answer, NAME)
    if not deposited:
        raise Temporary(_("The answer of Bluesky’s sign-in cannot be read."), detail=answer.words)
    keep = {"did": did, "pds": pds, "handle": handle, "verifier": verifier, "dpop": key}
    keep |= {"issuer": places.issuer, "tokens": places.tokens, "revoking": places.revoking}
    return Redirect(_oauth.address(places.page, {"client_id": client_id(), "request_uri": deposited}), keep)


def finish(http: requests.Session, keep: dict[str, Any], answer: dict[str, str], back: str) -> tuple[dict, Tokens]:
    """(the secret, the tokens) for the code a person came back with. Raises FieldProblem, Temporary."""
    code = _oauth.code_of(answer)
    if answer.get("iss") != keep["issuer"]:
        raise FieldProblem("", _("The answer came from another server than the one asked. Nothing was connected."))
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": keep["verifier"],
    }
    client = Client(http, keep["issuer"], keep["dpop"], (code, keep["verifier"]))
    tokens = _oauth.first(client, keep["tokens"], NAME, form=form)
    secret = {"access": tokens.access, "refresh": tokens.refresh}
    secret |= {name: keep[name] for name in ("pds", "dpop", "issuer", "tokens", "revoking")}
    told = tokens.answer or {}
    if told.get("sub") != keep["did"]:
        _give_back(http, secret)
        raise FieldProblem("", _("You signed in with another account than %s. Nothing was connected.") % keep["handle"])
    if str(told.get("token_type", "")).lower() != "dpop" or not tokens.refresh:
        raise Temporary(_("The answer of Bluesky’s sign-in cannot be read."))
    _oauth.need(tokens, set(SCOPE.split()), NAME)
    return secret, tokens


def renew(http: requests.Session, secret: dict[str, Any], did: str) -> tuple[dict[str, Any], Tokens]:
    """(the next secret, its tokens): the refresh token is spent by this. Raises NeedsReconnect, Temporary."""
    form = {"grant_type": "refresh_token", "refresh_token": secret["refresh"]}
    tokens = _oauth.renewed(_client(http, secret), secret["tokens"], NAME, form=form)
    if (tokens.answer or {}).get("sub", did) != did:
        raise NeedsReconnect(_("%s gives us no new key. Sign in again.") % NAME)
    return {**secret, "access": tokens.access, "refresh": tokens.refresh or secret["refresh"]}, tokens


def revoke(session: Session) -> None:
    """Ends the whole sign-in. Raises Temporary, Unsupported."""
    secret = session.secret
    if not secret["revoking"]:
        raise Unsupported(_("The server of this account has no way to end a sign-in. End it there by hand."))
    form = {"token": secret["refresh"], "token_type_hint": "refresh_token"}
    answer = _client(session.http(), secret).ask("POST", secret["revoking"], data=form)
    if not answer.ok:
        raise Temporary(_("Bluesky did not end our sign-in when we asked."), detail=answer.words)


def _client(http: requests.Session, secret: dict[str, Any]) -> Client:
    return Client(http, secret["issuer"], secret["dpop"], (secret["access"], secret["refresh"]))


def _give_back(http: requests.Session, secret: dict[str, Any]) -> None:
    """Tokens nobody will use."""
    try:
        if secret["revoking"]:
            _client(http, secret).ask("POST", secret["revoking"], data={"token": secret["refresh"] or secret["access"]})
    except PlatformError:
        return


def _refused(answer: Answer) -> str:
    return _(
        "Bluesky’s sign-in did not accept this installation (%(words)s). It must be able to read %(address)s "
        "from the internet. An app password works without that."
    ) % {"words": answer.words, "address": client_id()}
