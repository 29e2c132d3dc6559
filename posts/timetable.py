"""What is planned in some days, read for the calendar: few queries, and little of posts nobody will see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.core import localtime
from posts import calendar, observances, slots, workflow
from posts.calendar import Choice, Entry, Gap, Light, Note, Span
from posts.listing import STATES, Filters, Row, narrowed, rows_of
from posts.models import KeptDays, Post, Target

MOST = 20_000  # of one view; more is no calendar any more
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
    found = {
        (at, pk) for pk, at in posts.filter(planned_at__gte=start, planned_at__lt=end).values_list("pk", "planned_at")
    }
    own = _own_times(start, end)
    seen = set(posts.filter(pk__in={pk for _at, pk in own}).values_list("pk", flat=True)) if own else set()
    found |= {(at, pk) for at, pk in own if pk in seen}
    return sorted({(calendar.minute(at), pk) for at, pk in found})[:MOST]


def _posts(reader: Reader, filters: Filters) -> QuerySet[Post]:
    posts = narrowed(Post.objects.visible_to(reader.user), reader.unit, filters)
    return posts if filters.state in STATES else posts.exclude(state__in=PUT_AWAY)


def _own_times(start: datetime, end: datetime) -> list[Light]:
    """Channels that have a time of their own, which may be far from the post's."""
    day, shape = timedelta(days=1), "%Y-%m-%dT%H:%M"
    rows = Target.objects.filter(
        Q(at__gt="", at__gte=(start - day).strftime(shape), at__lt=(end + day).strftime(shape)),
        revision=F("revision__post__current"),
    ).values_list("at", "revision__zone", "revision__post_id")
    found = [(localtime.resolve(datetime.fromisoformat(at), zone).utc, pk) for at, zone, pk in rows[:MOST]]
    return [(at, pk) for at, pk in found if start <= at < end]


def load(reader: Reader, choice: Choice) -> list[Entry]:
    """The chosen posts with everything a calendar shows of them."""
    posts = Post.objects.filter(pk__in={pk for _at, pk in choice.wanted})
    posts = posts.select_related("unit", "author", "current", "approved").defer(
        "note", "current__body", "approved__body"
    )
    entries = []
    for row in rows_of(list(posts)):
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


def gaps(reader: Reader, filters: Filters, span: Span, now: datetime) -> list[Gap]:
    """The free posting times of these days that are still to come, for people who write."""
    start, end = span.moments(reader.zone)
    units = [unit for unit in reader.shown_units if policies.can(reader.user, "post.write", unit)]
    if filters.unit:
        units = [unit for unit in units if unit.pk == filters.unit]
    if end <= now or not units:
        return []
    channels = Channel.objects.living().filter(slots__unit__in=units, slots__active=True).distinct()
    if filters.channel:
        channels = channels.filter(pk=filters.channel)
    return calendar.gaps_of(slots.free_between(list(channels), max(start, now), end), reader.zone)


def notes(reader: Reader, first: date, last: date) -> dict[date, list[Note]]:
    """What is said about days: closures where somebody registered them, and what is kept. First day of a run only."""
    found: dict[date, list[Note]] = defaultdict(list)
    for source in _notes:
        for day, note in source(reader.shown_units, first, last):
            found[day].append(note)
    for kept in observances.between(first, last, sets_of(reader.shown_units)):
        day = max(kept.first, first)
        url = f"{reverse('posts:new')}?on={day.isoformat()}&about={kept.observance.key}"
        found[day].append(Note(str(kept.observance.name), url=url))
    return found


def sets_of(units: Sequence[Unit]) -> set[str]:
    """The sets of observances these units keep: their own choice, that of a unit above, else the usual."""
    above = {int(pk) for unit in units for pk in unit.path.strip("/").split("/")}
    chosen = dict(KeptDays.objects.filter(unit__in=above).values_list("unit_id", "sets"))
    found: set[str] = set()
    for unit in units:
        line = [int(pk) for pk in unit.path.strip("/").split("/")]
        found |= set(next((chosen[pk] for pk in reversed(line) if pk in chosen), observances.USUAL))
    return found


def now_of(reader: Reader, now: datetime) -> datetime:
    """The wall time of a moment on the reader's clock."""
    return localtime.wall_of(now.astimezone(UTC), reader.zone)
