"""Repeats: their dates by the calendar and the clock, and what comes of them."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import islice
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts.models import Membership
from libsocial.hours.models import Closure
from libsocial.hours.reckoning import Hours, Shut
from libsocial.notices.models import Notice
from posts import recurrence
from posts.models import Post, Repeat, RepeatDate
from posts.recurrence import Rule
from posts.services import drafts, repeats
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, simple, written

pytestmark = pytest.mark.bothdbs


def dates(rule: Rule, number: int = 5) -> list[str]:
    return [day.isoformat() for day in islice(recurrence.days(rule), number)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("daily", date(2026, 12, 30), every=2), ["2026-12-30", "2027-01-01", "2027-01-03"]),
        (Rule("weekly", date(2026, 11, 25), weekdays=(0, 2)), ["2026-11-25", "2026-11-30", "2026-12-02"]),
        (Rule("weekly", date(2026, 11, 25), every=2, weekdays=(0, 2)), ["2026-11-25", "2026-12-07", "2026-12-09"]),
        (Rule("monthly_date", date(2027, 1, 31)), ["2027-01-31", "2027-02-28", "2027-03-31"]),
        (Rule("monthly_weekday", date(2026, 12, 2), weekdays=(0,), nth=1), ["2026-12-07", "2027-01-04", "2027-02-01"]),
        (Rule("monthly_weekday", date(2026, 12, 1), weekdays=(4,), nth=-1), ["2026-12-25", "2027-01-29", "2027-02-26"]),
        (Rule("daily", date(2026, 12, 1), count=2), ["2026-12-01", "2026-12-02"]),
        (Rule("daily", date(2026, 12, 1), last_day=date(2026, 12, 1)), ["2026-12-01"]),
    ],
)
def test_the_dates_of_a_rule(rule: Rule, expected: list[str]) -> None:
    assert dates(rule, 3) == expected


def test_the_hour_on_the_wall_stays_when_the_clocks_change() -> None:
    rule = Rule("weekly", date(2027, 3, 21))
    found = list(islice(recurrence.planned(rule, time(1, 30), "Europe/London", Hours("Europe/London"), "skip", {}), 3))
    assert [one.moment.utc.hour for one in found] == [1, 1, 0]
    assert [one.note for one in found] == ["", "gap", ""]


@pytest.mark.parametrize(("choice", "note", "hour"), [("skip", "closure", 10), ("move", "moved", 9)])
def test_a_closed_day_is_left_out_or_moved(choice: str, note: str, hour: int) -> None:
    shut = Shut(1, 1, "closed", date(2026, 12, 1), date(2026, 12, 1))
    hours = Hours("UTC", closures=(shut,))
    (one,) = recurrence.planned(Rule("daily", date(2026, 12, 1), count=1), time(10), "UTC", hours, choice, {})
    assert (one.note, one.moment.wall.hour, one.left_out) == (note, hour, choice == "skip")


# --- with rows --------------------------------------------------------------


@pytest.fixture
def source(lib: Library, channel: Channel) -> Post:
    return written(lib.alice, lib.north, simple(channel, text="Story time", at="2026-11-24T16:00"))


def started(lib: Library, source: Post, **fields: Any) -> Repeat:
    given = {"rule": "weekly", "weekdays": [1], "first_day": date(2026, 11, 24), "clock": time(16), "lead_days": 14}
    given |= {"zone": "Europe/London", "unit": source.unit, "source": again(source)}
    return repeats.start(by=lib.alice, repeat=Repeat(**(given | fields)))


def test_drafts_are_written_ahead_sent_for_review_and_never_twice(
    lib: Library, source: Post, clock: time_machine.Traveller
) -> None:
    started(lib, source)
    assert [repeats.make_due(), repeats.make_due()] == [2, 0]
    made = Post.objects.exclude(pk=source.pk).order_by("planned_at")
    assert [(post.state, post.current.at) for post in made] == [
        ("in_review", "2026-11-24T16:00"),
        ("in_review", "2026-12-01T16:00"),
    ]
    assert not Delivery.objects.exists()
    assert Notice.objects.filter(message="post.submitted", recipient=lib.sam).count() == 2
    clock.move_to(datetime.fromisoformat("2026-12-01T09:00:00+00:00"))
    assert repeats.make_due() == 1


def test_it_says_the_words_the_post_has_now(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    started(lib, source, send=False)
    fresh = again(source)
    draft = simple(*[target.channel for target in fresh.current.targets.all()], text="New words")
    drafts.save(post=fresh, by=lib.alice, draft=draft, version=fresh.current.version)
    repeats.make_due()
    made = Post.objects.exclude(pk=source.pk)
    assert {(post.title, post.state) for post in made} == {("New words", "draft")}


def test_one_is_skipped_and_comes_back(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = started(lib, source)
    person, act = signed_in(lib.alice), lambda name: reverse("posts:repeat_act", args=[row.pk, name])
    person.post(act("skip"), {"day": "2026-12-01"})
    assert repeats.make_due() == 1
    person.post(act("unskip"), {"day": "2026-12-01"})
    assert repeats.make_due() == 1
    person.post(act("skip"), {"day": "2026-12-01"})
    assert RepeatDate.objects.get(day=date(2026, 12, 1)).post_id
    assert person.post(act("skip"), {"day": "nonsense"}).status_code == 302


def test_a_closure_that_is_lifted_gives_its_date_back(
    lib: Library, source: Post, clock: time_machine.Traveller
) -> None:
    started(lib, source)
    day = date(2026, 12, 1)
    row = Closure.objects.create(unit=lib.north, first_day=day, last_day=day, reason="Roof")
    assert repeats.make_due() == 1
    row.delete()
    assert repeats.make_due() == 1


def test_the_end_is_the_end(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = started(lib, source)
    assert signed_in(lib.olga).post(reverse("posts:repeat_act", args=[row.pk, "end"])).status_code == 404
    assert signed_in(lib.audit).post(reverse("posts:repeat_act", args=[row.pk, "end"])).status_code == 403
    signed_in(lib.alice).post(reverse("posts:repeat_act", args=[row.pk, "end"]))
    assert repeats.make_due() == 0


def test_it_ends_by_itself_after_its_last_date(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = started(lib, source, count=1)
    repeats.make_due()
    clock.move_to(datetime.fromisoformat("2026-11-25T09:00:00+00:00"))
    repeats.make_due()
    row.refresh_from_db()
    assert (row.state, Post.objects.count()) == ("ended", 2)


def test_trouble_is_told_once(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = started(lib, source)
    Membership.objects.filter(user=lib.alice).delete()
    for _tick in range(3):
        assert repeats.make_due() == 0
    row.refresh_from_db()
    assert row.trouble
    assert Notice.objects.filter(message="repeat.trouble").count() == 1


# --- the page ---------------------------------------------------------------


def form(**fields: Any) -> dict[str, Any]:
    given = {"rule": "weekly", "every": "1", "weekdays": ["1"], "first_day": "2026-11-24", "clock": "16:00"}
    return given | {"ends": "never", "on_closure": "skip", "lead_days": "14", "send": "on"} | fields


def test_the_next_ten_dates_are_shown_before_anything_is_kept(
    lib: Library, source: Post, clock: time_machine.Traveller
) -> None:
    person, where = signed_in(lib.alice), reverse("posts:repeat_new", args=[source.pk])
    shown = person.post(where, form(do="preview"))
    assert [one.day.isoformat() for one in shown.context["preview"]][:2] == ["2026-11-24", "2026-12-01"]
    assert len(shown.context["preview"]) == 10
    assert not Repeat.objects.exists()
    assert person.post(where, form(do="save")).status_code == 302
    assert Repeat.objects.get().by == lib.alice


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"weekdays": []}, "Tick at least one weekday"),
        ({"ends": "day", "last_day": "2026-01-01"}, "It ends before it begins"),
        ({"ends": "count"}, "Say how many times"),
        ({"every": "0"}, "greater than or equal to 1"),
        ({"first_day": "2020-01-01", "ends": "day", "last_day": "2020-02-01"}, "This rule has no date ahead"),
        ({"clock": "25:00"}, "This is not a time"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(lib: Library, source: Post, fields: dict[str, Any], said: str) -> None:
    answer = signed_in(lib.alice).post(reverse("posts:repeat_new", args=[source.pk]), form(do="save") | fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Repeat.objects.exists()


def test_who_may_repeat(lib: Library, source: Post) -> None:
    where = reverse("posts:repeat_new", args=[source.pk])
    assert [signed_in(who).get(where).status_code for who in (lib.alice, lib.audit, lib.olga)] == [200, 403, 404]
