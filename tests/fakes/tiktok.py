"""A TikTok that behaves: uploads with a number, drafts, posts that are looked at before they are public, figures."""

from __future__ import annotations

import itertools
import time
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Failure, FarSide, Reply, Request, route

ME = "open-id-library-0123456789"
CODE = "the-code-of-the-browser"
APP = {"client_id": "client-key-1", "client_secret": "client-secret-0123456789", "audited": "yes"}
DRAFTS = "user.info.basic,user.info.profile,user.info.stats,video.upload,video.list"


def refusal(status: int, code: str, message: str = "Refused.") -> Reply:
    return Reply(status, {"data": {}, "error": {"code": code, "message": message, "log_id": "202611250001"}})


def good(data: Any) -> Reply:
    return Reply(data={"data": data, "error": {"code": "ok", "message": "", "log_id": "202611250002"}})


class FakeTikTok(FarSide):
    """One account. What creates a post of a film is its last piece."""

    platform = "tiktok"
    creating = ("PUT", r"^/upload/")

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.drafts: list[str] = []
        self.fetched: list[str] = []  # addresses of pictures TikTok was given
        self.numbers = itertools.count(1000)
        self.token, self.refresh_token = "act.tok-tiktok-0123456789", "rft.refresh-tiktok-0123456789"
        self.scope, self.challenges = f"{DRAFTS},video.publish", []
        self.creator: dict[str, Any] = {
            "creator_username": "townlibrary",
            "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
            "comment_disabled": False,
            "duet_disabled": False,
            "stitch_disabled": True,
            "max_video_post_duration_sec": 300,
        }
        # How this TikTok behaves
        self.processing = 1  # how often the status of a whole upload says "processing"
        self.moderation = 1  # and how often a public post has no number yet
        self.failure = ""  # the reason for which uploads fail
        self.takes_status = 201  # of the last piece
        self.counts_late = False  # does not tell how many bytes arrived
        self.refuses_with_200 = False  # at the token endpoint

    def secret(self) -> dict[str, Any]:
        return {"token": self.token, "refresh": self.refresh_token, "scopes": self.scope.split(",")}

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [one["text"] for one in self.posts.values()]

    def alts(self) -> list[str]:
        return []

    def like(self, remote_id: str) -> None:
        self.posts[remote_id]["likes"] += 1

    def revoke(self) -> None:
        self.token, self.refresh_token = "act.nobody-knows", ""

    def expire(self) -> None:
        self.token = f"act.newer-{next(self.numbers)}-0123456789"

    def opens(self, secret: dict[str, Any]) -> bool:
        return secret["token"] == self.token or bool(self.refresh_token and secret["refresh"] == self.refresh_token)

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    def finish_in_the_app(self, publish_id: str, text: str) -> str:
        """A person opens the draft and posts it."""
        upload = self.uploads[publish_id]
        upload["post"] = self._post(text, upload, {"privacy_level": "PUBLIC_TO_EVERYONE"})
        upload["in_inbox"] = False
        return upload["post"]

    # --- signing in -------------------------------------------------------
    @route("POST", r"/v2/oauth/token/")
    def grant(self, request: Request) -> Reply:
        form = _form(request)
        if (form.get("client_key"), form.get("client_secret")) != (APP["client_id"], APP["client_secret"]):
            return self._no("invalid_client")
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                return self._no("invalid_grant")
            self.expire()
            self.refresh_token = f"rft.next-{next(self.numbers)}-0123456789"
        elif form.get("code") != CODE:
            return self._no("invalid_grant")
        else:
            self.challenges.append(form["code_verifier"])
        return Reply(
            data={
                "open_id": ME,
                "scope": self.scope,
                "access_token": self.token,
                "expires_in": 86400,
                "refresh_token": self.refresh_token,
                "refresh_expires_in": 31536000,
                "token_type": "Bearer",
            }
        )

    def _no(self, error: str) -> Reply:
        told = {"error": error, "error_description": "Refused.", "log_id": "1"}
        return Reply(200 if self.refuses_with_200 else 400, told)

    @route("POST", r"/v2/oauth/revoke/")
    def end(self, request: Request) -> Reply:
        if _form(request).get("token") != self.token:
            return self._no("invalid_token")
        self.revoke()
        return Reply(data={})

    def _refused(self, request: Request) -> Reply | None:
        return None if request.token == self.token else refusal(401, "access_token_invalid", "The token is invalid.")

    @route("GET", r"/v2/user/info/")
    def me(self, request: Request) -> Reply:
        user = {
            "open_id": ME,
            "display_name": "Town Library",
            "username": "townlibrary",
            "avatar_url": "https://p16.example/a.webp",
            "follower_count": 120,
            "video_count": len(self.posts),
        }
        return self._refused(request) or good({"user": user})

    @route("POST", r"/v2/post/publish/creator_info/query/")
    def creator_info(self, request: Request) -> Reply:
        return self._refused(request) or good(self.creator)

    # --- uploads ----------------------------------------------------------
    @route("POST", r"/v2/post/publish/(inbox/video|video)/init/")
    def begin(self, request: Request, where: str) -> Reply:
        if refused := self._refused(request):
            return refused
        if wrong := self._wrong(request.json.get("post_info"), "title", 2200):
            return wrong
        source = request.json["source_info"]
        assert source["total_chunk_count"] > 1 or source["chunk_size"] == source["video_size"]
        assert source["total_chunk_count"] == max(1, source["video_size"] // source["chunk_size"])
        publish_id = f"v_{'pub' if where == 'video' else 'inbox'}_file~{next(self.numbers)}"
        info = request.json.get("post_info")
        self.uploads[publish_id] = {
            "source": source, "info": info, "data": b"", "post": "", "waits": 0, "in_inbox": False, "page": "video",
        }  # fmt: skip
        address = f"{self.url}/upload/{publish_id}?upload_token=upload-key-0123456789"
        return good({"publish_id": publish_id, "upload_url": address})

    def _wrong(self, info: dict[str, Any] | None, caption: str, most: int) -> Reply | None:
        """The limits of a post as TikTok's reference has them; a draft brings no choices."""
        if info is None:
            return None
        if _units(info[caption]) > most:
            return refusal(400, "invalid_params", "The caption is too long.")
        privacy = info.get("privacy_level")
        if privacy is not None and privacy not in self.creator["privacy_level_options"]:
            return refusal(403, "privacy_level_option_mismatch", "Privacy level is not among the options.")
        if privacy == "SELF_ONLY" and info["brand_content_toggle"]:
            return refusal(400, "invalid_params", "Branded content cannot be private.")
        return None

    @route("PUT", r"/upload/([^/]+)")
    def take_piece(self, request: Request, publish_id: str) -> Reply:
        upload = self.uploads.get(publish_id)
        if upload is None:
            return Reply(403, raw=b"")
        assert "authorization" not in request.headers
        start = int(request.headers["content-range"].removeprefix("bytes ").split("-")[0])
        source = upload["source"]
        if start != len(upload["data"]):
            return Reply(416, raw=b"")
        upload["data"] += request.body
        if len(upload["data"]) < source["video_size"]:
            assert len(request.body) == source["chunk_size"]
            return Reply(206, raw=b"")
        self._whole(publish_id, upload)
        return Reply(self.takes_status, raw=b"")

    def _whole(self, publish_id: str, upload: dict[str, Any]) -> None:
        upload["waits"], upload["failed"] = self.processing, self.failure
        if self.failure:
            return
        if upload["info"] is None:
            upload["in_inbox"] = True
            self.drafts.append(publish_id)
        else:
            text = upload["info"]["title" if upload["page"] == "video" else "description"]
            upload["post"] = self._post(text, upload, upload["info"])

    def _post(self, text: str, upload: dict[str, Any], info: dict[str, Any]) -> str:
        number = f"73000000000000{next(self.numbers)}"
        privacy = info["privacy_level"]
        self.posts[number] = {"id": number, "text": text, "info": info, "privacy": privacy, "likes": 0}
        self.posts[number] |= {"waits": self.moderation, "made": int(time.time()), "page": upload["page"]}
        return number

    @route("POST", r"/v2/post/publish/status/fetch/")
    def status(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        upload = self.uploads.get(request.json["publish_id"])
        if upload is None:
            return refusal(400, "invalid_publish_id")
        told: dict[str, Any] = {"uploaded_bytes": len(upload["data"])} if not self.counts_late else {}
        size = upload["source"].get("video_size", 0)
        if len(upload["data"]) < size or upload["waits"] > 0:
            upload["waits"] = max(0, upload["waits"] - 1)
            return good({"status": "PROCESSING_UPLOAD" if size else "PROCESSING_DOWNLOAD", **told})
        if upload.get("failed"):
            return good({"status": "FAILED", "fail_reason": upload["failed"], **told})
        if upload["in_inbox"]:
            return good({"status": "SEND_TO_USER_INBOX", **told})
        post = self.posts[upload["post"]]
        if post["privacy"] == "PUBLIC_TO_EVERYONE":
            post["waits"] -= 1
            told |= {"publicaly_available_post_id": [int(post["id"])]} if post["waits"] < 0 else {}
        return good({"status": "PUBLISH_COMPLETE", **told})

    @route("POST", r"/v2/post/publish/content/init/")
    def photos(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        body = request.json
        if wrong := self._wrong(body["post_info"], "description", 4000):
            return wrong
        if not 0 < len(body["source_info"]["photo_images"]) <= 35 or _units(body["post_info"]["title"]) > 90:
            return refusal(400, "invalid_params", "The post_info is empty or malformed.")
        assert (body["media_type"], body["source_info"]["source"]) == ("PHOTO", "PULL_FROM_URL")
        self.fetched += body["source_info"]["photo_images"]
        direct = body["post_mode"] == "DIRECT_POST"
        publish_id = f"p_{'pub' if direct else 'inbox'}_url~{next(self.numbers)}"
        upload = {"source": {}, "info": body["post_info"] if direct else None, "data": b"", "post": "", "page": "photo"}
        self.uploads[publish_id] = upload | {"in_inbox": False, "waits": 0}
        self._whole(publish_id, self.uploads[publish_id])
        return good({"publish_id": publish_id})

    # --- what is public ---------------------------------------------------
    def _public(self) -> list[dict[str, Any]]:
        return [one for one in self.posts.values() if one["privacy"] == "PUBLIC_TO_EVERYONE"]

    @route("POST", r"/v2/video/list/")
    def own(self, request: Request) -> Reply:
        listed = [
            {"id": one["id"], "create_time": one["made"], "title": "", "video_description": one["text"]}
            for one in reversed(self._public())
        ]
        return self._refused(request) or good({"videos": listed[: request.json["max_count"]], "has_more": False})

    @route("POST", r"/v2/video/query/")
    def query(self, request: Request) -> Reply:
        wanted = request.json["filters"]["video_ids"]
        assert len(wanted) <= 20
        told = [
            {"id": one["id"], "like_count": one["likes"], "view_count": 7, "comment_count": 0, "share_count": 1}
            for one in self._public()
            if one["id"] in wanted
        ]
        return self._refused(request) or good({"videos": told})


class FakePhotos(FakeTikTok):
    """The same account; what creates is the request that names the pictures."""

    creating = ("POST", r"/content/init/$")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
