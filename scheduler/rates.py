"""What platforms told us about their limits, shared by all workers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from channels_app.models import Channel
from scheduler.models import RateMemory


def _key(channel: Channel, scope: str) -> str:
    return f"app:{channel.platform}:{channel.server}" if scope == "app" else f"channel:{channel.pk}"


def remember(channel: Channel, scope: str, until: datetime) -> None:
    """No request of this channel (or, scope 'app', of this platform's server) before `until`."""
    RateMemory.objects.update_or_create(key=_key(channel, scope), defaults={"until": until})


def until(channel: Channel, now: datetime) -> datetime | None:
    """The moment until which this channel must rest, or None."""
    keys = [_key(channel, "channel"), _key(channel, "app")]
    return RateMemory.objects.filter(key__in=keys, until__gt=now).aggregate(latest=Max("until"))["latest"]


def forget_past(now: datetime) -> None:
    RateMemory.objects.filter(until__lt=now).delete()
