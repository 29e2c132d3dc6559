"""LinkedIn that behaves: a member, two pages, uploads in stages, posts that cut at what was not escaped."""

from __future__ import annotations

import itertools
import time
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.fakes.server import Failure, FarSide, Reply, Request, route

CODE = "the-code-of-the-browser"
PERSON = "urn:li:person:abc123"
PAGE = "urn:li:organization:111"
OTHER_PAGE = "urn:li:organization:222"
CLIENT = {"client_id": "client-1", "client_secret": "client-secret-0123456789"}
RESERVED = set("|{}@[]()<>#*_~")
PART = 4_194_304
COUNTS = ("impressionCount", "uniqueImpressionsCount", "clickCount", "likeCount", "commentCount", "shareCount")
DEAD = {"status": 401, "code": "REVOKED_ACCESS_TOKEN", "serviceErrorCode": 65601, "message": "The token was revoked"}


def denied(what: str) -> Reply:
    return Reply(
        403,
        {
            "status": 403,
            "serviceErrorCode": 100,
            "code": "ACCESS_DENIED",
            "message": f"Not enough permissions to access: {what}",
        },
    )


class FakeLinkedIn(FarSide):
    platform = "linkedin"
    creating = ("POST", r"/rest/posts$")

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(1)
        self.token, self.refresh_token = "tok-linkedin-0123456789abcdef", ""
        self.expires_in, self.refresh_lasts = 5_184_000, 31_536_000
        self.granted: list[str] = []  # by the sign-in; empty: what was asked for
        self.posts: dict[str, dict[str, Any]] = {}
        self.stats: dict[str, dict[str, int]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.assets: dict[str, dict[str, Any]] = {}
        self.roles = {PAGE: "ADMINISTRATOR", OTHER_PAGE: "CONTENT_ADMINISTRATOR"}
        self.followers = 321
        self.version = "202609"
        self.processing = 0  # how often an upload answers "not yet"
        self.fails_processing = False
        self.can_read_media = True
        self.can_read_posts = True
        self.knows_duplicates = True
        self.ghosts: list[dict[str, Any]] = []  # deleted posts LinkedIn still remembers
        self.header = "x-restli-id"

    def secret(self) -> dict[str, Any]:
        return {"token": self.token, "refresh": self.refresh_token}

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [shown(post["commentary"]) for post in self.posts.values()]

    def alts(self) -> list[str]:
        return [one.get("altText", "") for post in self.posts.values() for one in attached(post)]

    def like(self, remote_id: str) -> None:
        self.stats.setdefault(remote_id, dict.fromkeys(COUNTS, 0))["likeCount"] += 1

    def revoke(self) -> None:
        self.token, self.refresh_token = "tok-nobody-knows", ""

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    def opens(self, secret: dict[str, Any]) -> bool:
        return secret["token"] == self.token or bool(self.refresh_token and secret["refresh"] == self.refresh_token)

    def refused(self, request: Request) -> Reply | None:
        if request.token != self.token:
            return Reply(401, DEAD)
        if request.headers.get("linkedin-version") != self.version:
            message = f"Requested version {request.headers.get('linkedin-version')} is not active"
            return Reply(426, {"status": 426, "code": "NONEXISTENT_VERSION", "message": message})
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            return Reply(400, {"status": 400, "code": "ILLEGAL_ARGUMENT", "message": "protocol version"})
        return None

    # --- signing in -------------------------------------------------------
    @route("POST", r"/oauth/v2/accessToken")
    def grant(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form["client_secret"] != CLIENT["client_secret"]:
            return Reply(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if form["grant_type"] == "refresh_token":
            if not self.refresh_token or form["refresh_token"] != self.refresh_token:
                return Reply(400, {"error": "invalid_grant", "error_description": "The refresh token is revoked"})
            self.token = f"tok-renewed-{next(self.numbers)}-0123456789"
        elif form.get("code") != CODE:
            return Reply(400, {"error": "invalid_request", "error_description": "Unable to retrieve access token"})
        told: dict[str, Any] = {"access_token": self.token, "expires_in": self.expires_in}
        told["scope"] = ",".join(self.granted)
        if self.refresh_token:
            told |= {"refresh_token": self.refresh_token, "refresh_token_expires_in": self.refresh_lasts}
        return Reply(data=told)

    @route("POST", r"/oauth/v2/revoke")
    def end(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form["token"] == self.token:
            self.token = "tok-nobody-knows"
        if form["token"] == self.refresh_token:
            self.refresh_token = ""
        return Reply(200)

    @route("GET", r"/v2/userinfo")
    def userinfo(self, request: Request) -> Reply:
        told = {"sub": "abc123", "name": "Ada Librarian", "picture": "https://media.licdn.com/a.png"}
        return Reply(data=told) if request.token == self.token else Reply(401, DEAD)

    @route("GET", r"/v2/me")
    def me(self, request: Request) -> Reply:
        told = {"id": "abc123", "localizedFirstName": "Ada", "localizedLastName": "Librarian", "vanityName": "ada"}
        return Reply(data=told) if request.token == self.token else Reply(401, DEAD)

    @route("GET", r"/rest/organizationAcls")
    def acls(self, request: Request) -> Reply:
        rows = [{"organization": urn, "role": role, "state": "APPROVED"} for urn, role in self.roles.items()]
        start = int(request.query["start"][0])
        return self.refused(request) or Reply(data={"elements": rows[start : start + 100]})

    @route("GET", r"/rest/organizations/(\d+)")
    def organization(self, request: Request, number: str) -> Reply:
        told = {"id": int(number), "localizedName": f"Town Library {number}", "vanityName": f"town-library-{number}"}
        return self.refused(request) or Reply(data=told)

    # --- uploads ----------------------------------------------------------
    @route("POST", r"/rest/(image|video|document)s")
    def upload(self, request: Request, kind: str) -> Reply:
        if refused := self.refused(request):
            return refused
        if request.query["action"] == ["finalizeUpload"]:
            return self._finalize(request.json["finalizeUploadRequest"])
        wanted, number = request.json["initializeUploadRequest"], next(self.numbers)
        urn = f"urn:li:{kind}:C4{number}"
        asset = {"owner": wanted["owner"], "kind": kind, "pieces": {}, "beside": {}, "waits": self.processing}
        self.assets[urn] = {**asset, "state": "WAITING_UPLOAD", "size": wanted.get("fileSizeBytes", 0)}
        place = f"{self.url}/dms-uploads/{number}"
        value: dict[str, Any] = {kind: urn, "uploadUrl": f"{place}/0", "uploadUrlExpiresAt": 1}
        if kind == "video":
            pieces = range(0, wanted["fileSizeBytes"], PART)
            last = wanted["fileSizeBytes"] - 1
            value = {"video": urn, "uploadToken": f"ticket-{number}"}
            value["uploadInstructions"] = [
                {"uploadUrl": f"{place}/{at // PART}", "firstByte": at, "lastByte": min(at + PART - 1, last)}
                for at in pieces
            ]
            if wanted["uploadCaptions"]:
                value["captionsUploadUrl"] = f"{place}/captions"
            if wanted["uploadThumbnail"]:
                value["thumbnailUploadUrl"] = f"{place}/thumbnail"
        return Reply(data={"value": value})

    @route("PUT", r"/dms-uploads/(\d+)/(\w+)")
    def put(self, request: Request, number: str, piece: str) -> Reply:
        asset = next(one for urn, one in self.assets.items() if urn.endswith(f":C4{number}"))
        if piece.isdigit():
            asset["pieces"][int(piece)] = request.body
            if asset["kind"] != "video":
                asset["state"] = "PROCESSING"
        else:
            asset["beside"][piece] = request.body
        return Reply(201 if asset["kind"] != "video" else 200, headers={"ETag": f'"etag-{number}-{piece}"'})

    def _finalize(self, wanted: dict[str, Any]) -> Reply:
        asset, number = self.assets[wanted["video"]], wanted["video"].rpartition(":C4")[2]
        expected = [f"etag-{number}-{piece}" for piece in sorted(asset["pieces"])]
        whole = sum(map(len, asset["pieces"].values())) == asset["size"]
        if wanted["uploadedPartIds"] != expected or wanted["uploadToken"] != f"ticket-{number}" or not whole:
            return Reply(400, {"status": 400, "code": "UPDATING_ASSET_FAILED", "message": "parts do not match"})
        if asset["state"] != "WAITING_UPLOAD":
            return Reply(400, {"status": 400, "code": "UPDATING_ASSET_FAILED", "message": "finalized already"})
        asset["state"] = "PROCESSING"
        return Reply(200)

    @route("GET", r"/rest/(image|video|document)s/(\S+)")
    def asset(self, request: Request, kind: str, urn: str) -> Reply:
        if refused := self.refused(request):
            return refused
        if not self.can_read_media:
            return denied("partnerApiImages.GET.20260901")
        asset = self.assets[unquote(urn)]
        if asset["state"] == "PROCESSING":
            if asset["waits"]:
                asset["waits"] -= 1
            else:
                asset["state"] = "PROCESSING_FAILED" if self.fails_processing else "AVAILABLE"
        told = {"id": unquote(urn), "owner": asset["owner"], "status": asset["state"]}
        if asset["state"] == "PROCESSING_FAILED":
            told["processingFailureReason"] = "The codec is not supported"
        return Reply(data=told)

    # --- posts ------------------------------------------------------------
    @route("POST", r"/rest/posts")
    def create(self, request: Request) -> Reply:
        if refused := self.refused(request):
            return refused
        body = request.json
        for one in attached(body):
            if "id" in one and self.assets[one["id"]]["state"] == "WAITING_UPLOAD":
                message = f"{one['id']} is waiting for its upload"
                return Reply(400, {"status": 400, "code": "MEDIA_ASSET_WAITING_UPLOAD", "message": message})
        if self.knows_duplicates and (twin := self._twin(body)):
            return duplicate(twin)
        if len(shown(body["commentary"])) > 3000:
            return Reply(422, {"status": 422, "code": "FIELD_LENGTH_TOO_LONG", "message": "commentary is too long"})
        return Reply(201, headers={self.header: self.store(body)})

    def _twin(self, body: dict[str, Any]) -> str:
        for one in (*self.posts.values(), *self.ghosts):
            if all(one.get(name) == body.get(name) for name in ("author", "commentary", "content")):
                return one["id"]
        return ""

    def store(self, body: dict[str, Any], made: float | None = None) -> str:
        moment = int((made or time.time()) * 1000)
        kind = (
            "ugcPost"
            if any(one.get("id", "").split(":")[2:3] in (["video"], ["document"]) for one in attached(body))
            else "share"
        )
        urn = f"urn:li:{kind}:{(moment << 22) + next(self.numbers)}"
        self.posts[urn] = {**body, "id": urn, "createdAt": moment, "publishedAt": moment}
        return urn

    def post_by_hand(self, text: str, author: str = PAGE, made: float | None = None, **more: Any) -> str:
        return self.store({"author": author, "commentary": text, "lifecycleState": "PUBLISHED", **more}, made)

    @route("GET", r"/rest/posts")
    def own(self, request: Request) -> Reply:
        if refused := self.refused(request):
            return refused
        if not self.can_read_posts or request.headers.get("x-restli-method") != "FINDER":
            return denied("partnerApiPostsExternal.FINDER-author.20260901")
        author, count = request.query["author"][0], int(request.query["count"][0])
        newest = sorted(
            (one for one in self.posts.values() if one["author"] == author), key=lambda one: -one["createdAt"]
        )
        return Reply(data={"elements": newest[:count], "paging": {"start": 0, "count": count}})

    @route("GET", r"/rest/posts/(\S+)")
    def get(self, request: Request, urn: str) -> Reply:
        if refused := self.refused(request):
            return refused
        if not self.can_read_posts:
            return denied("partnerApiPostsExternal.GET.20260901")
        post = self.posts.get(unquote(urn))
        return Reply(data=post) if post else Reply(404, {"status": 404, "code": "NOT_FOUND", "message": "No such post"})

    @route("DELETE", r"/rest/posts/(\S+)")
    def delete(self, request: Request, urn: str) -> Reply:
        refused = self.refused(request)
        if not refused and self.posts.pop(unquote(urn), None):
            self.stats.pop(unquote(urn), None)
        return refused or Reply(204)

    # --- comments ---------------------------------------------------------
    @route("POST", r"/rest/socialActions/([^/]+)/comments")
    def comment(self, request: Request, urn: str) -> Reply:
        if refused := self.refused(request):
            return refused
        number = str(next(self.numbers) + 7000)
        said = {"id": number, "actor": request.json["actor"], "message": request.json["message"]}
        self.comments.setdefault(unquote(urn), []).append(said)
        return Reply(201, said, {"x-restli-id": number})

    @route("GET", r"/rest/socialActions/([^/]+)/comments")
    def comments_of(self, request: Request, urn: str) -> Reply:
        return self.refused(request) or Reply(data={"elements": self.comments.get(unquote(urn), [])})

    @route("DELETE", r"/rest/socialActions/([^/]+)/comments/(\d+)")
    def uncomment(self, request: Request, urn: str, number: str) -> Reply:
        kept = [one for one in self.comments.get(unquote(urn), []) if one["id"] != number]
        self.comments[unquote(urn)] = kept
        return self.refused(request) or Reply(204)

    # --- figures ----------------------------------------------------------
    @route("GET", r"/rest/organizationalEntityShareStatistics")
    def statistics(self, request: Request) -> Reply:
        if refused := self.refused(request):
            return refused
        kind, name = ("share", "shares") if "shares" in request.query else ("ugcPost", "ugcPosts")
        urns = request.query[name][0].removeprefix("List(").removesuffix(")").split(",")
        elements = [
            {kind: urn, "totalShareStatistics": {**self.stats[urn], "engagement": 0.1}}
            for urn in urns
            if urn in self.stats
        ]
        return Reply(data={"elements": elements})

    @route("GET", r"/rest/memberCreatorPostAnalytics")
    def member_statistics(self, request: Request) -> Reply:
        counts = {"IMPRESSION": 40, "MEMBERS_REACHED": 30, "REACTION": 3, "COMMENT": 2, "RESHARE": 1}
        kind = request.query["queryType"][0]
        found = [{"count": counts[kind], "metricType": kind}] if kind in counts else []
        return self.refused(request) or Reply(data={"elements": found})

    @route("GET", r"/rest/networkSizes/(\S+)")
    def network(self, request: Request, urn: str) -> Reply:
        return self.refused(request) or Reply(data={"firstDegreeSize": self.followers})


def duplicate(urn: str) -> Reply:
    inner = [{"code": "DUPLICATE_POST", "description": "Duplicate post is detected", "input": {}}]
    said = {"status": 422, "message": f"Content is a duplicate of {urn}", "errorDetails": {"inputErrors": inner}}
    return Reply(422, said)


def attached(post: dict[str, Any]) -> list[dict[str, Any]]:
    content = post.get("content") or {}
    return [*content.get("multiImage", {}).get("images", []), *([content["media"]] if "media" in content else [])]


def shown(commentary: str) -> str:
    """What readers see: markup is read, and the text ends at the first reserved character that is none."""
    out, at = "", 0
    while at < len(commentary):
        char, rest = commentary[at], commentary[at:]
        if char == "\\":
            out, at = out + commentary[at + 1 : at + 2], at + 2
        elif rest.startswith("{hashtag|"):
            inner, at = _until(commentary, at + len("{hashtag|"), "}")
            out += inner.replace("|", "", 1)
        elif rest.startswith("@["):
            name, at = _until(commentary, at + 2, "]")
            out, at = out + name, commentary.index(")", at) + 1
        elif char == "#" and rest[1:2] and rest[1] not in RESERVED | {" ", "\n", "\\"}:
            out, at = out + char, at + 1
        elif char in RESERVED:
            return out
        else:
            out, at = out + char, at + 1
    return out


def _until(text: str, at: int, end: str) -> tuple[str, int]:
    """(what stands before `end`, unescaped; where it goes on)"""
    out = ""
    while text[at] != end:
        at += text[at] == "\\"
        out, at = out + text[at], at + 1
    return out, at + 1
