"""A Bluesky that behaves: directory, PDS and reading service in one, as shared lexicons and the PDS's code say."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any

from tests.fakes.bluesky_oauth import SignIn
from tests.fakes.server import FarSide, Reply, Request, route

DID = "did:plc:" + "a" * 24
HANDLE = "library.test"
PASSWORD = "abcd-efgh-ijkl-mnop"
POSTS = "app.bsky.feed.post"


def token(name: str, serial: int) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(time.time()) + 7200, "n": serial}).encode())
    return f"eyJhbGciOiJub25lIn0.{claims.decode().rstrip('=')}.{name}{serial}secret"


class FakeBluesky(SignIn, FarSide):
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
        self.gates: dict[tuple[str, str], dict[str, Any]] = {}  # other records, by collection and key
        self.closed: set[str] = set()  # posts whose authors let nobody quote them
        self.knows_gallery = True
        # The video service
        self.gives_service_tokens = True
        self.service_tokens: dict[str, dict[str, str]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.films: dict[str, bytes] = {}  # as they were sent, by name
        self.converting = 0  # how often a job is not done yet
        self.job_fails: list[dict[str, Any]] = []  # what the next jobs end with
        self.wrapped = False
        self.left: dict[str, Any] = {"canUpload": True, "remainingDailyVideos": 25, "remainingDailyBytes": 10**10}
        self._new_tokens()

    def _new_tokens(self) -> None:
        self.serial += 1
        self.access, self.refresh = token("access", self.serial), token("refresh", self.serial)

    def expire_access(self) -> None:
        """The access token ended; the refresh token is still good."""
        self.access = token("never-told", 0)
        self.end_access()

    def revoke(self) -> None:
        """The app password was deleted: nothing is good any more."""
        self.access, self.refresh = token("never-told", 0), token("never-told", 1)
        self.end_sign_ins()

    def secret(self) -> dict[str, str]:
        return {"access": self.access, "refresh": self.refresh, "pds": self.url}

    # --- what a test asks -------------------------------------------------
    def posts(self) -> list[dict[str, Any]]:
        return [record for key, record in sorted(self.records.items())]

    def texts(self) -> list[str]:
        return [record["text"] for record in self.posts()]

    def alts(self) -> list[str]:
        return [one["alt"] for record in self.posts() for one in _shown(record.get("embed", {}))]

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

    def opens(self, secret: dict[str, Any]) -> bool:
        if "dpop" in secret:
            return self.signed_in(secret["refresh"])
        return secret["refresh"] == self.refresh

    @route("GET", r"/xrpc/com\.atproto\.server\.getSession")
    def session(self, request: Request) -> Reply:
        if not self.active:
            return _no("InvalidRequest", "Could not find user info for account")
        return self._refused(request) or Reply(data={"did": DID, "handle": HANDLE, "active": self.active})

    def _refused(self, request: Request) -> Reply | None:
        if request.token.startswith("DPoP "):
            return self.unproven(request)
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
        if len(request.body) > 1_000_000 and request.headers["content-type"].startswith("image/"):
            return _no("BlobTooLarge", "This file is too large", 400)
        return Reply(data={"blob": self.keep_blob(request.body, request.headers["content-type"])})

    @route("POST", r"/xrpc/com\.atproto\.repo\.putRecord")
    def put(self, request: Request) -> Reply:
        body, record = request.json, request.json["record"]
        if refused := self._refused(request):
            return refused
        if body["collection"] != POSTS:
            return self._put_beside(body, record)
        if _has_gallery(record) and not self.knows_gallery:
            return _no("InvalidRequest", "Invalid app.bsky.feed.post record: unknown $type at $.record.embed")
        if len(_shown(record.get("embed", {}))) > (20 if _has_gallery(record) else 4):
            return _no("InvalidRequest", "Invalid app.bsky.feed.post record: too many at $.record.embed.images")
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

    def _put_beside(self, body: dict[str, Any], record: dict[str, Any]) -> Reply:
        """A gate stands under the key of the post it names."""
        key = (body["collection"], body["rkey"])
        if record["post"] != f"at://{DID}/{POSTS}/{body['rkey']}" or record["$type"] != body["collection"]:
            return _no("InvalidRequest", f"Invalid {body['collection']} record")
        if self.gates.setdefault(key, record) != record:
            return _no("InvalidSwap", "Record was at " + _cid(self.gates[key]))
        return Reply(data={"uri": f"at://{DID}/{'/'.join(key)}", "cid": _cid(record), "validationStatus": "valid"})

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
        if request.json["collection"] == POSTS:
            self.records.pop(request.json["rkey"], None)
        self.gates.pop((request.json["collection"], request.json["rkey"]), None)
        return Reply(data={})

    # --- films ------------------------------------------------------------
    @route("GET", r"/xrpc/com\.atproto\.server\.getServiceAuth")
    def service_auth(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if not self.gives_service_tokens:
            return Reply(501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"})
        asked = {name: values[0] for name, values in request.query.items()}
        if int(asked.get("exp", time.time())) > time.time() + 3600:
            return _no("BadExpiration", "cannot request a token with an expiration more than an hour in the future")
        made = f"service-token-{len(self.service_tokens)}-0123456789abcdef"
        self.service_tokens[made] = asked
        return Reply(data={"token": made})

    def _not_meant(self, request: Request, audience: str, method: str) -> Reply | None:
        asked = self.service_tokens.get(request.token, {})
        if (asked.get("aud"), asked.get("lxm")) != (audience, method):
            return Reply(401, {"error": "AuthenticationRequired", "message": "bad token audience"})
        return None

    @route("GET", r"/xrpc/app\.bsky\.video\.getUploadLimits")
    def upload_limits(self, request: Request) -> Reply:
        refused = self._not_meant(request, "did:web:video.bsky.app", "app.bsky.video.getUploadLimits")
        return refused or Reply(data=self.left)

    @route("POST", r"/xrpc/app\.bsky\.video\.uploadVideo")
    def upload_video(self, request: Request) -> Reply:
        own = f"did:web:127.0.0.1%3A{self.port}"
        if refused := self._not_meant(request, own, "com.atproto.repo.uploadBlob"):
            return refused
        if int(request.headers["content-length"]) != len(request.body):
            return _no("InvalidRequest", "Content-Length is missing")
        job_id = f"job-{len(self.jobs)}"
        self.films[request.query["name"][0]] = request.body
        self.jobs[job_id] = {"body": request.body, "mime": request.headers["content-type"], "waits": self.converting}
        self.jobs[job_id]["ends"] = self.job_fails.pop(0) if self.job_fails else {}
        return Reply(data=self._job({"jobId": job_id, "did": DID, "state": "JOB_STATE_CREATED"}))

    def _job(self, told: dict[str, Any]) -> dict[str, Any]:
        return {"jobStatus": told} if self.wrapped else told

    @route("GET", r"/xrpc/app\.bsky\.video\.getJobStatus")
    def job_status(self, request: Request) -> Reply:
        job_id = request.query["jobId"][0]
        job = self.jobs.get(job_id)
        if job is None:
            return _no("InvalidRequest", "no such job")
        told = {"jobId": job_id, "did": DID, "state": "JOB_STATE_ENCODING", "progress": 40}
        if job["waits"]:
            job["waits"] -= 1
            return Reply(data=self._job(told))
        if job["ends"]:
            return Reply(data=self._job({**told, "state": "JOB_STATE_FAILED", **job["ends"]}))
        blob = self.keep_blob(b"converted " + job["body"], "video/mp4")
        return Reply(data=self._job({**told, "state": "JOB_STATE_COMPLETED", "blob": blob}))

    def keep_blob(self, data: bytes, mime: str) -> dict[str, Any]:
        cid = "bafkrei" + hashlib.sha256(data).hexdigest()[:40]
        self.blobs[cid] = data
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(data)}

    # --- reading ----------------------------------------------------------
    @route("GET", r"/xrpc/app\.bsky\.feed\.getPosts")
    def get_posts(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if len(request.query["uris"]) > 25:
            return _no("InvalidRequest", "Error: uris must not have more than 25 elements")
        shown = [
            {
                **self._seen(uri),
                "uri": uri,
                "likeCount": self.likes.get(uri, 0),
                "repostCount": 0,
                "replyCount": 0,
                "quoteCount": 0,
            }
            for uri in request.query["uris"]
            if uri.rpartition("/")[2] in self.records and uri not in self.hidden
        ]
        return Reply(data={"posts": shown})

    def _seen(self, uri: str) -> dict[str, Any]:
        return {"cid": _cid(self.records[uri.rpartition("/")[2]]), "viewer": {"embeddingDisabled": uri in self.closed}}

    @route("GET", r"/xrpc/app\.bsky\.actor\.getProfile")
    def profile(self, request: Request) -> Reply:
        counts = {"followersCount": self.followers, "postsCount": len(self.records)}
        return self._refused(request) or Reply(data={"did": DID, "displayName": "Town Library", **counts})


def _no(error: str, message: str, status: int = 400) -> Reply:
    return Reply(status, {"error": error, "message": message})


def _cid(record: dict[str, Any]) -> str:
    return "bafyrei" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:40]


def _shown(embed: dict[str, Any]) -> list[dict[str, Any]]:
    """Pictures and films in an embed."""
    if "media" in embed:
        return _shown(embed["media"])
    return embed.get("images") or embed.get("items") or ([embed] if "video" in embed else [])


def _has_gallery(record: dict[str, Any]) -> bool:
    return "app.bsky.embed.gallery" in json.dumps(record.get("embed", {}))


def _takes(feature: dict[str, str]) -> bool:
    """Addresses and tags as the lexicon has them."""
    uri_fits = re.fullmatch(r"\w+:(?://)?[^\s/]\S*", feature.get("uri", "at://x"))
    return bool(uri_fits) and len(feature.get("tag", "").encode()) <= 640


def _links(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$link"]] if "$link" in value else []
        return own + [link for item in value.values() for link in _links(item)]
    return [link for item in value for link in _links(item)] if isinstance(value, list) else []
