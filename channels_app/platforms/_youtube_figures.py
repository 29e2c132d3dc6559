"""Figures of films and of the channel: what the Data API counts now, and what YouTube Analytics says days later.

Source: developers.google.com/youtube/analytics, reports.query, and videos.list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from channels_app.errors import PlatformError
from channels_app.platforms._wire import number_of
from channels_app.platforms._youtube_wire import Line, raise_for, within
from channels_app.platforms.base import Figures

BATCH = 50  # most ids of one videos.list
_BEGINNING = "2005-02-14"  # before YouTube's first film
_BEHIND = timedelta(hours=8)  # YouTube's days are California's
_COUNTS = {"viewCount": "views", "likeCount": "likes", "commentCount": "comments"}
_REPORTED = {"shares": "shares", "estimatedMinutesWatched": "minutes"}


def of_films(line: Line, wanted: Sequence[str]) -> dict[str, Figures]:
    """By id. A film YouTube no longer lists is gone; a count it hides is left out, not zero."""
    found: dict[str, Figures] = {}
    for start in range(0, len(wanted), BATCH):
        ids = wanted[start : start + BATCH]
        counted = {
            str(one.get("id")): _counts(one) for one in line.items("videos", part="statistics", id=",".join(ids))
        }
        reported = _reported(line, [one for one in ids if one in counted])
        for one in ids:
            found[one] = Figures(counted[one] | reported.get(one, {})) if one in counted else Figures({}, gone=True)
    return found


def _counts(film: dict[str, Any]) -> dict[str, int]:
    told = {ours: number_of(within(film, "statistics", theirs)) for theirs, ours in _COUNTS.items()}
    return {name: value for name, value in told.items() if value is not None}


def _reported(line: Line, ids: list[str]) -> dict[str, dict[str, int]]:
    """From Analytics, where the right was granted and the interface is switched on; films nobody watched are left
    out of it. What it does not say is no reason to go without the rest."""
    if not ids:
        return {}
    params = {
        "ids": "channel==MINE",
        "startDate": _BEGINNING,
        "endDate": (timezone.now() - _BEHIND).date().isoformat(),
        "metrics": ",".join(_REPORTED),
        "dimensions": "video",
        "filters": "video==" + ",".join(ids),
        "sort": "-" + next(iter(_REPORTED)),
        "maxResults": len(ids),
    }
    try:
        answer = line.ask("GET", "reports", host="reports", params=params)
        raise_for(answer)
    except PlatformError:
        return {}
    return _rows(answer.fields)


def _rows(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Columns by their names, as their order is not promised."""
    heads, rows = report.get("columnHeaders"), report.get("rows")
    if not isinstance(heads, list) or not isinstance(rows, list):
        return {}
    names = [str(one.get("name")) if isinstance(one, dict) else "" for one in heads]
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if not isinstance(row, list):
            continue
        line = dict(zip(names, row, strict=False))
        told = {ours: number_of(line.get(theirs)) for theirs, ours in _REPORTED.items()}
        found[str(line.get("video"))] = {name: value for name, value in told.items() if value is not None}
    return found


def of_channel(channel: dict[str, Any]) -> Figures:
    told = {"posts": number_of(within(channel, "statistics", "videoCount"))}
    if within(channel, "statistics", "hiddenSubscriberCount") is not True:
        told["followers"] = number_of(within(channel, "statistics", "subscriberCount"))
    return Figures({name: value for name, value in told.items() if value is not None})
