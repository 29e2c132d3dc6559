"""What the far sides of Instagram and Threads share: containers that wait, fail and expire, and posts made of them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Failure, FarSide, Reply, Request

MISSING = {
    "message": "Unsupported get request. Object with ID does not exist, cannot be loaded due to missing permissions",
    "type": "GraphMethodException",
    "code": 100,
    "error_subcode": 33,
    "fbtrace_id": "AbCdEf",
}
DEAD = {
    "message": "Error validating access token: Session has expired",
    "type": "OAuthException",
    "code": 190,
    "error_subcode": 463,
    "fbtrace_id": "AbCdEf",
}


def refused(code: int, subcode: int = 0, message: str = "Invalid parameter", status: int = 400) -> Reply:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf"}
    return Reply(status, {"error": {**error, **({"error_subcode": subcode} if subcode else {})}})


class FarContainers(FarSide):
    """One account. `slow`: how often a container is looked at before it is ready."""

    status_field, fault_field = "status_code", "status"
    text_field = "caption"

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(18_000_000_000_000_000)
        self.containers: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.slow = 0
        self.faults: list[str] = []  # of the next containers
        self.used, self.total = 0, 100
        self.late: set[str] = set()  # not in the own list yet
        self.losing = 0

    # --- what a test asks -------------------------------------------------
    def texts(self) -> list[str]:
        return [one["fields"].get(self.text_field, "") for one in self.posts.values()]

    def alts(self) -> list[str]:
        return [alt for one in self.posts.values() for alt in one["alts"]]

    def like(self, remote_id: str) -> None:
        self.posts[remote_id]["likes"] += 1

    def drop_next(self) -> None:
        self.fail(Failure(store=True, cut=True))

    def lose(self, number: int) -> None:
        """The answer to the creating request of this number is lost; those before it arrive."""
        self.losing = number

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if self.losing and len(self.created()) == self.losing and request is self.created()[-1]:
            self.losing = 0
            return Reply(502, raw=b"<html>Bad gateway</html>")
        return reply

    def published(self) -> list[dict[str, Any]]:
        """The fields each post was made of, with those of its children."""
        return [{**one["fields"], "children": one["children"]} for one in self.posts.values()]

    # --- containers -------------------------------------------------------
    def make(self, fields: dict[str, str]) -> Reply:
        number = str(next(self.numbers))
        fault = self.faults.pop(0) if self.faults else ""
        kept = {"fields": fields, "waits": self.slow, "fault": fault, "state": "ERROR" if fault else ""}
        self.containers[number] = kept
        return Reply(data={"id": number})

    def look_at(self, number: str) -> Reply:
        one = self.containers[number]
        if not one["state"]:
            one["state"] = "" if one["waits"] > 0 else "FINISHED"
            one["waits"] -= 1
        told = {"id": number, self.status_field: one["state"] or "IN_PROGRESS"}
        return Reply(data={**told, **({self.fault_field: one["fault"]} if one["fault"] else {})})

    def expire(self) -> None:
        """A day has passed."""
        for one in self.containers.values():
            one["state"] = "EXPIRED"

    def store(self, number: str) -> str:
        container = self.containers[number]
        fields = container["fields"]
        children = [self.containers[one]["fields"] for one in fields.get("children", "").split(",") if one]
        post = str(next(self.numbers))
        pictures = children or [fields]
        self.posts[post] = {
            "id": post,
            "fields": fields,
            "children": children,
            "alts": [one["alt_text"] for one in pictures if one.get("alt_text")],
            "likes": 0,
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink": self.permalink(post, fields),
        }
        container["state"] = "PUBLISHED"
        return post

    def permalink(self, post: str, fields: dict[str, str]) -> str:
        raise NotImplementedError

    def post_by_hand(self, text: str, **fields: str) -> str:
        """What staff post in the app."""
        number = str(next(self.numbers))
        self.containers[number] = {"fields": {self.text_field: text, **fields}, "waits": 0, "fault": "", "state": ""}
        return self.store(number)

    def listed(self) -> list[dict[str, Any]]:
        return [one for number, one in reversed(self.posts.items()) if number not in self.late]


def form_of(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}


def query_of(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.query.items()}
