"""Lending a channel to another unit and taking it back."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from channels_app.connect import FieldProblem
from channels_app.models import Channel, ChannelLoan
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.audit import services as audit
from libsocial.notices import services as notices


@transaction.atomic
def lend(*, by: User, channel: Channel, unit: Unit) -> ChannelLoan:
    """The unit may plan posts for this channel; they need the owner's approval. Lending twice is lending once.

    Raises NotAllowed, and FieldProblem for a unit that cannot borrow it.
    """
    policies.require(by, "channel.manage", channel.unit)
    if unit.pk == channel.unit_id:
        raise FieldProblem("unit", _("The channel belongs to this unit already."))
    if unit.archived_at is not None or channel.state == "disconnected":
        raise FieldProblem("unit", _("Only a connected channel can be lent, and only to a unit that is not archived."))
    loan, made = ChannelLoan.objects.get_or_create(channel=channel, unit=unit, defaults={"lent_by": by})
    if made:
        _tell(by, channel, unit, "channel.lent")
    return loan


@transaction.atomic
def unlend(*, by: User, channel: Channel, unit: Unit) -> None:
    """The unit plans nothing new there; what was approved still goes out. Raises NotAllowed."""
    policies.require(by, "channel.manage", channel.unit)
    gone, _each = ChannelLoan.objects.filter(channel=channel, unit=unit).delete()
    if gone:
        _tell(by, channel, unit, "channel.unlent")


def _tell(by: User, channel: Channel, unit: Unit, message: str) -> None:
    said = {"channel": channel.name, "borrower": unit.name, "owner": channel.unit.name}
    people = policies.people_who("post.approve", unit).exclude(pk=by.pk)
    url = reverse("channels:detail", args=[channel.pk]) if message == "channel.lent" else reverse("channels:list")
    notices.tell(people, message, params=said, url=url, subject=channel)
    audit.record(message, by=by, on=channel, unit=channel.unit, data=said)
