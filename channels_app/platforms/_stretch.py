"""Sending a large file within the time one attempt at a delivery has.

A worker's claim on a delivery ends after a quarter of an hour (scheduler.timing). A film on a slow line takes longer,
so it is sent in stretches: each step of `ready` sends for some minutes and notes how far it came; when one attempt
has sent long enough, Temporary ends it, and the next goes on. What is noted is enough to tell one attempt from the
next: within an attempt a step follows the one before at once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.errors import Temporary
from channels_app.platforms._wire import moment_of

STEP_SECONDS = 180.0  # of sending before how far we came is noted
PIECE_SECONDS = 240.0  # that one piece may take
_ATTEMPT = timedelta(minutes=6)  # with a step and a piece on top still less than a quarter of an hour
_AT_ONCE = timedelta(seconds=2)
_REST = timedelta(seconds=5)


def enter(data: Mapping[str, Any]) -> str:
    """When the stretch began that this step belongs to. Raises Temporary (with a moment) when it was long enough."""
    now = timezone.now()
    began, left = moment_of(data.get("stretch")), moment_of(data.get("left"))
    if began is None or left is None or now - left > _AT_ONCE:
        return now.isoformat()
    if now - began > _ATTEMPT:
        raise Temporary(_("The film is large; the rest follows."), until=now + _REST)
    return began.isoformat()


def leave(began: str) -> dict[str, str]:
    """What to note with how far this step came."""
    return {"stretch": began, "left": timezone.now().isoformat()}


class Clock:
    """Says when a step has sent long enough."""

    def __init__(self) -> None:
        self._end = time.monotonic() + STEP_SECONDS

    @property
    def over(self) -> bool:
        return time.monotonic() > self._end
