"""Days of 23 and of 25 hours, and of half an hour more or less: in the calendar, in moves, files and repeats."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts.models import Unit
from libsocial.core import localtime
from libsocial.hours.reckoning import Hours
from posts import calendar, recurrence
from posts.calendar import Entry
from posts.drafting import DraftTarget
from posts.importing.judging import judge
from posts.recurrence import Rule
from posts.services import importing
from tests.cast import Library, signed_in
from tests.posts.conftest import again, make_channel, simple, written

# Zone, the day of the change, minutes the day is longer.
CHANGES = (
    ("Europe/London", date(2027, 3, 28), -60),
    ("Europe/London", date(2027, 10, 31), 60),
    ("America/New_York", date(2027, 3, 14), -60),
    ("America/New_York", date(2027, 11, 7), 60),
    ("Australia/Lord_Howe", date(2027, 10, 3), -30),
    ("Australia/Lord_Howe", date(2027, 4, 4), 30),
)
changes = pytest.mark.parametrize(("zone", "day", "longer"), CHANGES)


def half_hours(day: date) -> list[datetime]:
    """Every half hour of four days around one, whatever the zone."""
    start = datetime.combine(day - timedelta(days=2), time.min, UTC)
    return [start + timedelta(minutes=30 * number) for number in range(2 * 24 * 4)]


# --- the calendar -----------------------------------------------------------------


@changes
def test_every_moment_falls_on_one_day_and_into_one_hour(zone: str, day: date, longer: int) -> None:
    light = [(at, number) for number, at in enumerate(half_hours(day))]
    found: dict[date, set[int]] = {}
    for one in (day - timedelta(days=1), day, day + timedelta(days=1)):
        span = calendar.day(one)
        begins, ends = span.moments(zone)
        inside = [(at, pk) for at, pk in light if begins <= at < ends]
        chosen = calendar.choose(inside, span, zone).wanted
        entries = [Entry(row(pk), at, localtime.wall_of(at, zone), []) for at, pk in chosen]
        rows = calendar.hours(calendar.fill(span, entries, day), datetime(2027, 1, 1))
        shown = [entry.row.post.pk for _hour, squares in rows for square in squares for entry in square.entries]
        assert sorted(shown) == sorted(pk for _at, pk in inside) and len(shown) == len(set(shown))
        found[one] = set(shown)
    assert len(found[day]) == 48 + longer // 30
    assert not found[day] & found[day - timedelta(days=1)] and not found[day] & found[day + timedelta(days=1)]


def row(pk: int) -> Any:
    return SimpleNamespace(post=SimpleNamespace(pk=pk))


@changes
def test_the_week_of_a_change_says_so_on_its_day(zone: str, day: date, longer: int) -> None:
    span = calendar.week(day)
    begins, ends = span.moments(zone)
    assert ends - begins == timedelta(days=7, minutes=longer)
    notes = calendar.clock_changes(span.first, span.last, zone)
    way = "back" if longer > 0 else "forward"
    assert [(one, note.text) for one, note in notes] == [(day, f"Clocks go {way} {abs(longer)} minutes")]
    assert calendar.clock_changes(day + timedelta(days=1), day + timedelta(days=28), zone) == []


@pytest.fixture
def channel(lib: Library) -> Channel:
    return make_channel(lib.north)


def reader(lib: Library, zone: str) -> Any:
    lib.erin.zone = zone
    lib.erin.save()
    return signed_in(lib.erin)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestPages:
    def test_an_hour_that_comes_twice_names_its_clock(self, lib: Library, channel: Channel) -> None:
        """The unit's clock is another one: there the two moments are an hour apart."""
        written(lib.alice, lib.north, simple(channel, text="Before", zone="UTC", at="2027-11-07T05:30"))
        written(lib.alice, lib.north, simple(channel, text="After", zone="UTC", at="2027-11-07T06:30"))
        client = reader(lib, "America/New_York")
        for view in ("week", "day", "list", "month"):
            text = client.get(reverse("posts:calendar"), {"on": "2027-11-07", "view": view}).content.decode()
            assert text.index("01:30 EDT") < text.index("01:30 EST"), view
            assert "Clocks go back 60 minutes" in text

    @changes
    def test_dragged_over_the_change_it_lands_where_it_was_let_go(
        self, lib: Library, channel: Channel, zone: str, day: date, longer: int
    ) -> None:
        """Both ways, on the clock of a unit in that zone, by somebody in it."""
        client, before, after = reader(lib, zone), day - timedelta(days=1), day + timedelta(days=1)
        post = written(lib.alice, lib.north, simple(channel, zone=zone, at=f"{before}T10:00"))
        for to in (after, day, before):
            drag(client, post, zone, f"{to}T10:00")
            assert again(post).current.at == f"{to}T10:00"

    @changes
    def test_the_later_time_of_a_post_lands_where_it_was_let_go(
        self, lib: Library, channel: Channel, zone: str, day: date, longer: int
    ) -> None:
        """Its first time is before the change, the one that is dragged goes from the day of the change to the next."""
        client, before, after = reader(lib, zone), day - timedelta(days=1), day + timedelta(days=1)
        second = make_channel(lib.north, "Second")
        targets = (DraftTarget(channel.pk), DraftTarget(second.pk, at=f"{day}T10:00"))
        draft = replace(simple(zone=zone, at=f"{before}T10:00"), targets=targets)
        post = written(lib.alice, lib.north, draft)
        drag(client, post, zone, f"{after}T10:00", was=f"{day}T10:00")
        current = again(post).current
        assert current.at == f"{day}T10:00"
        assert set(current.targets.values_list("at", flat=True)) == {"", f"{after}T10:00"}

    def test_the_second_of_two_equal_times_is_moved_and_taken_back(self, lib: Library, channel: Channel) -> None:
        client = reader(lib, "America/New_York")
        post = written(lib.alice, lib.north, simple(channel, zone="UTC", at="2027-11-07T06:30"))
        grid = client.get(reverse("posts:calendar"), {"on": "2027-11-07", "view": "day"}).content.decode()
        assert 'data-at="2027-11-07T06:30Z"' in grid
        form = {"to": "2027-11-08T01:30", "was": "2027-11-07T06:30Z", "version": "1", "back": "/posts/"}
        answer = client.post(reverse("posts:move", args=[post.pk]), form, follow=True)
        assert again(post).current.at == "2027-11-08T06:30"
        page = answer.content.decode().replace("&amp;", "&")
        undo = re.search(r'action="(/posts/\d+/move/\?[^"]*)"', page)[1]  # type: ignore[index]
        assert parse_qs(urlsplit(undo).query)["to"] == ["2027-11-07T06:30Z"]
        client.post(undo)
        assert again(post).current.at == "2027-11-07T06:30"

    def test_a_reader_elsewhere_drags_on_their_own_clock(self, lib: Library, channel: Channel) -> None:
        """In the weeks when London has changed its clocks and New York has not."""
        client = reader(lib, "America/New_York")
        post = written(lib.alice, lib.north, simple(channel, at="2027-10-30T15:00"))  # 10:00 there
        drag(client, post, "America/New_York", "2027-11-02T10:00")
        assert again(post).current.at == "2027-11-02T14:00"

    @changes
    def test_a_file_is_read_on_the_clock_of_the_unit_and_told_what_the_clocks_do(
        self, lib: Library, channel: Channel, zone: str, day: date, longer: int
    ) -> None:
        Unit.objects.filter(pk=lib.north.pk).update(zone=zone)
        lib.north.refresh_from_db()
        odd = odd_time(zone, day, longer)
        lines = f"Text;Channels;Day;Time\nOdd;Practice North;{day};{odd:%H:%M}\nNoon;Practice North;{day};12:00\n"
        batch = importing.begin(by=lib.alice, unit=lib.north, name="x.csv", data=lines.encode())
        first, noon = judge(batch, lib.alice, list(batch.rows.all()))
        assert [trouble.field for trouble in first.troubles] == ["date"] and not first.stopped
        assert noon.troubles == []
        importing.make(by=lib.alice, batch=batch)
        post = noon.row.batch.rows.get(number=3).post
        assert post.planned_at == localtime.resolve(datetime.combine(day, time(12)), zone).utc


def odd_time(zone: str, day: date, longer: int) -> time:
    """A time that does not exist on the day, or comes twice."""
    found = (time(hour, minute) for hour in range(4) for minute in (0, 15, 30, 45))
    note = "twice" if longer > 0 else "gap"
    return next(one for one in found if localtime.resolve(datetime.combine(day, one), zone).note == note)


def drag(client: Any, post: Any, zone: str, to: str, was: str = "") -> None:
    at = again(post).planned_at if not was else localtime.resolve(datetime.fromisoformat(was), zone).utc
    form = {"to": to, "was": calendar.stamp(at), "version": str(again(post).current.version)}
    assert client.post(reverse("posts:move", args=[post.pk]), form).status_code == 302


# --- repeats ----------------------------------------------------------------------


@changes
def test_a_repeat_keeps_its_time_on_the_wall_over_the_change(zone: str, day: date, longer: int) -> None:
    rule = Rule("daily", day - timedelta(days=1))
    found = list(islice(recurrence.planned(rule, time(10), zone, Hours(zone), "skip", {}), 3))
    assert [(one.moment.wall.time(), one.note) for one in found] == [(time(10), "")] * 3
    steps = [found[1].moment.utc - found[0].moment.utc, found[2].moment.utc - found[1].moment.utc]
    assert steps == [timedelta(days=1, minutes=longer), timedelta(days=1)]


@changes
def test_a_repeat_in_the_hour_of_the_change_comes_once_and_says_so(zone: str, day: date, longer: int) -> None:
    odd = odd_time(zone, day, longer)
    rule = Rule("daily", day - timedelta(days=1))
    found = list(islice(recurrence.planned(rule, odd, zone, Hours(zone), "skip", {}), 3))
    assert [one.note for one in found] == ["", "twice" if longer > 0 else "gap", ""]
    assert len({one.moment.utc for one in found}) == 3
