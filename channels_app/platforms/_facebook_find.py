"""Did a post arrive? The Page's own list is the witness, as Facebook knows no keys of ours. Pure.

A post is ours when it was not there before our request and carries one of the pictures we uploaded, or, where there
were none, says exactly what ours says and does not name another application. Absence is believed only of a list that
reaches back to before our request, is old enough, and holds nothing that may be ours after all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from channels_app.platforms._facebook_graph import id_of
from channels_app.platforms._wire import moment_of

SETTLING = timedelta(seconds=90)
LIMIT = 25
FEWER = 10  # posts, when each brings its comments along
SLACK = timedelta(minutes=2)  # between their clock and ours
_COMPARED, _ALIKE = 500, 0.75  # characters, and how much of them agrees

_COMMENTS = "comments.filter(stream).order(reverse_chronological).limit(25){id,message,created_time,from,permalink_url}"
POSTS = (
    "id,message,created_time,permalink_url,application{id},"
    "attachments{media_type,target{id},subattachments{target{id}}}"
)
WITH_COMMENTS = f"id,message,created_time,{_COMMENTS}"


def essence(text: Any) -> str:
    """A text however its blanks and accents are written."""
    return " ".join(unicodedata.normalize("NFKC", text).split()) if isinstance(text, str) else ""


def fresh(items: list[dict[str, Any]], seen: list[str], since: datetime) -> list[dict[str, Any]]:
    """What was not there before, and is not older than our request."""
    new = [item for item in items if id_of(item.get("id")) and id_of(item.get("id")) not in seen]
    moments = [(item, moment_of(item.get("created_time"))) for item in new]
    return [item for item, made in moments if made is None or made > since - SLACK]


def is_ours(post: Mapping[str, Any], text: str, pictures: list[str], app: str) -> bool:
    """Proven: one of our pictures hangs on it, or it has our words and no other application."""
    hung = set(targets(post))
    if pictures:
        return bool(hung & set(pictures))
    return not by_another(post, app) and bool(essence(text)) and essence(post.get("message")) == essence(text)


def may_be_ours(post: Mapping[str, Any], text: str, pictures: list[str], app: str) -> bool:
    """Not proven, but near enough to forbid saying that ours is not there."""
    if by_another(post, app) or (pictures and targets(post)):
        return False
    ours, theirs = essence(text)[:_COMPARED], essence(post.get("message"))[:_COMPARED]
    return not ours or SequenceMatcher(None, ours, theirs, autojunk=False).ratio() > _ALIKE


def by_another(post: Mapping[str, Any], app: str) -> bool:
    """Whether it names another application than ours."""
    told = post.get("application")
    number = id_of(told.get("id")) if isinstance(told, dict) else ""
    return bool(number) and number != app


def targets(post: Mapping[str, Any]) -> list[str]:
    """The numbers of the pictures and films that hang on a post."""
    return [number for one in _attached(post.get("attachments")) if (number := _target(one))]


def _attached(told: Any) -> Iterator[Mapping[str, Any]]:
    data = told.get("data") if isinstance(told, dict) else None
    for one in data if isinstance(data, list) else []:
        if isinstance(one, dict):
            yield one
            yield from _attached(one.get("subattachments"))


def _target(one: Mapping[str, Any]) -> str:
    target = one.get("target")
    return id_of(target.get("id")) if isinstance(target, dict) else ""


def reaches_back(items: list[dict[str, Any]], seen: list[str], since: datetime, more: bool) -> bool:
    """Whether the list goes back to before our request. A short page proves nothing, as Facebook leaves some out."""
    if not more or any(id_of(item.get("id")) in seen for item in items):
        return True
    moments = [made for item in items if (made := moment_of(item.get("created_time")))]
    return bool(moments) and min(moments) < since - SLACK


# --- comments -------------------------------------------------------------
def comments_of(post: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = post.get("comments")
    data = told.get("data") if isinstance(told, dict) else None
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def comments_go_on(post: Mapping[str, Any]) -> bool:
    """Does the post have more comments than were listed?"""
    told = post.get("comments")
    paging = told.get("paging") if isinstance(told, dict) else None
    return isinstance(paging, dict) and bool(paging.get("next"))


def by_page(comment: Mapping[str, Any], page: str) -> bool:
    """Who wrote it is not told of everybody; of the Page itself it usually is."""
    author = comment.get("from")
    return not isinstance(author, dict) or id_of(author.get("id")) in ("", page)
