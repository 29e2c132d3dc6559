"""What platforms told us about their limits, and which channels are in trouble; shared by all workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels_app.models import Channel
from scheduler.models import RateMemory

TROUBLE = "trouble"


@dataclass(frozen=True)
class Standing:
    """`until`: the channel must rest so long, or None. `troubled`: its platform failed a moment ago."""

    until: datetime | None
    troubled: bool


FREE = Standing(None, False)


def _key(channel: Channel, scope: str) -> str:
    return f"app:{channel.platform}:{channel.server}" if scope == "app" else f"{scope}:{channel.pk}"


def remember(channel: Channel, scope: str, until: datetime) -> None:
    """No request of this channel (or, scope 'app', of this platform's server) before `until`; scope TROUBLE: one
    at a time.

    Of two answers that arrive together the longer one counts.
    """
    row, made = RateMemory.objects.get_or_create(key=_key(channel, scope), defaults={"until": until})
    if not made:
        RateMemory.objects.filter(pk=row.pk, until__lt=until).update(until=until)


def until(channel: Channel, now: datetime) -> datetime | None:
    """The moment until which this channel must rest, or None."""
    return standing(channel, now).until


def standing(channel: Channel, now: datetime) -> Standing:
    """What is remembered of this channel now."""
    keys = [_key(channel, scope) for scope in ("channel", "app", TROUBLE)]
    known = dict(RateMemory.objects.filter(key__in=keys, until__gt=now).values_list("key", "until"))
    troubled = known.pop(keys[-1], None) is not None
    return Standing(max(known.values(), default=None), troubled)


def forget_past(now: datetime) -> None:
    RateMemory.objects.filter(until__lt=now).delete()
