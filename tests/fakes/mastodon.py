"""A Mastodon-compatible server that behaves, and can be told to behave like the less faithful ones."""

from __future__ import annotations

import html
import itertools
import re
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import FarSide, Reply, Request, route

ME = "109"
CODE = "the-code-of-the-browser"
_V2 = {
    "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
    "media_attachments": {
        "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/webm", "video/mp4"],
        "description_limit": 1500,
        "image_size_limit": 16_777_216,
        "image_matrix_limit": 33_177_600,
        "video_size_limit": 103_809_024,
        "video_frame_rate_limit": 120,
        "video_matrix_limit": 8_294_400,
    },
    "polls": {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746},
}


class FakeMastodon(FarSide):
    """One account. The flags are the ways servers differ."""

    platform = "mastodon"
    creating = ("POST", r"/api/v1/statuses$")

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, str] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.apps: dict[str, tuple[str, str]] = {}
        self.verifiers: list[str] = []
        self.numbers = itertools.count(1000)
        self.token, self.refresh_token, self.expires_in = "tok-mastodon-0123456789abcdef", "", 0
        self.followers = 12
        # How this server differs
        self.software, self.version, self.api = "mastodon", "4.5.1", 7
        self.versions = ("v2", "v1")
        self.configuration: dict[str, Any] = _V2
        self.honours_key = True
        self.processing = 0  # how often an upload answers "not yet"
        self.elsewhere: dict[str, dict[str, Any]] = {}  # posts of other servers, by their address
        self.may_search = True
        self.has_v2_media = True
        self.dead_token = Reply(401, {"error": "The access token is invalid"})
        self.lists_private = True
        self.late: set[str] = set()  # not in the own list yet
        self.can_delete = True
        self.moved = False
        self.narrow_scopes = True
        self.formats = False  # shows *words* as markup does

    def secret(self) -> dict[str, str]:
        return {"token": self.token, "client_id": "client-1", "client_secret": "client-secret-0123456789"}

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [self.sources[key] for key in sorted(self.statuses, key=int)]

    def alts(self) -> list[str]:
        return [one["description"] or "" for key in self.statuses for one in self.statuses[key]["media_attachments"]]

    def like(self, remote_id: str) -> None:
        self.statuses[remote_id]["favourites_count"] += 1

    def revoke(self) -> None:
        self.token = "tok-nobody-knows"

    # --- the server -------------------------------------------------------
    @route("GET", r"/api/(v1|v2)/instance")
    def instance(self, request: Request, version: str) -> Reply:
        if version not in self.versions:
            return Reply(404, raw=b"<html><h1>404 Not Found</h1></html>", headers={"Content-Type": "text/html"})
        told = {"version": self.version, "configuration": self.configuration, "api_versions": {"mastodon": self.api}}
        return Reply(data={**told, ("domain" if version == "v2" else "uri"): "library.example"})

    @route("GET", r"/\.well-known/nodeinfo")
    def nodeinfo_links(self, request: Request) -> Reply:
        return Reply(data={"links": [{"rel": "2.0", "href": f"{self.url}/nodeinfo/2.0"}]})

    @route("GET", r"/nodeinfo/2\.0")
    def nodeinfo(self, request: Request) -> Reply:
        return Reply(data={"software": {"name": self.software, "version": self.version}})

    # --- signing in -------------------------------------------------------
    @route("POST", r"/api/v1/apps")
    def register(self, request: Request) -> Reply:
        form = parse_qs(request.body.decode())
        if ":" in form["scopes"][0] and not self.narrow_scopes:
            return Reply(422, {"error": "The requested scope is invalid"})
        client = f"client-{len(self.apps) + 1}"
        self.apps[client] = (form["redirect_uris"][0], form["scopes"][0])
        return Reply(data={"client_id": client, "client_secret": f"client-secret-{client}-0123456789"})

    @route("POST", r"/oauth/token")
    def grant(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") == "refresh_token":
            if not self.refresh_token or form["refresh_token"] != self.refresh_token:
                return Reply(400, {"error": "invalid_grant"})
            self.token = "tok-renewed-0123456789abcdef"
        elif form["client_id"] not in self.apps:
            return Reply(401, {"error": "invalid_client"})
        elif form.get("code") != CODE or form["redirect_uri"] != self.apps[form["client_id"]][0]:
            return Reply(400, {"error": "invalid_grant"})
        else:
            self.verifiers.append(form["code_verifier"])
        told: dict[str, Any] = {"access_token": self.token, "token_type": "Bearer"}
        if self.expires_in:
            self.refresh_token = f"refresh-{next(self.numbers)}-0123456789"
            told |= {"expires_in": self.expires_in, "refresh_token": self.refresh_token}
        return Reply(data=told)

    @route("POST", r"/oauth/revoke")
    def end(self, request: Request) -> Reply:
        """Of our own application; a token that is dead already is as good as ended (RFC 7009)."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("client_secret") != self.secret()["client_secret"]:
            return Reply(403, {"error": "unauthorized_client"})
        if form["token"] == self.token:
            self.revoke()
        if form["token"] == self.refresh_token:
            self.refresh_token = ""
        return Reply(data={})

    def opens(self, secret: dict[str, str]) -> bool:
        if self.refresh_token and secret.get("refresh") == self.refresh_token:
            return True
        return secret["token"] == self.token

    def _refused(self, request: Request) -> Reply | None:
        return None if request.token == self.token else self.dead_token

    @route("GET", r"/api/v1/accounts/verify_credentials")
    def me(self, request: Request) -> Reply:
        told: dict[str, Any] = {"id": ME, "acct": "library", "display_name": "Town Library"}
        told["url"] = f"{self.url}/@library"
        counts = {"followers_count": self.followers, "statuses_count": len(self.statuses)}
        if self.moved:
            told["moved"] = {"id": "110", "acct": "library@elsewhere.example"}
        return self._refused(request) or Reply(data={**told, **counts, "avatar_static": f"{self.url}/a.png"})

    # --- pictures ---------------------------------------------------------
    @route("POST", r"/api/(v1|v2)/media")
    def upload(self, request: Request, version: str) -> Reply:
        if version == "v2" and not self.has_v2_media:
            return Reply(404, raw=b"<html>")
        if refused := self._refused(request):
            return refused
        fields = _multipart(request)
        if len(fields.get("description", b"").decode()) > 1500:
            return Reply(422, {"error": "Validation failed: Description is too long (maximum is 1500 characters)"})
        media_id = str(next(self.numbers))
        description = fields.get("description", b"").decode() or None
        self.media[media_id] = {"id": media_id, "data": fields["file"], "description": description, "waits": 0}
        self.media[media_id]["thumbnail"] = fields.get("thumbnail")
        self.media[media_id]["waits"] = self.processing if version == "v2" else 0
        return Reply(202 if self.media[media_id]["waits"] else 200, self._media(media_id))

    def _media(self, media_id: str) -> dict[str, Any]:
        one = self.media[media_id]
        url = None if one["waits"] else f"{self.url}/media/{media_id}.png"
        return {"id": media_id, "type": "image", "url": url, "description": one["description"]}

    @route("GET", r"/api/v1/media/(\d+)")
    def look_at_media(self, request: Request, media_id: str) -> Reply:
        attached = [one["id"] for status in self.statuses.values() for one in status["media_attachments"]]
        if media_id not in self.media or media_id in attached:
            return Reply(404, {"error": "Record not found"})
        self.media[media_id]["waits"] = max(0, self.media[media_id]["waits"] - 1)
        return Reply(206 if self.media[media_id]["waits"] else 200, self._media(media_id))

    # --- statuses ---------------------------------------------------------
    @route("POST", r"/api/v1/statuses")
    def create(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        body, key = request.json, request.headers.get("idempotency-key", "")
        if self.honours_key and key in self.keys:
            return Reply(data=self.statuses[self.keys[key]])
        if len(body["status"]) > 5000:
            return Reply(422, {"error": "Validation failed: Text character limit of 500 exceeded"})
        if any(self.media[one]["waits"] for one in body.get("media_ids", [])):
            return Reply(422, {"error": "Cannot attach files that have not finished processing. Try again!"})
        if refused := self._refused_extras(body):
            return refused
        status = self._store(body)
        self.keys[key] = status["id"]
        return Reply(data=status)

    def _refused_extras(self, body: dict[str, Any]) -> Reply | None:
        """Polls and quotations as Mastodon takes them."""
        poll, limits = body.get("poll"), self.configuration.get("polls", {})
        if poll and body.get("media_ids"):
            return Reply(422, {"error": "Cannot attach a poll and media to one status"})
        if poll and not 2 <= len(poll["options"]) <= limits["max_options"]:
            return Reply(422, {"error": "Validation failed: Poll options must be between 2 and 4"})
        if poll and not limits["min_expiration"] <= poll["expires_in"] <= limits["max_expiration"]:
            return Reply(422, {"error": "Validation failed: Poll is too far into the future"})
        known = [*self.statuses, *(one["id"] for one in self.elsewhere.values())]
        if body.get("quoted_status_id", known[0] if known else None) not in (*known, None):
            return Reply(404, {"error": "Record not found"})
        return None

    @route("GET", r"/api/v2/search")
    def search(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if not self.may_search:
            return Reply(403, {"error": "This action is outside the authorized scopes"})
        address = request.query["q"][0]
        own = [status for status in self.statuses.values() if address in (status["url"], status["uri"])]
        found = own or ([self.elsewhere[address]] if address in self.elsewhere else [])
        return Reply(data={"accounts": [], "statuses": found, "hashtags": []})

    def _store(self, body: dict[str, Any]) -> dict[str, Any]:
        number = str(next(self.numbers))
        status = {
            "id": number,
            "uri": f"{self.url}/users/library/statuses/{number}",
            "url": f"{self.url}/@library/{number}",
            "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "content": _shown(body["status"], formats=self.formats),
            "visibility": body.get("visibility", "public"),
            "language": body.get("language"),
            "spoiler_text": body.get("spoiler_text", ""),
            "sensitive": body.get("sensitive", False),
            "in_reply_to_id": body.get("in_reply_to_id"),
            "application": {"name": "LibSocial"},
            "media_attachments": [self._media(one) for one in body.get("media_ids", [])],
            "poll": body.get("poll"),
            "quoted_status_id": body.get("quoted_status_id"),
            "quote_approval_policy": body.get("quote_approval_policy"),
            "favourites_count": 0,
            "reblogs_count": 0,
            "replies_count": 0,
        }
        if body.get("quoted_status_id"):
            status["content"] = f'<p class="quote-inline">RE: <a href="x">x</a></p>{status["content"]}'
        self.statuses[number], self.sources[number] = status, body["status"]
        if body.get("in_reply_to_id") in self.statuses:
            self.statuses[body["in_reply_to_id"]]["replies_count"] += 1
        return status

    def post_by_hand(self, text: str, **fields: Any) -> str:
        """What staff post in the app."""
        status = self._store({"status": text, **fields})
        status["application"] = {"name": "Web"}
        return status["id"]

    @route("GET", r"/api/v1/statuses/(\d+)")
    def get(self, request: Request, number: str) -> Reply:
        missing = Reply(404, {"error": "Record not found"})
        return self._refused(request) or (Reply(data=self.statuses[number]) if number in self.statuses else missing)

    @route("GET", r"/api/v1/statuses/(\d+)/source")
    def source(self, request: Request, number: str) -> Reply:
        return Reply(data={"id": number, "text": self.sources[number], "spoiler_text": ""})

    @route("GET", r"/api/v1/statuses")
    def get_many(self, request: Request) -> Reply:
        if self.api < 2:
            return Reply(404, {"error": "Not Found"})
        wanted = request.query.get("id[]", [])
        return self._refused(request) or Reply(data=[self.statuses[one] for one in wanted if one in self.statuses])

    @route("GET", r"/api/v1/accounts/(\d+)/statuses")
    def own(self, request: Request, account: str) -> Reply:
        listed = [
            status
            for number, status in sorted(self.statuses.items(), key=lambda item: -int(item[0]))
            if number not in self.late and (self.lists_private or status["visibility"] != "private")
        ]
        limit = int(request.query.get("limit", ["20"])[0])
        return self._refused(request) or Reply(data=listed[: min(limit, 20)])

    @route("DELETE", r"/api/v1/statuses/(\d+)")
    def delete(self, request: Request, number: str) -> Reply:
        if refused := self._refused(request):
            return refused
        if number not in self.statuses or not self.can_delete:
            return Reply(404, {"error": "Record not found"})
        self.sources.pop(number)
        return Reply(data=self.statuses.pop(number))


def _shown(text: str, *, formats: bool) -> str:
    """Paragraphs, links split as Mastodon splits them, mentions without their server."""
    safe = html.escape(text, quote=False)
    safe = re.sub(
        r"(https://)(\S{5})(\S*)", r'<a href="x"><span class="invisible">\1</span>\2<span>\3</span></a>', safe
    )
    safe = re.sub(r"(@\w+)@[\w.-]+", r'<span class="h-card"><a>\1</a></span>', safe)
    if formats:
        safe = re.sub(r"https?://(\S+)", "link", safe)
    return "<p>" + safe.replace("\n\n", "</p><p>").replace("\n", "<br>") + "</p>"


def _multipart(request: Request) -> dict[str, bytes]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in message.iter_parts()
    }
