"""Google Business Profile that behaves: one person, two accounts, locations, and posts Google looks at afterwards."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Failure, FarSide, Reply, Request, route

CODE = "the-code-of-the-browser"
SCOPE = "https://www.googleapis.com/auth/business.manage"
CLIENT = {"client_id": "client-1.apps.googleusercontent.com", "client_secret": "client-secret-0123456789"}
PLACE = "accounts/10/locations/501"
SECOND = "accounts/11/locations/502"


def error(code: int, status: str, message: str = "", *, reason: str = "", details: Any = None) -> Reply:
    """An error as Google's interfaces write it."""
    told: dict[str, Any] = {"code": code, "message": message or status.capitalize(), "status": status}
    if reason:
        told["errors"] = [{"domain": "global", "reason": reason, "message": message}]
    if details:
        told["details"] = details
    return Reply(code, {"error": told})


class FakeGoogleBusiness(FarSide):
    platform = "google_business"
    creating = ("POST", r"/localPosts$")

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(1)
        self.token, self.refresh_token = "ya29.google-0123456789abcdef", "1//refresh-0123456789abcdef"
        self.scope, self.gives_refresh, self.refresh_lasts = SCOPE, True, 0
        self.verifiers: list[str] = []
        self.posts: dict[str, dict[str, Any]] = {}
        self.first_state, self.next_state = "LIVE", "LIVE"
        self.page_size = 100
        self.accounts = {"accounts/10": ["501", "503"], "accounts/11": ["502", "501"]}
        self.may_post = {"501", "502"}

    def secret(self) -> dict[str, Any]:
        return {"token": self.token, "refresh": self.refresh_token}

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [post["summary"] for post in self.posts.values()]

    def alts(self) -> list[str]:
        return []

    def like(self, remote_id: str) -> None:
        raise NotImplementedError("nobody can like these")

    def revoke(self) -> None:
        self.token, self.refresh_token = "ya29.nobody-knows", "1//nobody-knows"

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    def opens(self, secret: dict[str, Any]) -> bool:
        return secret["token"] == self.token or secret["refresh"] == self.refresh_token

    def refused(self, request: Request) -> Reply | None:
        if request.token != self.token:
            return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", reason="authError")
        return None

    # --- signing in -------------------------------------------------------
    @route("POST", r"/token")
    def grant(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form["client_secret"] != CLIENT["client_secret"]:
            return Reply(401, {"error": "invalid_client", "error_description": "Unauthorized"})
        told = {"access_token": self.token, "expires_in": 3599, "scope": self.scope, "token_type": "Bearer"}
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                return Reply(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
            self.token = f"ya29.renewed-{next(self.numbers)}-0123456789"
            return Reply(data={**told, "access_token": self.token})
        if form.get("code") != CODE:
            return Reply(400, {"error": "invalid_grant", "error_description": "Malformed auth code."})
        self.verifiers.append(form["code_verifier"])
        if self.gives_refresh:
            told["refresh_token"] = self.refresh_token
        if self.refresh_lasts:
            told["refresh_token_expires_in"] = self.refresh_lasts
        return Reply(data=told)

    @route("POST", r"/revoke")
    def end(self, request: Request) -> Reply:
        """The whole grant of this person, whichever of its tokens is named."""
        token = parse_qs(request.body.decode())["token"][0]
        if token not in (self.token, self.refresh_token):
            return Reply(400, {"error": "invalid_token", "error_description": "Token expired or revoked"})
        self.revoke()
        return Reply(200, {})

    # --- locations --------------------------------------------------------
    @route("GET", r"/v1/accounts")
    def list_accounts(self, request: Request) -> Reply:
        names = list(self.accounts)
        start = int(request.query.get("pageToken", ["0"])[0])
        told: dict[str, Any] = {"accounts": [{"name": names[start], "type": "PERSONAL", "role": "PRIMARY_OWNER"}]}
        if start + 1 < len(names):
            told["nextPageToken"] = str(start + 1)
        return self.refused(request) or Reply(data=told)

    @route("GET", r"/v1/(accounts/\d+)/locations")
    def list_locations(self, request: Request, account: str) -> Reply:
        if "readMask" not in request.query:
            return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        return self.refused(request) or Reply(data={"locations": list(map(self._place, self.accounts[account]))})

    @route("GET", r"/v1/locations/(\d+)")
    def location(self, request: Request, number: str) -> Reply:
        if "readMask" not in request.query:
            return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        return self.refused(request) or Reply(data=self._place(number))

    def _place(self, number: str) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "mapsUri": f"https://maps.google.com/maps?cid={number}",
            "placeId": f"place-{number}",
        }
        if number in self.may_post:
            metadata |= {"canOperateLocalPost": True, "hasVoiceOfMerchant": True}
        told = {"name": f"locations/{number}", "title": f"Town Library {number}", "languageCode": "en-GB"}
        return {**told, "storeCode": f"branch-{number}", "metadata": metadata}

    # --- posts ------------------------------------------------------------
    @route("POST", r"/v4/(accounts/\d+/locations/\d+)/localPosts")
    def create(self, request: Request, place: str) -> Reply:
        if refused := self.refused(request):
            return refused
        if len(request.json["summary"]) > 1500:
            return invalid("summary", "The summary is too long.")
        return Reply(data=self.store(place, request.json))

    def store(self, place: str, body: dict[str, Any], made: datetime | None = None) -> dict[str, Any]:
        name = f"{place}/localPosts/{next(self.numbers) + 90000}"
        address = f"https://local.google.com/place?id=1&use=posts&lpsid={name.rpartition('/')[2]}CIHM"
        moment = (made or datetime.now(UTC)).isoformat().replace("+00:00", "Z")
        media = [{**one, "googleUrl": "https://lh3.googleusercontent.com/p/x"} for one in body.get("media", [])]
        post = {**body, "name": name, "state": self.first_state, "createTime": moment, "searchUrl": address}
        self.posts[name] = {**post, "media": media} if media else post
        return self.posts[name]

    def post_by_hand(self, text: str, made: datetime | None = None, **more: Any) -> str:
        return self.store(PLACE, {"summary": text, "topicType": "STANDARD", **more}, made)["name"]

    @route("GET", r"/v4/(accounts/\d+/locations/\d+)/localPosts")
    def listed(self, request: Request, place: str) -> Reply:
        own = [post for name, post in self.posts.items() if name.startswith(f"{place}/")][::-1]
        size = int(request.query["pageSize"][0])
        told: dict[str, Any] = {"localPosts": own[:size]} if own else {}
        if len(own) > size:
            told["nextPageToken"] = "next"
        return self.refused(request) or Reply(data=told)

    @route("GET", r"/v4/(accounts/\d+/locations/\d+/localPosts/\d+)")
    def get(self, request: Request, name: str) -> Reply:
        if refused := self.refused(request):
            return refused
        if name not in self.posts:
            return error(404, "NOT_FOUND", "Requested entity was not found.")
        self.posts[name]["state"] = self.next_state
        return Reply(data=self.posts[name])

    @route("DELETE", r"/v4/(accounts/\d+/locations/\d+/localPosts/\d+)")
    def delete(self, request: Request, name: str) -> Reply:
        if refused := self.refused(request):
            return refused
        if not self.posts.pop(name, None):
            return error(404, "NOT_FOUND", "Requested entity was not found.")
        return Reply(data={})

    # --- figures ----------------------------------------------------------
    @route("GET", r"/v1/locations/(\d+):fetchMultiDailyMetricsTimeSeries")
    def performance(self, request: Request, number: str) -> Reply:
        """A day on which nothing happened has a date and no value."""
        days = [{"date": {"year": 2026, "month": 11, "day": 1}, "value": "3"}, {"date": {"year": 2026, "month": 11}}]
        series = [{"dailyMetric": one, "timeSeries": {"datedValues": days}} for one in request.query["dailyMetrics"]]
        told = {"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": series}]}
        return self.refused(request) or Reply(data=told)


def invalid(field: str, message: str) -> Reply:
    """A refusal of one field."""
    kind = "type.googleapis.com/google.mybusiness.v4.ValidationError"
    details = [{"@type": kind, "errorDetails": [{"code": 3, "field": field, "message": message, "value": "…"}]}]
    return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.", details=details)
