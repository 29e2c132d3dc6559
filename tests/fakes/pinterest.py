"""Pinterest's interface, version 5: one account with boards, a token endpoint, and the storage films are sent to."""

from __future__ import annotations

import base64
import itertools
import re
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import FarSide, Reply, Request, route

ME, BOARD, OTHER, SECTION = "5493902", "549755885175", "549755885176", "900100200"
CODE = "the-code-of-the-browser"
APP = {"client_id": "1481234", "client_secret": "app-secret-0123456789abcdef"}
BACK = "https://libsocial.example/channels/callback"
SCOPES = "boards:read boards:write pins:read pins:write user_accounts:read"
_NO_PIN = {"code": 50, "message": "Pin not found."}


class FakePinterest(FarSide):
    platform = "pinterest"
    creating = ("POST", r"/v5/pins$")

    def __init__(self) -> None:
        super().__init__()
        self.pins: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, list[bytes]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(813_744_226_420_795_884)
        self.token, self.refresh_token = "pina_0123456789abcdef0123", "pinr_0123456789abcdef0123"
        self.forms: list[dict[str, str]] = []
        self.boards = [
            {"id": BOARD, "name": "Books", "privacy": "PUBLIC"},
            {"id": OTHER, "name": "Events", "privacy": "PUBLIC"},
            {"id": "549755885177", "name": "Staff only", "privacy": "SECRET"},
        ]
        self.page = 250
        # How things go
        self.processing = 0  # how often a film answers "processing"
        self.fails = False
        self.business = True
        self.granted = SCOPES
        self.policy = "policy-1"
        self.back = BACK  # the address the application named
        self.late: set[str] = set()  # not in the list of the board yet

    def secret(self) -> dict[str, str]:
        return {"token": self.token, "refresh": ""}

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [pin["description"] for pin in self.pins.values()]

    def alts(self) -> list[str]:
        return [pin["alt_text"] for pin in self.pins.values() if pin["alt_text"]]

    def like(self, remote_id: str) -> None:
        self.pins[remote_id]["reactions"] += 1

    def revoke(self) -> None:
        self.token = "pina_nobody_knows"

    def opens(self, secret: dict[str, str]) -> bool:
        return secret["token"] == self.token

    def pin_by_hand(self, **fields: Any) -> str:
        return self._store({"board_id": BOARD, **fields})["id"]

    # --- signing in -------------------------------------------------------
    @route("POST", r"/v5/oauth/token")
    def grant(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        self.forms.append(form)
        packed = base64.b64encode(f"{APP['client_id']}:{APP['client_secret']}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {packed}":
            return Reply(401, {"code": 2, "message": "Authentication failed.", "error": "invalid_client"})
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                return Reply(400, {"code": 1, "message": "The refresh token is invalid."})
            self.token, self.refresh_token = f"pina_{next(self.numbers)}", f"pinr_{next(self.numbers)}"
        elif form.get("code") != CODE or form.get("redirect_uri") != self.back:
            return Reply(400, {"code": 1, "message": "The code is invalid."})
        told = {"access_token": self.token, "refresh_token": self.refresh_token, "token_type": "bearer"}
        lasts = {"expires_in": 2592000, "refresh_token_expires_in": 5184000}
        return Reply(data={**told, **lasts, "scope": self.granted})

    def _refused(self, request: Request) -> Reply | None:
        return None if request.token == self.token else Reply(401, {"code": 2, "message": "Authentication failed."})

    @route("GET", r"/v5/user_account")
    def me(self, request: Request) -> Reply:
        told = {"id": ME, "username": "townlibrary", "business_name": "Town Library", "account_type": "BUSINESS"}
        counts = {"follower_count": 44, "monthly_views": 1200, "pin_count": len(self.pins), "board_count": 3}
        return self._refused(request) or Reply(data={**told, **counts, "profile_image": "https://i.pinimg.com/a.jpg"})

    # --- boards -----------------------------------------------------------
    @route("GET", r"/v5/boards")
    def list_boards(self, request: Request) -> Reply:
        start = int(request.query.get("bookmark", ["0"])[0])
        shown = self.boards[start : start + self.page]
        more = str(start + self.page) if start + self.page < len(self.boards) else None
        return self._refused(request) or Reply(data={"items": shown, "bookmark": more})

    @route("GET", r"/v5/boards/(\d+)/sections")
    def sections(self, request: Request, board: str) -> Reply:
        items = [{"id": SECTION, "name": "For children"}] if board == BOARD else []
        return self._refused(request) or Reply(data={"items": items, "bookmark": None})

    @route("GET", r"/v5/boards/(\d+)(?:/sections/(\d+))?/pins")
    def pins_of(self, request: Request, board: str, section: str | None) -> Reply:
        if refused := self._refused(request):
            return refused
        if board not in [one["id"] for one in self.boards]:
            return Reply(404, {"code": 40, "message": "Board not found."})
        there = [
            pin
            for pin in self.pins.values()
            if pin["board_id"] == board
            and (pin.get("board_section_id") or None) == section
            and pin["id"] not in self.late
        ]
        there.sort(key=lambda pin: (pin["created_at"], int(pin["id"])), reverse=True)
        return Reply(data={"items": there[: int(request.query["page_size"][0])], "bookmark": None})

    # --- films --------------------------------------------------------------
    @route("POST", r"/v5/media")
    def register(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        number = str(next(self.numbers))
        self.media[number] = {"status": "registered", "waits": self.processing}
        fields = {"key": f"uploads/{number}", "policy": self.policy, "Content-Type": "multipart/form-data"}
        told = {"media_id": number, "media_type": "video", "upload_url": f"{self.url}/storage"}
        return Reply(201, {**told, "upload_parameters": {**fields, "x-amz-signature": "sig-0123456789abcdef"}})

    @route("POST", r"/storage")
    def store_film(self, request: Request) -> Reply:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        parts = list(BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts())
        names = [str(part.get_param("name", header="content-disposition")) for part in parts]
        fields = {name: part.get_payload(decode=True) for name, part in zip(names, parts, strict=True)}
        if fields.get("policy", b"").decode() != self.policy:
            return Reply(403, raw=b"<Error><Code>AccessDenied</Code><Message>Policy expired</Message></Error>")
        if (
            names[-1] != "file"
            or "authorization" in request.headers
            or fields["Content-Type"] != b"multipart/form-data"
        ):
            return Reply(400, raw=b"<Error><Code>InvalidArgument</Code></Error>")
        self.media[fields["key"].decode().partition("/")[2]] |= {"status": "processing", "data": fields["file"]}
        return Reply(204)

    @route("GET", r"/v5/media/(\d+)")
    def look_at(self, request: Request, number: str) -> Reply:
        one = self.media[number]
        if one["waits"]:
            one["waits"] -= 1
        elif one["status"] == "processing":
            one["status"] = "failed" if self.fails else "succeeded"
        return self._refused(request) or Reply(data={"media_id": number, "status": one["status"]})

    # --- pins -----------------------------------------------------------------
    @route("POST", r"/v5/pins")
    def create(self, request: Request) -> Reply:
        if refused := self._refused(request):
            return refused
        body = request.json
        if refused := self._wrong(body):
            return refused
        return Reply(201, self._store(body))

    def _wrong(self, body: dict[str, Any]) -> Reply | None:
        if body["board_id"] not in [one["id"] for one in self.boards]:
            return Reply(404, {"code": 40, "message": "Board not found."})
        source = body["media_source"]
        if source["source_type"] == "video_id":
            if self.media[source["media_id"]]["status"] != "succeeded":
                return Reply(400, {"code": 1, "message": "Video is still processing."})
            if not {"cover_image_data", "cover_image_key_frame_time"} & set(source):
                return Reply(400, {"code": 1, "message": "cover_image_url or cover_image_content_type is required"})
        if len(body.get("description", "")) > 800:
            return Reply(400, {"code": 1, "message": f"Invalid request: {body['description'][:20]} is too long"})
        return None

    def _store(self, body: dict[str, Any]) -> dict[str, Any]:
        number = str(next(self.numbers))
        source = body.get("media_source", {})
        items = source.get("items", [source])
        self.pictures[number] = [base64.b64decode(one["data"]) for one in items if "data" in one]
        film = source.get("source_type") == "video_id"
        self.pins[number] = {
            "id": number,
            "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "title": body.get("title"),
            "description": body.get("description", ""),
            "alt_text": body.get("alt_text"),
            "link": body.get("link"),
            "board_id": body["board_id"],
            "board_section_id": body.get("board_section_id"),
            "media": {"media_type": "video" if film else "image"},
            "is_owner": True,
            "reactions": 0,
            "source": source,
        }
        return self.pins[number]

    def age(self, number: str, ago: timedelta) -> None:
        self.pins[number]["created_at"] = (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%S")

    @route("GET", r"/v5/pins/(\d+)")
    def get(self, request: Request, number: str) -> Reply:
        if refused := self._refused(request):
            return refused
        if number not in self.pins:
            return Reply(404, _NO_PIN)
        pin = dict(self.pins[number])
        if request.query.get("pin_metrics") == ["true"]:
            lifetime = {"impression": 70, "pin_click": 7, "clickthrough": 3, "reaction": pin["reactions"], "comment": 2}
            pin["pin_metrics"] = {"90d": {"impression": 20}, "lifetime_metrics": lifetime}
        return Reply(data=pin)

    @route("GET", r"/v5/pins/(\d+)/analytics")
    def analytics(self, request: Request, number: str) -> Reply:
        if refused := self._refused(request):
            return refused
        if not self.business:
            return Reply(403, {"code": 29, "message": "You are not permitted to access that resource."})
        asked = request.query["metric_types"][0].split(",")
        start = request.query["start_date"][0]
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", start) or datetime.fromisoformat(start) < datetime.now() - timedelta(
            90
        ):
            return Reply(400, {"code": 1, "message": "start_date is more than 90 days back"})
        sums = {"IMPRESSION": 60.0, "SAVE": 5, "PIN_CLICK": 6, "OUTBOUND_CLICK": 2, "VIDEO_MRC_VIEW": 11}
        whole = {"TOTAL_REACTIONS": self.pins[number]["reactions"], "TOTAL_COMMENTS": 2}
        summary = {name: value for name, value in sums.items() if name in asked}
        return Reply(data={"all": {"daily_metrics": [], "lifetime_metrics": whole, "summary_metrics": summary}})

    @route("DELETE", r"/v5/pins/(\d+)")
    def delete(self, request: Request, number: str) -> Reply:
        if refused := self._refused(request):
            return refused
        return Reply(204) if self.pins.pop(number, None) else Reply(404, _NO_PIN)
