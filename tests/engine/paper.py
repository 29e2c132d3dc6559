"""Paper: the adapter for the far side of these tests, as thin as a real one. `at` lets a test act at a point."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from channels_app.capabilities import AltText, Capabilities, MediaRules, TextLimit, TextUnit
from channels_app.content import Content
from channels_app.errors import Gone, NeedsFunds, NeedsReconnect, RateLimited, Rejected, Temporary, Unclear
from channels_app.platforms.base import Adapter, Found, Prepared, Receipt, Session
from libsocial.core import http

FEATURES = frozenset({"find", "follow", "delete"})


class Paper(Adapter):
    key = "paper"
    name = "Paper"
    capabilities = Capabilities(
        text=TextLimit(300, TextUnit.CODEPOINTS), media=MediaRules(max_images=4), alt_text=AltText(True, 500),
        threads=25, features=FEATURES,
    )  # fmt: skip

    def __init__(self) -> None:
        self.points: dict[str, Callable[[], None]] = {}
        self.says: dict[str, Any] = {}  # what every receipt tells besides
        self.stages = 0  # uploads that follow the first one, each a step of its own

    def at(self, point: str) -> None:
        if act := self.points.get(point):
            act()

    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        self.at(f"prepare {index}")
        for media in content.parts[index].media:
            session.read(media)
        answer = session.http().post(f"{session.server}/uploads", json={})
        self.at(f"prepared {index}")
        return Prepared(key, {"upload": answer.json()["id"], "at": at.isoformat()})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        done = len(prepared.data.get("further", ()))
        if done >= self.stages:
            return prepared
        self.at(f"step {done}")
        answer = session.http().post(f"{session.server}/uploads", json={})
        further = [*prepared.data.get("further", ()), answer.json()["id"]]
        return Prepared(prepared.key, {**prepared.data, "further": further})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        self.at(f"request {index}")
        parent = before[-1].remote_id if before else ""
        body = {"key": prepared.key, "text": content.parts[index].text, "reply_to": parent, "pid": os.getpid()}
        try:
            answer = session.http().post(f"{session.server}/posts", json=body)
        except http.NotSent as error:
            raise Temporary("Paper cannot be reached.") from error
        except http.NoAnswer as error:
            raise Unclear("Paper cut the line.") from error
        self.at(f"answer {index}")
        return self._receipt(session, self._checked(answer))

    def _checked(self, answer: Any) -> dict[str, Any]:
        match answer.status_code:
            case 401:
                raise NeedsReconnect("Paper no longer knows us.")
            case 402:
                raise NeedsFunds("Paper wants to be paid.")
            case 404:
                raise Gone("The post before is gone.")
            case 422:
                raise Rejected("Paper does not like the words.", field="text")
            case 429:
                until = timezone.now() + timedelta(seconds=int(answer.headers["Retry-After"]))
                raise RateLimited(until, "Paper asks us to wait.")
            case status if status >= 500:
                raise Unclear("Paper stumbled.")
        return answer.json()

    def _receipt(self, session: Session, post: dict[str, Any]) -> Receipt:
        url, processing = f"{session.server}/posts/{post['id']}", post.get("processing", False)
        return Receipt(post["id"], url, data=dict(self.says), processing=processing)

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        answer = session.http().get(f"{session.server}/posts?key={prepared.key}")
        if answer.status_code == 501:
            return Found("unknown", look_at="https://paper.example/@library")
        if answer.status_code >= 500:
            raise Temporary("Paper is down.")
        found = answer.json()
        return Found.present(self._receipt(session, found[0])) if found else Found.absent()

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        self.at("follow")
        return Receipt(receipt.remote_id, receipt.url)

    def delete(self, session: Session, receipt: Receipt) -> None:
        session.http().delete(f"{session.server}/posts/{receipt.remote_id}")
