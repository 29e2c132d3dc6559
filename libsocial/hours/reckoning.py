"""When a unit is open, reckoned from its week, its quiet hours and its closures. Pure: no database.

Wall times are turned into moments day by day, so a day that the clock change
makes longer or shorter counts with the hours it really has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from libsocial.core import localtime

DAY = timedelta(days=1)
FAR = 400  # days looked ahead
BEFORE_CLOSING = timedelta(minutes=30)  # still read on the day
MIDNIGHT = time(0)
DAYTIME = time(9)  # where nobody entered hours, nothing is moved into the night
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Span:
    """Open from `opens` to `closes` on a weekday (0 is Monday); `overnight`: closes on the next day."""

    weekday: int
    opens: time
    closes: time
    overnight: bool = False


@dataclass(frozen=True)
class Quiet:
    """No planned posts from `begins` on each weekday to `ends`, on the next day when that is not later."""

    weekdays: frozenset[int]
    begins: time
    ends: time


@dataclass(frozen=True)
class Shut:
    """A closure in force, as models.Closure."""

    pk: int
    unit_id: int
    kind: str
    first_day: date
    last_day: date
    begins: time | None = None
    ends: time | None = None
    reason: str = ""
    words: str = ""
    source: str = "hand"

    def stretch(self, zone: str) -> Stretch:
        """Its two moments; the second is the first one that is free again."""
        end = (self.last_day, self.ends) if self.ends else (self.last_day + DAY, MIDNIGHT)
        return _moment(self.first_day, self.begins or MIDNIGHT, zone), _moment(*end, zone)

    def names_day(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class Standing:
    """How things are at a moment. `kind`: 'open', 'closed', 'quiet' or 'limited'. `why`: '' for open, 'closure'
    (then `closure` is it), 'quiet_hours', or 'hours': outside the weekly hours. `until`: when this cause ends."""

    kind: str
    why: str = ""
    closure: Shut | None = None
    until: datetime | None = None

    @property
    def stops_posts(self) -> bool:
        """Planned posts ought not to leave now; a limited day and the hours after closing do not stop them."""
        return self.why in ("closure", "quiet_hours") and self.kind in ("closed", "quiet")

    @property
    def reason(self) -> str:
        return self.closure.reason if self.closure else ""


OPEN = Standing("open")


@dataclass(frozen=True)
class Hours:
    """The hours that hold in one unit. `spans` None: nobody entered any, so it counts as open round the clock.

    All moments are aware; those given back are in UTC.
    """

    zone: str
    spans: tuple[Span, ...] | None = None
    quiet: tuple[Quiet, ...] = ()
    closures: tuple[Shut, ...] = ()
    country: str = ""
    region: str = ""
    closed_rule: str = "warn"
    outside_rule: str = "off"

    @property
    def known(self) -> bool:
        return self.spans is not None

    def is_open(self, moment: datetime) -> bool:
        """Open to the public: inside the weekly hours and outside every closure of kind 'closed'."""
        if any(begin <= moment < end for begin, end in self._closed):
            return False
        return self.spans is None or self._span_at(moment) is not None

    def state_at(self, moment: datetime) -> Standing:
        """The strictest thing that holds: closed, quiet, quiet hours, limited, outside the hours, open."""
        for kind in ("closed", "quiet"):
            if found := self._closure_at(moment, kind):
                return found
        if end := self._quiet_until(moment):
            return Standing("quiet", "quiet_hours", None, end)
        if found := self._closure_at(moment, "limited"):
            return found
        if self.spans is not None and self._span_at(moment) is None:
            return Standing("closed", "hours", None, self.next_open(moment))
        return OPEN

    def next_open(self, moment: datetime) -> datetime | None:
        """The first moment from here on that is open, neither quiet nor limited; None where none is in sight.

        Where no hours are known, something that has to be moved goes to nine in the morning.
        """
        moment = moment.astimezone(UTC)
        for _step in range(FAR):
            standing = self._against(moment)
            if standing is None:
                return moment
            if standing.until is None:
                return None
            moment = standing.until if self.known else self._daytime(standing.until)
        return None

    def last_open(self, moment: datetime) -> datetime | None:
        """Half an hour before closing on the last open day before this moment; None where no hours are known, or
        none of the two weeks before was open."""
        today = localtime.wall_of(moment, self.zone).date()
        for back in range(15):
            for begin, end in reversed(self._stretches(today - back * DAY)):
                at = max(begin, end - BEFORE_CLOSING)
                if at < moment and self._against(at) is None:
                    return at
        return None

    def add_open(self, moment: datetime, length: timedelta) -> datetime:
        """The moment when `length` of opening time has passed. Where the library never opens, plain time counts."""
        left, at = length, moment.astimezone(UTC)
        for begin, end in self._ahead(at):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return at + length

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How much of this stretch is opening time."""
        total = timedelta()
        for begin, stop in self._ahead(start.astimezone(UTC)):
            if begin >= end:
                break
            total += min(stop, end) - begin
        return total

    def spans_of(self, day: date) -> list[tuple[time, time]]:
        """The hours as entered for a day's weekday, closures left out of account."""
        return [(span.opens, span.closes) for span in self.spans or () if span.weekday == day.weekday()]

    def closures_on(self, day: date) -> list[Shut]:
        return [shut for shut in self.closures if shut.names_day(day)]

    # --- steps --------------------------------------------------------------

    def _against(self, moment: datetime) -> Standing | None:
        """What keeps this moment from being open, with the moment at which that ends."""
        for kind in ("closed", "quiet", "limited"):
            if found := self._closure_at(moment, kind):
                return found
        if end := self._quiet_until(moment):
            return Standing("quiet", "quiet_hours", None, end)
        if self.spans is not None and self._span_at(moment) is None:
            return Standing("closed", "hours", None, self._opening_after(moment))
        return None

    @cached_property
    def _closed(self) -> list[Stretch]:
        return sorted(shut.stretch(self.zone) for shut in self.closures if shut.kind == "closed")

    def _closure_at(self, moment: datetime, kind: str) -> Standing | None:
        for shut in self.closures:
            if shut.kind == kind:
                begin, end = shut.stretch(self.zone)
                if begin <= moment < end:
                    return Standing(kind, "closure", shut, end)
        return None

    def _quiet_until(self, moment: datetime) -> datetime | None:
        today = localtime.wall_of(moment, self.zone).date()
        for day in (today - DAY, today):
            for quiet in self.quiet:
                if day.weekday() in quiet.weekdays:
                    last = day if quiet.ends > quiet.begins else day + DAY
                    begin, end = _moment(day, quiet.begins, self.zone), _moment(last, quiet.ends, self.zone)
                    if begin <= moment < end:
                        return end
        return None

    def _stretches(self, day: date) -> list[Stretch]:
        found = []
        for span in self.spans or ():
            if span.weekday == day.weekday():
                last = day + DAY if span.overnight else day
                found.append((_moment(day, span.opens, self.zone), _moment(last, span.closes, self.zone)))
        return sorted(found)

    def _span_at(self, moment: datetime) -> Stretch | None:
        today = localtime.wall_of(moment, self.zone).date()
        for day in (today - DAY, today):
            for begin, end in self._stretches(day):
                if begin <= moment < end:
                    return begin, end
        return None

    def _opening_after(self, moment: datetime) -> datetime | None:
        today = localtime.wall_of(moment, self.zone).date()
        openings = (begin for ahead in range(9) for begin, _end in self._stretches(today + ahead * DAY))
        return next((begin for begin in openings if begin > moment), None)

    def _daytime(self, moment: datetime) -> datetime:
        wall = localtime.wall_of(moment, self.zone)
        return max(moment, _moment(wall.date(), DAYTIME, self.zone))

    def _ahead(self, moment: datetime) -> Iterator[Stretch]:
        """The stretches of opening time from a moment on, closures cut out."""
        today = localtime.wall_of(moment, self.zone).date()
        done = moment
        for ahead in range(-1, FAR):
            for begin, end in self._week_or_all(today + ahead * DAY):
                begin = max(begin, done)
                if begin < end:
                    yield from _without((begin, end), self._closed)
                    done = end

    def _week_or_all(self, day: date) -> list[Stretch]:
        if self.spans is not None:
            return self._stretches(day)
        return [(_moment(day, MIDNIGHT, self.zone), _moment(day + DAY, MIDNIGHT, self.zone))]


def _moment(day: date, clock: time, zone: str) -> datetime:
    return localtime.resolve(datetime.combine(day, clock), zone).utc


def _without(stretch: Stretch, holes: list[Stretch]) -> Iterator[Stretch]:
    begin, end = stretch
    for start, stop in holes:
        if start < end and stop > begin:
            if begin < start:
                yield begin, start
            begin = max(begin, stop)
    if begin < end:
        yield begin, end


def with_closure(hours: Hours, shut: Shut) -> Hours:
    """The same hours with one more closure: what would be, before it is saved."""
    return replace(hours, closures=(*hours.closures, shut))
