"""Which posting times of a channel are still free. Free is a time no post is planned for and at which nobody is closed.

`taken` are the minutes (aware, in UTC) already spoken for; without it they are read. Closed time is skipped where
somebody registered a question about it with `closed_when`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F

from channels_app.models import Channel
from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.core.localtime import Moment
from posts.models import Slot, Target

AHEAD = timedelta(days=183)  # how far a free time is looked for
# Times most libraries can keep; offered, never imposed.
USUAL = tuple((weekday, time(hour)) for weekday in range(5) for hour in (10, 16))
GONE = ("archived", "withdrawn")

Closed = Callable[[Unit, datetime], bool]
Reader = Callable[[Collection[Unit]], Closed]
_closed: list[Reader] = []


def closed_when(question: Reader) -> None:
    """Registers a question about closed time. Called once with the units it will be about, it answers
    (unit, aware moment) -> is nothing to be planned then?"""
    if question not in _closed:
        _closed.append(question)


@dataclass(frozen=True)
class Free:
    """A posting time nobody has taken."""

    channel: Channel
    unit: Unit
    moment: Moment


def next_free(
    channel: Channel, after: datetime, *, taken: Collection[datetime] | None = None, unit: Unit | None = None
) -> Moment | None:
    """The first free posting time after an aware moment; None where the channel has none within half a year.

    `unit` is for whom: its own times on this channel, else those of the channel's owner.
    """
    slots = _slots([channel])
    slots = slots if unit is None else _for_unit(slots, channel, unit)
    if taken is None:
        taken = taken_on([channel], after, after + AHEAD)[channel.pk] if slots else ()
    found = (moment for moment in _moments(slots, after, after + AHEAD) if moment.utc not in taken)
    return next((moment for moment in found if moment.utc > after), None)


def free_between(
    channels: Sequence[Channel],
    first: datetime,
    last: datetime,
    *,
    taken: Mapping[int, Collection[datetime]] | None = None,
    unit: Unit | None = None,
) -> list[Free]:
    """The free posting times of these channels from `first` to before `last`, in time order.

    `unit` is for whom, as in `next_free`; without it the times of every unit count.
    """
    by_channel: dict[int, list[Slot]] = defaultdict(list)
    for slot in _slots(channels):
        by_channel[slot.channel_id].append(slot)
    known = {channel.pk: channel for channel in channels}
    if unit is not None:
        by_channel = {pk: own for pk, rows in by_channel.items() if (own := _for_unit(rows, known[pk], unit))}
    if taken is None:
        taken = taken_on([known[pk] for pk in by_channel], first, last) if by_channel else {}
    found = [
        Free(known[pk], slots[0].unit, moment)
        for pk, slots in by_channel.items()
        for moment in _moments(slots, first, last)
        if moment.utc not in taken.get(pk, ())
    ]
    return sorted(found, key=lambda free: (free.moment.utc, free.channel.name))


def _for_unit(slots: Sequence[Slot], channel: Channel, unit: Unit) -> list[Slot]:
    """A unit's own times on a channel, else those of the channel's owner."""
    own = [slot for slot in slots if slot.unit_id == unit.pk]
    return own or [slot for slot in slots if slot.unit_id == channel.unit_id]


def taken_on(channels: Iterable[Channel], first: datetime, last: datetime) -> dict[int, set[datetime]]:
    """The minutes, by channel, for which posts are planned: drafts with a time count too."""
    ids = [channel.pk for channel in channels]
    if not ids:
        return defaultdict(set)
    day = timedelta(days=1)
    living = Target.objects.filter(revision=F("revision__post__current"), channel__in=ids).order_by()
    living = living.exclude(revision__post__state__in=GONE)
    near = living.filter(at="", revision__post__planned_at__gte=first - day, revision__post__planned_at__lt=last + day)
    own = living.filter(at__gt="", at__gte=_wall(first - day), at__lt=_wall(last + day))
    columns = ("channel_id", "at", "revision__at", "revision__zone", "revision__post__planned_at")
    found: dict[int, set[datetime]] = defaultdict(set)
    # Two questions in one statement: each has an index of its own.
    for channel, at, general, zone, planned in near.values_list(*columns).union(own.values_list(*columns)):
        moment = _moment(at or general, zone) or planned
        if moment:
            found[channel].add(moment.replace(second=0, microsecond=0))
    return found


def _wall(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def _moment(at: str, zone: str) -> datetime | None:
    return localtime.resolve(datetime.fromisoformat(at), zone).utc if at else None


def _slots(channels: Iterable[Channel]) -> list[Slot]:
    ids = [channel.pk for channel in channels]
    return list(Slot.objects.filter(channel__in=ids, active=True).select_related("unit"))


def _moments(slots: Sequence[Slot], first: datetime, last: datetime) -> Iterable[Moment]:
    """The times of these slots from `first` to before `last`, in order, each minute once, closed ones left out."""
    seen: set[datetime] = set()
    units = {slot.unit_id: slot.unit for slot in slots}
    closed = [read(list(units.values())) for read in _closed] if units else []
    for day in _days(first, last):
        of_day = [(_on(slot, day), slot) for slot in slots if slot.weekday == day.weekday()]
        for moment, slot in sorted(of_day, key=lambda pair: pair[0].utc):
            if first <= moment.utc < last and moment.utc not in seen and not _is_closed(closed, slot.unit, moment.utc):
                seen.add(moment.utc)
                yield moment


def _on(slot: Slot, day: date) -> Moment:
    return localtime.resolve(datetime.combine(day, slot.at), slot.unit.zone)


def _days(first: datetime, last: datetime) -> Iterable[date]:
    """Every day that these moments touch anywhere in the world."""
    day, end = first.date() - timedelta(days=1), last.date() + timedelta(days=1)
    while day <= end:
        yield day
        day += timedelta(days=1)


def _is_closed(questions: Iterable[Closed], unit: Unit, moment: datetime) -> bool:
    return any(is_closed(unit, moment) for is_closed in questions)
