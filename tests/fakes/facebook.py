"""The Graph interface with one person, their Pages, and everything a Page can publish; as careless as the real one."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Failure, FarSide, Reply, Request, route

PAGE, PERSON, OTHER_PAGE = "104857600000001", "10158000000000001", "104857600000002"
CODE = "the-code-of-the-browser-0123456789"
APP = {"client_id": "2345678901234567", "client_secret": "app-secret-0123456789abcdef"}
SCOPES = ["pages_show_list", "pages_manage_posts", "pages_read_engagement", "pages_manage_engagement", "read_insights"]
VERSION = "v26.0"
_V = r"/v\d+\.\d+"


def problem(code: int, message: str, *, status: int = 400, subcode: int = 0, **more: Any) -> Reply:
    error: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC123"}
    return Reply(status, {"error": error | ({"error_subcode": subcode} if subcode else {}) | more})


class FakeFacebook(FarSide):
    platform = "facebook"
    creating = ("POST", rf"{_V}/{PAGE}/feed$")

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(122_000_000_000_001)
        self.posts: dict[str, dict[str, Any]] = {}
        self.photos: dict[str, dict[str, Any]] = {}
        self.videos: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.stories: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, str] = {}
        self.page_token, self.user_token = "EAApage0123456789abcdefghij", ""
        self.long_token = "EAAlong0123456789abcdefghij"
        self.short_token = "EAAshort0123456789abcdefghij"
        self.followers = 12
        self.scopes = list(SCOPES)
        self.tasks = ["CREATE_CONTENT", "MANAGE", "ANALYZE"]
        self.pages = [PAGE]
        self.of_business: list[str] = []
        self.data_access_ends = 1_800_000_000
        self.piece = 1500  # bytes it asks for at once
        self.works = 1  # how often a film is still at work when looked at
        self.spoils: set[str] = set()  # films it cannot use
        self.known_metrics = {"post_media_view", "post_total_media_view_unique", "post_clicks"}
        self.may_search = True
        self.tells_application = True
        self.served_as = VERSION
        self.usage: dict[str, str] = {}

    # --- what a test asks -------------------------------------------------
    def secret(self) -> dict[str, str]:
        self.user_token = self.long_token
        return {"token": self.page_token, "person": self.long_token}

    def texts(self) -> list[str]:
        return [self.posts[key]["message"] for key in sorted(self.posts)]

    def alts(self) -> list[str]:
        return [self.photos[one]["alt"] for post in self.posts.values() for one in post["photos"]]

    def like(self, remote_id: str) -> None:
        self.posts[remote_id]["reactions"] += 1

    def revoke(self) -> None:
        self.page_token = self.user_token = "EAAnobody-knows-this-one"

    def opens(self, secret: dict[str, Any]) -> bool:
        return secret["token"] == self.page_token

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    def by_hand(self, text: str, app: str = "") -> str:
        """What staff post in the app."""
        return self._store({"message": text}, app=app)["id"]

    # --- one request ------------------------------------------------------
    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        reply.headers = {"facebook-api-version": self.served_as, **self.usage, **reply.headers}
        return reply

    def _refused(self, request: Request, *tokens: str) -> Reply | None:
        """Keys come in a header, with their proof; nothing else is taken here."""
        if "access_token" in request.query or b"access_token=" in request.body:
            return problem(1, "The key stands where it may be read")
        if request.token not in (tokens or (self.page_token,)):
            return problem(190, "Error validating access token", status=401, subcode=467)
        proof = fields_of(request).get("appsecret_proof") or request.query.get("appsecret_proof", [""])[0]
        good = hmac.new(APP["client_secret"].encode(), request.token.encode(), hashlib.sha256).hexdigest()
        return None if proof == good else problem(100, "Invalid appsecret_proof provided in the API argument")

    # --- signing in -------------------------------------------------------
    @route("POST", rf"{_V}/oauth/access_token")
    def trade(self, request: Request) -> Reply:
        form = fields_of(request)
        if (form.get("client_id"), form.get("client_secret")) != tuple(APP.values()):
            return problem(1, "Error validating client secret.")
        if form.get("grant_type") == "fb_exchange_token":
            if form["fb_exchange_token"] not in (self.short_token, self.long_token):
                return problem(190, "Malformed access token")
            return Reply(data={"access_token": self.long_token, "token_type": "bearer", "expires_in": 5_183_944})
        if form.get("code") != CODE or not form.get("redirect_uri", "").startswith("https://"):
            return problem(100, "This authorization code has been used.", subcode=36009)
        return Reply(data={"access_token": self.short_token, "token_type": "bearer", "expires_in": 5183})

    @route("GET", rf"{_V}/debug_token")
    def debug(self, request: Request) -> Reply:
        if request.query.get("access_token") != ["|".join(APP.values())]:
            return problem(190, "Invalid OAuth access token signature.")
        (token,) = request.query["input_token"]
        kinds = {self.page_token: "PAGE", self.long_token: "USER", self.short_token: "USER"}
        told = {
            "app_id": APP["client_id"],
            "type": kinds.get(token, ""),
            "is_valid": token in kinds,
            "expires_at": 0,
            "data_access_expires_at": self.data_access_ends,
            "scopes": self.scopes,
            "user_id": PERSON,
        }
        return Reply(data={"data": told})

    @route("GET", rf"{_V}/me/accounts")
    def accounts(self, request: Request) -> Reply:
        if refused := self._refused(request, self.long_token):
            return refused
        after = request.query.get("after", ["0"])[0]
        at = int(after)
        return Reply(data={"data": [self._page(one) for one in self.pages[at : at + 1]]} | self._paging(at))

    def _paging(self, at: int) -> dict[str, Any]:
        """One a page, so that the way on must be found; the address it names leads astray."""
        if at + 1 >= len(self.pages):
            return {}
        return {"paging": {"cursors": {"after": str(at + 1)}, "next": "https://elsewhere.example/?access_token=x"}}

    @route("GET", rf"{_V}/me/businesses")
    def businesses(self, request: Request) -> Reply:
        return self._refused(request, self.long_token) or Reply(data={"data": [{"id": "777", "name": "City"}]})

    @route("GET", rf"{_V}/777/(owned|client)_pages")
    def business_pages(self, request: Request, kind: str) -> Reply:
        pages = self.of_business if kind == "owned" else []
        return self._refused(request, self.long_token) or Reply(data={"data": [self._page(one) for one in pages]})

    def _page(self, number: str) -> dict[str, Any]:
        own = number == PAGE
        return {
            "id": number,
            "name": "Town Library" if own else f"Branch {number[-1]}",
            **({"username": "townlibrary"} if own else {}),
            "link": f"https://www.facebook.com/{'townlibrary' if own else number}",
            "picture": {"data": {"url": "https://scontent.example/p.jpg"}},
            "access_token": self.page_token if own else f"EAApage-{number}",
            "tasks": self.tasks,
        }

    @route("DELETE", rf"{_V}/(\d+)/permissions")
    def remove_app(self, request: Request, person: str) -> Reply:
        if refused := self._refused(request, self.user_token):
            return refused
        self.revoke()
        return Reply(data={"success": person == PERSON})

    # --- pictures ---------------------------------------------------------
    @route("POST", rf"{_V}/{PAGE}/photos")
    def photo(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        form = fields_of(request)
        if form.get("published") != "false":
            return problem(100, "A picture would have become a post of its own")
        number = self._number()
        self.photos[number] = {"alt": form.get("alt_text_custom", ""), "data": form["source"], "used": False}
        return Reply(data={"id": number})

    # --- posts ------------------------------------------------------------
    @route("POST", rf"{_V}/{PAGE}/feed")
    def feed(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        form = fields_of(request)
        if not form.get("message") and not form.get("link") and not form.get("attached_media"):
            return problem(100, "The status must have some content")
        photos = [one["media_fbid"] for one in json.loads(form.get("attached_media", "[]"))]
        if any(one not in self.photos for one in photos):
            return problem(100, "Invalid photo", subcode=33)
        return Reply(data={"id": self._store(form, photos)["id"]})

    def _store(self, form: dict[str, Any], photos: list[str] | None = None, app: str = "") -> dict[str, Any]:
        short = self._number()
        post = {
            "id": f"{PAGE}_{short}",
            "message": form.get("message", ""),
            "created_time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink_url": f"https://www.facebook.com/{PAGE}/posts/{short}",
            "photos": photos or [],
            "form": form,
            "app": app or APP["client_id"],
            "reactions": 0,
        }
        self.posts[post["id"]] = post
        return post

    def _shown(self, post: dict[str, Any]) -> dict[str, Any]:
        told = {name: post[name] for name in ("id", "created_time", "permalink_url")}
        told |= {"from": {"id": PAGE}} | ({"message": post["message"]} if post["message"] else {})
        if self.tells_application:
            told["application"] = {"id": post["app"]}
        targets = [{"media_type": "photo", "target": {"id": one}} for one in post["photos"]]
        if len(targets) > 1:
            targets = [{"media_type": "album", "target": {"id": "9"}, "subattachments": {"data": targets}}]
        return told | ({"attachments": {"data": targets}} if targets else {})

    @route("GET", rf"{_V}/{PAGE}/published_posts")
    def published(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        newest = sorted(self.posts.values(), key=lambda post: post["id"], reverse=True)
        limit = int(request.query["limit"][0])
        told = [self._shown(post) | self._comments_of(post["id"]) for post in newest[:limit]]
        more = {"paging": {"cursors": {"after": "x"}, "next": "https://elsewhere.example/"}}
        return Reply(data={"data": told} | (more if len(newest) > limit else {}))

    def _comments_of(self, post: str) -> dict[str, Any]:
        under = [one for one in self.comments.values() if one["post"] == post]
        shown = [{**one, "from": {"id": PAGE}} for one in reversed(under)]
        return {"comments": {"data": shown}} if shown else {}

    @route("POST", rf"{_V}/({PAGE}_\d+)/comments")
    def comment(self, request: Request, post: str) -> Reply:
        if refused := self._refused(request):
            return refused
        if post not in self.posts:
            return problem(100, "Unsupported post request", subcode=33)
        number = f"{post.split('_')[1]}_{self._number()}"
        made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        self.comments[number] = {
            "id": number, "post": post, "message": fields_of(request)["message"], "created_time": made,
            "permalink_url": f"https://www.facebook.com/{number}",
        }  # fmt: skip
        return Reply(data={"id": number})

    @route("GET", rf"{_V}/(\d+(?:_\d+)?)")
    def look(self, request: Request, number: str) -> Reply:
        if refused := self._refused(request):
            return refused
        if number == PAGE:
            return Reply(data={**self._page(PAGE), "followers_count": self.followers, "fan_count": 7})
        if number in self.videos:
            return self._film(number)
        if number in self.comments:
            return Reply(data={**self.comments[number], "like_count": 3, "comment_count": 1})
        if number not in self.posts:
            return problem(100, f"Unsupported get request. Object with ID '{number}' does not exist", subcode=33)
        fields = request.query.get("fields", [""])[0]
        asked = re.search(r"insights\.metric\(([^)]*)\)", fields)
        if asked and not set(asked[1].split(",")) <= self.known_metrics:
            return problem(100, "(#100) The value must be a valid insights metric")
        told = self._shown(self.posts[number]) | self._counts(number)
        return Reply(data=told | ({"insights": self._insights(asked[1].split(","))} if asked else {}))

    def _counts(self, number: str) -> dict[str, Any]:
        post = self.posts[number]
        shares = {"shares": {"count": post["shares"]}} if post.get("shares") else {}
        under = sum(one["post"] == number for one in self.comments.values())
        counts = {"reactions": post["reactions"], "comments": under}
        return shares | {name: {"data": [], "summary": {"total_count": count}} for name, count in counts.items()}

    def _insights(self, names: list[str]) -> dict[str, Any]:
        return {"data": [{"name": name, "period": "lifetime", "values": [{"value": 40 + len(name)}]} for name in names]}

    @route("GET", rf"{_V}/(\d+_\d+)/insights")
    def insights(self, request: Request, number: str) -> Reply:
        name = request.query["metric"][0]
        if number in self.stories and name.startswith("STORY_"):
            return self._refused(request) or Reply(data=self._insights([name.lower()]))
        if name not in self.known_metrics:
            return problem(100, "(#100) The value must be a valid insights metric")
        return self._refused(request) or Reply(data=self._insights([name]))

    @route("DELETE", rf"{_V}/(\d+(?:_\d+)?)")
    def delete(self, request: Request, number: str) -> Reply:
        if refused := self._refused(request):
            return refused
        for kind in (self.posts, self.comments, self.videos):
            if number in kind:
                del kind[number]
                return Reply(data={"success": True})
        return problem(100, "Unsupported delete request", subcode=33)

    # --- films ------------------------------------------------------------
    @route("POST", rf"{_V}/{PAGE}/videos")
    def videos_edge(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        form = fields_of(request)
        if form["upload_phase"] == "start":
            video = self._new_film("post", int(form["file_size"]))
            session = self._number()
            self.uploads[session] = video
            return Reply(data={"upload_session_id": session, "video_id": video, **self._wanted(video)})
        video = self.uploads[form["upload_session_id"]]
        if form["upload_phase"] == "transfer":
            film = self.videos[video]
            if int(form["start_offset"]) == len(film["data"]):
                film["data"] += form["video_file_chunk"]
            return Reply(data=self._wanted(video))
        return self._published(video, form)

    def _new_film(self, kind: str, size: int = 0) -> str:
        number = self._number()
        self.videos[number] = {
            "kind": kind, "size": size, "data": b"", "waits": self.works, "post": "", "captions": {}, "poster": b"",
        }  # fmt: skip
        return number

    def _wanted(self, video: str) -> dict[str, str]:
        have = len(self.videos[video]["data"])
        return {"start_offset": str(have), "end_offset": str(min(have + self.piece, self.videos[video]["size"]))}

    @route("POST", rf"{_V}/{PAGE}/video_reels")
    def reels_edge(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        form = fields_of(request)
        if form["upload_phase"] == "START":
            video = self._new_film("reel")
            place = f"https://rupload.facebook.com/video-upload/{VERSION}/{video}"
            return Reply(data={"video_id": video, "upload_url": place})
        if form["upload_phase"] != "FINISH" or form["video_state"] != "PUBLISHED":
            return problem(100, "Invalid phase")
        return self._published(form["video_id"], form)

    @route("POST", rf"{_V}/{PAGE}/video_stories")
    def film_story(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        form = fields_of(request)
        if form["upload_phase"] == "start":
            return Reply(data={"video_id": self._new_film("story"), "upload_url": ""})
        reply = self._published(form["video_id"], form)
        if reply.status == 200:
            self._show(self.videos[form["video_id"]]["post"], form["video_id"])
        return reply

    @route("POST", rf"{_V}/{PAGE}/photo_stories")
    def picture_story(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        photo = fields_of(request)["photo_id"]
        if photo not in self.photos:
            return problem(100, "Invalid photo", subcode=33)
        post = self._store({"message": ""}, [photo])["id"]
        self._show(post, photo)
        return Reply(data={"success": True, "post_id": post.split("_")[1]})

    def _show(self, post: str, media: str) -> None:
        self.stories[post] = {
            "post_id": post.split("_")[1],
            "status": "PUBLISHED",
            "creation_time": str(int(datetime.now(UTC).timestamp())),
            "media_id": media,
            "url": f"https://www.facebook.com/stories/{media}",
        }

    @route("GET", rf"{_V}/{PAGE}/stories")
    def shown_stories(self, request: Request) -> Reply:
        return self._refused(request) or Reply(data={"data": list(self.stories.values())})

    @route("POST", r"/video-upload/v\d+\.\d+/(\d+)")
    def stream(self, request: Request, video: str) -> Reply:
        if request.headers.get("authorization") != f"OAuth {self.page_token}":
            return Reply(401, {"debug_info": {"type": "NotAuthorizedError", "message": "no"}})
        film = self.videos[video]
        if int(request.headers["offset"]) != len(film["data"]):
            return Reply(400, {"debug_info": {"type": "OffsetInvalidError", "message": "offset"}})
        film["size"] = int(request.headers["file_size"])
        film["data"] += request.body
        return Reply(data={"success": True})

    def _published(self, video: str, form: dict[str, Any]) -> Reply:
        film = self.videos[video]
        if len(film["data"]) != film["size"]:
            return problem(100, "The film is not whole", subcode=2069019)
        if not film["post"]:
            film["post"] = self._store({**form, "message": form.get("description", "")})["id"]
        return Reply(data={"success": True})

    def _film(self, number: str) -> Reply:
        film = self.videos[number]
        spoilt, whole = number in self.spoils, film["size"] and len(film["data"]) == film["size"]
        out, ready = bool(film["post"]), bool(film["post"]) and film["waits"] <= 0
        if out:
            film["waits"] -= 1
        working = {"status": "error", "errors": [{"code": 1363008, "message": "Too short"}]} if spoilt else {}
        status = {
            "video_status": "error" if spoilt else "ready" if ready else "processing",
            "uploading_phase": {"status": "complete"}
            if whole
            else {"status": "in_progress", "bytes_transfered": len(film["data"])},
            "processing_phase": working or {"status": "complete" if ready else "in_progress" if out else "not_started"},
            "publishing_phase": {"status": "complete" if ready else "in_progress" if out else "not_started"},
        }
        told = {"id": number, "status": status, "permalink_url": f"/reel/{number}/", "published": ready}
        return Reply(data=told | ({"post_id": film["post"].split("_")[1]} if ready else {}))

    @route("POST", rf"{_V}/(\d+)/captions")
    def caption(self, request: Request, video: str) -> Reply:
        names = {
            name: file for name, file in files_of(request).items() if re.search(r"\.[a-z]{2}_[A-Z]{2}\.srt$", name)
        }
        if not names:
            return problem(100, "Invalid name of captions")
        self.videos[video]["captions"] |= names
        return self._refused(request) or Reply(data={"success": True})

    @route("POST", rf"{_V}/(\d+)/thumbnails")
    def thumbnail(self, request: Request, video: str) -> Reply:
        self.videos[video]["poster"] = fields_of(request)["source"]
        return self._refused(request) or Reply(data={"success": True})

    # --- names ------------------------------------------------------------
    @route("GET", rf"{_V}/search")
    def search(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if not self.may_search:
            return problem(200, "Requires ads_read permission")
        word = request.query["q"][0].casefold()
        return Reply(data={"data": [one for one in _NAMED[request.query["type"][0]] if word in one["name"].casefold()]})

    def _number(self) -> str:
        return str(next(self.numbers))


_NAMED: dict[str, list[dict[str, Any]]] = {
    "adlocale": [
        {"key": 1001, "name": "English (All)"},
        {"key": 24, "name": "English (UK)"},
        {"key": 18, "name": "Swedish"},
    ],
    "adgeolocation": [
        {"key": "2420605", "name": "Malmö", "type": "city", "region": "Skåne"},
        {"key": "777", "name": "Springfield", "type": "city", "region": "Illinois"},
        {"key": "778", "name": "Springfield", "type": "city", "region": "Missouri"},
    ],
}


def _parts(request: Request) -> list[tuple[str, str, bytes]]:
    """(field, file name, bytes) of a multipart body."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename() or "",
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]


def files_of(request: Request) -> dict[str, bytes]:
    return {name: data for _field, name, data in _parts(request) if name}


def fields_of(request: Request) -> dict[str, Any]:
    """The fields of a form; files as bytes."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        return {field: data if name else data.decode() for field, name, data in _parts(request)}
    if "urlencoded" in kind:
        return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    return {}
