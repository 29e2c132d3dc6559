"""Looking once a day whether every account still lets us in. One slow server delays nobody: each is asked alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import avatars, errors, platforms
from channels_app.models import Channel
from channels_app.platforms.base import Account
from channels_app.services.keeping import next_probe, shown_values
from channels_app.services.lifecycle import mark_lost
from channels_app.sessions import open_session
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core import http
from libsocial.notices import services as notices

LIVING = ("active", "paused")
AGAIN_AFTER = timedelta(hours=1)  # when a server could not be reached
FAILING_AFTER = 3  # failures in a row before people are told


def due(now: datetime | None = None, limit: int = 200) -> list[int]:
    """Channels nobody has looked at for about a day, the longest waiting first."""
    now = now or timezone.now()
    waiting = Channel.objects.filter(Q(next_probe_at=None) | Q(next_probe_at__lte=now), state__in=LIVING)
    return list(waiting.order_by("next_probe_at").values_list("pk", flat=True)[:limit])


def probe(pk: int, now: datetime | None = None) -> None:
    """Asks one account, unless another worker does. A message delivered twice asks once."""
    now = now or timezone.now()
    mine = Channel.objects.filter(Q(next_probe_at=None) | Q(next_probe_at__lte=now), pk=pk, state__in=LIVING)
    if mine.update(next_probe_at=now + AGAIN_AFTER) != 1:
        return
    _ask(Channel.objects.select_related("unit").get(pk=pk))


def probe_now(*, by: User, channel: Channel) -> Channel:
    """A person wants to know at once; returns the channel as it is then. Raises NotAllowed."""
    policies.require(by, "channel.see", channel.unit)
    if channel.state in LIVING:
        _ask(channel)
    return Channel.objects.select_related("unit").get(pk=channel.pk)


def _ask(channel: Channel) -> None:
    adapter = platforms.get(channel.platform)
    if "probe" not in adapter.capabilities.features:
        Channel.objects.filter(pk=channel.pk).update(next_probe_at=next_probe())
        return
    try:
        account = adapter.probe(open_session(channel))
    except errors.NeedsReconnect as error:
        mark_lost(channel, "channel.lost", {"reason": error.reason})
    except (http.OutsideError, errors.PlatformError) as error:
        _record_failure(channel, getattr(error, "reason", "") or str(error))
    else:
        record_probe(channel, account)


def record_probe(channel: Channel, account: Account) -> None:
    """The account answered: its name, picture and limits as they are now, and good health."""
    if account.remote_id != channel.remote_id:
        # Nothing may go out under another name than the one that was approved.
        mark_lost(channel, "channel.lost", {"reason": _("The key now opens another account than the one connected.")})
        return
    avatar = avatars.fetch(account.avatar_url, label=channel.platform) or channel.avatar
    values = {
        **shown_values(account),
        "server": channel.server,
        "avatar": avatar,
        "health": "ok",
        "health_message": "",
        "health_params": {},
        "probed_at": timezone.now(),
        "next_probe_at": next_probe(),
    }
    with transaction.atomic():
        changed = Channel.objects.filter(pk=channel.pk, connected_at=channel.connected_at, state__in=LIVING)
        if changed.update(**values) and channel.health != "ok":
            audit.record("channel.probe_worked", by=None, on=channel, unit=channel.unit, data={"channel": channel.name})
    avatars.drop_unused(channel.avatar, used=Channel.objects.filter(avatar=channel.avatar).exists())


def _record_failure(channel: Channel, reason: str) -> None:
    """Not reachable now. Sending goes on trying by itself; only the card says so, and after a while a notice."""
    times = int(channel.health_params.get("times", 0)) + 1
    health = "failing" if times >= FAILING_AFTER else "warning"
    said: dict[str, Any] = {"channel": channel.name, "reason": reason, "times": times}
    now = timezone.now()
    with transaction.atomic():
        mine = Channel.objects.filter(pk=channel.pk, connected_at=channel.connected_at, state__in=LIVING)
        mine.update(
            health=health,
            health_message="channel.unreachable",
            health_params=said,
            probed_at=now,
            next_probe_at=now + AGAIN_AFTER,
        )
        if times == 1:
            audit.record("channel.probe_failed", by=None, on=channel, unit=channel.unit, data=said)
        if times == FAILING_AFTER:
            _tell(channel, said, now)


def _tell(channel: Channel, said: dict[str, Any], now: datetime) -> None:
    notices.tell(
        policies.people_who("channel.manage", channel.unit),
        "channel.unreachable",
        params=said,
        url=reverse("channels:detail", args=[channel.pk]),
        subject=channel,
        dedupe=f"channel:{channel.pk}:unreachable:{now:%Y%m%d}",
    )
