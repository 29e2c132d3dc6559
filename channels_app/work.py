"""What hangs on a channel above this app: deliveries and posts. Apps above register how to count it.

The channel pages show it and the question before disconnecting says it; this
app knows neither deliveries nor posts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from channels_app.models import Channel
from libsocial.accounts.models import User


@dataclass(frozen=True)
class Work:
    """`waiting`: deliveries that will leave by themselves; `held`: those that wait for a person or for
    reconnection; `in_review`: posts on their way to approval."""

    waiting: int = 0
    held: int = 0
    in_review: int = 0
    last_published_at: datetime | None = None
    last_published_url: str = ""

    @property
    def unfinished(self) -> int:
        return self.waiting + self.held + self.in_review


# A channel that may send again, and who ended its standing still.
Return = Callable[[Channel, User], None]
_returns: list[Return] = []

# Channel ids in, for each id some fields of Work out; one query or two for all of them.
Source = Callable[[Sequence[int]], dict[int, dict[str, Any]]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called by an app above in its AppConfig.ready()."""
    if source not in _sources:
        _sources.append(source)


def of(channel_ids: Iterable[int]) -> dict[int, Work]:
    """The work of each of these channels."""
    ids = list(channel_ids)
    found = dict.fromkeys(ids, Work())
    for source in _sources:
        for pk, fields in source(ids).items():
            found[pk] = replace(found[pk], **fields)
    return found


def on_return(act: Return) -> None:
    """Called by an app above in its AppConfig.ready(): what it does when a channel may send again."""
    if act not in _returns:
        _returns.append(act)


def returned(channel: Channel, by: User) -> None:
    """A channel that stood still may send again. In the transaction that moved it."""
    for act in _returns:
        act(channel, by)
