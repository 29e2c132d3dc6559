"""A YouTube that behaves: resumable uploads, films that are worked on, privacy, captions, comments, figures."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Failure, FarSide, Reply, Request, route

ME, UPLOADS = "UC0library0000000000town", "UU0library0000000000town"
CODE = "the-code-of-the-browser"
APP = {"client_id": "client-1.apps.googleusercontent.com", "client_secret": "client-secret-0123456789"}
SCOPES = (
    "https://www.googleapis.com/auth/youtube.force-ssl https://www.googleapis.com/auth/youtube.upload "
    "https://www.googleapis.com/auth/yt-analytics.readonly"
)


def refusal(status: int, reason: str, message: str = "Refused.", **headers: str) -> Reply:
    """Google's error object."""
    error = {"code": status, "message": message, "errors": [{"domain": "youtube", "reason": reason}]}
    return Reply(status, {"error": error}, {name.replace("_", "-"): value for name, value in headers.items()})


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class FakeYouTube(FarSide):
    """One channel of one Google account."""

    platform = "youtube"
    creating = ("PUT", r"^/youtube/v3/videos$")

    def __init__(self) -> None:
        super().__init__()
        self.films: dict[str, dict[str, Any]] = {}
        self.data: dict[str, bytes] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.thumbnails: dict[str, tuple[str, bytes]] = {}
        self.captions: list[dict[str, Any]] = []
        self.playlists = {"PL-stories": "Story time", "PL-talks": "Talks"}
        self.listed: dict[str, list[str]] = {"PL-stories": [], "PL-talks": []}
        self.threads: list[dict[str, Any]] = []
        self.numbers = itertools.count(1000)
        self.token, self.refresh_token = "ya29.tok-youtube-0123456789", "1//refresh-youtube-0123456789"
        self.scope, self.gives_refresh, self.has_channel = SCOPES, True, True
        self.verifiers: list[str] = []
        # How this YouTube behaves
        self.processing = 1  # how often a fresh film is still being worked on
        self.failure = ("", "")  # (uploadStatus, reason) a film ends in
        self.most_stored = 10**9  # bytes of one piece that are kept
        self.keeps_private = False
        self.thumbnails_allowed = True
        self.handles = "@townlibrary"
        self.knows_sizes = True
        self.hides_subscribers = False

    def secret(self) -> dict[str, str]:
        return {"token": self.token, "refresh": self.refresh_token}

    # --- what a test asks -------------------------------------------------
    def _public(self) -> list[dict[str, Any]]:
        return [one for one in self.films.values() if one["status"]["privacyStatus"] != "private"]

    def texts(self) -> list[str]:
        return [one["snippet"]["description"] for one in self._public()]

    def alts(self) -> list[str]:
        return []

    def like(self, remote_id: str) -> None:
        count = self.films[remote_id]["statistics"]
        count["likeCount"] = str(int(count["likeCount"]) + 1)

    def revoke(self) -> None:
        self.token, self.refresh_token = "ya29.nobody-knows", ""

    def expire(self) -> None:
        """The access token ends, as after an hour."""
        self.token = f"ya29.newer-{next(self.numbers)}-0123456789"

    def opens(self, secret: dict[str, Any]) -> bool:
        return secret["token"] == self.token or bool(self.refresh_token and secret["refresh"] == self.refresh_token)

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    # --- signing in -------------------------------------------------------
    @route("POST", r"/token")
    def grant(self, request: Request) -> Reply:
        form = _form(request)
        if (form.get("client_id"), form.get("client_secret")) != tuple(APP.values()):
            return Reply(401, {"error": "invalid_client", "error_description": "Unauthorized"})
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                return Reply(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
            self.expire()
            return Reply(data=self._tokens())
        if form.get("code") != CODE:
            return Reply(400, {"error": "invalid_grant", "error_description": "Malformed auth code."})
        self.verifiers.append(form["code_verifier"])
        lasting = {"refresh_token": self.refresh_token} if self.gives_refresh else {}
        return Reply(data=self._tokens() | lasting)

    def _tokens(self) -> dict[str, Any]:
        return {"access_token": self.token, "expires_in": 3599, "scope": self.scope, "token_type": "Bearer"}

    @route("POST", r"/revoke")
    def end(self, request: Request) -> Reply:
        if _form(request).get("token") not in (self.token, self.refresh_token):
            return Reply(400, {"error": "invalid_token", "error_description": "Token expired or revoked"})
        self.revoke()
        return Reply(data={})

    def _refused(self, request: Request) -> Reply | None:
        if request.token == self.token:
            return None
        error = {"code": 401, "message": "Invalid Credentials", "status": "UNAUTHENTICATED"}
        return Reply(401, {"error": error | {"errors": [{"reason": "authError"}]}})

    # --- the channel ------------------------------------------------------
    @route("GET", r"/youtube/v3/channels")
    def channels(self, request: Request) -> Reply:
        told: dict[str, Any] = {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}}
        if self.has_channel:
            told["items"] = [
                {
                    "id": ME,
                    "snippet": {
                        "title": "Town Library",
                        "customUrl": self.handles,
                        "thumbnails": {"default": {"url": "https://yt3.example/a.png"}},
                    },
                    "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS}},
                    "statistics": {
                        "subscriberCount": "120",
                        "videoCount": str(len(self._public())),
                        "hiddenSubscriberCount": self.hides_subscribers,
                    },
                    "status": {"longUploadsStatus": "allowed"},
                }
            ]
        return self._refused(request) or Reply(data=told)

    @route("GET", r"/youtube/v3/playlists")
    def own_playlists(self, request: Request) -> Reply:
        items = [{"id": one, "snippet": {"title": title}} for one, title in self.playlists.items()]
        page = int(request.query.get("pageToken", ["0"])[0])
        more = {"nextPageToken": str(page + 1)} if page + 1 < len(items) else {}
        return self._refused(request) or Reply(data={"items": items[page : page + 1], **more})

    # --- uploading --------------------------------------------------------
    @route("POST", r"/upload/youtube/v3/videos")
    def begin_upload(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        assert sorted(request.query["part"][0].split(",")) == sorted(request.json)
        assert request.headers["x-upload-content-type"].startswith("video/")
        if wrong := _wrong(request.json["snippet"]):
            return wrong
        key = f"upload-key-{next(self.numbers)}-0123456789"
        size = int(request.headers["x-upload-content-length"])
        self.sessions[key] = {"body": request.json, "size": size, "data": b"", "film": "", "query": request.query}
        return Reply(headers={"Location": f"{self.url}/upload/youtube/v3/videos?uploadType=resumable&upload_id={key}"})

    @route("PUT", r"/upload/youtube/v3/videos")
    def take_piece(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        session = self.sessions.get(request.query["upload_id"][0])
        if session is None:
            return Reply(404, raw=b"Not Found")
        place = request.headers["content-range"].removeprefix("bytes ")
        if not place.startswith("*"):
            start = int(place.split("-")[0])
            assert start == len(session["data"]), "a piece must begin where the last one ended"
            last = int(place.split("-")[1].split("/")[0]) + 1 == session["size"]
            assert last or len(request.body) % 262_144 == 0, "pieces are multiples of 256 KiB"
            session["data"] += request.body[: self.most_stored]
        if len(session["data"]) < session["size"]:
            end = len(session["data"]) - 1
            return Reply(308, headers={"Range": f"bytes=0-{end}"} if end >= 0 else {})
        session["film"] = session["film"] or self._film(session)
        return Reply(data=self._shown(session["film"]))

    def _film(self, session: dict[str, Any]) -> str:
        film_id = f"film{next(self.numbers):07d}"
        body = session["body"]
        self.data[film_id] = session["data"]
        self.films[film_id] = {
            "kind": "youtube#video",
            "id": film_id,
            "snippet": {**body["snippet"], "channelId": ME, "publishedAt": now()},
            "status": {**body["status"], "uploadStatus": "uploaded", "publicStatsViewable": True},
            "fileDetails": {"fileSize": str(session["size"])} if self.knows_sizes else {},
            "statistics": {"viewCount": "0", "likeCount": "0", "commentCount": "0"},
            "waits": self.processing,
        }
        if "paidProductPlacementDetails" in body:
            self.films[film_id]["paidProductPlacementDetails"] = body["paidProductPlacementDetails"]
        return film_id

    def _shown(self, film_id: str) -> dict[str, Any]:
        return {name: value for name, value in self.films[film_id].items() if name != "waits"}

    def forget_sessions(self) -> None:
        self.sessions.clear()

    @route("POST", r"/upload/youtube/v3/thumbnails/set")
    def thumbnail(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if not self.thumbnails_allowed:
            return refusal(403, "forbidden", "The authenticated user doesn't have permissions to upload thumbnails.")
        if request.headers["content-type"] not in ("image/jpeg", "image/png"):
            return refusal(400, "imageFormatUnsupported", "The image format is not supported.")
        self.thumbnails[request.query["videoId"][0]] = (request.headers["content-type"], request.body)
        return Reply(data={"kind": "youtube#thumbnailSetResponse", "items": [{}]})

    @route("POST", r"/upload/youtube/v3/captions")
    def caption(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        border = re.search(r"boundary=(\S+)", request.headers["content-type"])[1].encode()
        _before, told, file, _after = request.body.split(b"--" + border)
        snippet = json.loads(told.split(b"\r\n\r\n", 1)[1])["snippet"]
        if any(one["snippet"] == snippet for one in self.captions):
            return refusal(409, "captionExists", "A caption track with this language and name already exists.")
        self.captions.append({"snippet": snippet, "data": file.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")})
        return Reply(data={"id": f"caption{next(self.numbers)}", "snippet": snippet})

    # --- films ------------------------------------------------------------
    @route("GET", r"/youtube/v3/videos")
    def look(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        wanted = request.query["id"][0].split(",")
        for film in (self.films[one] for one in wanted if one in self.films):
            if "processingDetails" in request.query["part"][0]:
                self._work_on(film)
        return Reply(
            data={"kind": "youtube#videoListResponse", "items": [self._shown(i) for i in wanted if i in self.films]}
        )

    def _work_on(self, film: dict[str, Any]) -> None:
        if film["waits"] > 0:
            film["waits"] -= 1
            film["processingDetails"] = {"processingStatus": "processing"}
            return
        state, reason = self.failure
        film["status"]["uploadStatus"] = state or "processed"
        film["processingDetails"] = {"processingStatus": "succeeded" if not state else "failed"}
        if reason:
            film["status"]["rejectionReason" if state == "rejected" else "failureReason"] = reason

    @route("PUT", r"/youtube/v3/videos")
    def update(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        film = self.films.get(request.json["id"])
        if film is None:
            return refusal(404, "videoNotFound", "The video that you are trying to update cannot be found.")
        if wrong := _wrong(request.json["snippet"]):
            return wrong
        told = request.query["part"][0].split(",")
        for part in told:  # replaced whole: what is not sent is lost
            kept = {"channelId", "publishedAt", "uploadStatus"} & set(film[part])
            film[part] = {**{name: film[part][name] for name in kept}, **request.json[part]}
        if self.keeps_private:
            film["status"]["privacyStatus"] = "private"
        return Reply(data=self._shown(film["id"]))

    @route("DELETE", r"/youtube/v3/videos")
    def delete(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if self.films.pop(request.query["id"][0], None) is None:
            return refusal(404, "videoNotFound", "The video that you are trying to delete cannot be found.")
        return Reply(204)

    # --- playlists --------------------------------------------------------
    @route("GET", r"/youtube/v3/playlistItems")
    def in_list(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        wanted = request.query["playlistId"][0]
        if wanted == UPLOADS:
            if not self.films:
                return refusal(404, "playlistNotFound", "The playlist cannot be found.")
            films = sorted(self.films, reverse=True)[: int(request.query["maxResults"][0])]
        elif wanted not in self.listed:
            return refusal(404, "playlistNotFound", "The playlist cannot be found.")
        else:
            films = self.listed[wanted]
        only = request.query.get("videoId", [""])[0]
        items = [{"id": f"item-{one}", "contentDetails": {"videoId": one}} for one in films if not only or one == only]
        return Reply(data={"kind": "youtube#playlistItemListResponse", "items": items})

    @route("POST", r"/youtube/v3/playlistItems")
    def put_in_list(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        snippet = request.json["snippet"]
        if snippet["playlistId"] not in self.listed:
            return refusal(404, "playlistNotFound", "The playlist cannot be found.")
        self.listed[snippet["playlistId"]].append(snippet["resourceId"]["videoId"])
        return Reply(data={"id": f"item-{next(self.numbers)}"})

    # --- comments ---------------------------------------------------------
    @route("POST", r"/youtube/v3/commentThreads")
    def comment(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        snippet = request.json["snippet"]
        film = self.films[snippet["videoId"]]
        if len(snippet["topLevelComment"]["snippet"]["textOriginal"]) > 10_000:
            return refusal(400, "commentTextTooLong", "The comment is too long.")
        if film["status"]["selfDeclaredMadeForKids"]:
            return refusal(403, "commentsDisabled", "The video identified by the parameter has disabled comments.")
        return Reply(data=self.write(snippet["videoId"], snippet["topLevelComment"]["snippet"]["textOriginal"]))

    def write(self, film_id: str, text: str, by: str = ME) -> dict[str, Any]:
        number = f"comment-{next(self.numbers)}"
        top = {"textOriginal": text, "authorChannelId": {"value": by}, "publishedAt": now()}
        thread = {"id": number, "snippet": {"videoId": film_id, "topLevelComment": {"id": number, "snippet": top}}}
        self.threads.insert(0, thread)
        return thread

    @route("GET", r"/youtube/v3/commentThreads")
    def comments(self, request: Request) -> Reply:
        assert request.query["allThreadsRelatedToChannelId"] == [ME]
        told = {"kind": "youtube#commentThreadListResponse", "items": self.threads}
        return self._refused(request) or Reply(data=told)

    @route("DELETE", r"/youtube/v3/comments")
    def uncomment(self, request: Request) -> Reply:
        left = [one for one in self.threads if one["id"] != request.query["id"][0]]
        if len(left) == len(self.threads):
            return refusal(404, "commentNotFound", "One or more of the specified comments cannot be found.")
        self.threads = left
        return Reply(204)

    def words_below(self, film_id: str) -> list[str]:
        return [
            one["snippet"]["topLevelComment"]["snippet"]["textOriginal"]
            for one in reversed(self.threads)
            if one["snippet"]["videoId"] == film_id
        ]

    # --- figures ----------------------------------------------------------
    @route("GET", r"/v2/reports")
    def reports(self, request: Request) -> Reply:
        """Columns in an order of its own; films nobody watched are left out."""
        ids = request.query["filters"][0].removeprefix("video==").split(",")
        rows = [[7.0, one, 3] for one in ids if one in self.films and self.films[one]["statistics"]["viewCount"] != "0"]
        heads = [{"name": "estimatedMinutesWatched"}, {"name": "video"}, {"name": "shares"}]
        told = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": heads, "rows": rows}
        return self._refused(request) or Reply(data=told)


def _wrong(snippet: dict[str, Any]) -> Reply | None:
    """The limits of a film's words as YouTube's reference has them."""
    title, description, tags = snippet["title"], snippet["description"], snippet.get("tags", [])
    if not 0 < len(title) <= 100 or set("<>") & set(title):
        return refusal(400, "invalidTitle", "The request metadata specifies an invalid or empty video title.")
    if len(description.encode()) > 5000 or set("<>") & set(description):
        return refusal(400, "invalidDescription", "The request metadata specifies an invalid video description.")
    if len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags)) > 500:
        return refusal(400, "invalidTags", "The request metadata specifies invalid video keywords.")
    if not snippet.get("categoryId", "").isdigit():
        return refusal(400, "invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.")
    return None


def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
