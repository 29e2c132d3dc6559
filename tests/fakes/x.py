"""X as its documentation describes it: posts with t.co links, chunked uploads, rotating keys, problems as answers."""

from __future__ import annotations

import base64
import html
import itertools
import re
import time
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Failure, FarSide, Reply, Request, route

ME = "1845000000000000001"
CODE = "code-of-the-browser-0123456789"
APP = {"client_id": "client-x", "client_secret": "client-secret-x-0123456789"}
SCOPES = "tweet.read tweet.write users.read media.write offline.access"
_EPOCH = 1_288_834_974_657
_LINK = re.compile(r"https?://\S+|\b(?:[\w-]+\.)+(?:org|com)\b(?:/\S*)?")
# The keys of TweetCreateRequest we may send; X refuses a body with any other.
_KEYS = {"text", "media", "reply", "poll", "quote_tweet_id", "reply_settings", "made_with_ai", "paid_partnership"}
_FIELDS = {
    "tweet.fields": {"created_at", "entities", "attachments", "referenced_tweets", "note_tweet", "author_id"},
    "post.fields": {"created_at", "entities", "attachments", "note_post"},
}


class FakeX(FarSide):
    """One account. `names` is the spelling this server takes: 'tweet' or 'post'."""

    platform = "x"
    creating = ("POST", r"/2/tweets$")

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, str] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(1)
        self.token, self.refresh_token = "tok-x-0123456789abcdef", "refresh-x-0123456789abcdef"
        self.verifiers: list[str] = []
        self.scopes, self.subscription = SCOPES, "None"
        self.names = "tweet"
        self.refuses_twice = False  # the same words again
        self.late: set[str] = set()  # not in the timeline yet
        self.processing: list[dict[str, Any]] = []  # what STATUS of a film answers, in order
        self.followers = 12
        self.billed = 0  # posts shown

    def secret(self) -> dict[str, str]:
        return {"token": self.token, "refresh": self.refresh_token}

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [self.sources[key] for key in self.posts]

    def alts(self) -> list[str]:
        return [self.uploads[key].get("alt", "") for post in self.posts.values() for key in post["media"]]

    def like(self, remote_id: str) -> None:
        self.posts[remote_id]["likes"] += 1

    def revoke(self) -> None:
        self.token, self.refresh_token = "tok-nobody-knows", ""

    def expire(self) -> None:
        self.token = "tok-ended-0123456789abcdef"

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    def opens(self, secret: dict[str, str]) -> bool:
        return secret["token"] == self.token or bool(self.refresh_token and secret["refresh"] == self.refresh_token)

    def sent(self) -> list[dict[str, Any]]:
        return [one.json for one in self.created()]

    # --- keys -------------------------------------------------------------
    def _client(self, request: Request, form: dict[str, str]) -> bool:
        pair = base64.b64encode(f"{APP['client_id']}:{APP['client_secret']}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {pair}" or form.get("client_id") == "public-client"

    @route("POST", r"/2/oauth2/token")
    def grant(self, request: Request) -> Reply:
        form = _form(request)
        if not self._client(request, form):
            return Reply(401, {"error": "unauthorized_client", "error_description": "Missing valid authorization"})
        if form["grant_type"] == "refresh_token":
            if not self.refresh_token or form["refresh_token"] != self.refresh_token:
                return _invalid()
        elif form.get("code") != CODE:
            return _invalid()
        else:
            self.verifiers.append(form["code_verifier"])
        number = next(self.numbers)
        self.token = f"tok-x-renewed-{number}-0123456789"
        told = {"token_type": "bearer", "expires_in": 7200, "access_token": self.token, "scope": self.scopes}
        if "offline.access" in self.scopes:
            self.refresh_token = f"refresh-x-{number}-0123456789"
            told["refresh_token"] = self.refresh_token
        return Reply(data=told)

    @route("POST", r"/2/oauth2/revoke")
    def end(self, request: Request) -> Reply:
        form = _form(request)
        if not self._client(request, form):
            return Reply(401, {"error": "unauthorized_client"})
        if form["token"] not in (self.token, self.refresh_token):
            return _invalid()
        if form["token"] == self.token:
            self.token = "tok-nobody-knows"
        else:
            self.refresh_token = ""
        return Reply(data={"revoked": True})

    def _refused(self, request: Request) -> Reply | None:
        return None if request.token == self.token else problem(401, "Unauthorized", "Unauthorized")

    @route("GET", r"/2/users/me")
    def me(self, request: Request) -> Reply:
        counts = {"followers_count": self.followers, ("tweet" if self.names == "tweet" else "post") + "_count": 7}
        told = {"id": ME, "name": "Town Library", "username": "townlibrary", "public_metrics": counts}
        return self._refused(request) or Reply(data={"data": {**told, "subscription_type": self.subscription}})

    # --- media ------------------------------------------------------------
    @route("POST", r"/2/media/upload/initialize")
    def initialize(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        if set(request.json) - {"media_type", "total_bytes", "media_category", "shared", "additional_owners"}:
            return problem(400, "Invalid Request", "One or more parameters to your request was invalid.")
        media_id = str(1_900_000_000_000_000_000 + next(self.numbers))
        self.uploads[media_id] = {**request.json, "pieces": {}, "final": False}
        return Reply(data={"data": {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86400}})

    @route("POST", r"/2/media/upload/(\d+)/append")
    def append(self, request: Request, media_id: str) -> Reply:
        fields = _multipart(request)
        self.uploads[media_id]["pieces"][int(fields["segment_index"])] = fields["media"]
        return self._refused(request) or Reply(data={"data": {"expires_at": 1}})

    @route("POST", r"/2/media/upload/(\d+)/finalize")
    def finalize(self, request: Request, media_id: str) -> Reply:
        one = self.uploads[media_id]
        data = b"".join(one["pieces"][number] for number in sorted(one["pieces"]))
        if len(data) != one["total_bytes"]:
            return problem(400, "Invalid Request", "Segments do not add up to provided total file size.")
        one |= {"data": data, "final": True}
        told: dict[str, Any] = {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86400}
        if one["media_category"] == "tweet_video" and self.processing:
            told["processing_info"] = {"state": "pending", "check_after_secs": 7}
        return self._refused(request) or Reply(data={"data": told})

    @route("GET", r"/2/media/upload")
    def status(self, request: Request) -> Reply:
        media_id = request.query["media_id"][0]
        told: dict[str, Any] = {"id": media_id, "media_key": f"3_{media_id}"}
        if self.processing:
            told["processing_info"] = self.processing.pop(0)
        return self._refused(request) or Reply(data={"data": told})

    @route("POST", r"/2/media/metadata")
    def describe(self, request: Request) -> Reply:
        words = request.json["metadata"]["alt_text"]["text"]
        if len(words) > 1000:
            return problem(400, "Invalid Request", "alt_text.text: maxLength is 1000")
        self.uploads[request.json["id"]]["alt"] = words
        return self._refused(request) or Reply(data={"data": {"id": request.json["id"]}})

    @route("POST", r"/2/media/subtitles")
    def caption(self, request: Request) -> Reply:
        told = request.json["subtitles"]
        if not re.fullmatch("[A-Z]{2}", told["language_code"]) or not self.uploads[told["id"]]["final"]:
            return problem(400, "Invalid Request", "subtitles")
        self.uploads[request.json["id"]].setdefault("subtitles", []).append(told)
        return self._refused(request) or Reply(data={"data": {"id": request.json["id"]}})

    # --- posts ------------------------------------------------------------
    @route("POST", r"/2/tweets")
    def create(self, request: Request) -> Reply:
        if refused := self._refused(request) or self._malformed(request.json):
            return refused
        body = request.json
        if self.refuses_twice and body["text"] in self.sources.values():
            return problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        if weight(body["text"]) > (280 if self.subscription == "None" else 25_000):
            return problem(403, "Forbidden", "You are not permitted to perform this action.")
        remote_id = self._store(body)
        told = {"id": remote_id, "text": self.posts[remote_id]["text"], "edit_history_tweet_ids": [remote_id]}
        return Reply(201, {"data": told})

    def _malformed(self, body: dict[str, Any]) -> Reply | None:
        exclusive = {"media", "poll", "quote_tweet_id"} & set(body)
        media = body.get("media", {"media_ids": ["x"]})["media_ids"]
        unknown = [one for one in media if "media" in body and not self.uploads.get(one, {}).get("final")]
        wrong = set(body) - _KEYS or len(exclusive) > 1 or not media or unknown
        wrong = wrong or body.get("reply_settings", "verified") not in ("following", "mentionedUsers", "verified")
        poll = body.get("poll", {"options": ["a", "b"], "duration_minutes": 5})
        wrong = wrong or not 2 <= len(poll["options"]) <= 4 or not 5 <= poll["duration_minutes"] <= 10080
        if not wrong:
            return None
        parameters = {name: [str(body[name])] for name in sorted(set(body) - _KEYS)}
        error = {"message": "One or more parameters to your request was invalid.", "parameters": parameters}
        return Reply(400, {"errors": [error], **_problem(400, "Invalid Request", "invalid", "invalid-request")})

    def _store(self, body: dict[str, Any]) -> str:
        remote_id = str(((int(time.time() * 1000) - _EPOCH) << 22) + next(self.numbers))
        media = body.get("media", {}).get("media_ids", [])
        text, urls = _shortened(html.escape(body["text"], quote=False))
        if media:
            link = {"url": "https://t.co/media00000", "media_key": f"3_{media[0]}"}
            urls.append({**link, "expanded_url": f"https://x.com/townlibrary/status/{remote_id}/photo/1"})
            text = f"{text} {link['url']}".strip()
        note = body["text"] if weight(body["text"]) > 280 else ""
        self.sources[remote_id] = body["text"]
        self.posts[remote_id] = {"text": text, "urls": urls, "media": media, "note": note, "likes": 0, "body": body}
        return remote_id

    def post_by_hand(self, text: str) -> str:
        """What staff post in the app."""
        return self._store({"text": text})

    def _shown(self, remote_id: str, fields: set[str]) -> dict[str, Any]:
        post, post_names = self.posts[remote_id], self.names == "post"
        self.billed += 1
        made = datetime.fromtimestamp(((int(remote_id) >> 22) + _EPOCH) / 1000, UTC)
        above = post["body"].get("reply", {}).get("in_reply_to_tweet_id")
        told: dict[str, Any] = {"id": remote_id, "text": post["text"], "author_id": ME}
        told["created_at"] = made.isoformat().replace("+00:00", "Z")
        if post["urls"]:
            told["entities"] = {"urls": post["urls"]}
        if post["media"]:
            told["attachments"] = {"media_keys": [f"3_{one}" for one in post["media"]]}
        if above:
            told["referenced_posts" if post_names else "referenced_tweets"] = [{"type": "replied_to", "id": above}]
        if post["note"]:
            told["text"] = post["text"][:200] + "…"
            told["note_post" if post_names else "note_tweet"] = {"text": post["note"]}
        if "public_metrics" in fields:
            reposts = "repost_count" if post_names else "retweet_count"
            told["public_metrics"] = {"like_count": post["likes"], reposts: 0, "reply_count": 0, "quote_count": 0}
            told["public_metrics"] |= {"bookmark_count": 0, "impression_count": 40}
        if "non_public_metrics" in fields:
            told["non_public_metrics"] = {"url_link_clicks": 3, "user_profile_clicks": 1, "engagements": 5}
        return told

    def _fields(self, request: Request) -> set[str] | Reply:
        wrong = "tweet.fields" if self.names == "post" else "post.fields"
        if wrong in request.query:
            message = f"The query parameter [{wrong}] is not one of [expansions,ids,max_results]"
            return Reply(400, {"errors": [{"message": message, "parameters": {wrong: request.query[wrong]}}]})
        told = request.query.get(f"{self.names}.fields", [""])[0]
        return set(told.split(",")) if told else set()

    @route("GET", r"/2/users/(\d+)/tweets")
    def timeline(self, request: Request, account: str) -> Reply:
        fields = self._fields(request)
        if isinstance(fields, Reply):
            return fields
        since = datetime.fromisoformat(request.query["start_time"][0])
        first = (int(since.timestamp() * 1000) - _EPOCH) << 22
        listed = [one for one in reversed(self.posts) if int(one) >= first and one not in self.late]
        page = listed[: int(request.query["max_results"][0])]
        meta: dict[str, Any] = {"result_count": len(page)}
        if len(page) < len(listed):
            meta["next_token"] = "next"
        told: dict[str, Any] = {"meta": meta}
        if page:
            told["data"] = [self._shown(one, fields) for one in page]
        return self._refused(request) or Reply(data=told)

    @route("GET", r"/2/tweets/(\d+)")
    def get(self, request: Request, remote_id: str) -> Reply:
        fields = self._fields(request)
        if isinstance(fields, Reply):
            return fields
        told = (
            {"data": self._shown(remote_id, fields)} if remote_id in self.posts else {"errors": [_missing(remote_id)]}
        )
        return self._refused(request) or Reply(data=told)

    @route("GET", r"/2/tweets")
    def get_many(self, request: Request) -> Reply:
        fields = self._fields(request)
        if isinstance(fields, Reply):
            return fields
        wanted = request.query["ids"][0].split(",")
        told: dict[str, Any] = {}
        if there := [self._shown(one, fields) for one in wanted if one in self.posts]:
            told["data"] = there
        if lost := [_missing(one) for one in wanted if one not in self.posts]:
            told["errors"] = lost
        return self._refused(request) or Reply(data=told)

    @route("DELETE", r"/2/tweets/(\d+)")
    def delete(self, request: Request, remote_id: str) -> Reply:
        if refused := self._refused(request):
            return refused
        if remote_id not in self.posts:
            return Reply(404, {**_missing(remote_id), "status": 404})
        del self.posts[remote_id], self.sources[remote_id]
        return Reply(data={"data": {"deleted": True}})


def _problem(status: int, title: str, detail: str, kind: str = "") -> dict[str, Any]:
    address = f"https://api.twitter.com/2/problems/{kind}" if kind else "about:blank"
    return {"title": title, "detail": detail, "type": address, "status": status}


def problem(status: int, title: str, detail: str, kind: str = "") -> Reply:
    return Reply(status, _problem(status, title, detail, kind))


def _missing(remote_id: str) -> dict[str, Any]:
    told = _problem(404, "Not Found Error", f"Could not find tweet with ids: [{remote_id}].", "resource-not-found")
    return {**told, "resource_id": remote_id, "value": remote_id, "resource_type": "tweet", "parameter": "ids"}


def _invalid() -> Reply:
    return Reply(400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."})


def weight(text: str) -> int:
    """Roughly as X counts: enough for what the tests send."""
    return len(_LINK.sub("x" * 23, text))


def _shortened(text: str) -> tuple[str, list[dict[str, Any]]]:
    urls: list[dict[str, Any]] = []

    def short(match: re.Match[str]) -> str:
        address = match.group().rstrip(".,;")
        expanded = html.unescape(address if "://" in address else f"http://{address}")
        urls.append({"url": f"https://t.co/link{len(urls):06}", "expanded_url": expanded})
        return urls[-1]["url"] + match.group()[len(address) :]

    return _LINK.sub(short, text), urls


def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def _multipart(request: Request) -> dict[str, bytes]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in message.iter_parts()
    }
