"""A Bluesky that behaves: directory, PDS and reading service in one, as shared lexicons and the PDS's code say."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any

from tests.fakes.server import FarSide, Reply, Request, route

DID = "did:plc:" + "a" * 24
HANDLE = "library.test"
PASSWORD = "abcd-efgh-ijkl-mnop"
POSTS = "app.bsky.feed.post"


def token(name: str, serial: int) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(time.time()) + 7200, "n": serial}).encode())
    return f"eyJhbGciOiJub25lIn0.{claims.decode().rstrip('=')}.{name}{serial}secret"


class FakeBluesky(FarSide):
    """One account. `records` is what its repository holds."""

    platform = "bluesky"
    creating = ("POST", r"putRecord|createRecord")

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, dict[str, Any]] = {}
        self.likes: dict[str, int] = {}
        self.blobs: dict[str, bytes] = {}
        self.hidden: set[str] = set()  # not shown by the reading service
        self.known_handles = {HANDLE: DID, "friend.test": "did:plc:" + "b" * 24}
        self.serial, self.active, self.followers = 0, True, 7
        self.lose_blobs = False
        self._new_tokens()

    def _new_tokens(self) -> None:
        self.serial += 1
        self.access, self.refresh = token("access", self.serial), token("refresh", self.serial)

    def expire_access(self) -> None:
        """The access token ended; the refresh token is still good."""
        self.access = token("never-told", 0)

    def revoke(self) -> None:
        """The app password was deleted: nothing is good any more."""
        self.access, self.refresh = token("never-told", 0), token("never-told", 1)

    def secret(self) -> dict[str, str]:
        return {"access": self.access, "refresh": self.refresh, "pds": self.url}

    # --- what a test asks -------------------------------------------------
    def posts(self) -> list[dict[str, Any]]:
        return [record for key, record in sorted(self.records.items())]

    def texts(self) -> list[str]:
        return [record["text"] for record in self.posts()]

    def alts(self) -> list[str]:
        return [image["alt"] for record in self.posts() for image in record.get("embed", {}).get("images", [])]

    def like(self, remote_id: str, times: int = 1) -> None:
        self.likes[remote_id] = self.likes.get(remote_id, 0) + times

    # --- identity ---------------------------------------------------------
    def _document(self) -> dict[str, Any]:
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.url}
        return {"id": DID, "alsoKnownAs": [f"at://{HANDLE}"], "service": [service]}

    @route("GET", r"/xrpc/com\.atproto\.identity\.resolveHandle")
    def resolve(self, request: Request) -> Reply:
        did = self.known_handles.get(request.query["handle"][0])
        return Reply(data={"did": did}) if did else _no("InvalidRequest", "Unable to resolve handle")

    @route("GET", r"/(did:plc:\w+)")
    def directory(self, request: Request, did: str) -> Reply:
        return Reply(data=self._document()) if did == DID else Reply(404, {"message": "DID not registered"})

    # --- sessions ---------------------------------------------------------
    def _session(self) -> dict[str, Any]:
        return {
            "did": DID,
            "handle": HANDLE,
            "active": self.active,
            "didDoc": self._document(),
            "accessJwt": self.access,
            "refreshJwt": self.refresh,
        }

    @route("POST", r"/xrpc/com\.atproto\.server\.createSession")
    def sign_in(self, request: Request) -> Reply:
        if request.json.get("identifier") not in (HANDLE, DID) or request.json.get("password") != PASSWORD:
            return _no("AuthenticationRequired", "Invalid identifier or password", 401)
        if not self.active:
            return _no("AccountTakedown", "Account has been taken down", 401)
        self._new_tokens()
        return Reply(data=self._session())

    @route("POST", r"/xrpc/com\.atproto\.server\.refreshSession")
    def renew(self, request: Request) -> Reply:
        if request.body or request.token != self.refresh:
            return _no("ExpiredToken", "Token has been revoked")
        self._new_tokens()
        return Reply(data=self._session())

    @route("POST", r"/xrpc/com\.atproto\.server\.deleteSession")
    def sign_out(self, request: Request) -> Reply:
        """Ends the refresh token; an access token lives on until it runs out by itself."""
        if request.body or request.token != self.refresh:
            return _no("ExpiredToken", "Token has been revoked")
        self.refresh = token("never-told", 1)
        return Reply()

    def opens(self, secret: dict[str, str]) -> bool:
        return secret["refresh"] == self.refresh

    @route("GET", r"/xrpc/com\.atproto\.server\.getSession")
    def session(self, request: Request) -> Reply:
        if not self.active:
            return _no("InvalidRequest", "Could not find user info for account")
        return self._refused(request) or Reply(data={"did": DID, "handle": HANDLE, "active": self.active})

    def _refused(self, request: Request) -> Reply | None:
        if not request.token:
            return _no("AuthMissing", "Authentication Required", 401)
        if request.token != self.access:
            return _no("ExpiredToken", "Token has expired")
        return None

    # --- records ----------------------------------------------------------
    @route("POST", r"/xrpc/com\.atproto\.repo\.uploadBlob")
    def upload(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if len(request.body) > 1_000_000:
            return _no("BlobTooLarge", "This file is too large", 400)
        cid = "bafkrei" + hashlib.sha256(request.body).hexdigest()[:40]
        self.blobs[cid] = request.body
        mime = request.headers["content-type"]
        return Reply(
            data={"blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(request.body)}}
        )

    @route("POST", r"/xrpc/com\.atproto\.repo\.putRecord")
    def put(self, request: Request) -> Reply:
        body, record = request.json, request.json["record"]
        if refused := self._refused(request):
            return refused
        if len(record["text"].encode()) > 3000:
            return _no("InvalidRequest", "Invalid app.bsky.feed.post record: text too long")
        if not all(_takes(facet["features"][0]) for facet in record.get("facets", [])):
            return _no("InvalidRequest", "Invalid app.bsky.feed.post record: $.record.facets must be valid")
        if self.lose_blobs:
            self.blobs, self.lose_blobs = {}, False
        if any(cid not in self.blobs for cid in _links(record)):
            return _no("BlobNotFound", "Could not find blob")
        there = self.records.get(body["rkey"])
        if there is not None and there != record and body.get("swapRecord", "") is None:
            return _no("InvalidSwap", "Record was at " + _cid(there))
        self.records[body["rkey"]] = record
        return Reply(data={**self._where(body["rkey"]), "validationStatus": "valid"})

    def _where(self, rkey: str) -> dict[str, str]:
        return {"uri": f"at://{DID}/{POSTS}/{rkey}", "cid": _cid(self.records[rkey])}

    @route("GET", r"/xrpc/com\.atproto\.repo\.getRecord")
    def get(self, request: Request) -> Reply:
        rkey = request.query["rkey"][0]
        if not self.active:
            return _no("InvalidRequest", f"Could not find repo: {DID}")
        if rkey not in self.records:
            return _no("RecordNotFound", f"Could not locate record: {rkey}")
        return Reply(data={**self._where(rkey), "value": self.records[rkey]})

    @route("POST", r"/xrpc/com\.atproto\.repo\.deleteRecord")
    def delete(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        self.records.pop(request.json["rkey"], None)
        return Reply(data={})

    # --- reading ----------------------------------------------------------
    @route("GET", r"/xrpc/app\.bsky\.feed\.getPosts")
    def get_posts(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if len(request.query["uris"]) > 25:
            return _no("InvalidRequest", "Error: uris must not have more than 25 elements")
        shown = [
            {"uri": uri, "likeCount": self.likes.get(uri, 0), "repostCount": 0, "replyCount": 0, "quoteCount": 0}
            for uri in request.query["uris"]
            if uri.rpartition("/")[2] in self.records and uri not in self.hidden
        ]
        return Reply(data={"posts": shown})

    @route("GET", r"/xrpc/app\.bsky\.actor\.getProfile")
    def profile(self, request: Request) -> Reply:
        counts = {"followersCount": self.followers, "postsCount": len(self.records)}
        return self._refused(request) or Reply(data={"did": DID, "displayName": "Town Library", **counts})


def _no(error: str, message: str, status: int = 400) -> Reply:
    return Reply(status, {"error": error, "message": message})


def _cid(record: dict[str, Any]) -> str:
    return "bafyrei" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:40]


def _takes(feature: dict[str, str]) -> bool:
    """Addresses and tags as the lexicon has them."""
    uri_fits = re.fullmatch(r"\w+:(?://)?[^\s/]\S*", feature.get("uri", "at://x"))
    return bool(uri_fits) and len(feature.get("tag", "").encode()) <= 640


def _links(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$link"]] if "$link" in value else []
        return own + [link for item in value.values() for link in _links(item)]
    return [link for item in value for link in _links(item)] if isinstance(value, list) else []
