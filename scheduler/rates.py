"""What platforms told us about their limits, shared by all workers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from channels_app.models import Channel
from scheduler.models import RateMemory


def _key(channel: Channel, scope: str) -> str:
    return f"app:{channel.platform}:{channel.server}" if scope == "app" else f"channel:{channel.pk}"


def remember(channel: Channel, scope: str, until: datetime) -> None:
    """No request of this channel (or, scope 'app', of this platform's server) before `until`.

    Of two answers that arrive together the longer one counts.
    """
    row, made = RateMemory.objects.get_or_create(key=_key(channel, scope), defaults={"until": until})
    if not made:
        RateMemory.objects.filter(pk=row.pk, until__lt=until).update(until=until)


def until(channel: Channel, now: datetime) -> datetime | None:
    """The moment until which this channel must rest, or None."""
    keys = [_key(channel, "channel"), _key(channel, "app")]
    return RateMemory.objects.filter(key__in=keys, until__gt=now).aggregate(latest=Max("until"))["latest"]


def forget_past(now: datetime) -> None:
    RateMemory.objects.filter(until__lt=now).delete()
