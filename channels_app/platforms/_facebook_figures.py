"""Figures of a post and of a Page.

Facebook takes figures away for all versions at once, and one name it no longer knows fails the whole question. So what
every post has is asked together with the rest, and when that is refused, without it, and the rest one by one.
"""

from __future__ import annotations

from typing import Any

from channels_app.platforms import _facebook_posts as posts
from channels_app.platforms import _graph
from channels_app.platforms._facebook_graph import Graph, good, id_of, unreadable
from channels_app.platforms._wire import Answer, number_of
from channels_app.platforms.base import Figures

_COUNTS = "id,shares,comments.filter(stream).limit(0).summary(true),reactions.limit(0).summary(total_count)"
_OF_COMMENT = "id,like_count,comment_count"
INSIGHTS = {
    "post_media_view": "views",
    "post_total_media_view_unique": "viewers",
    "post_clicks": "clicks",
}
_OF_STORY = {"STORY_MEDIA_VIEW": "views", "STORY_TOTAL_MEDIA_VIEW_UNIQUE": "viewers"}
_BUSY = 75  # percent of a limit, from which on only what must be asked is asked


def of_post(graph: Graph, page: str, number: str) -> Figures:
    """One post; gone only when the Page, which is still there, has it not."""
    names = ",".join(INSIGHTS)
    answer = graph.get_object(number, fields=f"{_COUNTS},insights.metric({names}){{name,values}}")
    refused = _may_leave_out(answer)
    if refused:
        answer = graph.get_object(number, fields=_COUNTS)
    if _graph.is_missing(answer) and posts.is_gone(graph, page, number):
        return Figures({}, gone=True)
    good(answer)
    if id_of(answer.fields.get("id")) != number:
        raise unreadable(answer)
    values = _counted(answer) | _insights(answer.fields.get("insights"))
    if refused and _graph.usage(answer.headers) < _BUSY:
        values |= _one_by_one(graph, number)
    return Figures(values)


def _may_leave_out(answer: Answer) -> bool:
    """Does it refuse for the sake of what we can do without: an unknown figure, a right to figures that is missing?"""
    refusal = _graph.refusal_of(answer)
    if refusal is None or _graph.is_dead(answer) or _graph.is_missing(answer):
        return False
    meaning = _graph.meaning_of(refusal)
    return meaning is not None and meaning.kind in ("refused", "person")


def _one_by_one(graph: Graph, number: str) -> dict[str, int]:
    values: dict[str, int] = {}
    for name in INSIGHTS:
        answer = graph.get_object(f"{number}/insights", metric=name)
        if not _may_leave_out(answer):
            values |= _insights(good(answer).fields)
    return values


def _counted(answer: Answer) -> dict[str, int]:
    """A post nobody shared has no `shares` at all, which is nought, not unknown."""
    told = answer.fields
    counts = {
        "reactions": number_of(_deep(told, "reactions", "summary", "total_count")),
        "comments": number_of(_deep(told, "comments", "summary", "total_count")),
        "shares": number_of(_deep(told, "shares", "count")) if "shares" in told else 0,
    }
    return {name: value for name, value in counts.items() if value is not None}


def _deep(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _names() -> dict[str, str]:
    """Those of stories are written in large letters when asked; how they come back is not told."""
    return {theirs.lower(): ours for theirs, ours in {**INSIGHTS, **_OF_STORY}.items()}


def _insights(told: Any) -> dict[str, int]:
    data = told.get("data") if isinstance(told, dict) else None
    values: dict[str, int] = {}
    for one in data if isinstance(data, list) else []:
        name = _names().get(str(one.get("name")).lower()) if isinstance(one, dict) else None
        series = one.get("values") if name else None
        latest = series[-1] if isinstance(series, list) and series else None
        value = number_of(latest.get("value")) if isinstance(latest, dict) else None
        if name and value is not None:
            values[name] = value
    return values


def of_story(graph: Graph, number: str) -> Figures:
    """A story that is no longer there has ended; nobody deleted it."""
    values: dict[str, int] = {}
    for name in _OF_STORY:
        answer = graph.get_object(f"{number}/insights", metric=name)
        if _graph.is_missing(answer):
            break
        if not _may_leave_out(answer):
            values |= _insights(good(answer).fields)
    return Figures(values)


def of_comment(graph: Graph, page: str, number: str) -> Figures:
    answer = graph.get_object(number, fields=_OF_COMMENT)
    if _graph.is_missing(answer) and posts.is_gone(graph, page, number):
        return Figures({}, gone=True)
    good(answer)
    if id_of(answer.fields.get("id")) != number:
        raise unreadable(answer)
    counts = {
        "reactions": number_of(answer.fields.get("like_count")),
        "comments": number_of(answer.fields.get("comment_count")),
    }
    return Figures({name: value for name, value in counts.items() if value is not None})


def of_page(graph: Graph, page: str) -> Figures:
    """`fan_count` stands for Pages of the older kind."""
    answer = graph.read(page, fields="id,followers_count,fan_count")
    if id_of(answer.fields.get("id")) != page:
        raise unreadable(answer)
    followers = number_of(answer.fields.get("followers_count"))
    followers = number_of(answer.fields.get("fan_count")) if followers is None else followers
    return Figures({} if followers is None else {"followers": followers})
