"""Whether the clock ticks, for ``/health/ready``: without it nothing leaves at its minute."""

from __future__ import annotations

from django.utils import timezone

from libsocial.core.health import Answer
from scheduler import pulse


def check() -> Answer:
    """Content while the dispatcher has been heard of within the last minute."""
    heard = pulse.read().dispatcher
    if heard is None:
        return Answer("clock", False, "The clock has not ticked yet: are the clock and the publishing worker running?")
    silent = timezone.now() - heard
    if silent <= pulse.SILENT_AFTER:
        return Answer("clock", True)
    seconds = int(silent.total_seconds())
    return Answer("clock", False, f"The clock has been silent for {seconds} seconds: nothing leaves.")
