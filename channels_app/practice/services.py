"""What staff and the first run do with Practice."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify

from channels_app.models import Channel, Credential, PracticeAccount
from channels_app.platforms.practice import Practice, account_shown
from channels_app.practice import network
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit


@transaction.atomic
def ensure_practice(unit: Unit, by: User | None = None) -> Channel:
    """The unit's channel on Practice, made where there is none: ready to publish, without any key from anyone."""
    present = Channel.objects.living().filter(unit=unit, platform=Practice.key).order_by("pk").first()
    if present:
        return present
    account, token = network.open_account(_free_handle(unit.name), unit.name)
    shown = account_shown(account)
    channel = Channel.objects.create(
        unit=unit,
        platform=Practice.key,
        name=shown.name,
        handle=shown.handle,
        remote_id=shown.remote_id,
        url=shown.url,
        language=unit.language,
        connected_by=by,
    )
    Credential.objects.create(channel=channel, secret={"token": token})
    audit.record(
        "channel.connected", by=by, on=channel, unit=unit, data={"channel": channel.name, "platform": Practice.name}
    )
    return channel


def _free_handle(name: str) -> str:
    base, number = slugify(name)[:50] or "library", 1
    handle = base
    while PracticeAccount.objects.filter(handle=handle).exists():
        number += 1
        handle = f"{base}-{number}"
    return handle


@transaction.atomic
def set_mode(*, by: User, channel: Channel, mode: str) -> None:
    """What happens with the next post of this channel. Raises NotAllowed; ValueError for no such mode."""
    policies.require(by, "channel.manage", channel.unit)
    if mode not in network.MODES or channel.platform != Practice.key:
        raise ValueError(mode)
    PracticeAccount.objects.filter(pk=int(channel.remote_id)).update(mode=mode, limited_until=None)
    audit.record(
        "practice.mode_set", by=by, on=channel, unit=channel.unit, data={"channel": channel.name, "mode": mode}
    )


def mode_of(channel: Channel) -> str:
    return PracticeAccount.objects.values_list("mode", flat=True).get(pk=int(channel.remote_id))
