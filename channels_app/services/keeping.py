"""Writing down a connected account: a new channel, or a known one with a new key and its whole history."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app import avatars, work
from channels_app.connect import FieldProblem
from channels_app.models import Channel, Credential
from channels_app.platforms.base import Account, Adapter, Connected
from channels_app.states import MACHINE
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit

PROBE_EVERY = timedelta(hours=24)


@dataclass(frozen=True)
class Arrival:
    """Who connects what for which unit. `channel`: the one being reconnected."""

    by: User
    unit: Unit
    channel: Channel | None
    connected: Connected


def keep(adapter: Adapter, arrival: Arrival, account: Account) -> Channel:
    """Saves the account. The same account connected by two people at once becomes one channel."""
    avatar = avatars.fetch(account.avatar_url, label=adapter.key)
    try:
        return _keep(adapter, arrival, account, avatar)
    except IntegrityError:
        return _keep(adapter, arrival, account, avatar)  # somebody else was first: now it is there to be renewed


@transaction.atomic
def _keep(adapter: Adapter, arrival: Arrival, account: Account, avatar: str) -> Channel:
    known = Channel.objects.filter(platform=adapter.key, server=account.server, remote_id=account.remote_id).first()
    if known is not None and known.unit_id != arrival.unit.pk:
        raise FieldProblem("", _elsewhere(known, arrival.by))
    values = {**shown_values(account), **_fresh(arrival, avatar)}
    if known is None:
        channel = Channel.objects.create(
            unit=arrival.unit,
            platform=adapter.key,
            remote_id=account.remote_id,
            language=arrival.unit.language,
            **values,
        )
    else:
        channel, stood = known, known.state
        MACHINE.move(channel, "reconnect", **values)
        if channel.state == "active" != stood:
            work.returned(channel, arrival.by)
    _keep_secret(channel, arrival.connected)
    audit.record(
        "channel.reconnected" if known else "channel.connected",
        by=arrival.by,
        on=channel,
        unit=channel.unit,
        data={"channel": channel.name, "platform": adapter.name},
    )
    return channel


def _elsewhere(known: Channel, by: User) -> str:
    """Names the other unit only to those who may see it."""
    if Channel.objects.visible_to(by).filter(pk=known.pk).exists():
        return _(
            "%(account)s is connected already, as a channel of %(unit)s. It can be lent to you on the channel’s page."
        ) % {"account": known.name, "unit": known.unit.name}
    return _("This account is connected already by another unit. Ask your administrator to lend it to you.")


def shown_values(account: Account) -> dict[str, Any]:
    """What we copy from the account itself, cut to what our columns hold."""
    return {
        "name": (account.name or account.handle)[:200],
        "handle": account.handle[:200],
        "server": account.server,
        "url": account.url[:500] if urlsplit(account.url).scheme in ("http", "https") else "",
        "facts": account.facts,
    }


def _fresh(arrival: Arrival, avatar: str) -> dict[str, Any]:
    now = timezone.now()
    return {
        "avatar": avatar,
        "health": "ok",
        "health_message": "",
        "health_params": {},
        "probed_at": now,
        "next_probe_at": next_probe(),
        "connected_by": arrival.by,
        "connected_at": now,
    }


def next_probe() -> Any:
    """In about a day; never all channels at once."""
    return timezone.now() + PROBE_EVERY + timedelta(seconds=secrets.randbelow(7200) - 3600)


def _keep_secret(channel: Channel, connected: Connected) -> None:
    """Replaces the key without reading the old one, which may no longer be readable."""
    values = {"secret": connected.secret, "expires_at": connected.expires_at, "ends_at": connected.ends_at}
    replaced = Credential.objects.filter(channel=channel).update(
        version=F("version") + 1, refresh_lease=None, changed_at=timezone.now(), **values
    )
    if not replaced:
        Credential.objects.create(channel=channel, **values)
