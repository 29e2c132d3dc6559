"""Disconnecting an account: our key is erased first, then the platform is asked to end it there too.

The platform is asked when the channel is safely disconnected and no transaction is open. Whatever it answers, the
channel stays so; what could not be ended is told, with the place where a person can end it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app import platforms, work
from channels_app.errors import PlatformError
from channels_app.models import Channel, Credential
from channels_app.platforms.base import Account, Adapter, Connected
from channels_app.services.lifecycle import named
from channels_app.sessions import LastSession
from channels_app.states import MACHINE
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core import http
from libsocial.core.crypto import CannotDecrypt

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ended:
    """What became of our key at the platform. `there`: it was ended there as well. `left`: what a person has to do
    there, '' when nothing."""

    there: bool = False
    left: str = ""


def disconnect(*, by: User, channel: Channel) -> Ended:
    """Erases the key and keeps the history. What waits on the channel is held from now on; a later
    reconnection of the same account finds everything again. Raises NotAllowed, TransitionError."""
    policies.require(by, "channel.manage", channel.unit)
    secret = _disconnected(by, channel)
    try:
        adapter = platforms.get(channel.platform)
    except KeyError:  # of a platform that a later version took away nobody can ask anything
        return Ended()
    reason = _end_there(adapter, channel, secret)
    return _told(adapter, by, channel, reason)


@transaction.atomic
def _disconnected(by: User, channel: Channel) -> dict[str, Any] | None:
    """The secret as it was at the end; None where there was none, or no key opens it."""
    held = work.of([channel.pk])[channel.pk].unfinished
    MACHINE.move(channel, "disconnect", health="ok", health_message="", health_params={}, next_probe_at=None)
    kept = Credential.objects.select_for_update().filter(channel=channel)
    try:
        secret = kept.values_list("secret", flat=True).first()
    except CannotDecrypt:
        secret = None
    Credential.objects.filter(channel=channel).delete()
    audit.record("channel.disconnected", by=by, on=channel, unit=channel.unit, data={**named(channel), "held": held})
    return secret


def _end_there(adapter: Adapter, channel: Channel, secret: dict[str, Any] | None) -> str | None:
    """Why the key may still be good at the platform, or None when it is not."""
    if "revoke" not in adapter.capabilities.features:
        return _("%(platform)s gives us no way to end our key there.") % {"platform": adapter.name}
    if secret is None:
        return _("Our own copy of the key could not be opened any more.")
    account = Account(channel.remote_id, channel.name, channel.handle, channel.url, "", channel.server, channel.facts)
    try:
        adapter.revoke(LastSession(channel.platform, Connected(account, secret)))
    except (PlatformError, http.OutsideError) as error:
        return getattr(error, "reason", "") or str(error)
    except Exception:
        log.exception("ending a key failed")  # the channel is disconnected all the same, and the person is told so
        return _("Something unexpected came back when we asked for it.")
    return None


def _told(adapter: Adapter, by: User, channel: Channel, reason: str | None) -> Ended:
    left = "" if reason is None and adapter.revoke_ends_all else str(adapter.by_hand)
    why = _("Our key could not be ended there: %(reason)s") % {"reason": reason} if reason else ""
    said = {**named(channel), "reason": reason or "", "why": why, "left": left}
    action = "channel.key_ended" if reason is None else "channel.key_not_ended"
    with transaction.atomic():
        audit.record(action, by=by, on=channel, unit=channel.unit, data=said)
        if left:
            mine = Channel.objects.filter(pk=channel.pk, state="disconnected", connected_at=channel.connected_at)
            mine.update(health="warning", health_message="channel.key_left", health_params=said)
    return Ended(reason is None, left)
