"""A WordPress site under a path that behaves, as version 6 does; the flags are the ways sites differ."""

from __future__ import annotations

import base64
import html
import itertools
import re
from datetime import UTC, datetime
from typing import Any

from tests.fakes.server import FarSide, Reply, Request, route

ME = 2
USER, PASSWORD = "author", "kBP4PCMACiYK7lWKaKIJratM"
UUID = "b2a0182f-0d7b-4d38-be3d-22e208631283"
_NOT_IN = {"code": "rest_not_logged_in", "message": "You are not currently logged in.", "data": {"status": 401}}
_GONE = {"code": "rest_post_invalid_id", "message": "Invalid post ID.", "data": {"status": 404}}


class FakeWordPress(FarSide):
    platform = "wordpress"
    creating = ("POST", r"/wp/v2/posts/\d+$")

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[int, dict[str, Any]] = {}
        self.media: dict[int, dict[str, Any]] = {}
        self.categories = {1: "Uncategorized", 5: "Events &amp; talks"}
        self.tags = {7: "summer"}
        self.comments: list[int] = []
        self.numbers = itertools.count(100)
        self.password = PASSWORD
        # How this site differs
        self.place = "/news"
        self.plain_addresses = False  # the interface behind ?rest_route=
        self.tells_root = True
        self.namespaces = ["oembed/1.0", "wp/v2"]
        self.rights = {"publish_posts": True, "upload_files": True, "edit_published_posts": True, "edit_posts": True}
        self.gives_passwords = True
        self.gives_up = 0  # how often the server dies over the sizes of a picture

    @property
    def site(self) -> str:
        return f"{self.url}{self.place}"

    @property
    def root(self) -> str:
        return f"{self.site}/?rest_route=/" if self.plain_addresses else f"{self.site}/wp-json/"

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [_text(post) for post in self.posts.values() if post["status"] == "publish"]

    def alts(self) -> list[str]:
        found = []
        for post in self.posts.values():
            if post["featured_media"]:
                found.append(html.unescape(self.media[post["featured_media"]]["alt_text"]))
            found += [html.unescape(alt) for alt in re.findall(r'<img [^>]*alt="([^"]*)"', post["content"])]
        return found

    def like(self, remote_id: str) -> None:
        self.comments.append(int(remote_id))

    def revoke(self) -> None:
        self.password = ""

    def opens(self, secret: dict[str, str]) -> bool:
        return secret["password"] == self.password

    def drafts(self) -> list[dict[str, Any]]:
        return [post for post in self.posts.values() if post["status"] == "draft"]

    # --- the site ---------------------------------------------------------
    def answer(self, request: Request) -> Reply:
        if not request.path.startswith(self.place):
            return Reply(404, raw=b"<html><h1>404 Not Found</h1></html>", headers={"Content-Type": "text/html"})
        path = request.path.removeprefix(self.place)
        if "rest_route" in request.query:
            path = "/wp-json" + request.query["rest_route"][0]
        elif path.startswith("/wp-json") and self.plain_addresses:
            return Reply(404, raw=b"<html><h1>404 Not Found</h1></html>", headers={"Content-Type": "text/html"})
        return super().answer(Request(**{**vars(request), "path": path}))

    def _in(self, request: Request) -> bool:
        packed = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        return bool(self.password) and request.headers.get("authorization") == f"Basic {packed}"

    @route("HEAD", r"/.*")
    def page(self, request: Request) -> Reply:
        link = f'<{self.root}>; rel="https://api.w.org/", <{self.site}/?p=1>; rel=shortlink'
        return Reply(headers={"Link": link} if self.tells_root else {})

    @route("GET", r"/wp-json/")
    def index(self, request: Request) -> Reply:
        page = {"endpoints": {"authorization": f"{self.site}/wp-admin/authorize-application.php"}}
        told = {
            "name": "Town Library &amp; Friends",
            "url": self.site,
            "home": self.site,
            "namespaces": self.namespaces,
        }
        return Reply(data={**told, "authentication": {"application-passwords": page} if self.gives_passwords else []})

    @route("GET", r"/wp-json/wp/v2/users/me")
    def me(self, request: Request) -> Reply:
        if not self._in(request):
            return Reply(401, _NOT_IN)
        return Reply(data={"id": ME, "name": "The author", "slug": "author", "capabilities": self.rights})

    @route("GET", r"/wp-json/wp/v2/users/me/application-passwords/introspect")
    def introspect(self, request: Request) -> Reply:
        return Reply(data={"uuid": UUID, "name": "LibSocial"}) if self._in(request) else Reply(401, _NOT_IN)

    @route("DELETE", r"/wp-json/wp/v2/users/me/application-passwords/(\S+)")
    def end(self, request: Request, number: str) -> Reply:
        if not self._in(request) or number != UUID:
            return Reply(401, _NOT_IN)
        self.password = ""
        return Reply(data={"deleted": True})

    # --- terms ------------------------------------------------------------
    @route("GET", r"/wp-json/wp/v2/(categories|tags)")
    def terms(self, request: Request, kind: str) -> Reply:
        wanted = request.query.get("search", [""])[0].lower()
        there = self.categories if kind == "categories" else self.tags
        return Reply(data=[{"id": one, "name": name} for one, name in there.items() if wanted in name.lower()])

    @route("POST", r"/wp-json/wp/v2/tags")
    def make_tag(self, request: Request) -> Reply:
        name = request.json["name"]
        for one, known in self.tags.items():
            if _plain(known) == _plain(name):  # of the same address
                return Reply(400, {"code": "term_exists", "message": "…", "data": {"status": 400, "term_id": one}})
        number = next(self.numbers)
        self.tags[number] = html.escape(name)
        return Reply(201, {"id": number, "name": self.tags[number]})

    # --- the library of files ----------------------------------------------
    @route("POST", r"/wp-json/wp/v2/media")
    def upload(self, request: Request) -> Reply:
        if not self._in(request):
            return Reply(401, {"code": "rest_cannot_create", "message": "Sorry", "data": {"status": 401}})
        name = re.search(r'filename="([\w.-]+)"', request.headers["content-disposition"])
        number = next(self.numbers)
        self.media[number] = {
            "id": number,
            "source_url": f"{self.site}/wp-content/uploads/{name[1] if name else 'x'}",
            "mime_type": request.headers["content-type"],
            "alt_text": "",
            "title": "",
            "data": request.body,
        }
        if self.gives_up:
            self.gives_up -= 1
            return Reply(500, raw=b"<html>", headers={"X-WP-Upload-Attachment-ID": str(number)})
        return Reply(201, self._shown(number))

    def _shown(self, number: int) -> dict[str, Any]:
        return {name: value for name, value in self.media[number].items() if name != "data"}

    @route("POST", r"/wp-json/wp/v2/media/(\d+)/post-process")
    def sizes(self, request: Request, number: str) -> Reply:
        if self.gives_up:
            self.gives_up -= 1
            return Reply(502, raw=b"<html>")
        return Reply(data=self._shown(int(number)))

    @route("POST", r"/wp-json/wp/v2/media/(\d+)")
    def describe(self, request: Request, number: str) -> Reply:
        self.media[int(number)] |= {name: re.sub("<[^>]*>", "", text) for name, text in request.json.items()}
        return Reply(data=self._shown(int(number)))

    @route("DELETE", r"/wp-json/wp/v2/media/(\d+)")
    def remove(self, request: Request, number: str) -> Reply:
        del self.media[int(number)]
        return Reply(data={"deleted": True})

    # --- posts ------------------------------------------------------------
    @route("GET", r"/wp-json/wp/v2/posts")
    def listed(self, request: Request) -> Reply:
        query = {name: values[0] for name, values in request.query.items()}
        states = query.get("status", "publish").split(",")
        if states != ["publish"] and not self._in(request):
            details = {"status": {"code": "rest_forbidden_status", "message": "Status is forbidden."}}
            data = {"status": 400, "params": {"status": "Status is forbidden."}, "details": details}
            return Reply(400, {"code": "rest_invalid_param", "message": "Invalid parameter(s): status", "data": data})
        found = [post for post in self.posts.values() if post["status"] in states]
        if "slug" in query:
            found = [post for post in found if post["slug"] in query["slug"].split(",")]
        if "include" in query:
            found = [post for post in found if str(post["id"]) in query["include"].split(",")]
        return Reply(data=[self._post(post) for post in found], headers={"X-WP-Total": str(len(found))})

    def _post(self, post: dict[str, Any]) -> dict[str, Any]:
        hidden = post["status"] in ("draft", "pending") or self.plain_addresses
        link = f"{self.site}/?p={post['id']}" if hidden else f"{self.site}/2026/{post['slug']}/"
        return {**post, "link": link, "title": {"raw": post["title"]}, "content": {"raw": post["content"]}}

    @route("POST", r"/wp-json/wp/v2/posts")
    def lay_down(self, request: Request) -> Reply:
        if not self._in(request):
            return Reply(401, {"code": "rest_cannot_create", "message": "Sorry", "data": {"status": 401}})
        body = request.json
        if not body["title"] and not body["content"]:
            return Reply(400, {"code": "empty_content", "message": "Content, title, and excerpt are empty."})
        post = {
            "id": next(self.numbers),
            "author": ME,
            "excerpt": "",
            "categories": [1],
            "tags": [],
            "featured_media": 0,
        }
        post |= {"comment_status": "open", "date_gmt": datetime.now(UTC).isoformat()[:19], **body}
        self.posts[post["id"]] = post
        return Reply(201, self._post(post))

    @route("POST", r"/wp-json/wp/v2/posts/(\d+)")
    def change(self, request: Request, number: str) -> Reply:
        post = self.posts.get(int(number))
        if not self._in(request):
            return Reply(401, {"code": "rest_cannot_edit", "message": "Sorry", "data": {"status": 401}})
        if post is None:
            return Reply(404, _GONE)
        post |= request.json
        return Reply(data=self._post(post))

    @route("GET", r"/wp-json/wp/v2/posts/(\d+)")
    def one(self, request: Request, number: str) -> Reply:
        post = self.posts.get(int(number))
        return Reply(data=self._post(post)) if post else Reply(404, _GONE)

    @route("DELETE", r"/wp-json/wp/v2/posts/(\d+)")
    def trash(self, request: Request, number: str) -> Reply:
        post = self.posts.get(int(number))
        if post is None:
            return Reply(404, _GONE)
        if post["status"] == "trash":
            return Reply(410, {"code": "rest_already_trashed", "message": "…", "data": {"status": 410}})
        post |= {"status": "trash", "slug": f"{post['slug']}__trashed"}
        return Reply(data=self._post(post))

    @route("GET", r"/wp-json/wp/v2/comments")
    def replies(self, request: Request) -> Reply:
        found = [one for one in self.comments if str(one) == request.query["post"][0]]
        return Reply(data=[{"id": 1}] * len(found), headers={"X-WP-Total": str(len(found))})


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", html.unescape(name).lower()).strip("-")


def _text(post: dict[str, Any]) -> str:
    """What a reader reads: the title, then the text."""
    paragraphs = re.findall(r"<p>(.*?)</p>", post["content"], re.DOTALL)
    body = "\n\n".join(html.unescape(re.sub("<[^>]*>", "", one.replace("<br>", "\n"))) for one in paragraphs)
    return "\n\n".join(one for one in (html.unescape(post["title"]), body) if one)
