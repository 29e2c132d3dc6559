"""Tokens bound to a key of ours: signed words (JWT, ES256) and the proof beside every request (DPoP, RFC 9449).

Servers hand out words of their own (nonces) that the next proof must repeat; where one is missing the request is
refused before anything is done, and asked once more.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.utils.translation import gettext as _

from channels_app.errors import Temporary
from channels_app.platforms._wire import Answer, Wire

_SIZE = 32  # bytes of each number of a P-256 key
_LONGEST_NONCE = 500
_MOST_NONCES = 1000
# The last word of each server; forgetting one costs a single repetition. (for whom, origin) -> nonce.
_nonces: dict[tuple[str, str], str] = {}


# --- keys and signed words --------------------------------------------------
def new_key() -> dict[str, str]:
    """A private key as JWK."""
    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    key = {"kty": "EC", "crv": "P-256", "x": _number(numbers.public_numbers.x), "y": _number(numbers.public_numbers.y)}
    return {**key, "d": _number(numbers.private_value)}


def public(key: dict[str, str]) -> dict[str, str]:
    """The half of a key that others may see."""
    return {name: key[name] for name in ("kty", "crv", "x", "y")}


def thumbprint(key: dict[str, str]) -> str:
    """What names a key, RFC 7638."""
    canonical = json.dumps(public(key), sort_keys=True, separators=(",", ":"))
    return b64(hashlib.sha256(canonical.encode()).digest())


def signed(header: dict[str, Any], claims: dict[str, Any], key: dict[str, str]) -> str:
    """A JWT signed with ES256. Every one has a name of its own (`jti`) and its moment (`iat`)."""
    claims = {"jti": secrets.token_urlsafe(18), "iat": int(time.time()), **claims}
    text = ".".join(b64(json.dumps(part).encode()) for part in ({"alg": "ES256", **header}, claims))
    private = ec.derive_private_key(int.from_bytes(_unb64(key["d"])), ec.SECP256R1())
    pair = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{b64(b''.join(number.to_bytes(_SIZE) for number in pair))}"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int) -> str:
    return b64(value.to_bytes(_SIZE))


# --- the proof --------------------------------------------------------------
def proof(key: dict[str, str], method: str, url: str, *, nonce: str = "", access: str = "") -> str:
    """The proof for one request; `access` is the token it goes with."""
    claims = {"htm": method, "htu": url.partition("?")[0].partition("#")[0]}
    claims |= {"nonce": nonce} if nonce else {}
    claims |= {"ath": b64(hashlib.sha256(access.encode()).digest())} if access else {}
    return signed({"typ": "dpop+jwt", "jwk": public(key)}, claims, key)


def with_nonce(whom: str, url: str, once: Callable[[str], Answer]) -> Answer:
    """Asks with the last word this server gave, and once more with a new one where it wants that. `whom` keeps the
    words of a sign-in server apart from those of an account's server at the same address. Raises Temporary."""
    place = (whom, "{0.scheme}://{0.netloc}".format(urlsplit(url)))
    answer = once(_nonces.get(place, ""))
    given = _remember(place, answer)
    if not given or not _wants_nonce(answer):
        return answer
    answer = once(given)
    if _remember(place, answer) and _wants_nonce(answer):
        raise Temporary(_("The server is not content with what proves our key. We ask again later."))
    return answer


def _remember(place: tuple[str, str], answer: Answer) -> str:
    nonce = str(answer.headers.get("DPoP-Nonce") or "")[:_LONGEST_NONCE]
    if nonce:
        if len(_nonces) >= _MOST_NONCES:
            _nonces.clear()
        _nonces[place] = nonce
    return nonce


def _wants_nonce(answer: Answer) -> bool:
    told = f"{answer.text('error')} {answer.headers.get('WWW-Authenticate') or ''}"
    return answer.status in (400, 401) and "use_dpop_nonce" in told


def ask(wire: Wire, secret: dict[str, Any], method: str, url: str, *, creating: bool = False, **how: Any) -> Answer:
    """One request with the token in `secret` (`access`), proven with the key it is bound to (`dpop`)."""
    given = how.pop("headers", {})

    def once(nonce: str) -> Answer:
        rewound(how.get("data"))
        made = proof(secret["dpop"], method, url, nonce=nonce, access=secret["access"])
        headers = {**given, "Authorization": f"DPoP {secret['access']}", "DPoP": made}
        return wire.ask(method, url, creating=creating, headers=headers, **how)

    return with_nonce("server", url, once)


def rewound(data: Any) -> None:
    """A file that may have been sent before begins anew."""
    if hasattr(data, "seek"):
        data.seek(0)
