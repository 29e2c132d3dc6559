"""Our own first comment under a film: written, found again, removed.

Source: developers.google.com/youtube/v3/docs/commentThreads.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.errors import Unclear
from channels_app.platforms import _youtube_video as video
from channels_app.platforms._wire import moment_of
from channels_app.platforms._youtube_wire import Line, raise_for, within, word
from channels_app.platforms.base import Found, Receipt

PAGE = 100
SETTLES = timedelta(minutes=2)  # a list may show a comment late
_GRACE = timedelta(minutes=5)


def ours(line: Line) -> list[dict[str, Any]]:
    """The newest threads of the whole channel that this channel began itself. Raises as `Line.items`."""
    threads = line.items(
        "commentThreads",
        part="snippet",
        allThreadsRelatedToChannelId=line.session.remote_id,
        order="time",
        textFormat="plainText",
        maxResults=PAGE,
    )
    mine = line.session.remote_id
    return [one for one in threads if within(_top(one), "snippet", "authorChannelId", "value") == mine]


def _top(thread: dict[str, Any]) -> dict[str, Any]:
    found = within(thread, "snippet", "topLevelComment")
    return found if isinstance(found, dict) else {}


def ids(line: Line) -> list[str]:
    return [word(_top(one), "id") for one in ours(line)]


def write(line: Line, film_id: str, text: str) -> Receipt:
    """The creating request. Raises what `raise_for` raises, Unclear for what cannot be read."""
    top = {"snippet": {"textOriginal": measure.plain_newlines(text)}}
    body = {"snippet": {"videoId": film_id, "topLevelComment": top}}
    answer = line.ask("POST", "commentThreads", creating=True, params={"part": "snippet"}, json=body)
    raise_for(answer, creating=True)
    if not answer.text("id"):
        raise Unclear(_("YouTube’s answer cannot be read; what became of the comment must be looked up."))
    return receipt(answer.text("id"), film_id)


def receipt(comment_id: str, film_id: str) -> Receipt:
    return Receipt(
        comment_id, f"{video.address(film_id)}&lc={comment_id}", data={"kind": "comment", "film_id": film_id}
    )


def find(line: Line, text: str, seen: list[str], since: datetime) -> Found:
    """A comment of this channel that was not there before, with our words, made since."""
    threads = ours(line)
    for thread in threads:
        made = moment_of(within(_top(thread), "snippet", "publishedAt"))
        comment_id, film_id = word(_top(thread), "id"), word(thread, "snippet", "videoId")
        if comment_id in seen or (made and made < since - _GRACE):
            continue
        if _words(thread) == measure.plain_newlines(text).strip():
            return Found.present(receipt(comment_id, film_id))
    if timezone.now() - since > SETTLES:
        return Found.absent()
    return Found("unknown", look_at=f"https://studio.youtube.com/channel/{line.session.remote_id}/comments")


def _words(thread: dict[str, Any]) -> str:
    """As it was written, else as it is shown."""
    return (word(_top(thread), "snippet", "textOriginal") or word(_top(thread), "snippet", "textDisplay")).strip()


def delete(line: Line, comment_id: str) -> None:
    answer = line.ask("DELETE", "comments", params={"id": comment_id})
    if answer.status not in (404, 410):
        raise_for(answer)
