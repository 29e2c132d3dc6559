"""Threads as it behaves: its own application, containers with words alone, chains of replies, quotas, figures."""

from __future__ import annotations

import json
from typing import Any

from channels_app.capabilities import TextLimit, TextUnit
from channels_app.measure import count
from tests.fakes.containers import DEAD, MISSING, FarContainers, form_of, query_of, refused
from tests.fakes.server import Reply, Request, route

ME = "26400000000000042"
CODE = "the-code-of-the-browser"
APP = {"client_id": "770001", "client_secret": "threads-app-secret-0123456789abcdef"}
SHORT = "THAA-short-token-0123456789"
_V = r"/v1\.0"
_TYPES = {"TEXT": "TEXT_POST", "CAROUSEL": "CAROUSEL_ALBUM"}


class FarThreads(FarContainers):
    platform = "threads"
    creating = ("POST", r"/threads_publish$")
    status_field, fault_field, text_field = "status", "error_message", "text"

    def __init__(self) -> None:
        super().__init__()
        self.token = "THAA-long-token-0123456789abcdef"
        self.total, self.reply_used, self.reply_total = 250, 0, 1000
        self.renewed = 0
        self.scopes: Any = ["threads_basic", "threads_content_publish", "threads_delete"]
        self.linked = True  # with Instagram, without which followers are not told
        self.unknown_metrics: set[str] = set()
        self.unseen = 0  # how often a post just made is not yet there to be answered

    def hosts(self) -> dict[str, str]:
        return {"THREADS_API": f"{self.url}/graph", "THREADS_SIGN_IN": f"{self.url}/www"}

    def revoke(self) -> None:
        self.token = "TH-nobody-knows"

    def opens(self, secret: dict[str, Any]) -> bool:
        return secret["token"] == self.token

    def permalink(self, post: str, fields: dict[str, str]) -> str:
        return f"https://www.threads.com/@library/post/D{post[-8:]}"

    # --- signing in -------------------------------------------------------
    @route("POST", r"/graph/oauth/access_token")
    def short(self, request: Request) -> Reply:
        form = form_of(request)
        if {name: form[name] for name in APP} != APP:
            return refused(101, message="Invalid client_id")
        if form["code"] != CODE:
            told = {"error_type": "OAuthException", "code": 400, "error_message": "This code has been used"}
            return Reply(400, told)
        return Reply(data={"access_token": SHORT, "user_id": int(ME)})

    @route("GET", r"/graph/access_token")
    def long(self, request: Request) -> Reply:
        query = query_of(request)
        if query["client_secret"] != APP["client_secret"] or query["access_token"] != SHORT:
            return refused(190, message="Invalid OAuth access token")
        return Reply(data={"access_token": self.token, "token_type": "bearer", "expires_in": 5_183_944})

    @route("GET", r"/graph/refresh_access_token")
    def refresh(self, request: Request) -> Reply:
        if query_of(request)["access_token"] != self.token:
            return Reply(400, {"error": DEAD})
        self.renewed += 1
        self.token = f"THAA-renewed-{self.renewed}-0123456789abcdef"
        return Reply(data={"access_token": self.token, "token_type": "bearer", "expires_in": 5_184_000})

    @route("GET", rf"/graph{_V}/debug_token")
    def debug(self, request: Request) -> Reply:
        query = query_of(request)
        if query["access_token"] != f"TH|{APP['client_id']}|{APP['client_secret']}":
            return refused(190)
        return Reply(data={"data": {"is_valid": True, "scopes": self.scopes}})

    # --- the account ------------------------------------------------------
    def _closed(self, request: Request) -> Reply | None:
        given = query_of(request).get("access_token") or form_of(request).get("access_token")
        return None if given == self.token else Reply(400, {"error": DEAD})

    @route("GET", rf"/graph{_V}/(me|{ME})")
    def me(self, request: Request, number: str) -> Reply:
        told = {"id": ME, "username": "library", "name": "Town Library"}
        return self._closed(request) or Reply(data=told)

    @route("GET", rf"/graph{_V}/{ME}/threads_publishing_limit")
    def quota(self, request: Request) -> Reply:
        told = {
            "quota_usage": self.used,
            "config": {"quota_total": self.total, "quota_duration": 86_400},
            "reply_quota_usage": self.reply_used,
            "reply_config": {"quota_total": self.reply_total, "quota_duration": 86_400},
        }
        wanted = query_of(request)["fields"].split(",")
        return self._closed(request) or Reply(data={"data": [{name: told[name] for name in wanted}]})

    # --- containers and posts ---------------------------------------------
    @route("POST", rf"/graph{_V}/{ME}/threads")
    def create(self, request: Request) -> Reply:
        fields = form_of(request)
        if closed := self._closed(request):
            return closed
        fields.pop("access_token")
        if count(fields.get("text", ""), TextLimit(500, TextUnit.EMOJI_BYTES)) > 500:
            return refused(100, message="Param text must be at most 500 characters long.")
        if fields["media_type"] == "TEXT" and not fields.get("text"):
            return refused(100, message="Param text is required")
        if fields["media_type"] != "TEXT" and {"poll_attachment", "link_attachment"} & set(fields):
            return refused(100, message="Attachments are for text posts only")
        if "poll_attachment" in fields and "option_b" not in json.loads(fields["poll_attachment"]):
            return refused(100, message="Invalid poll attachment")
        if (answered := fields.get("reply_to_id")) and (answered not in self.posts or self.unseen > 0):
            self.unseen -= 1
            return refused(24, message="The requested resource does not exist")
        kids = fields.get("children", "").split(",") if "children" in fields else []
        if kids and not (2 <= len(kids) <= 20 and all(self.containers[one]["state"] == "FINISHED" for one in kids)):
            return refused(100, message="Carousel needs 2 to 20 finished items")
        return self.make(fields)

    @route("POST", rf"/graph{_V}/{ME}/threads_publish")
    def publish(self, request: Request) -> Reply:
        if closed := self._closed(request):
            return closed
        number = form_of(request)["creation_id"]
        if self.containers[number]["state"] == "PUBLISHED":
            return refused(100, message="The container was published already")
        if self.containers[number]["state"] != "FINISHED":
            return refused(24, message="The requested resource does not exist")
        return Reply(data={"id": self.store(number)})

    def _shown(self, post: dict[str, Any]) -> dict[str, Any]:
        fields = post["fields"]
        told = {
            "id": post["id"],
            "permalink": post["permalink"],
            "timestamp": post["timestamp"],
            "media_type": _TYPES.get(fields.get("media_type", "TEXT"), fields.get("media_type")),
        }
        if fields.get("text"):
            told["text"] = fields["text"]
        if fields.get("reply_to_id"):
            told["replied_to"] = {"id": fields["reply_to_id"]}
        return told

    @route("GET", rf"/graph{_V}/{ME}/(threads|replies)")
    def own(self, request: Request, edge: str) -> Reply:
        if closed := self._closed(request):
            return closed
        query = query_of(request)
        shown = [self._shown(one) for one in self.listed()]
        shown = [one for one in shown if ("replied_to" in one) == (edge == "replies")]
        start, limit = int(query.get("after", "0")), int(query["limit"])
        told: dict[str, Any] = {"data": shown[start : start + limit]}
        if start + limit < len(shown):
            told["paging"] = {"cursors": {"after": str(start + limit)}}
        return Reply(data=told)

    @route("GET", rf"/graph{_V}/(1800\d+)")
    def one(self, request: Request, number: str) -> Reply:
        if closed := self._closed(request):
            return closed
        if number in self.containers:
            return self.look_at(number)
        if number not in self.posts:
            return Reply(400, {"error": MISSING})
        return Reply(data=self._shown(self.posts[number]))

    @route("DELETE", rf"/graph{_V}/(1800\d+)")
    def delete(self, request: Request, number: str) -> Reply:
        if closed := self._closed(request):
            return closed
        if number not in self.posts:
            return refused(24, message="The requested resource does not exist")
        self.posts.pop(number)
        return Reply(data={"success": True, "deleted_id": number})

    # --- figures ----------------------------------------------------------
    @route("GET", rf"/graph{_V}/(1800\d+)/insights")
    def insights(self, request: Request, number: str) -> Reply:
        wanted = query_of(request)["metric"].split(",")
        if closed := self._closed(request):
            return closed
        if self.unknown_metrics & set(wanted):
            return refused(100, message="Param metric must be one of the known values")
        figures = {
            "views": 40,
            "likes": self.posts[number]["likes"],
            "replies": 3,
            "reposts": 2,
            "quotes": 1,
            "shares": 4,
        }
        told = [{"name": name, "period": "lifetime", "values": [{"value": figures[name]}]} for name in wanted]
        return Reply(data={"data": told})

    @route("GET", rf"/graph{_V}/{ME}/threads_insights")
    def account_insights(self, request: Request) -> Reply:
        if closed := self._closed(request):
            return closed
        if not self.linked:
            return refused(100, message="THREADS_API__FEATURE_NOT_AVAILABLE")
        return Reply(data={"data": [{"name": "followers_count", "total_value": {"value": 12}}]})
