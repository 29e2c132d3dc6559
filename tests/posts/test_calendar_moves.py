"""A post to another time: by the service, in the pages, several at once, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.audit.models import Entry
from libsocial.core import localtime
from posts.drafting import DraftTarget
from posts.models import OwnDay, Slot
from posts.services import campaigns, drafts, moving
from posts.services.campaigns import Plan
from posts.services.drafts import Conflict
from posts.workflow import NotPossible
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import NOW, again, approved, make_channel, simple, submitted, written

pytestmark = [pytest.mark.django_db, pytest.mark.bothdbs, pytest.mark.usefixtures("clock")]
AT = "2026-12-01T10:00"


def at(wall: str) -> datetime:
    return localtime.resolve(datetime.fromisoformat(wall), "Europe/London").utc


def test_a_draft_moves_and_keeps_its_words(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    moving.move(post=post, by=lib.alice, at=at("2026-12-03T15:30"), version=1)
    post = again(post)
    assert (post.current.at, post.title) == ("2026-12-03T15:30", "Story time on Tuesday")
    assert post.planned_at == at("2026-12-03T15:30")
    assert Entry.objects.filter(action="post.moved").count() == 1


def test_an_approved_post_needs_a_new_approval_and_nothing_of_it_stays_planned(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at=AT))
    moving.move(post=post, by=lib.alice, at=at("2026-12-02T10:00"), version=post.current.version)
    assert again(post).state == "draft"
    assert Delivery.objects.get().state == "cancelled"


def test_channels_with_times_of_their_own_keep_their_distance(lib: Library, channel: Channel, second: Channel) -> None:
    targets = (DraftTarget(channel.pk), DraftTarget(second.pk, at="2026-12-01T18:00"))
    post = written(lib.alice, lib.north, replace(simple(at=AT), targets=targets))
    moving.move(post=post, by=lib.alice, at=at("2026-12-08T09:00"), version=1)
    current = again(post).current
    assert current.at == "2026-12-08T09:00"
    assert set(current.targets.values_list("at", flat=True)) == {"", "2026-12-08T17:00"}


def test_over_a_clock_change_the_wall_time_stays() -> None:
    draft = simple(at="2027-03-27T10:00")
    assert moving.moved(draft, at("2027-03-29T10:00")).at == "2027-03-29T10:00"


def test_what_was_changed_meanwhile_is_not_moved(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    drafts.save(post=post, by=lib.erin, draft=simple(channel, text="Better words", at=AT), version=1)
    with pytest.raises(Conflict):
        moving.move(post=again(post), by=lib.alice, at=at("2026-12-02T10:00"), version=1)
    assert again(post).current.at == AT


def test_nobody_moves_into_the_past_or_what_is_not_theirs(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    with pytest.raises(NotPossible, match="has passed"):
        moving.move(post=post, by=lib.alice, at=NOW - timedelta(hours=1), version=1)
    with pytest.raises(policies.NotAllowed):
        moving.move(post=post, by=lib.olga, at=at("2026-12-02T10:00"), version=1)
    assert again(post).current.at == AT


# --- the pages --------------------------------------------------------------


def test_the_dialog_offers_the_next_free_times_and_moves_there(lib: Library, channel: Channel) -> None:
    Slot.objects.create(channel=channel, unit=lib.north, weekday=3, at="16:00")
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    client, where = signed_in(lib.alice), reverse("posts:move", args=[post.pk])
    part = client.get(where, headers={"HX-Request": "true"}).content.decode()
    assert 'value="2026-12-03T16:00"' in part and "<html" not in part
    answer = client.post(where, {"to": "2026-12-03T16:00", "version": "1", "back": "/posts/calendar/?view=week"})
    assert answer["Location"] == "/posts/calendar/?view=week"
    assert again(post).current.at == "2026-12-03T16:00"


def test_moving_is_taken_back_by_the_address_in_the_toast(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    client, where = signed_in(lib.alice), reverse("posts:move", args=[post.pk])
    answer = client.post(where, {"date": "2026-12-05", "time": "11:00", "version": "1"}, follow=True)
    undo = answer.content.decode().split('action="' + where + "?")[1].split('"')[0].replace("&amp;", "&")
    assert again(post).current.at == "2026-12-05T11:00"
    client.post(f"{where}?{undo}")
    assert again(post).current.at == AT


def test_a_refusal_keeps_what_was_typed_and_says_the_way_out(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    client, where = signed_in(lib.alice), reverse("posts:move", args=[post.pk])
    answer = client.post(where, {"date": "2026-11-01", "time": "11:00", "version": "1"})
    text = answer.content.decode()
    assert answer.status_code == 409 and "Choose a later time" in text and 'value="2026-11-01"' in text
    assert "not a day and a time" in client.post(where, {"date": "", "time": "", "version": "1"}).content.decode()
    assert "meanwhile" in client.post(where, {"to": "2026-12-09T10:00", "version": "9"}).content.decode()
    assert again(post).current.at == AT


def test_the_page_says_before_what_an_approved_post_loses(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at=AT))
    text = signed_in(lib.alice).get(reverse("posts:move", args=[post.pk])).content.decode()
    assert "goes back to needing approval" in text
    grid = signed_in(lib.alice).get(reverse("posts:calendar"), {"on": "2026-12-01"}).content.decode()
    assert "data-approved" in grid


def test_a_person_on_another_clock_moves_on_their_own(lib: Library, channel: Channel) -> None:
    lib.alice.zone = "America/New_York"
    lib.alice.save()
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    signed_in(lib.alice).post(reverse("posts:move", args=[post.pk]), {"to": "2026-12-01T09:00", "version": "1"})
    assert again(post).current.at == "2026-12-01T14:00"


def test_the_later_time_of_a_post_is_taken_hold_of(lib: Library, channel: Channel, second: Channel) -> None:
    targets = (DraftTarget(channel.pk), DraftTarget(second.pk, at="2026-12-02T10:00"))
    post = written(lib.alice, lib.north, replace(simple(at=AT), targets=targets))
    form = {"to": "2026-12-05T10:00", "was": "2026-12-02T10:00", "version": "1"}
    signed_in(lib.alice).post(reverse("posts:move", args=[post.pk]), form)
    assert again(post).current.at == "2026-12-04T10:00"


# --- several at once ----------------------------------------------------------


def several(lib: Library, *posts: object, **form: str) -> object:
    ids = [post.pk for post in posts]  # type: ignore[attr-defined]
    return signed_in(lib.erin).post(reverse("posts:bulk"), {"post": ids, "back": "/posts/", **form})


def test_several_move_together_and_back(lib: Library, channel: Channel) -> None:
    posts = [written(lib.alice, lib.north, simple(channel, text=f"{n}", at=f"2026-12-0{n}T10:00")) for n in (1, 2)]
    several(lib, *posts, do="shift", days="7")
    assert [again(post).current.at for post in posts] == ["2026-12-08T10:00", "2026-12-09T10:00"]
    several(lib, *posts, do="day", day="2026-12-20")
    assert {again(post).current.at for post in posts} == {"2026-12-20T10:00"}


def test_several_go_into_a_campaign_keep_their_approvals_and_come_back(lib: Library, channel: Channel) -> None:
    plan = Plan("Summer of reading", date(2026, 12, 1), date(2026, 12, 31))
    campaign = campaigns.create(by=lib.sam, unit=lib.north, plan=plan)
    posts = [
        approved(lib.alice, lib.sam, lib.north, simple(channel, at=AT)),
        written(lib.alice, lib.north, simple(channel, text="Draft", at=AT)),
    ]
    answer = several(lib, *posts, do="campaign", campaign=str(campaign.pk))
    assert [(again(post).campaign_id, again(post).state) for post in posts] == [
        (campaign.pk, "approved"), (campaign.pk, "draft"),
    ]  # fmt: skip
    page = signed_in(lib.erin).get("/posts/calendar/?view=list&on=2026-11-25").content.decode()
    assert f'<option value="{campaign.pk}">Summer of reading</option>' in page
    undo = f"{reverse('posts:bulk')}?do=campaign&campaign=none&" + "&".join(f"post={post.pk}" for post in posts)
    signed_in(lib.erin).post(undo)
    assert answer.status_code == 302 and {again(post).campaign_id for post in posts} == {None}  # type: ignore[attr-defined]


def test_a_campaign_of_others_takes_nothing_in(lib: Library, channel: Channel) -> None:
    plan = Plan("South only", date(2026, 12, 1), date(2026, 12, 31))
    other = campaigns.create(by=lib.ada, unit=lib.south, plan=plan)
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    several(lib, post, do="campaign", campaign=str(other.pk))
    assert again(post).campaign_id is None


def test_those_that_cannot_are_named_with_the_reason_and_the_others_go(lib: Library, channel: Channel) -> None:
    good = written(lib.alice, lib.north, simple(channel, text="Complete", at=AT))
    empty = written(lib.alice, lib.north, simple(text="Without a channel"))
    answer = several(lib, good, empty, do="submit")
    text = answer.content.decode()  # type: ignore[attr-defined]
    assert again(good).state == "in_review" and again(empty).state == "draft"
    assert "Without a channel" in text and "No channel is chosen" in text


def test_several_are_archived_and_brought_back(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    several(lib, post, do="archive")
    assert again(post).state == "archived"
    several(lib, post, do="reopen")
    assert again(post).state == "draft"


@pytest.mark.parametrize("form", [{}, {"do": "shift", "days": "x"}, {"do": "day"}, {"do": "explode"}])
def test_an_incomplete_press_changes_nothing(lib: Library, channel: Channel, form: dict[str, str]) -> None:
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    assert several(lib, post, **form).status_code == 302  # type: ignore[attr-defined]
    assert again(post).current.at == AT


def test_nobody_acts_on_several_of_another_unit(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, at=AT))
    signed_in(lib.olga).post(reverse("posts:bulk"), {"post": [post.pk], "do": "archive"})
    assert again(post).state == "draft"


# --- what the calendar shows ----------------------------------------------------


def grid(lib: Library, **query: str) -> str:
    return signed_in(lib.erin).get(reverse("posts:calendar"), query).content.decode()


def test_a_channel_with_its_own_time_appears_on_its_own_day(lib: Library, channel: Channel, second: Channel) -> None:
    targets = (DraftTarget(channel.pk), DraftTarget(second.pk, at="2027-02-10T10:00"))
    written(lib.alice, lib.north, replace(simple(at=AT, text="Far apart"), targets=targets))
    assert "Far apart" in grid(lib, on="2026-12-01") and "Far apart" in grid(lib, on="2027-02-10", view="day")


def test_a_full_day_says_how_many_more_and_opens(lib: Library, channel: Channel) -> None:
    for number in range(9):
        written(lib.alice, lib.north, simple(channel, text=f"Number {number}", at=f"2026-12-01T{10 + number}:00"))
    text = grid(lib, on="2026-12-01", view="month")
    assert "+4 more" in text and "Number 4" in text and "Number 5" not in text
    assert all(f"Number {number}" in grid(lib, on="2026-12-01", view="day") for number in range(9))
    assert all(f"Number {number}" in grid(lib, on="2026-12-01", view="list") for number in range(9))


def test_three_within_the_hour_and_two_in_a_minute_are_told_in_words(lib: Library, channel: Channel) -> None:
    for clock in ("10:00", "10:20", "10:40", "15:00", "15:00"):
        written(lib.alice, lib.north, simple(channel, at=f"2026-12-01T{clock}"))
    text = grid(lib, on="2026-12-01", view="week")
    assert "3 posts within an hour on Practice North" in text
    assert "Another post at the same minute on Practice North" in text


def test_a_day_says_once_where_it_is_crowded(lib: Library, channel: Channel) -> None:
    for clock in ("15:00", "15:00", "15:00", "15:00"):
        written(lib.alice, lib.north, simple(channel, at=f"2026-12-01T{clock}"))
    text = grid(lib, on="2026-12-01", view="month")
    assert text.count("15:00: several posts at the same minute on Practice North") == 1
    assert text.count('class="calendar-mark"') == 4 and "calendar-warning" not in text


def test_the_fold_of_the_filters_counts_what_narrows(lib: Library, channel: Channel) -> None:
    assert '<span class="badge">2<' in grid(lib, on="2026-12-01", channel=str(channel.pk), state="draft")
    assert '<span class="badge">1<' in grid(lib, on="2026-12-01", state="draft")


def test_free_posting_times_are_gaps_until_somebody_takes_them(lib: Library, channel: Channel) -> None:
    Slot.objects.create(channel=channel, unit=lib.north, weekday=1, at="10:00")
    assert "on=2026-12-01&amp;at=10:00&amp;channel=" in grid(lib, on=AT[:10], view="week")
    written(lib.alice, lib.north, simple(channel, at=AT))
    assert "at=10:00&amp;channel=" not in grid(lib, on=AT[:10], view="week")


def test_filters_narrow_and_the_view_is_remembered(lib: Library, channel: Channel, second: Channel) -> None:
    written(lib.alice, lib.north, simple(channel, text="On the first", at=AT))
    submitted(lib.alice, lib.north, simple(second, text="On the second", at=AT))
    text = grid(lib, on=AT[:10], channel=str(channel.pk))
    assert "On the first" in text and "On the second" not in text
    text = grid(lib, on=AT[:10], state="in_review")
    assert "On the second" in text and "On the first" not in text
    client = signed_in(lib.erin)
    client.get(reverse("posts:calendar"), {"view": "week"})
    assert "calendar-week" in client.get(reverse("posts:calendar")).content.decode()


def test_a_new_post_begins_where_the_hour_was_pressed(lib: Library, channel: Channel) -> None:
    lib.alice.zone = "America/New_York"
    lib.alice.save()
    text = signed_in(lib.alice).get(reverse("posts:new"), {"on": "2026-12-01", "at": "09:00"}).content.decode()
    assert 'value="2026-12-01"' in text and 'value="14:00"' in text


def test_days_that_are_kept_stand_in_the_calendar_and_begin_a_post(lib: Library, channel: Channel) -> None:
    text = grid(lib, on="2027-03-01", view="month")
    assert "World Poetry Day" in text and "about=world-poetry" in text
    assert "National Library Workers Day" not in text and "Juneteenth" not in grid(lib, on="2027-06-01")
    signed_in(lib.erin).post(reverse("posts:kept_days"), {"unit": lib.north.pk, "sets": ["US"]})
    assert "Juneteenth" in grid(lib, on="2027-06-01") and "World Poetry Day" not in grid(lib, on="2027-03-01")
    new = signed_in(lib.erin).get(reverse("posts:new"), {"on": "2027-03-21", "about": "world-poetry"})
    assert "World Poetry Day" in new.content.decode()


def test_a_day_of_ones_own_stands_in_the_calendar_of_the_unit_and_those_below(lib: Library) -> None:
    client, new = signed_in(lib.sam), reverse("posts:own_day_new", args=[lib.north.pk])
    wrong = client.post(new, {"name": "Book fair", "first": "2027-05-03", "last": "2027-05-01"})
    assert wrong.status_code == 422 and "The last day is before the first" in wrong.content.decode()
    assert 'value="Book fair"' in wrong.content.decode() and not OwnDay.objects.exists()
    client.post(new, {"name": "Book fair", "first": "2027-05-01", "last": "2027-05-03", "yearly": "on"})
    assert "Book fair" in grid(lib, on="2027-05-10") and "Book fair" in grid(lib, on="2029-05-10")
    assert "Book fair" not in grid(lib, on="2026-05-10")  # it began in 2027
    assert "title=Book+fair" in grid(lib, on="2027-05-10")
    own = OwnDay.objects.get()
    where = reverse("posts:own_day", args=[own.pk])
    client.post(where, {"name": "Book week", "first": "2027-05-01", "last": ""})
    assert "Book week" in grid(lib, on="2027-05-10") and "Book week" not in grid(lib, on="2029-05-10")
    assert signed_in(lib.olga).get(reverse("posts:calendar"), {"on": "2027-05-10"}).content.decode().count("Book") == 0
    assert signed_in(lib.alice).post(where, {"do": "remove"}).status_code == 403 and OwnDay.objects.exists()
    client.post(where, {"do": "remove"})
    assert not OwnDay.objects.exists()
    found = Entry.objects.filter(action__startswith="calendar.day").order_by("pk")
    assert list(found.values_list("action", flat=True)) == [
        "calendar.day_added", "calendar.day_changed", "calendar.day_removed",
    ]  # fmt: skip


def test_the_calendar_costs_the_same_however_full(lib: Library, channel: Channel) -> None:
    client, counts = signed_in(lib.erin), []
    Slot.objects.create(channel=channel, unit=lib.north, weekday=5, at="10:00")
    for number in range(2):
        for each in range(12):
            written(lib.alice, lib.north, simple(channel, at=f"2026-12-{1 + each + number:02}T10:0{number}"))
        for view in ("month", "week", "day", "list"):
            client.get(reverse("posts:calendar"), {"view": view, "on": "2026-12-05"})
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse("posts:calendar"), {"view": view, "on": "2026-12-05"})
            counts.append(len(asked))
    assert counts[:4] == counts[4:] and max(counts) <= 15


def test_a_stranger_of_the_unit_sees_no_gap_and_no_move(lib: Library, channel: Channel) -> None:
    Slot.objects.create(channel=channel, unit=lib.north, weekday=1, at="10:00")
    written(lib.alice, lib.north, simple(channel, at="2026-12-02T10:00"))
    for person in (lib.audit, lib.olga):
        text = signed_in(person).get(reverse("posts:calendar"), {"on": AT[:10], "view": "week"}).content.decode()
        assert "calendar-gap" not in text and "data-version" not in text


def test_now_is_marked_in_its_hour(lib: Library) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 9, 50, tzinfo=UTC), tick=False):
        text = grid(lib, view="week")
    assert text.count("hours-now") == 1 and 'data-quarter="3"' in text


def test_another_units_channel_offers_nothing(lib: Library) -> None:
    south = make_channel(lib.south, "Practice South")
    Slot.objects.create(channel=south, unit=lib.south, weekday=1, at="10:00")
    assert "calendar-gap" not in grid(lib, on=AT[:10], view="week")
