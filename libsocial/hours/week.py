"""A week of opening hours as a person types it: read without losing a letter, judged span by span. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from libsocial.hours.reckoning import Span

SPANS = 3  # spans a day may have
_MONDAY = date(2024, 1, 1)


@dataclass
class Line:
    """One span as typed."""

    name: str  # of its fields: 'd0-1' is the second span of Monday
    opens: str = ""
    closes: str = ""
    overnight: bool = False
    error: str = ""

    @property
    def empty(self) -> bool:
        return not (self.opens.strip() or self.closes.strip())


@dataclass
class Day:
    weekday: int
    lines: list[Line] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(WEEKDAYS[self.weekday])

    @property
    def more(self) -> bool:
        """Does it have a second span, so that the fold ought to stand open?"""
        return any(not line.empty or line.error for line in self.lines[1:])


@dataclass
class Week:
    """Seven days with their lines; `spans` and `valid` after `judge`."""

    days: list[Day]
    spans: list[Span] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return not any(line.error for day in self.days for line in day.lines)

    def copy(self, weekday: int, onto: list[int]) -> None:
        """The hours of one day on others too."""
        source = self.days[weekday].lines
        for other in onto:
            if other != weekday:
                for number, line in enumerate(source):
                    typed = Line(f"d{other}-{number}", line.opens, line.closes, line.overnight)
                    self.days[other].lines[number] = typed


def of_spans(spans: tuple[Span, ...]) -> Week:
    """The form of hours that are kept."""
    days = []
    for weekday in range(7):
        mine = [span for span in spans if span.weekday == weekday]
        days.append(Day(weekday, [_line(weekday, number, mine) for number in range(max(SPANS, len(mine)))]))
    return Week(days)


def _line(weekday: int, number: int, spans: list[Span]) -> Line:
    if number >= len(spans):
        return Line(f"d{weekday}-{number}")
    span = spans[number]
    return Line(f"d{weekday}-{number}", span.opens.strftime("%H:%M"), span.closes.strftime("%H:%M"), span.overnight)


def read(form: Mapping[str, Any]) -> Week:
    """What a browser sent, as typed."""
    return Week([Day(day, [_read_line(form, f"d{day}-{number}") for number in range(SPANS)]) for day in range(7)])


def _read_line(form: Mapping[str, Any], name: str) -> Line:
    typed = [str(form.get(f"{name}-{end}", ""))[:20].replace("\x00", "") for end in ("opens", "closes")]
    return Line(name, *typed, overnight=f"{name}-overnight" in form)


def judge(week: Week) -> Week:
    """Puts the spans into the week, and beside each line what is wrong with it."""
    good: list[tuple[Line, Span]] = []
    for day in week.days:
        for line in day.lines:
            if not line.empty and (span := _span(day.weekday, line)):
                good.append((line, span))
    _overlaps(good)
    week.spans = [span for _line, span in good]
    return week


def _span(weekday: int, line: Line) -> Span | None:
    opens, closes = clock(line.opens), clock(line.closes)
    if opens is None or closes is None:
        line.error = _not_a_clock(line.opens if opens is None else line.closes)
    elif not line.overnight and closes <= opens:
        line.error = _("It closes before it opens. Change one of the times, or tick “closes the next day”.")
    elif line.overnight and closes > opens:
        line.error = _("That would be more than a whole day. Take the tick off, or let it close earlier.")
    else:
        return Span(weekday, opens, closes, line.overnight)
    return None


def clock(typed: str) -> time | None:
    """'10:00' as a time; None for anything that is not on a clock."""
    try:
        return datetime.strptime(typed.strip()[:5], "%H:%M").time()
    except ValueError:
        return None


def _not_a_clock(typed: str) -> str:
    if not typed.strip():
        return _("One of the two times is missing.")
    return _("“%(typed)s” is not a time. Use 00:00 to 23:59.") % {"typed": typed.strip()}


def _overlaps(good: list[tuple[Line, Span]]) -> None:
    """Two spans that share a minute, over midnight and over the end of the week too."""
    placed = sorted(((_begin(span), _end(span), line) for line, span in good), key=lambda item: item[0])
    for number, (begin, end, _line) in enumerate(placed):
        following = placed[(number + 1) % len(placed)]
        start = following[0] if number + 1 < len(placed) else following[0] + timedelta(days=7)
        if len(placed) > 1 and start < end and begin <= start:
            following[2].error = _("These hours overlap with others. Join them, or change one of them.")


def _begin(span: Span) -> datetime:
    return datetime.combine(_MONDAY + timedelta(days=span.weekday), span.opens)


def _end(span: Span) -> datetime:
    return datetime.combine(_MONDAY + timedelta(days=span.weekday + span.overnight), span.closes)
