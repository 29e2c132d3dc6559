"""What is planned in some days, read for the calendar: few queries, and little of posts nobody will see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import CharField, Q, QuerySet, Value, prefetch_related_objects
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import localtime
from posts import calendar, observances, slots, workflow
from posts.calendar import Choice, Entry, Gap, Light, Note, Span
from posts.listing import STATES, Filters, Row, narrowed, rows_of
from posts.models import KeptDays, OwnDay, Post
from posts.services.keeping import KEPT

MOST = 20_000  # of one view; more is no calendar any more
LONG = timedelta(days=6)
PUT_AWAY = ("archived", "withdrawn")
STILL_HERE = frozenset({"planned", "waiting", "held", "failed", "expired", "cancelled"})

Notes = Callable[[Sequence[Unit], date, date], list[tuple[date, Note]]]
_notes: list[Notes] = []


def note_days(source: Notes) -> None:
    """Registers what else is said about days, such as closures: (units, first, last) -> [(day, note)]."""
    if source not in _notes:
        _notes.append(source)


@dataclass(frozen=True)
class Reader:
    """Who looks, at which units, on which clock."""

    user: User
    unit: Unit | None  # the chosen one, None for all of theirs
    units: Sequence[Unit]
    zone: str

    @property
    def shown_units(self) -> Sequence[Unit]:
        return [one for one in self.units if self.unit is None or one.path.startswith(self.unit.path)]


def planned(reader: Reader, filters: Filters, start: datetime, end: datetime) -> list[Light]:
    """When something is planned from `start` to before `end`, and the posts' ids, in time order."""
    posts = _posts(reader, filters)
    day, nothing = timedelta(days=1), Value("", CharField())
    here = posts.filter(planned_at__gte=start, planned_at__lt=end).values_list("pk", "planned_at", nothing, nothing)
    # Channels with a time of their own, which may be far from the post's first; each question has its own index.
    targets = {"current__targets__at__gte": _wall(start - day), "current__targets__at__lt": _wall(end + day)}
    own = posts.filter(current__targets__at__gt="", **targets)
    own = own.values_list("pk", "planned_at", "current__targets__at", "current__zone")
    found: set[Light] = set()
    for pk, planned_at, at, zone in here.union(own, all=True):
        moment = localtime.resolve(datetime.fromisoformat(at), zone).utc if at else planned_at
        if start <= moment < end:
            found.add((calendar.minute(moment), pk))
    return sorted(found)[:MOST]


def _wall(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def _posts(reader: Reader, filters: Filters) -> QuerySet[Post]:
    posts = narrowed(Post.objects.visible_to(reader.user), reader.unit, filters).order_by()
    return posts if filters.state in STATES else posts.exclude(state__in=PUT_AWAY)


def load(reader: Reader, choice: Choice) -> list[Entry]:
    """The chosen posts with everything a calendar shows of them."""
    wanted = Post.objects.filter(pk__in={pk for _at, pk in choice.wanted})
    posts = list(wanted.select_related("current", "approved").defer("note", "current__body", "approved__body"))
    known, entries = {unit.pk: unit for unit in reader.units}, []
    for post in posts:
        if post.unit_id in known:
            post.unit = known[post.unit_id]
    prefetch_related_objects([post for post in posts if post.unit_id not in known], "unit")
    for row in rows_of(posts):
        movable = may_move(row, reader.user)
        for entry in calendar.entries_of(row, reader.zone):
            if (calendar.minute(entry.at), row.post.pk) in choice.wanted:
                entry.movable = movable
                entries.append(entry)
    calendar.mark_crowds(entries)
    return entries


def may_move(row: Row, user: User) -> bool:
    """Is moving on offer? The service has the last word: this asks the database nothing."""
    post = row.post
    own = post.author_id == user.pk and policies.can(user, "post.write", post.unit)
    if not own and not policies.can(user, "post.edit_any", post.unit):
        return False
    states = {target.delivery.state for target in row.targets if target.delivery}
    return workflow.MACHINE.allows(post.state, "edit") and states <= STILL_HERE


# --- gaps and notes -----------------------------------------------------------


def gaps(reader: Reader, filters: Filters, span: Span, now: datetime, channels: Sequence[Channel]) -> list[Gap]:
    """The posting times of these channels in these days that are free and still to come, for people who write."""
    start, end = span.moments(reader.zone)
    units = {unit.pk for unit in reader.shown_units if policies.can(reader.user, "post.write", unit)}
    if filters.unit:
        units &= {filters.unit}
    if filters.channel:
        channels = [channel for channel in channels if channel.pk == filters.channel]
    if end <= now or not units:
        return []
    free = slots.free_between(channels, max(start, now), end)
    return calendar.gaps_of([one for one in free if one.unit.pk in units], reader.zone)


def notes(reader: Reader, first: date, last: date) -> dict[date, list[Note]]:
    """What is said about days: closures where somebody registered them, and what is kept. First day of a run only."""
    found: dict[date, list[Note]] = defaultdict(list)
    for day, note in calendar.clock_changes(first, last, reader.zone):
        found[day].append(note)
    for source in _notes:
        for day, note in source(reader.shown_units, first, last):
            found[day].append(note)
    for day, own in own_days(reader.shown_units, first, last):
        query = urlencode({"on": day.isoformat(), "title": own.name})
        found[day].append(Note(own.name, url=f"{reverse('posts:new')}?{query}"))
    for kept in observances.between(first, last, sets_of(reader.shown_units)):
        day = max(kept.first, first)
        if day != kept.first and kept.last - day < LONG:
            continue  # nearly over
        url = f"{reverse('posts:new')}?on={day.isoformat()}&about={kept.observance.key}"
        found[day].append(Note(str(kept.observance.name), url=url))
    return found


def own_days(units: Sequence[Unit], first: date, last: date) -> list[tuple[date, OwnDay]]:
    """The days these units, and those above them, keep by themselves: each once, where it begins or the view does."""
    above = {int(pk) for unit in units for pk in unit.path.strip("/").split("/")}
    found = []
    for own in OwnDay.objects.filter(Q(yearly=True) | Q(last__gte=first), unit__in=above, first__lte=last):
        years = range(first.year - 1, last.year + 1) if own.yearly else [own.first.year]
        for begins, ends in observances.runs(own.first, own.last, years):
            if begins <= last and ends >= first:
                found.append((max(begins, first), own))
    return found


def sets_of(units: Sequence[Unit]) -> set[str]:
    """The sets of observances these units keep: their own choice, that of a unit above, else the usual."""
    above = {int(pk) for unit in units for pk in unit.path.strip("/").split("/")}
    chosen = {pk: sets for pk, sets in _choices().items() if pk in above}
    found: set[str] = set()
    for unit in units:
        line = [int(pk) for pk in unit.path.strip("/").split("/")]
        found |= set(next((chosen[pk] for pk in reversed(line) if pk in chosen), observances.USUAL))
    return found


def _choices() -> dict[int, list[str]]:
    """What units chose; few rows that hardly ever change, remembered for a minute."""
    return cache.get_or_set(KEPT, lambda: dict(KeptDays.objects.values_list("unit_id", "sets")), 60) or {}


def now_of(reader: Reader, now: datetime) -> datetime:
    """The wall time of a moment on the reader's clock."""
    return localtime.wall_of(now.astimezone(UTC), reader.zone)
