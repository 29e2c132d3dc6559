"""One small server of the Mastodon interface with the habits of many: what they differ in is data.

The habits come from the servers' documentation and sources (GoToSocial,
Pixelfed, Friendica, Takahe, Pleroma, Sharkey, Mitra, honk and Mastodon's own
older versions); where two servers share one, it stands with one of them.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.mastodon import _multipart
from tests.fakes.server import FarSide, Reply, Request, route

PAGE = Reply(404, raw=b"<!doctype html><title>404</title>", headers={"Content-Type": "text/html"})
GONE = Reply(404, {"error": "Record not found"})


@dataclass(frozen=True)
class Habits:
    """How one kind of server differs from Mastodon as it is today."""

    name: str
    software: str = ""  # what nodeinfo says; '' has none
    v1: dict[str, Any] | None = None
    v2: dict[str, Any] | None = None
    closed: bool = False  # says nothing about itself without a token
    rights: frozenset[str] | None = None  # scopes it knows; None: all
    takes: tuple[str, ...] = ("form", "json")  # of a body
    sign_in: str = "/oauth/authorize"
    tokens: str = "/oauth/token"
    ends: str = "/oauth/revoke"  # where it takes tokens back; '' nowhere
    announced: bool = False  # tells these three under .well-known
    bare_token: bool = False  # an answer with the token alone
    lasts: int = 0  # seconds a token lives; 0 for ever
    numbered: Callable[[int], Any] = str  # how ids look
    key: str = "ignored"  # idempotency key: 'ignored', 'honoured', 'refused'
    media: tuple[str, ...] = ("v2", "v1")
    media_waits: int = 0
    media_told: bool = True  # GET of an upload
    client: Any = "ours"  # what a post says it was made with: our name, or always the same
    most: int = 500
    counts: Callable[[str], int] = len
    needs_picture: bool = False
    lists_replies: bool = True
    lists_late: int = 0  # seconds until a post is in its author's list
    lists_all: bool = True  # private ones too
    short_links: bool = False
    titled: bool = False  # a content warning becomes a title in the text
    source: bool = False
    without: frozenset[str] = frozenset()  # left out of a status
    nulls: frozenset[str] = frozenset()  # null in a status and an account
    fractions: bool = True  # of a second, in moments
    worded_counts: bool = False  # "3"
    silent_delete: bool = False  # 200 without a body
    refusal: Reply = field(default_factory=lambda: Reply(401, {"error": "The access token is invalid"}))
    place: str = ""  # the path it stands under
    busy: Reply = field(default_factory=lambda: Reply(429, {"error": "Too many requests"}))


class Fediverse(FarSide):
    """One account, whose posts are `posts` in the order they were made."""

    creating = ("POST", r"/api/v1/statuses$")

    def __init__(self, habits: Habits) -> None:
        super().__init__()
        self.habits = habits
        self.url += habits.place
        self.numbers = itertools.count(1001)
        self.posts: dict[str, dict[str, Any]] = {}
        self.typed: dict[str, str] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.attached: set[str] = set()
        self.apps: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, datetime | None] = {}
        self.refreshes: set[str] = set()
        self.keys: dict[str, str] = {}
        self.me = habits.numbered(109)

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return list(self.typed.values())

    def forget_tokens(self) -> None:
        self.tokens.clear()
        self.refreshes.clear()

    def browse(self, address: str) -> dict[str, str]:
        """A person signs in at the address they were sent to; the answer the browser brings back."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        app = self.apps[asked["client_id"]]
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == self.url + self.habits.sign_in
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] == app["redirect_uris"]
        assert set(asked["scope"].split()) <= set(app["scopes"].split())
        code = f"code-{next(self.numbers)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    # --- about itself -----------------------------------------------------
    def answer(self, request: Request) -> Reply:
        if not request.path.startswith(self.habits.place):
            return PAGE
        reply = super().answer(replace(request, path=request.path.removeprefix(self.habits.place)))
        return PAGE if reply.status == 404 and reply.data == {"error": "Not Found"} else reply

    @route("GET", r"/api/(v1|v2)/instance")
    def instance(self, request: Request, version: str) -> Reply:
        told = self.habits.v1 if version == "v1" else self.habits.v2
        if told is None:
            return PAGE
        if self.habits.closed and not self._known(request):
            return Reply(401, {"error": "This API requires an authenticated user"})
        return Reply(data=told)

    @route("GET", r"/\.well-known/nodeinfo")
    def nodeinfo_links(self, request: Request) -> Reply:
        links = [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": f"{self.url}/nodeinfo/2.0"}]
        return Reply(data={"links": links}) if self.habits.software else PAGE

    @route("GET", r"/nodeinfo/2\.0")
    def nodeinfo(self, request: Request) -> Reply:
        return Reply(data={"software": {"name": self.habits.software, "version": "1"}})

    @route("GET", r"/\.well-known/oauth-authorization-server")
    def announcement(self, request: Request) -> Reply:
        if not self.habits.announced:
            return PAGE
        places = {
            "authorization_endpoint": self.habits.sign_in,
            "token_endpoint": self.habits.tokens,
            "revocation_endpoint": self.habits.ends,
        }
        told = {name: self.url + path for name, path in places.items() if path}
        return Reply(data={"issuer": f"{self.url}/", **told})

    # --- signing in -------------------------------------------------------
    def _body(self, request: Request) -> dict[str, Any] | None:
        """The fields, or None in a form this server does not read."""
        kind = "json" if "json" in request.headers.get("content-type", "") else "form"
        if kind not in self.habits.takes:
            return None
        if kind == "json":
            return request.json
        given = parse_qs(request.body.decode(), keep_blank_values=True)
        return {name.removesuffix("[]"): values if name.endswith("[]") else values[0] for name, values in given.items()}

    @route("POST", r"/api/v1/apps")
    def register(self, request: Request) -> Reply:
        body = self._body(request)
        if body is None:
            return Reply(422, {"error": "Validation failed: Name can't be blank, Redirect URI can't be blank"})
        asked = set(body["scopes"].split())
        if self.habits.rights is not None and not asked <= self.habits.rights:
            return Reply(422, {"error": "Validation failed: Scopes doesn't match configured on the server."})
        client = f"client-{len(self.apps) + 1}"
        self.apps[client] = {**body, "secret": f"client-secret-{client}-0123456789"}
        return Reply(data={"client_id": client, "client_secret": self.apps[client]["secret"], "id": 7})

    @route("POST", r"/(?:oauth/token|api/oauth/exchange)")
    def grant(self, request: Request) -> Reply:
        if request.path != self.habits.tokens:
            return PAGE
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        app = self.apps.get(form.get("client_id", ""))
        if app is None or app["secret"] != form.get("client_secret"):
            return Reply(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refreshes:
                return Reply(400, {"error": "invalid_grant"})
            self.refreshes.remove(form["refresh_token"])
        elif self.codes.pop(form["code"], {}).get("redirect_uri") != form["redirect_uri"]:
            return Reply(400, {"error": "invalid_grant"})
        return Reply(data=self._new_token())

    @route("POST", r"(/oauth/revoke|/api/oauth/end)")
    def end(self, request: Request, path: str) -> Reply:
        if path != self.habits.ends:
            return PAGE
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("client_secret") != self.apps.get(form.get("client_id", ""), {}).get("secret"):
            return Reply(403, {"error": "unauthorized_client"})
        self.tokens.pop(form["token"], None)
        self.refreshes.discard(form["token"])
        return Reply(data={})

    def _new_token(self) -> dict[str, Any]:
        token, lasts = f"tok-{next(self.numbers)}-0123456789abcdef", self.habits.lasts
        self.tokens[token] = datetime.now(UTC) + timedelta(seconds=lasts) if lasts else None
        if self.habits.bare_token:
            return {"access_token": token}
        told: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "scope": "read write", "created_at": 1}
        if lasts:
            self.refreshes.add(refresh := f"refresh-{next(self.numbers)}-0123456789")
            told |= {"expires_in": lasts, "refresh_token": refresh}
        return told

    def _known(self, request: Request) -> bool:
        ends = self.tokens.get(request.token, datetime.min.replace(tzinfo=UTC))
        return ends is None or ends > datetime.now(UTC)

    def _counted(self, number: int) -> Any:
        return str(number) if self.habits.worded_counts else number

    @route("GET", r"/api/v1/accounts/verify_credentials")
    def account(self, request: Request) -> Reply:
        if not self._known(request):
            return self.habits.refusal
        told = {"id": self.me, "username": "Library", "acct": "Library", "display_name": "", "bot": False}
        counts = {"followers_count": self._counted(12), "statuses_count": self._counted(len(self.posts))}
        address = None if "url" in self.habits.nulls else f"{self.url}/@Library"
        return Reply(data={**told, **counts, "url": address, "avatar": None})

    # --- pictures ---------------------------------------------------------
    @route("POST", r"/api/(v1|v2)/media")
    def upload(self, request: Request, version: str) -> Reply:
        if version not in self.habits.media:
            return PAGE
        if not self._known(request):
            return self.habits.refusal
        fields, number = _multipart(request), self.habits.numbered(next(self.numbers))
        alt = fields.get("description", b"").decode() or None
        waits = self.habits.media_waits if version == "v2" else 0
        self.media[str(number)] = {"id": number, "alt": alt, "data": fields["file"], "waits": waits}
        return Reply(202 if waits else 200, self._picture(str(number)))

    def _picture(self, number: str) -> dict[str, Any]:
        one = self.media[number]
        place = None if one["waits"] else f"{self.url}/media/{number}.png"
        return {"id": one["id"], "type": "image", "url": place, "preview_url": place, "description": one["alt"]}

    @route("GET", r"/api/v1/media/([\w-]+)")
    def look_at_picture(self, request: Request, number: str) -> Reply:
        if not self.habits.media_told or number not in self.media or number in self.attached:
            return GONE
        self.media[number]["waits"] = max(0, self.media[number]["waits"] - 1)
        return Reply(206 if self.media[number]["waits"] else 200, self._picture(number))

    # --- posts ------------------------------------------------------------
    @route("POST", r"/api/v1/statuses")
    def create(self, request: Request) -> Reply:
        body, key = self._body(request), request.headers.get("idempotency-key", "")
        if not self._known(request):
            return self.habits.refusal
        if key in self.keys and self.habits.key == "honoured":
            return Reply(data=self._shown(self.keys[key]))
        if key in self.keys and self.habits.key == "refused":
            return Reply(400, {"error": "Duplicate idempotency key."})
        if key and self.habits.key == "refused":
            self.keys[key] = ""
        refused = self._refused(body)
        if refused or body is None:
            return refused or Reply(415)
        number = self._store(body)
        if key:
            self.keys[key] = number
        return Reply(data=self._shown(number))

    def _refused(self, body: dict[str, Any] | None) -> Reply | None:
        if body is None:
            return Reply(422, {"error": "Validation failed: Text can't be blank"})
        pictures = [str(one) for one in body.get("media_ids", [])]
        if self.habits.needs_picture and not pictures:
            return Reply(403, {"error": "Empty statuses are not allowed"})
        if self.habits.counts(body["status"] + body.get("spoiler_text", "")) > self.habits.most:
            return Reply(422, {"error": "Validation failed: Text character limit exceeded"})
        if any(one not in self.media or one in self.attached for one in pictures):
            return Reply(422, {"error": "Media not found or already attached to another post"})
        if any(self.media[one]["waits"] for one in pictures):
            return Reply(422, {"error": "Cannot attach files that have not finished processing. Try again!"})
        return GONE if body.get("in_reply_to_id") and str(body["in_reply_to_id"]) not in self.posts else None

    def _store(self, body: dict[str, Any]) -> str:
        number = self.habits.numbered(next(self.numbers))
        pictures = [str(one) for one in body.get("media_ids", [])]
        self.attached.update(pictures)
        self.posts[str(number)] = {
            "id": number,
            "at": datetime.now(UTC),
            "in_reply_to_id": body.get("in_reply_to_id"),
            "spoiler_text": body.get("spoiler_text", ""),
            "visibility": body.get("visibility", "public"),
            "language": body.get("language"),
            "media_attachments": [self._picture(one) for one in pictures],
            "favourites": 0,
        }
        self.typed[str(number)] = body["status"]
        return str(number)

    def _shown(self, number: str) -> dict[str, Any]:
        post, habits = self.posts[number], self.habits
        address = f"{self.url}/@Library/{number}"
        application = {"name": "LibSocial"} if habits.client == "ours" else habits.client
        shown = {
            **{name: value for name, value in post.items() if name not in ("at", "favourites")},
            "uri": f"{self.url}/objects/{number}",
            "url": address,
            "created_at": post["at"].isoformat(timespec="milliseconds" if habits.fractions else "seconds"),
            "account": {"id": self.me, "acct": "Library"},
            "application": application,
            "content": self._html(number),
            "reblog": None,
            "favourites_count": self._counted(post["favourites"]),
            "reblogs_count": self._counted(0),
            "replies_count": self._counted(len(self._answers(number))),
        }
        shown["created_at"] = shown["created_at"].replace("+00:00", "Z")
        if habits.titled:
            shown["spoiler_text"] = ""
        shown |= dict.fromkeys(habits.nulls & shown.keys())
        return {name: value for name, value in shown.items() if name not in habits.without}

    def _html(self, number: str) -> str:
        text = html.escape(self.typed[number], quote=False)
        told = r'<a href="\1" rel="nofollow">\1</a>'
        if self.habits.short_links:
            told = lambda found: f'<a href="{found[1]}">{found[1].split("//")[1][:18]}…</a>'  # noqa: E731
        text = re.sub(r"(https?://\S+)", told, text)
        text = re.sub(r"(?<!\S)#(\w+)", r'<a class="hashtag" href="/tags/\1">#<span>\1</span></a>', text)
        title = self.posts[number]["spoiler_text"]
        head = f"<h4>{html.escape(title)}</h4>" if self.habits.titled and title else ""
        return f"{head}<p>{text}</p>".replace("\n", "<br/>")

    def _answers(self, number: str) -> list[str]:
        """What answers this post, and what answers that."""
        direct = [one for one, post in self.posts.items() if str(post["in_reply_to_id"]) == number]
        return [found for one in direct for found in (one, *self._answers(one))]

    @route("GET", r"/api/v1/accounts/([\w-]+)/statuses")
    def own(self, request: Request, account: str) -> Reply:
        if not self._known(request):
            return self.habits.refusal
        listed = [
            self._shown(number)
            for number, post in reversed(self.posts.items())
            if (datetime.now(UTC) - post["at"]).total_seconds() >= self.habits.lists_late
            and (self.habits.lists_replies or not post["in_reply_to_id"])
            and (self.habits.lists_all or post["visibility"] in ("public", "unlisted"))
        ]
        return Reply(data=listed[:20]) if account == str(self.me) else GONE

    @route("GET", r"/api/v1/statuses/([\w-]+)")
    def look(self, request: Request, number: str) -> Reply:
        if not self._known(request):
            return self.habits.refusal
        return Reply(data=self._shown(number)) if number in self.posts else GONE

    @route("GET", r"/api/v1/statuses/([\w-]+)/context")
    def context(self, request: Request, number: str) -> Reply:
        if number not in self.posts:
            return GONE
        return Reply(data={"ancestors": [], "descendants": [self._shown(one) for one in self._answers(number)]})

    @route("GET", r"/api/v1/statuses/([\w-]+)/source")
    def as_typed(self, request: Request, number: str) -> Reply:
        if not self.habits.source or number not in self.posts:
            return PAGE
        return Reply(data={"id": number, "text": self.typed[number], "spoiler_text": ""})

    @route("DELETE", r"/api/v1/statuses/([\w-]+)")
    def remove(self, request: Request, number: str) -> Reply:
        if not self._known(request):
            return self.habits.refusal
        if number not in self.posts:
            return GONE
        shown = self._shown(number)
        del self.posts[number], self.typed[number]
        return Reply() if self.habits.silent_delete else Reply(data=shown)
