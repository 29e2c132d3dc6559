"""An administrator knows better than the platform's documents: one fact of one channel is corrected, with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.connect import FieldProblem
from channels_app.facts import BY_NAME
from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import User
from libsocial.audit import services as audit


@transaction.atomic
def override(*, by: User, channel: Channel, fact: str, value: int, reason: str) -> None:
    """Raises NotAllowed; FieldProblem for an unknown fact, a value out of bounds or a missing reason."""
    policies.require(by, "channel.manage", channel.unit)
    known = BY_NAME.get(fact)
    if known is None:
        raise FieldProblem("fact", _("Choose what you want to correct."))
    if not known.least <= value <= known.most:
        raise FieldProblem(
            "value", _("Give a number from %(least)d to %(most)d.") % {"least": known.least, "most": known.most}
        )
    if not reason.strip():
        raise FieldProblem("reason", _("Say where you know it from: the next administrator will ask."))
    entry = {"value": value, "reason": reason.strip(), "by": str(by), "at": timezone.now().isoformat()}
    _write(channel, {fact: entry})
    data = {"channel": channel.name, "fact": str(known.label), "value": value, "reason": entry["reason"]}
    audit.record("channel.overridden", by=by, on=channel, unit=channel.unit, data=data)


@transaction.atomic
def remove_override(*, by: User, channel: Channel, fact: str) -> None:
    """What the platform says holds again. Raises NotAllowed."""
    policies.require(by, "channel.manage", channel.unit)
    if fact not in _read(channel):
        return
    _write(channel, {fact: None})
    data = {"channel": channel.name, "fact": str(BY_NAME[fact].label) if fact in BY_NAME else fact}
    audit.record("channel.override_removed", by=by, on=channel, unit=channel.unit, data=data)


def _read(channel: Channel) -> dict[str, object]:
    return Channel.objects.select_for_update().values_list("overrides", flat=True).get(pk=channel.pk)


def _write(channel: Channel, changes: dict[str, object]) -> None:
    """Merges into what is stored now, so that two administrators correcting two facts both count."""
    merged = {**_read(channel), **changes}
    channel.overrides = {name: entry for name, entry in merged.items() if entry is not None}
    Channel.objects.filter(pk=channel.pk).update(overrides=channel.overrides)
