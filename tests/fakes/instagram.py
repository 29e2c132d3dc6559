"""Instagram as it behaves: two sign-ins with hosts of their own, containers, posts, stories, comments, figures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.fakes.containers import DEAD, MISSING, FarContainers, form_of, query_of, refused
from tests.fakes.server import Reply, Request, route

ME = "17841400000000042"
PAGE = "10150000000000007"
CODE = "the-code-of-the-browser"
APP = {
    "instagram_id": "990001",
    "instagram_secret": "ig-app-secret-0123456789abcdef",
    "client_id": "880001",
    "client_secret": "meta-app-secret-0123456789abcdef",
}
_V = r"/v\d+\.0"


class FarInstagram(FarContainers):
    platform = "instagram"
    creating = ("POST", r"/media_publish$")

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {"ig": "IGQVJ-token-0123456789abcdef", "fb": "EAAG-page-token-0123456789abcdef"}
        self.user_token = "EAAG-user-token-0123456789abcdef"
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.renewed = 0
        # How this account differs
        self.account_type = "BUSINESS"
        self.wrapped = False
        self.permissions: Any = [
            "instagram_business_basic",
            "instagram_business_content_publish",
            "instagram_business_manage_comments",
            "instagram_business_manage_insights",
        ]
        self.scopes = ["instagram_basic", "instagram_content_publish", "pages_show_list", "pages_read_engagement"]
        self.pages: list[dict[str, Any]] = [self.page("library", ME)]
        self.refuses_delete = False
        self.unknown_metrics: set[str] = set()
        self.few_viewers = False
        self.used_percent = 3

    def hosts(self) -> dict[str, str]:
        names = {
            "API": "/ig",
            "FACEBOOK_API": "/fb",
            "SIGN_IN": "/www",
            "TOKENS": "/tokens",
            "FACEBOOK_SIGN_IN": "/facebook",
        }
        return {f"INSTAGRAM_{name}": self.url + place for name, place in names.items()}

    def page(self, username: str, number: str) -> dict[str, Any]:
        linked = {"id": number, "username": username, "name": "Town Library", "followers_count": 12}
        return {"id": PAGE, "name": "Page", "access_token": self.tokens["fb"], "instagram_business_account": linked}

    def revoke(self) -> None:
        self.tokens = {"ig": "IG-nobody-knows", "fb": "FB-nobody-knows"}

    def opens(self, secret: dict[str, Any]) -> bool:
        return secret["token"] in self.tokens.values()

    def permalink(self, post: str, fields: dict[str, str]) -> str:
        return f"https://www.instagram.com/{'reel' if fields.get('media_type') == 'REELS' else 'p'}/C{post[-8:]}/"

    # --- signing in -------------------------------------------------------
    @route("POST", r"/tokens/oauth/access_token")
    def short(self, request: Request) -> Reply:
        form = form_of(request)
        if (form["client_id"], form["client_secret"]) != (APP["instagram_id"], APP["instagram_secret"]):
            return Reply(400, {"error_type": "OAuthException", "code": 101, "error_message": "Invalid platform app"})
        if form["code"] != CODE:
            told = {"error_type": "OAuthException", "code": 400, "error_message": "This code has been used"}
            return Reply(400, told)
        inner = {"access_token": "IG-short-token-0123456789", "user_id": int(ME), "permissions": self.permissions}
        return Reply(data={"data": [inner]} if self.wrapped else inner)

    @route("GET", r"/ig/access_token")
    def long(self, request: Request) -> Reply:
        query = query_of(request)
        if query["client_secret"] != APP["instagram_secret"] or query["access_token"] != "IG-short-token-0123456789":
            return refused(190, message="Invalid OAuth access token")
        return Reply(data={"access_token": self.tokens["ig"], "token_type": "bearer", "expires_in": 5_183_944})

    @route("GET", r"/ig/refresh_access_token")
    def refresh(self, request: Request) -> Reply:
        if query_of(request)["access_token"] != self.tokens["ig"]:
            return Reply(400, {"error": DEAD})
        self.renewed += 1
        self.tokens["ig"] = f"IGQVJ-renewed-{self.renewed}-0123456789abcdef"
        return Reply(data={"access_token": self.tokens["ig"], "token_type": "bearer", "expires_in": 5_184_000})

    @route("POST", rf"/fb{_V}/oauth/access_token")
    def facebook(self, request: Request) -> Reply:
        form = form_of(request)
        if (form["client_id"], form["client_secret"]) != (APP["client_id"], APP["client_secret"]):
            return refused(101, message="Error validating application")
        if form.get("grant_type") == "fb_exchange_token":
            if form["fb_exchange_token"] != "EAAG-short-token-0123456789":
                return Reply(400, {"error": DEAD})
            return Reply(data={"access_token": self.user_token, "token_type": "bearer", "expires_in": 5_183_944})
        if form["code"] != CODE:
            return refused(100, 36007, "This authorization code has been used")
        return Reply(data={"access_token": "EAAG-short-token-0123456789", "token_type": "bearer", "expires_in": 5000})

    @route("GET", rf"/fb{_V}/debug_token")
    def debug(self, request: Request) -> Reply:
        ends = int(datetime(2027, 2, 20, tzinfo=UTC).timestamp())
        return Reply(data={"data": {"is_valid": True, "scopes": self.scopes, "data_access_expires_at": ends}})

    @route("GET", rf"/fb{_V}/me/accounts")
    def accounts(self, request: Request) -> Reply:
        if request.token != self.user_token:
            return Reply(400, {"error": DEAD})
        start = int(query_of(request).get("after", "0"))
        told: dict[str, Any] = {"data": self.pages[start : start + 2]}
        if start + 2 < len(self.pages):
            told["paging"] = {"cursors": {"after": str(start + 2)}, "next": "https://graph.facebook.com/elsewhere"}
        return Reply(data=told)

    # --- the account ------------------------------------------------------
    def _closed(self, request: Request, host: str) -> Reply | None:
        return None if request.token == self.tokens[host] else Reply(400, {"error": DEAD})

    def _account(self) -> dict[str, Any]:
        return {
            "id": "777",
            "user_id": ME,
            "username": "library",
            "name": "Town Library",
            "account_type": self.account_type,
            "profile_picture_url": "https://scontent.example/a.jpg",
            "followers_count": 12,
            "media_count": len(self.posts),
        }

    @route("GET", rf"/ig{_V}/me")
    def me(self, request: Request) -> Reply:
        return self._closed(request, "ig") or Reply(data=self._account())

    @route("GET", rf"/(ig|fb){_V}/{ME}")
    def account(self, request: Request, host: str) -> Reply:
        told = self._account() | {"id": ME}
        told.pop("account_type")
        return self._closed(request, host) or Reply(data=told)

    @route("GET", rf"/(ig|fb){_V}/{ME}/content_publishing_limit")
    def quota(self, request: Request, host: str) -> Reply:
        told = {"quota_usage": self.used, "config": {"quota_total": self.total, "quota_duration": 86_400}}
        return self._closed(request, host) or Reply(data={"data": [told]})

    # --- containers and posts ---------------------------------------------
    @route("POST", rf"/(ig|fb){_V}/{ME}/media")
    def create(self, request: Request, host: str) -> Reply:
        fields = form_of(request)
        if closed := self._closed(request, host):
            return closed
        if len(fields.get("caption", "")) > 2200:
            return refused(36004, 2207010, "The caption was too long")
        if not {"image_url", "video_url", "children"} & set(fields):
            return refused(100, message="The parameter image_url is required")
        if fields.get("media_type") == "VIDEO" and fields.get("is_carousel_item") != "true":
            return refused(100, 2207023, "Unknown media type")
        kids = fields.get("children", "").split(",") if "children" in fields else []
        if kids and not (2 <= len(kids) <= 10 and all(self.containers[one]["state"] == "FINISHED" for one in kids)):
            return refused(100, 2207028, "Carousel needs 2 to 10 finished items")
        return self.make(fields)

    @route("POST", rf"/(ig|fb){_V}/{ME}/media_publish")
    def publish(self, request: Request, host: str) -> Reply:
        number = form_of(request)["creation_id"]
        if closed := self._closed(request, host):
            return closed
        if self.containers[number]["state"] == "PUBLISHED":
            return refused(100, message="The container was published already")
        if self.containers[number]["state"] != "FINISHED":
            return refused(9007, 2207027, "Media ID is not available")
        return Reply(data={"id": self.store(number)})

    def _shown(self, post: dict[str, Any]) -> dict[str, Any]:
        fields = post["fields"]
        kind = {"REELS": "REELS", "STORIES": "STORY"}.get(fields.get("media_type", ""), "FEED")
        return {
            "id": post["id"],
            "permalink": post["permalink"],
            "timestamp": post["timestamp"],
            "media_product_type": kind,
            "like_count": post["likes"],
            "comments_count": len(self.comments.get(post["id"], [])),
            **({"caption": fields["caption"]} if fields.get("caption") and kind != "STORY" else {}),
        }

    @route("GET", rf"/(ig|fb){_V}/{ME}/(media|stories)")
    def own(self, request: Request, host: str, edge: str) -> Reply:
        if closed := self._closed(request, host):
            return closed
        query = query_of(request)
        shown = [self._shown(one) for one in self.listed()]
        shown = [one for one in shown if (one["media_product_type"] == "STORY") == (edge == "stories")]
        start, limit = int(query.get("after", "0")), int(query["limit"])
        told: dict[str, Any] = {"data": shown[start : start + limit]}
        if start + limit < len(shown):
            told["paging"] = {"cursors": {"after": str(start + limit)}}
        return Reply(data=told)

    @route("GET", rf"/(ig|fb){_V}/(1800\d+)")
    def one(self, request: Request, host: str, number: str) -> Reply:
        if closed := self._closed(request, host):
            return closed
        if number in self.containers:
            return self.look_at(number)
        if number not in self.posts:
            return Reply(400, {"error": MISSING})
        usage = f'{{"call_count": {self.used_percent}, "total_time": 1, "total_cputime": 1}}'
        return Reply(data=self._shown(self.posts[number]), headers={"X-App-Usage": usage})

    @route("DELETE", rf"/(ig|fb){_V}/(1800\d+)")
    def delete(self, request: Request, host: str, number: str) -> Reply:
        if closed := self._closed(request, host):
            return closed
        if self.refuses_delete or number not in self.posts:
            return Reply(400, {"error": MISSING})
        self.posts.pop(number)
        return Reply(data={"success": True})

    # --- comments ---------------------------------------------------------
    @route("POST", rf"/(ig|fb){_V}/(1800\d+)/comments")
    def comment(self, request: Request, host: str, number: str) -> Reply:
        form = form_of(request)
        if closed := self._closed(request, host):
            return closed
        if number not in self.posts:
            return Reply(400, {"error": MISSING})
        comment_id = self.comment_by(number, "library", form["message"])
        if "fields" in form:
            return refused(20, 1772107, "The comment was made, its fields cannot be read")
        return Reply(data={"id": comment_id})

    def comment_by(self, number: str, username: str, text: str) -> str:
        comment_id = str(next(self.numbers))
        made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        told = {"id": comment_id, "text": text, "username": username, "timestamp": made}
        self.comments.setdefault(number, []).insert(0, told)
        return comment_id

    @route("GET", rf"/(ig|fb){_V}/(1800\d+)/comments")
    def below(self, request: Request, host: str, number: str) -> Reply:
        if number not in self.posts:
            return self._closed(request, host) or Reply(400, {"error": MISSING})
        return self._closed(request, host) or Reply(data={"data": self.comments.get(number, [])})

    # --- figures ----------------------------------------------------------
    @route("GET", rf"/(ig|fb){_V}/(1800\d+)/insights")
    def insights(self, request: Request, host: str, number: str) -> Reply:
        if closed := self._closed(request, host):
            return closed
        if self.few_viewers:
            return refused(10, message="Not enough viewers for the media to show insights")
        wanted = query_of(request)["metric"].split(",")
        if self.unknown_metrics & set(wanted):
            return refused(100, message="(#100) metric must be one of the following values")
        figures = {"views": 40, "reach": 30, "saved": 3, "shares": 2, "replies": 5}
        told = [{"name": name, "period": "lifetime", "values": [{"value": figures[name]}]} for name in wanted]
        return Reply(data={"data": told})
