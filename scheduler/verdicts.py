"""What an error of a platform means for a delivery. Pure: error and moment in, decision out.

The one question that matters is whether the creating request may have been
sent. Before that moment everything may be tried again; after it only an adapter
that says "certainly not created" allows that, and all else is unclear.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels_app import errors
from libsocial.core import http


@dataclass(frozen=True)
class Verdict:
    """An action of the wire machine with its reason. `until`: not before; `free`: does not count as a try."""

    action: str
    message: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None
    free: bool = False
    held_for: str = ""
    rate_scope: str = ""  # remember the limit for 'channel' or 'app'
    lost_channel: bool = False
    unpaid: bool = False  # the platform wants to be paid: its channel pauses
    troubled: bool = False  # the platform itself did not work: its channel gets one worker at a time for a while


LONGEST_WORDS = 300


def words(value: object) -> str:
    """A platform's words as we may store them: short, without characters a database refuses."""
    return str(value).replace("\x00", "")[:LONGEST_WORDS]


def from_error(error: Exception, *, creating: bool) -> Verdict:
    """The decision an exception carries; `creating` is True from the mark on."""
    reason = {"reason": words(error) if isinstance(error, errors.PlatformError | http.OutsideError) else ""}
    match error:
        case errors.RateLimited():
            return Verdict(
                "postpone", "delivery.rate_limited", reason, until=error.until, free=True, rate_scope=error.scope
            )
        case errors.Temporary():
            # A platform at work on a picture says when to ask again: no failed try.
            asked = error.until is not None
            return Verdict("postpone", "delivery.temporary", reason, until=error.until, free=asked, troubled=not asked)
        case errors.NeedsReconnect() | errors.NeedsFunds():
            return _stopped(error, reason)
        case errors.Rejected():
            return Verdict("refuse", "delivery.rejected", {**reason, "field": words(error.field)})
        case errors.Unsupported():
            return Verdict("refuse", "delivery.unsupported", reason)
        case http.NotSent():
            return Verdict("postpone", "delivery.temporary", reason, troubled=True)
        case errors.Gone() if creating:
            return Verdict("refuse", "delivery.gone", reason)
        case _ if creating:
            return Verdict("lose", "delivery.unclear", reason, troubled=True)
        case errors.Gone() | errors.Unclear() | http.NoAnswer():
            return Verdict("postpone", "delivery.temporary", reason, troubled=True)
        case _:
            return Verdict("postpone", "delivery.trouble", {"kind": type(error).__name__})


def _stopped(error: errors.NeedsReconnect | errors.NeedsFunds, reason: dict[str, Any]) -> Verdict:
    """The channel stops; what waits on it is held until a person has seen to it."""
    if isinstance(error, errors.NeedsFunds):
        return Verdict("hold", "delivery.no_funds", reason, held_for="paused", unpaid=True)
    return Verdict("hold", "delivery.reconnect", reason, held_for="reconnect", lost_channel=True)


WORKER_LOST = Verdict("postpone", "delivery.worker_lost")
LOST_WHILE_CREATING = Verdict("lose", "delivery.unclear", {"reason": ""})
NOT_ARRIVED = Verdict("postpone", "delivery.not_arrived")
GOES_ON = Verdict("postpone", "delivery.goes_on", free=True)
PUBLISHED = Verdict("publish")
PROCESSING = Verdict("process", "delivery.processing")
OVERDUE = Verdict("hold", "delivery.overdue", held_for="paused")
EXPIRED = Verdict("expire", "delivery.expired")
EXPIRED_PARTLY = Verdict("expire", "delivery.expired_partly")
