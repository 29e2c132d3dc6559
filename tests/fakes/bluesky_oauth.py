"""The sign-in server of the AT Protocol as its specification has it: it believes only what is signed and fresh."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.fakes.server import Reply, Request, route

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Grant:
    """One sign-in: what was asked, and the tokens that are good for it now."""

    asked: dict[str, str]
    thumbprint: str
    access: str = ""
    refresh: str = ""


class SignIn:
    """Mixed into the fake Bluesky. `clients` are the documents it would read at each client_id: (metadata, keys)."""

    url: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self.deposited: dict[str, Grant] = {}
        self.codes: dict[str, Grant] = {}
        self.grants: list[Grant] = []
        self.seen: set[str] = set()  # every jti, once
        self.count, self.nonces = 0, {"sign-in": "", "server": ""}
        self.rotate()
        self.account = "did:plc:" + "a" * 24  # who signs in
        self.granted = "atproto transition:generic"
        self.lasts: int | None = 900
        self.announced: dict[str, Any] = {}  # what it says differently of itself
        self.ends = True

    # --- what a test does -------------------------------------------------
    def browse(self, address: str, *, allow: bool = True) -> dict[str, str]:
        """A person signs in where they were sent; the answer the browser brings back."""
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/oauth/authorize"
        assert set(query) == {"client_id", "request_uri"}
        grant = self.deposited.pop(query["request_uri"])
        assert grant.asked["client_id"] == query["client_id"]
        told = {"state": grant.asked["state"], "iss": self.url}
        if not allow:
            return {**told, "error": "access_denied"}
        code = self._fresh("code")
        self.codes[code] = grant
        return {**told, "code": code}

    def rotate(self) -> None:
        """Other nonces from now on."""
        self.nonces = {name: secrets.token_hex(12) for name in self.nonces}

    def end_sign_ins(self) -> None:
        self.grants.clear()

    def end_access(self) -> None:
        for grant in self.grants:
            grant.access = "never-told"

    def signed_in(self, refresh: str) -> bool:
        return any(grant.refresh == refresh for grant in self.grants)

    def open_grant(self, key_thumbprint: str) -> Grant:
        """A sign-in that was made some time ago."""
        grant = Grant({}, key_thumbprint)
        self.grants.append(grant)
        self._renew(grant)
        return grant

    def _fresh(self, name: str) -> str:
        self.count += 1
        return f"{name}-{self.count}-0123456789abcdef"

    def _renew(self, grant: Grant) -> None:
        grant.access, grant.refresh = self._fresh("oauth-access"), self._fresh("oauth-refresh")

    # --- what it says about itself ----------------------------------------
    @route("GET", r"/\.well-known/oauth-protected-resource")
    def resource(self, request: Request) -> Reply:
        return Reply(data={"resource": self.url, "authorization_servers": [self.url]})

    @route("GET", r"/\.well-known/oauth-authorization-server")
    def about(self, request: Request) -> Reply:
        told = {
            "issuer": self.url,
            "pushed_authorization_request_endpoint": f"{self.url}/oauth/par",
            "authorization_endpoint": f"{self.url}/oauth/authorize",
            "token_endpoint": f"{self.url}/oauth/token",
            "revocation_endpoint": f"{self.url}/oauth/revoke",
            "require_pushed_authorization_requests": True,
        }
        return Reply(data={**told, **self.announced})

    # --- the flow ---------------------------------------------------------
    @route("POST", r"/oauth/par")
    def deposit(self, request: Request) -> Reply:
        form, thumbprint, refused = self._form(request)
        if refused:
            return refused
        about = self.clients[form["client_id"]][0]
        if form["redirect_uri"] not in about["redirect_uris"] or form["response_type"] != "code":
            return _no("invalid_request", "Invalid redirect_uri")
        if not set(form["scope"].split()) <= set(about["scope"].split()) or form["code_challenge_method"] != "S256":
            return _no("invalid_scope", "Scope is not declared in the client metadata")
        name = "urn:ietf:params:oauth:request_uri:" + self._fresh("req")
        self.deposited[name] = Grant(form, thumbprint)
        return Reply(201, {"request_uri": name, "expires_in": 299}, self._nonce("sign-in"))

    @route("POST", r"/oauth/token")
    def trade(self, request: Request) -> Reply:
        form, thumbprint, refused = self._form(request)
        if refused:
            return refused
        if form["grant_type"] == "refresh_token":
            grant = next((one for one in self.grants if one.refresh == form["refresh_token"]), None)
        else:
            grant = self.codes.pop(form.get("code", ""), None)
            if grant and not self._answers(grant, form):
                grant = None
        if grant is None or grant.thumbprint != thumbprint:
            return _no("invalid_grant", "This grant is not valid", self._nonce("sign-in"))
        if grant not in self.grants:
            self.grants.append(grant)
        self._renew(grant)
        told = {"access_token": grant.access, "refresh_token": grant.refresh, "token_type": "DPoP"}
        told |= {"scope": self.granted, "sub": self.account} | ({"expires_in": self.lasts} if self.lasts else {})
        return Reply(data=told, headers=self._nonce("sign-in"))

    def _answers(self, grant: Grant, form: dict[str, str]) -> bool:
        challenge = _b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        return challenge == grant.asked["code_challenge"] and form["redirect_uri"] == grant.asked["redirect_uri"]

    @route("POST", r"/oauth/revoke")
    def end(self, request: Request) -> Reply:
        """What is dead already is as good as ended (RFC 7009)."""
        form, _thumbprint, refused = self._form(request)
        if refused:
            return refused
        self.grants = [one for one in self.grants if form["token"] not in (one.refresh, one.access)]
        return Reply(headers=self._nonce("sign-in"))

    # --- what it believes -------------------------------------------------
    def _nonce(self, whom: str) -> dict[str, str]:
        return {"DPoP-Nonce": self.nonces[whom]}

    def _form(self, request: Request) -> tuple[dict[str, str], str, Reply | None]:
        """(fields, the key's thumbprint, a refusal or None) of a request by a client."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if wrong := self._client_is_wrong(form):
            return form, "", Reply(401, {"error": "invalid_client", "error_description": wrong})
        thumbprint, wrong = self._proof(request, "sign-in")
        refused = Reply(400, {"error": wrong, "error_description": wrong}, self._nonce("sign-in")) if wrong else None
        return form, thumbprint, refused

    def _client_is_wrong(self, form: dict[str, str]) -> str:
        if form.get("client_id") not in self.clients or form.get("client_assertion_type") != ASSERTION:
            return "unknown client"
        header, claims = _parts(form["client_assertion"])
        keys = {one["kid"]: one for one in self.clients[form["client_id"]][1]["keys"]}
        if header.get("kid") not in keys or not _verified(form["client_assertion"], keys[header["kid"]]):
            return "signature"
        if (claims["iss"], claims["sub"], claims["aud"]) != (form["client_id"], form["client_id"], self.url):
            return "claims"
        if claims["jti"] in self.seen or not claims["iat"] <= time.time() + 5 or claims["exp"] > time.time() + 61:
            return "not fresh"
        self.seen.add(claims["jti"])
        return ""

    def _proof(self, request: Request, whom: str, access: str = "") -> tuple[str, str]:
        """(thumbprint of the key, what is wrong)."""
        proof = request.headers.get("dpop", "")
        if not proof:
            return "", "invalid_dpop_proof"
        header, claims = _parts(proof)
        named = (header.get("typ"), header.get("alg"), claims.get("htm"), claims.get("htu"))
        right = ("dpop+jwt", "ES256", request.method, self.url + request.path)
        if named != right or "d" in header["jwk"] or not _verified(proof, header["jwk"]) or claims["jti"] in self.seen:
            return "", "invalid_dpop_proof"
        if "iss" in claims or abs(claims["iat"] - time.time()) > 60:
            return "", "invalid_dpop_proof"
        if claims.get("ath", "") != (_b64(hashlib.sha256(access.encode()).digest()) if access else ""):
            return "", "invalid_dpop_proof"
        self.seen.add(claims["jti"])
        if claims.get("nonce") != self.nonces[whom]:
            return "", "use_dpop_nonce"
        return _thumbprint(header["jwk"]), ""

    def unproven(self, request: Request) -> Reply | None:
        """What the account's server says to a request whose token is not good, or not proven."""
        access = request.headers["authorization"].removeprefix("DPoP ")
        thumbprint, wrong = self._proof(request, "server", access)
        grant = next((one for one in self.grants if one.access == access), None)
        if not wrong and (grant is None or grant.thumbprint != thumbprint):
            wrong = "invalid_token"
        if not wrong:
            return None
        headers = {"WWW-Authenticate": f'DPoP error="{wrong}", error_description="x"', **self._nonce("server")}
        return Reply(401, {"error": wrong, "message": wrong}, headers)


def _no(error: str, words: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(400, {"error": error, "error_description": words}, headers or {})


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _signature = token.split(".")
    return json.loads(_unb64(header)), json.loads(_unb64(claims))


def _thumbprint(jwk: dict[str, str]) -> str:
    told = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return _b64(hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).digest())


def _verified(token: str, jwk: dict[str, str]) -> bool:
    text, _dot, signature = token.rpartition(".")
    raw = _unb64(signature)
    x, y = (int.from_bytes(_unb64(jwk[name])) for name in ("x", "y"))
    pair = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(pair, text.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return len(raw) == 64
