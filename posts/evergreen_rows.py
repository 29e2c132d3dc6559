"""The evergreen queue as its page and its clock read it: each item with how it stands, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch

from channels_app.models import Channel
from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.notices import catalogue
from posts import evergreen, selectors, slots
from posts.evergreen import Entry, Place, Proposal, Standing
from posts.models import EvergreenItem, EvergreenQueue, EvergreenUse, Post

# A free time sooner than this is left to people: who approves needs a working day.
NOTICE = timedelta(days=1)
LONGEST_AHEAD = 60  # days


@dataclass(frozen=True)
class Line:
    """One item on the page. `next` is a use that is planned, `expected` the time it would probably get; `looked_ahead`:
    was that reckoned at all?"""

    item: EvergreenItem
    standing: Standing
    used: int
    channels: tuple[Channel, ...]
    next: EvergreenUse | None = None
    expected: datetime | None = None
    trouble: str = ""
    looked_ahead: bool = False


def queue_of(unit: Unit) -> EvergreenQueue:
    """The unit's queue; one that is not saved where nobody has set it up."""
    return EvergreenQueue.objects.filter(unit=unit).first() or EvergreenQueue(unit=unit)


def items_of(unit: Unit) -> list[EvergreenItem]:
    """What is in the queue, in its order, with all uses."""
    uses = EvergreenUse.objects.select_related("post")
    rows = EvergreenItem.objects.filter(unit=unit).exclude(state="removed").select_related("source", "by")
    return list(rows.prefetch_related(Prefetch("uses", uses)))


def entry_of(item: EvergreenItem, zone: str) -> Entry:
    """An item as the rules see it."""
    uses = list(item.uses.all())
    season = (item.season_first, item.season_last) if item.season_first and item.season_last else None
    moments = [use.moment for use in uses] + _first_said(item.source)
    return Entry(
        item.pk,
        frozenset(item.channels),
        item.turn,
        item.gap_days,
        season,
        item.most_uses,
        len({use.post_id or f"lost {use.moment}" for use in uses if not _undone(use)}),
        frozenset(localtime.wall_of(moment, zone).date() for moment in moments),
        item.look_again,
        item.state == "paused",
        bool(item.trouble),
    )


def _undone(use: EvergreenUse) -> bool:
    """Was it withdrawn before it went out? It rests all the same, but was no use."""
    return use.post is not None and use.post.state == "withdrawn"


def _first_said(source: Post) -> list[datetime]:
    """When the post itself was said, or is to be."""
    return [source.planned_at] if source.planned_at and source.state != "withdrawn" else []


def planned(
    unit: Unit,
    queue: EvergreenQueue,
    items: Sequence[EvergreenItem],
    now: datetime,
    usable: Sequence[Channel] | None = None,
) -> list[Proposal]:
    """The uses the queue would make now, as far ahead as it looks. `usable`: the unit's channels, where they are read
    already."""
    entries = [entry_of(item, unit.zone) for item in items]
    wanted = {pk for item in items for pk in item.channels}
    channels = [one for one in usable or channels_of(unit) if one.pk in wanted] if wanted else []
    places = places_for(unit, channels, now + NOTICE, now + timedelta(days=queue.days_ahead))
    return list(evergreen.fill(entries, places, _busy(items, unit.zone), queue.per_week))


def channels_of(unit: Unit) -> list[Channel]:
    """Those a post of this unit may go to."""
    return list(selectors.usable_channels(unit).select_related("unit"))


def places_for(unit: Unit, channels: Sequence[Channel], first: datetime, last: datetime) -> list[Place]:
    """The free posting times of these channels, those an evergreen ever took left out."""
    if not channels or first >= last:
        return []
    spent = set(
        EvergreenUse.objects.filter(channel__in=channels, moment__gte=first, moment__lt=last)
        .order_by()
        .values_list("channel_id", "moment")
    )
    free = slots.free_between(channels, first, last, unit=unit)
    found = [Place(one.channel.pk, one.moment.utc, _day(one.moment.utc, unit)) for one in free]
    return [place for place in found if (place.channel, place.moment) not in spent]


def _busy(items: Iterable[EvergreenItem], zone: str) -> list[date]:
    """The first day of each use there is."""
    firsts: dict[Any, datetime] = {}
    for use in (use for item in items for use in item.uses.all()):
        key = use.post_id or (use.item_id, use.moment)
        firsts[key] = min(use.moment, firsts.get(key, use.moment))
    return [localtime.wall_of(moment, zone).date() for moment in firsts.values()]


def _day(moment: datetime, unit: Unit) -> date:
    return localtime.wall_of(moment, unit.zone).date()


# --- the page -----------------------------------------------------------------


def lines(unit: Unit, queue: EvergreenQueue, now: datetime) -> list[Line]:
    """Every item of the unit's queue with how it stands, in the order of their turn."""
    items = items_of(unit)
    usable = {channel.pk: channel for channel in channels_of(unit)} if items else {}
    first: dict[int, datetime] = {}
    for proposal in planned(unit, queue, items, now, list(usable.values())) if queue.filling else ():
        first.setdefault(proposal.key, proposal.places[0].moment)
    found = (_line(item, unit, now, usable, first.get(item.pk)) for item in items)
    return [replace(line, looked_ahead=queue.filling) for line in found]


def line_of(item: EvergreenItem, now: datetime) -> Line:
    """One item by itself, without what it would probably get next."""
    usable = {channel.pk: channel for channel in selectors.usable_channels(item.unit)}
    return _line(item, item.unit, now, usable, None)


def _line(
    item: EvergreenItem, unit: Unit, now: datetime, usable: dict[int, Channel], expected: datetime | None
) -> Line:
    entry, day = entry_of(item, unit.zone), _day(now, unit)
    ahead = next((use for use in item.uses.all() if use.moment > now and use.post and not _undone(use)), None)
    channels = tuple(usable[pk] for pk in item.channels if pk in usable)
    # What is planned is its standing; how it rests afterwards is said when that is over.
    stands = evergreen.standing(entry, day)
    if ahead is not None and stands.kind in ("resting", "season", "used_up"):
        stands = replace(stands, kind="planned")
    return Line(item, stands, entry.used, channels, ahead, expected, trouble_of(item))


def trouble_of(item: EvergreenItem) -> str:
    """Why somebody has to look at it, in the reader's language; '' for nothing."""
    if not item.trouble:
        return ""
    said = catalogue.render(item.trouble["message"], item.trouble.get("params", {}))
    return f"{said.heading}. {said.body}" if said.body else str(said.heading)
