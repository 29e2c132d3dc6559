"""Pausing, resuming, and what happens when a platform no longer lets us in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from channels_app import platforms, work
from channels_app.models import Channel
from channels_app.states import MACHINE
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit
from libsocial.core.states import TransitionError
from libsocial.notices import services as notices


@transaction.atomic
def pause(*, by: User, channel: Channel) -> None:
    """Nothing is sent until it is resumed; what falls due meanwhile is held. Raises NotAllowed, TransitionError."""
    policies.require(by, "channel.manage", channel.unit)
    MACHINE.move(channel, "pause")
    audit.record("channel.paused", by=by, on=channel, unit=channel.unit, data=named(channel))


@transaction.atomic
def resume(*, by: User, channel: Channel) -> None:
    """Sending may go on; what became due meanwhile waits for a person. Raises NotAllowed, TransitionError."""
    policies.require(by, "channel.manage", channel.unit)
    MACHINE.move(channel, "resume")
    work.returned(channel, by)
    audit.record("channel.resumed", by=by, on=channel, unit=channel.unit, data=named(channel))


def mark_unpaid(channel: Channel, reason: str) -> None:
    """The platform wants to be paid: the channel pauses until a person settles it there and resumes it here."""
    said = {**named(channel), "reason": reason}
    current = Channel.objects.select_related("unit").filter(pk=channel.pk, state="active").first()
    if current is None:
        return
    try:
        with transaction.atomic():
            MACHINE.move(current, "pause", health="failing", health_message="channel.no_funds", health_params=said)
            audit.record("channel.no_funds", by=None, on=current, unit=current.unit, data=said)
            notices.tell(
                policies.people_who("channel.manage", current.unit),
                "channel.no_funds",
                params=said,
                url=reverse("channels:detail", args=[current.pk]),
                subject=current,
                dedupe=f"channel:{current.pk}:funds:{timezone.now():%Y%m%d}",
            )
    except TransitionError:
        return  # somebody else paused or lost it a moment ago


def mark_lost(channel: Channel, message: str = "channel.lost", params: dict[str, Any] | None = None) -> None:
    """The platform refuses our key: the channel stops until a person reconnects it, and those who can are told, once.

    `channel` is as the caller read it: when a person reconnected it since, nothing is lost.
    `message` is an id of the notices catalogue, `params` what it names (`reason`).
    """
    said = {**named(channel), **(params or {})}
    current = Channel.objects.select_related("unit").filter(pk=channel.pk).first()
    if current is None or not MACHINE.allows(current.state, "lose"):
        return
    try:
        with transaction.atomic():
            _lose(current, channel, message, said)
    except TransitionError:
        return  # somebody else lost, disconnected or reconnected it a moment ago


def _lose(current: Channel, as_read: Channel, message: str, said: dict[str, Any]) -> None:
    MACHINE.move(
        current,
        "lose",
        where=Q(connected_at=as_read.connected_at),
        health="failing",
        health_message=message,
        health_params=said,
        next_probe_at=None,
    )
    audit.record("channel.lost", by=None, on=current, unit=current.unit, data={"reason": "", **said})
    notices.tell(
        policies.people_who("channel.manage", current.unit),
        message,
        params=said,
        url=reverse("channels:detail", args=[current.pk]),
        subject=current,
        dedupe=f"channel:{current.pk}:lost:{current.connected_at.isoformat()}",
    )


@transaction.atomic
def describe(*, by: User, channel: Channel, owner_of_record: str, recovery_notes: str) -> None:
    """Who answers for the account, and how to get back in when the person who made it has left."""
    policies.require(by, "channel.manage", channel.unit)
    Channel.objects.filter(pk=channel.pk).update(owner_of_record=owner_of_record, recovery_notes=recovery_notes)
    channel.owner_of_record, channel.recovery_notes = owner_of_record, recovery_notes
    audit.record("channel.described", by=by, on=channel, unit=channel.unit, data=named(channel))


def speak(*, by: User, channel: Channel, languages: Sequence[str]) -> None:
    """The languages its readers are spoken to in, the first one first; none: whatever a post is written in."""
    policies.require(by, "channel.manage", channel.unit)
    channel.languages = list(dict.fromkeys(languages))
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(languages=channel.languages)
        data = named(channel) | {"languages": ", ".join(channel.languages) or "—"}
        audit.record("channel.languages_set", by=by, on=channel, unit=channel.unit, data=data)


def named(channel: Channel) -> dict[str, Any]:
    """What sentences about a channel call it."""
    return {"channel": channel.name, "platform": platforms.name_of(channel.platform)}
