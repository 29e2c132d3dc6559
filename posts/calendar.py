"""The calendar's arithmetic: which days a view shows, and where in them each post falls. Pure but for translation."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from libsocial.core import localtime
from libsocial.core.localtime import Moment
from posts.listing import Row
from posts.models import Target
from posts.slots import Free

VIEWS: tuple[tuple[str, str | Promise], ...] = (
    ("month", gettext_lazy("Month")),
    ("week", gettext_lazy("Week")),
    ("day", gettext_lazy("Day")),
    ("list", gettext_lazy("List")),
)
WAKING = range(7, 21)  # hours a day always shows; others appear when something is in them
# Posts of one square there is room for; the rest are behind "more".
ROOM = {"month": 5, "week": 2, "day": 400, "list": 1000}
NEAR = timedelta(hours=1)
CROWD = 3  # posts within that on one channel
LIST_DAYS = 28


@dataclass(frozen=True)
class Span:
    """The days of one view, with the neighbours' anchors. `weeks` are rows of days."""

    view: str
    anchor: date
    weeks: tuple[tuple[date, ...], ...]
    before: date
    after: date

    @property
    def first(self) -> date:
        return self.weeks[0][0]

    @property
    def last(self) -> date:
        return self.weeks[-1][-1]

    def moments(self, zone: str) -> tuple[datetime, datetime]:
        """From the first midnight to the midnight after the last day, in UTC."""
        start = localtime.resolve(datetime.combine(self.first, time.min), zone).utc
        end = localtime.resolve(datetime.combine(self.last + timedelta(days=1), time.min), zone).utc
        return start.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True)
class Odd:
    """A crowd on one channel: 'minute' shared with others, or 'hour' with `number` of them."""

    kind: str
    channel: str
    number: int

    @property
    def text(self) -> str:
        """As said of one post."""
        if self.kind == "minute":
            return _("Another post at the same minute on %(channel)s") % {"channel": self.channel}
        return _("%(n)s posts within an hour on %(channel)s") % {"n": self.number, "channel": self.channel}

    def of_day(self, wall: datetime) -> str:
        """As said once of a day; `wall` is when it begins."""
        sentence = (
            _("%(time)s: several posts at the same minute on %(channel)s")
            if self.kind == "minute"
            else _("From %(time)s: many posts within an hour on %(channel)s")
        )
        return sentence % {"time": time_format(wall, "TIME_FORMAT"), "channel": self.channel}


@dataclass
class Entry:
    """A post at one of its times, with the channels it goes to then. `wall` is local to the reader."""

    row: Row
    at: datetime
    wall: datetime
    targets: list[Target]
    clock: str = ""  # the name of the clock, such as GMT, where the hour comes twice that night
    movable: bool = False
    told: list[Odd] = field(default_factory=list)  # what is odd about the time
    html: SafeString | None = None  # the chip, see posts.chips

    @property
    def approved(self) -> bool:
        """Does moving it cost an approval?"""
        return self.row.post.state == "approved"


@dataclass(frozen=True)
class Note:
    """A calm line on a day: something kept, a closure. `url` '' or where a post about it begins."""

    text: str
    kind: str = "kept"  # kept, closed, quiet, clock
    url: str = ""


@dataclass(frozen=True)
class Gap:
    """A free posting time on the reader's clock; several channels may have the same."""

    wall: datetime
    free: Sequence[Free]


@dataclass
class Hour:
    """One hour of a day in the views with hours. `quarter` 0 to 3 where now is, else None."""

    wall: datetime
    entries: list[Entry] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    more: int = 0
    quarter: int | None = None
    past: bool = False


@dataclass
class Day:
    """One square of the calendar."""

    day: date
    entries: list[Entry] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    today: bool = False
    outside: bool = False  # of another month than the one shown
    past: bool = False
    more: dict[int, int] = field(default_factory=dict)  # how many there was no room for, by hour

    @property
    def hidden(self) -> int:
        return sum(self.more.values())

    @property
    def odd(self) -> list[str]:
        """Every crowd of the day once, however many posts are in it."""
        found: dict[tuple[str, str, datetime | None], str] = {}
        for entry in self.entries:
            for odd in entry.told:
                shared = minute(entry.wall) if odd.kind == "minute" else None
                found.setdefault((odd.kind, odd.channel, shared), odd.of_day(entry.wall))
        return list(found.values())


def month(anchor: date, first_weekday: int = 0) -> Span:
    weeks = tuple(tuple(week) for week in Calendar(first_weekday).monthdatescalendar(anchor.year, anchor.month))
    start = anchor.replace(day=1)
    before = (start - timedelta(days=1)).replace(day=1)
    after = (start + timedelta(days=32)).replace(day=1)
    return Span("month", anchor, weeks, before, after)


def week(anchor: date, first_weekday: int = 0) -> Span:
    start = anchor - timedelta(days=(anchor.weekday() - first_weekday) % 7)
    return Span("week", anchor, (_run(start, 7),), start - timedelta(days=7), start + timedelta(days=7))


def day(anchor: date) -> Span:
    return Span("day", anchor, ((anchor,),), anchor - timedelta(days=1), anchor + timedelta(days=1))


def agenda(anchor: date) -> Span:
    """Four weeks from the anchor."""
    step = timedelta(days=LIST_DAYS)
    return Span("list", anchor, (_run(anchor, LIST_DAYS),), anchor - step, anchor + step)


def _run(start: date, count: int) -> tuple[date, ...]:
    return tuple(start + timedelta(days=number) for number in range(count))


def span_of(view: str, anchor: date, first_weekday: int = 0) -> Span:
    if view == "week":
        return week(anchor, first_weekday)
    if view == "day":
        return day(anchor)
    return agenda(anchor) if view == "list" else month(anchor, first_weekday)


# --- what there is room for -----------------------------------------------------

# When something is planned, and the id of the post: all that is read of posts nobody will see.
Light = tuple[datetime, int]


@dataclass
class Choice:
    """The posts a view has room for, each with its minute, and how many are left out: {day: {hour: count}}."""

    wanted: set[Light]
    hidden: dict[date, dict[int, int]]


def choose(light: Iterable[Light], span: Span, zone: str) -> Choice:
    """The first of every square. One more than there is room for is shown too: "1 more" takes the same room."""
    squares: dict[tuple[date, int], list[Light]] = defaultdict(list)
    clock, by_hour = localtime.zone(zone), span.view == "week"
    for at, pk in sorted(light):
        wall = at.astimezone(clock)
        squares[wall.date(), wall.hour if by_hour else 0].append((minute(at), pk))
    choice, room = Choice(set(), defaultdict(dict)), ROOM[span.view]
    for (one, hour), found in squares.items():
        kept = found if len(found) <= room + 1 else found[:room]
        choice.wanted.update(kept)
        if len(found) > len(kept):
            choice.hidden[one][hour] = len(found) - len(kept)
    return choice


# --- posts into days ----------------------------------------------------------


def entries_of(row: Row, zone: str) -> list[Entry]:
    """The post once for each of its times: channels with a time of their own appear at it."""
    by_moment: dict[datetime, list[Target]] = defaultdict(list)
    for target in row.targets:
        if at := moment_of(row, target):
            by_moment[at].append(target)
    if not row.targets and row.post.planned_at:
        by_moment[row.post.planned_at] = []
    return [_entry(row, at, zone, targets) for at, targets in by_moment.items()]


def _entry(row: Row, at: datetime, zone: str, targets: list[Target]) -> Entry:
    wall = localtime.wall_of(at, zone)
    twice = localtime.resolve(wall, zone).note == "twice"
    return Entry(row, at, wall, targets, clock=at.astimezone(localtime.zone(zone)).tzname() or "" if twice else "")


def moment_of(row: Row, target: Target) -> datetime | None:
    """When the post goes to this channel: as typed, else as planned for the whole."""
    revision = row.post.approved if row.post.state == "approved" else row.post.current
    at = target.at or (revision.at if revision else "")
    if at and revision:
        return localtime.resolve(datetime.fromisoformat(at), revision.zone).utc
    return row.post.planned_at


def fill(
    span: Span,
    entries: Iterable[Entry],
    today: date,
    *,
    hidden: Mapping[date, dict[int, int]] | None = None,
    gaps: Iterable[Gap] = (),
) -> list[Day]:
    """The days with everything in its place, in order."""
    days = {one: _day(span, one, today) for line in span.weeks for one in line}
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.row.post.pk)):
        if found := days.get(entry.wall.date()):
            found.entries.append(entry)
    for gap in gaps:
        if found := days.get(gap.wall.date()):
            found.gaps.append(gap)
    for one, more in (hidden or {}).items():
        if found := days.get(one):
            found.more = more
    return list(days.values())


def gaps_of(free: Iterable[Free], zone: str) -> list[Gap]:
    by_wall: dict[datetime, list[Free]] = defaultdict(list)
    for one in free:
        by_wall[localtime.wall_of(one.moment.utc, zone)].append(one)
    return [Gap(wall, found) for wall, found in sorted(by_wall.items())]


def clock_changes(first: date, last: date, zone: str) -> list[tuple[date, Note]]:
    """The days from `first` to `last` that are longer or shorter than others, with what the clocks do then."""
    found, days = [], (last - first).days + 2
    starts = [localtime.resolve(datetime.combine(first + timedelta(days=n), time.min), zone).utc for n in range(days)]
    for number, (begins, ends) in enumerate(pairwise(starts)):
        if longer := (ends - begins) - timedelta(days=1):
            sentence = (
                _("Clocks go back %(n)s minutes") if longer > timedelta(0) else _("Clocks go forward %(n)s minutes")
            )
            note = Note(sentence % {"n": round(abs(longer.total_seconds()) / 60)}, kind="clock")
            found.append((first + timedelta(days=number), note))
    return found


def _day(span: Span, one: date, today: date) -> Day:
    outside = span.view == "month" and one.month != span.anchor.month
    return Day(one, today=one == today, outside=outside, past=one < today)


def hours(days: Sequence[Day], now: datetime) -> list[tuple[int, list[Hour]]]:
    """The rows of a view with hours: each hour with its square of every day. `now` is the reader's wall time."""
    used = (
        {entry.wall.hour for day in days for entry in day.entries}
        | {h for day in days for h in day.more}
        | {gap.wall.hour for d in days for gap in d.gaps}
    )
    return [(hour, [_hour(day, hour, now) for day in days]) for hour in sorted(used | set(WAKING))]


def _hour(day: Day, hour: int, now: datetime) -> Hour:
    wall = datetime.combine(day.day, time(hour))
    return Hour(
        wall,
        [entry for entry in day.entries if entry.wall.hour == hour],
        [gap for gap in day.gaps if gap.wall.hour == hour],
        more=day.more.get(hour, 0),
        quarter=now.minute // 15 if wall.date() == now.date() and hour == now.hour else None,
        past=wall + NEAR <= now,
    )


# --- what is odd ---------------------------------------------------------------


def mark_crowds(entries: Sequence[Entry]) -> None:
    """Says of entries on one channel that they share a minute, or that three of them come within the hour."""
    by_channel: dict[int, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.at):
        for target in entry.targets:
            by_channel[target.channel_id].append(entry)
    for channel, found in by_channel.items():
        name = next(target.channel.name for target in found[0].targets if target.channel_id == channel)
        for entry in found:
            if odd := _crowd(entry, found, name):
                entry.told.append(odd)


def _crowd(entry: Entry, beside: Sequence[Entry], name: str) -> Odd | None:
    near = [other for other in beside if abs(other.at - entry.at) < NEAR]
    same = [other for other in near if other is not entry and minute(other.at) == minute(entry.at)]
    if same:
        return Odd("minute", name, len(same) + 1)
    return Odd("hour", name, len(near)) if len(near) >= CROWD else None


def stamp(at: datetime) -> str:
    """The very moment, for a form: a wall time alone would mean two of them when the clocks go back."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) if at.second or at.microsecond else at


def wall_moment(wall: str, zone: str) -> Moment | None:
    """The moment of a typed wall time, or of a `stamp`; None for what is none."""
    try:
        typed = datetime.fromisoformat(wall)
    except ValueError:
        return None
    if not 2000 <= typed.year <= 2200:
        return None
    if typed.tzinfo is not None:
        return Moment(typed.astimezone(UTC), localtime.wall_of(typed, zone), "")
    return localtime.resolve(typed.replace(second=0, microsecond=0), zone)
