"""Reading channels for screens and for the apps above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import number_format

from channels_app import platforms, work
from channels_app.capabilities import Capabilities
from channels_app.facts import FACTS, Fact, corrected, size_shown
from channels_app.models import Channel, ChannelLoan
from channels_app.platforms.base import Adapter
from channels_app.work import Work
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.notices import catalogue


def capabilities_of(channel: Channel) -> Capabilities:
    """What this account can do: the platform's facts, its server's own, an administrator's corrections."""
    return corrected(platforms.get(channel.platform).capabilities_for(channel.facts), channel.overrides)


def usable_by(unit: Unit) -> QuerySet[Channel]:
    """The channels a unit may plan posts for: its own, and those lent to it or to a unit above it. Paused ones and
    ones that wait for reconnection too: posts can be planned, they leave when the channel works again."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    return Channel.objects.living().filter(Q(unit=unit) | Q(loans__unit_id__in=above)).distinct()


def usable_among(channels: Iterable[Channel], units: Iterable[Unit]) -> set[tuple[int, int]]:
    """(unit, channel) wherever the unit may use the channel, by the rule of `usable_by`. One query, and only where
    a channel is not the unit's own."""
    pairs = [(unit, channel) for channel in channels if channel.state != "disconnected" for unit in units]
    foreign = {channel.pk for unit, channel in pairs if channel.unit_id != unit.pk}
    loans = set(ChannelLoan.objects.filter(channel__in=foreign).values_list("unit_id", "channel_id") if foreign else ())
    return {
        (unit.pk, channel.pk)
        for unit, channel in pairs
        if channel.unit_id == unit.pk or any((int(pk), channel.pk) in loans for pk in unit.path.strip("/").split("/"))
    }


def held_up_by(channel: Channel) -> Work:
    """What waits on this channel: what a person must know before disconnecting it."""
    return work.of([channel.pk])[channel.pk]


# --- cards ------------------------------------------------------------------
@dataclass(frozen=True)
class Card:
    """One channel as the list shows it."""

    channel: Channel
    adapter: Adapter | None
    work: Work
    may_manage: bool
    may_write: bool

    @property
    def trouble(self) -> catalogue.Rendered | None:
        """What is wrong, in words; None when all is well."""
        if self.channel.health == "ok" or not self.channel.health_message:
            return None
        return catalogue.render(self.channel.health_message, self.channel.health_params)


def cards(user: User, channels: Iterable[Channel]) -> list[Card]:
    """The channels with what hangs on them; a fixed number of queries however many there are."""
    rows = list(channels)
    works = work.of(row.pk for row in rows)
    return [
        Card(
            row,
            adapter_of(row),
            works[row.pk],
            policies.can(user, "channel.manage", row.unit),
            policies.can(user, "post.write", row.unit),
        )
        for row in rows
    ]


def listed(user: User, *, unit: Unit | None, platform: str, state: str) -> QuerySet[Channel]:
    """The channels a person sees, narrowed. `state` '' means all that are not disconnected."""
    found = Channel.objects.visible_to(user).select_related("unit").prefetch_related("loans")
    if unit is not None:
        found = found.filter(
            Q(unit__path__startswith=unit.path) | Q(loans__unit__path__startswith=unit.path)
        ).distinct()
    if platform:
        found = found.filter(platform=platform)
    return found.filter(state=state) if state else found.living()


def adapter_of(channel: Channel) -> Adapter | None:
    """None for a platform that a later version took away: its history can still be read."""
    try:
        return platforms.get(channel.platform)
    except KeyError:
        return None


# --- one channel ------------------------------------------------------------
@dataclass(frozen=True)
class FactRow:
    """A fact with where it comes from; without `source` it was read from the account's server.
    `correction`: what an administrator set, and why."""

    fact: Fact
    value: int
    source: str
    checked: date | None
    correction: dict[str, Any] | None
    corrected_at: datetime | None

    @property
    def shown(self) -> str:
        """The value as people read it; a size in bytes as MB."""
        return size_shown(self.value) if self.fact.name.endswith("bytes") else number_format(self.value)


def facts_of(channel: Channel) -> Sequence[FactRow]:
    """What this account allows."""
    adapter = adapter_of(channel)
    if adapter is None:
        return ()
    now = capabilities_of(channel)
    return [_fact_row(fact, adapter, now, channel) for fact in FACTS if fact.read(now) is not None]


def _fact_row(fact: Fact, adapter: Adapter, now: Capabilities, channel: Channel) -> FactRow:
    own = fact.read(adapter.capabilities_for(channel.facts)) != fact.read(adapter.capabilities)
    source = None if own else adapter.capabilities.sources.get(fact.source)
    correction = channel.overrides.get(fact.name)
    read_at = (channel.probed_at or channel.connected_at).date()
    return FactRow(
        fact=fact,
        value=fact.read(now) or 0,
        source=source.text if source else "",
        checked=parse_date(source.checked) if source else read_at,
        correction=correction,
        corrected_at=parse_datetime(correction["at"]) if correction else None,
    )


def may_borrow(channel: Channel) -> QuerySet[Unit]:
    """The units this channel could still be lent to: every living one but the owner and those that have it."""
    return Unit.objects.filter(archived_at=None).exclude(pk=channel.unit_id).exclude(borrowed__channel=channel)
