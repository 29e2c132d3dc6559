"""The AT Protocol as Bluesky's adapter needs it: identities, sessions, record keys, and what its errors mean."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import regex
import requests
from django.utils.translation import gettext as _

from channels_app.connect import FieldProblem
from channels_app.errors import NeedsReconnect, Rejected, Temporary
from channels_app.platforms import _dpop, _wire
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Session, host_of

NAME = "Bluesky"
HOSTS = {
    "entryway": "https://bsky.social",  # sign-in
    "appview": "https://public.api.bsky.app",  # reading
    "plc": "https://plc.directory",  # identities
    "video": "https://video.bsky.app",  # films
}
POSTS = "app.bsky.feed.post"
HANDLE = regex.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_DID = regex.compile(r"did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9._%:-]+)")
_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"

# A credential that is dead or lacks a right. ExpiredToken comes as 400; it is renewed before it gets here.
RECONNECT = {
    "ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "AccountTakedown", "AccountDeactivated",
    "AccountSuspended", "AccountNotFound", "AuthFactorTokenRequired", "RepoTakendown", "RepoDeactivated",
    "RepoSuspended", "InvalidAuthentication", "AccountInactive",
}  # fmt: skip
_MEDIA = {"InvalidMimeType", "InvalidSize", "BlobTooLarge", "PayloadTooLarge", "BlobNotFound"}


def tid(key: str, at: datetime, index: int) -> str:
    """A record key in the protocol's form (13 characters), always the same for the same arguments.

    Its time is `at` in milliseconds plus `index`, so the parts of a thread sort;
    the rest comes from `key`, so two posts of one moment do not meet.
    Source: atproto.com/specs/tid (53 bits of microseconds, 10 of a clock id).
    """
    spread = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    millis = int(at.astimezone(UTC).timestamp() * 1000) + index
    value = ((millis * 1000 + spread % 1000) & ((1 << 53) - 1)) << 10 | (spread >> 32) % 1024
    return "".join(_BASE32[(value >> shift) & 31] for shift in range(60, -1, -5))


def created_at(at: datetime, index: int) -> str:
    """The moment a record says it was made; the parts of a thread a millisecond apart, in their order."""
    moment = datetime.fromtimestamp(int(at.timestamp() * 1000 + index) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def expiry(token: str) -> datetime | None:
    """When a JWT says it ends. Its signature is the server's business, not ours."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (IndexError, KeyError, ValueError, TypeError, OverflowError, OSError):
        return None


# --- calls ----------------------------------------------------------------
class Line:
    """Calls to the account's own server, renewing the access token once when it ended."""

    def __init__(self, session: Session) -> None:
        self.session, self.did = session, session.remote_id
        self.pds = str(session.secret["pds"])

    def call(self, method: str, nsid: str, *, creating: bool = False, **how: Any) -> Answer:
        """The answer, which may be a refusal; see `raise_for`."""
        answer = self._once(method, nsid, self.session.secret, creating, how)
        if is_expired(answer):
            answer = self._once(method, nsid, self.session.refresh(), creating, how)
        return answer

    def _once(self, method: str, nsid: str, secret: dict[str, Any], creating: bool, how: dict[str, Any]) -> Answer:
        how = dict(how)
        wire = Wire(self.session.http(**how.pop("limits", {})), (secret["access"], secret["refresh"]))
        return ask_as(wire, secret, method, f"{self.pds}/xrpc/{nsid}", creating=creating, **how)

    def get(self, nsid: str, **params: Any) -> dict[str, Any]:
        """The answer of a query; raises what `raise_for` raises."""
        answer = self.call("GET", nsid, params=params)
        raise_for(answer)
        return answer.fields


def ask_as(wire: Wire, secret: dict[str, Any], method: str, url: str, *, creating: bool = False, **how: Any) -> Answer:
    """One request with the access token, in the way of how it was come by: an app password or a sign-in (`dpop`)."""
    if "dpop" in secret:
        return _dpop.ask(wire, secret, method, url, creating=creating, **how)
    _dpop.rewound(how.get("data"))
    headers = {**how.pop("headers", {}), "Authorization": f"Bearer {secret['access']}"}
    return wire.ask(method, url, creating=creating, headers=headers, **how)


def is_expired(answer: Answer) -> bool:
    """Servers with other code than Bluesky's, or with new keys, call an ended token invalid."""
    if answer.status == 401 and "invalid_token" in f"{answer.text('error')} {answer.headers.get('WWW-Authenticate')}":
        return True  # of a sign-in
    return answer.status in (400, 401) and answer.text("error") in ("ExpiredToken", "InvalidToken")


def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal; returns when the answer is good."""
    if answer.ok:
        return
    name = answer.text("error")
    if name == "RateLimitExceeded":
        _wire.raise_rate_limited(answer, NAME)
    if name in RECONNECT or answer.status in (401, 403):
        raise NeedsReconnect(
            _(
                "Bluesky no longer accepts our key for this account. "
                "Reconnect it with a new app password or by signing in."
            ),
            detail=answer.words,
        )
    _wire.raise_common(answer, NAME, creating=creating)
    if answer.status == 404 and not name:  # whoever answers there, it is no Bluesky server today
        raise Temporary(_("The account’s server does not answer as Bluesky."), detail=answer.words)
    # The server names the place: "blob too big … at $.record.embed.images[0].image".
    of_media = name in _MEDIA or answer.status == 413 or regex.search(r"blob|\$\.record\.embed", answer.words)
    field = "media" if of_media else "text"
    raise Rejected(_("Bluesky refused the post: %(words)s") % {"words": answer.words}, field=field, detail=answer.words)


# --- identity -------------------------------------------------------------
def clean_handle(text: str) -> str:
    """`name.example` from a handle, a mention or the address of a profile. Raises FieldProblem."""
    handle = _wire.typed(text).lower()
    if "/profile/" in handle:
        handle = handle.partition("/profile/")[2].partition("/")[0]
    handle = unquote(handle).removeprefix("@").rstrip("./")
    if HANDLE.fullmatch(handle):
        return handle
    if handle and "." not in handle and "@" not in handle:
        raise FieldProblem(
            "handle", _("Write the whole handle with its ending, such as %(handle)s.bsky.social.") % {"handle": handle}
        )
    raise FieldProblem("handle", _("This is not a Bluesky handle. It looks like library.bsky.social."))


def host(name: str) -> str:
    """One of HOSTS, as it is set here."""
    return host_of("bluesky", name, HOSTS[name])


def find_server(http: requests.Session, handle: str) -> tuple[str, str]:
    """(did, address of the account's server) of a handle. Raises FieldProblem, Temporary."""
    wire = Wire(http)
    did = _resolve(wire, handle)
    document = _document(wire, did)
    if f"at://{handle}" not in [str(name).lower() for name in _list(document.get("alsoKnownAs"))]:
        raise FieldProblem("handle", _("The account behind %(handle)s does not use this handle.") % {"handle": handle})
    return did, server_of(document)


def server_of_did(http: requests.Session, did: str) -> str:
    """The address of the server of an identity, as its document has it. Raises Temporary."""
    try:
        return server_of(_document(Wire(http), did))
    except FieldProblem as problem:
        raise Temporary(problem.sentence) from None


def _resolve(wire: Wire, handle: str) -> str:
    """The reading service knows every handle, Bluesky's own server its newest ones earlier. Raises FieldProblem."""
    trouble: Temporary | None = None
    for name in ("appview", "entryway"):
        url = f"{host(name)}/xrpc/com.atproto.identity.resolveHandle"
        try:
            answer = wire.ask("GET", url, params={"handle": handle})
            if answer.status not in (400, 404):
                raise_for(answer)
                return answer.text("did")
        except Temporary as error:
            trouble = error
    if trouble:
        raise trouble
    raise FieldProblem("handle", _("Bluesky knows no account %(handle)s. Check the spelling.") % {"handle": handle})


def _document(wire: Wire, did: str) -> dict[str, Any]:
    if not _DID.fullmatch(did):
        raise Temporary(_("Bluesky’s directory gave an answer we cannot read."))
    if did.startswith("did:plc:"):
        url = f"{host('plc')}/{did}"
    else:
        place = unquote(did.removeprefix("did:web:"))
        url = f"{'http' if place.startswith('localhost') else 'https'}://{place}/.well-known/did.json"
    answer = wire.ask("GET", url)
    if not answer.ok or not answer.fields:
        raise Temporary(_("Bluesky’s directory does not answer at the moment."), detail=answer.words)
    return answer.fields


def server_of(document: dict[str, Any]) -> str:
    """The address of the account's server in its identity document. Raises FieldProblem where it has none."""
    for service in _list(document.get("service")):
        if isinstance(service, dict) and str(service.get("id", "")).endswith("#atproto_pds"):
            return _wire.server_url(str(service.get("serviceEndpoint", "")), "handle")
    raise FieldProblem("handle", _("This account has no server that can be found."))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
