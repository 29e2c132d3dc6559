"""Access is renewed before it ends, and people hear in time of what only they can renew.

Most access lasts an hour or two and is renewed when it is needed. Some (Instagram, Threads) must be renewed while it
still lives, used or not: `Adapter.refresh_ahead`. Where renewing ends too (`Credential.ends_at`), or there is none,
those responsible are told 14, 7 and 1 days ahead, in the product and by mail.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from channels_app import errors, platforms
from channels_app.models import Channel, Credential
from channels_app.services.lifecycle import mark_lost, named
from channels_app.sessions import expires_soon, open_session
from libsocial.accounts import policies
from libsocial.core import http
from libsocial.notices import services as notices

LIVING = ("active", "paused")
WARN_AT = (1, 7, 14)  # days ahead, the nearest first


def due(now: datetime | None = None, limit: int = 200) -> list[int]:
    """Channels whose access ends within the span in which their platform wants it renewed."""
    now = now or timezone.now()
    early = Q(pk__in=[])
    for adapter in platforms.ALL:
        if "refresh" in adapter.capabilities.features and adapter.refresh_ahead:
            early |= Q(channel__platform=adapter.key, expires_at__lte=now + adapter.refresh_ahead)
    rows = Credential.objects.filter(early, channel__state__in=LIVING)
    return list(rows.order_by("expires_at").values_list("channel_id", flat=True)[:limit])


def renew(pk: int, now: datetime | None = None) -> None:
    """Renews one, unless another worker did. What cannot be reached is asked again at the next tick."""
    now = now or timezone.now()
    channel = Channel.objects.select_related("unit").filter(pk=pk, state__in=LIVING).first()
    if channel is None:
        return
    try:
        session = open_session(channel)
        if expires_soon(session, platforms.get(channel.platform).refresh_ahead, now):
            session.refresh()
    except errors.NeedsReconnect as error:
        mark_lost(channel, "channel.lost", {"reason": error.reason})
    except (http.OutsideError, errors.PlatformError):
        return


def warn(now: datetime | None = None) -> int:
    """Tells of every access that a person must renew within two weeks; how many channels were told of.

    One notice for each of the three days, however often it is asked.
    """
    now = now or timezone.now()
    told = 0
    for row in _ending(now + timedelta(days=max(WARN_AT))):
        ends = row.ends
        left = max(0, math.ceil((ends - now) / timedelta(days=1)))
        step = next(days for days in WARN_AT if left <= days)
        notices.tell(
            policies.people_who("channel.manage", row.channel.unit),
            "channel.ending",
            params={**named(row.channel), "days": left, "day": ends.date().isoformat()},
            url=reverse("channels:detail", args=[row.channel_id]),
            subject=row.channel,
            dedupe=f"channel:{row.channel_id}:ending:{ends:%Y%m%d}:{step}",
        )
        told += 1
    return told


def end_of(channel: Channel) -> datetime | None:
    """The day on which only a person can renew the access; None where it renews itself, or never ends."""
    adapter = platforms.get(channel.platform)
    row = Credential.objects.filter(channel=channel).values_list("ends_at", "expires_at").first()
    if row is None:
        return None
    ends, expires = row
    return ends or (None if "refresh" in adapter.capabilities.features else expires)


def _ending(until: datetime) -> list[Credential]:
    """Credentials whose last day comes before `until`: the end of renewing, or of the access where nothing renews."""
    renewable = [one.key for one in platforms.ALL if "refresh" in one.capabilities.features]
    rows = Credential.objects.select_related("channel__unit").filter(channel__state__in=LIVING)
    rows = rows.annotate(ends=Coalesce("ends_at", "expires_at"))
    return list(rows.filter(Q(ends_at=F("ends")) | ~Q(channel__platform__in=renewable), ends__lte=until))
