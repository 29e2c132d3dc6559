"""Opening time reckoned without a database: due times, next openings, closures and the change of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from libsocial.hours.reckoning import Hours, Quiet, Shut, Span

ZONE = "Europe/London"
WEEK = tuple(Span(day, time(10), time(17)) for day in range(6))  # Monday to Saturday
HOURS = Hours(ZONE, WEEK)
FRIDAY = date(2026, 11, 27)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shut(kind: str = "closed", first: date = FRIDAY, last: date = FRIDAY, **more: object) -> Shut:
    return Shut(1, 1, kind, first, last, reason="Stocktaking", **more)  # type: ignore[arg-type]


def test_a_question_of_saturday_afternoon_is_due_on_monday() -> None:
    """Four hours from Saturday 16:00: one until five, three more on Monday from ten."""
    assert HOURS.add_open(at("2026-11-28T16:00"), timedelta(hours=4)) == at("2026-11-30T13:00")


def test_a_closure_moves_due_times_on_at_once() -> None:
    closed = replace(HOURS, closures=(shut(first=date(2026, 11, 30), last=date(2026, 11, 30)),))
    assert closed.add_open(at("2026-11-28T16:00"), timedelta(hours=4)) == at("2026-12-01T13:00")


def test_a_closure_of_some_hours_leaves_the_rest_of_the_day() -> None:
    closed = replace(HOURS, closures=(shut(begins=time(13)),))
    assert closed.is_open(at("2026-11-27T12:59"))
    assert not closed.is_open(at("2026-11-27T13:00"))
    assert closed.next_open(at("2026-11-27T14:00")) == at("2026-11-28T10:00")
    assert closed.open_between(at("2026-11-27T00:00"), at("2026-11-28T00:00")) == timedelta(hours=3)


def test_several_days_are_one_stretch_from_the_first_hour_to_the_last() -> None:
    closed = replace(HOURS, closures=(shut(last=date(2026, 11, 30), begins=time(16), ends=time(12)),))
    assert closed.is_open(at("2026-11-27T15:59"))
    assert not closed.is_open(at("2026-11-28T11:00"))
    assert closed.next_open(at("2026-11-27T16:00")) == at("2026-11-30T12:00")


def test_hours_past_midnight_belong_to_the_evening_they_began() -> None:
    late = Hours(ZONE, (Span(4, time(18), time(1), overnight=True),))
    assert late.is_open(at("2026-11-28T00:59"))
    assert not late.is_open(at("2026-11-28T01:00"))
    assert not late.is_open(at("2026-11-27T00:30"))


def test_what_holds_is_the_strictest() -> None:
    night = Quiet(frozenset(range(7)), time(22), time(7))
    hours = replace(HOURS, quiet=(night,), closures=(shut("quiet"), shut("closed", begins=time(12))))
    assert hours.state_at(at("2026-11-27T11:00")).kind == "quiet"
    assert hours.state_at(at("2026-11-27T12:00")).kind == "closed"
    assert hours.state_at(at("2026-11-27T23:00")).why == "closure"
    assert hours.state_at(at("2026-11-28T06:59")).why == "quiet_hours"
    assert hours.state_at(at("2026-11-28T08:00")).why == "hours"
    assert not hours.state_at(at("2026-11-28T08:00")).stops_posts
    assert hours.state_at(at("2026-11-28T10:00")).kind == "open"


def test_the_next_opening_jumps_over_everything_in_its_way() -> None:
    closed = replace(HOURS, closures=(shut(last=date(2026, 11, 28)), shut("limited", date(2026, 11, 30))))
    assert replace(closed, closures=closed.closures[:1]).next_open(at("2026-11-27T11:00")) == at("2026-11-30T10:00")


def test_the_last_opening_before_is_half_an_hour_before_closing() -> None:
    weekdays = tuple(Span(day, time(9), time(17)) for day in range(5))
    hours = Hours(ZONE, weekdays, closures=(shut(),))
    assert hours.last_open(at("2026-11-27T16:00")) == at("2026-11-26T16:30")  # Friday is closed
    assert hours.last_open(at("2026-11-26T16:00")) == at("2026-11-25T16:30")  # never later than asked for
    assert Hours(ZONE, None).last_open(at("2026-11-27T16:00")) is None
    assert Hours(ZONE, ()).last_open(at("2026-11-27T16:00")) is None


def test_without_hours_everything_is_open_and_what_must_move_goes_to_the_morning() -> None:
    unknown = Hours(ZONE, None, closures=(shut(),))
    assert not unknown.known
    assert unknown.is_open(at("2026-11-26T03:00"))
    assert unknown.next_open(at("2026-11-27T11:00")) == at("2026-11-28T09:00")
    assert unknown.next_open(at("2026-11-26T03:00")) == at("2026-11-26T03:00")


def test_a_library_that_never_opens_has_no_next_opening_and_counts_plain_time() -> None:
    never = Hours(ZONE, ())
    assert never.next_open(at("2026-11-27T11:00")) is None
    assert never.add_open(at("2026-11-27T11:00"), timedelta(hours=2)) == at("2026-11-27T13:00")


def test_the_night_of_the_change_of_clock_has_the_hours_it_has() -> None:
    """On 29 March 2026 the clock in London jumps from one to two."""
    all_day = Hours(ZONE, tuple(Span(day, time(0), time(0), overnight=True) for day in range(7)))
    assert all_day.open_between(at("2026-03-29T00:00"), at("2026-03-30T00:00")) == timedelta(hours=24)
    assert all_day.add_open(at("2026-03-29T00:00"), timedelta(hours=23)) == at("2026-03-29T23:00")
    morning = Hours(ZONE, (Span(6, time(10), time(12)),))
    assert morning.next_open(at("2026-03-28T12:00")) == at("2026-03-29T09:00")  # ten o'clock, summer time
