"""The evergreen queue: whose turn it is, how long it rests, and what comes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Membership
from libsocial.audit.models import Entry
from libsocial.notices.models import Notice
from posts import evergreen
from posts.evergreen import Entry as Item
from posts.evergreen import Place, Standing
from posts.models import EvergreenItem, EvergreenQueue, EvergreenUse, LinkCheck, Post, Slot
from posts.services import drafts, evergreen_filling, evergreens, review
from posts.services.evergreens import Terms
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import NOW, again, approved, make_channel, simple, submitted, written

pytestmark = pytest.mark.bothdbs
DAY = date(2026, 11, 24)


# --- the rules ----------------------------------------------------------------
def item(key: int = 1, channels: tuple[int, ...] = (1,), **fields: Any) -> Item:
    return Item(key, frozenset(channels), NOW + timedelta(minutes=key), **fields)


def place(day: date, channel: int = 1, hour: int = 10) -> Place:
    return Place(channel, datetime.combine(day, time(hour), UTC), day)


@pytest.mark.parametrize(
    ("season", "day", "inside"),
    [
        (("03-01", "05-31"), date(2026, 3, 1), True),
        (("03-01", "05-31"), date(2026, 5, 31), True),
        (("03-01", "05-31"), date(2026, 6, 1), False),
        (("11-15", "01-06"), date(2026, 12, 31), True),
        (("11-15", "01-06"), date(2027, 1, 6), True),
        (("11-15", "01-06"), date(2027, 1, 7), False),
        (("02-29", "03-10"), date(2027, 2, 28), False),
        (("02-29", "03-10"), date(2027, 3, 1), True),
        (("02-29", "03-10"), date(2028, 2, 29), True),
        (("02-01", "02-29"), date(2027, 2, 28), True),
        (("02-01", "02-29"), date(2027, 3, 1), False),
    ],
)
def test_a_season(season: tuple[str, str], day: date, inside: bool) -> None:
    assert evergreen.in_season(season, day) is inside


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Standing("ready")),
        ({"paused": True, "trouble": True}, Standing("paused")),
        ({"trouble": True}, Standing("look")),
        ({"look_again": DAY}, Standing("look")),
        ({"look_again": DAY + timedelta(days=1)}, Standing("ready")),
        ({"most": 2, "used": 2}, Standing("used_up")),
        ({"most": 2, "used": 1}, Standing("ready")),
        ({"said_on": frozenset({date(2026, 11, 1)})}, Standing("resting", date(2027, 1, 30))),
        ({"said_on": frozenset({date(2026, 8, 26)})}, Standing("ready")),
        ({"season": ("12-24", "12-26")}, Standing("season", date(2026, 12, 24))),
        # Its rest ends outside the season: what it waits for then is the season.
        (
            {"season": ("11-01", "12-31"), "said_on": frozenset({date(2026, 11, 1)})},
            Standing("season", date(2027, 11, 1)),
        ),
        # A use that is planned for later keeps its distance to both sides.
        ({"said_on": frozenset({date(2026, 12, 1)}), "gap": 10}, Standing("resting", date(2026, 12, 11))),
    ],
)
def test_how_an_item_stands(fields: dict[str, Any], expected: Standing) -> None:
    assert evergreen.standing(item(**fields), DAY) == expected


def days_of(entries: list[Item], places: list[Place], busy: tuple[date, ...] = (), per_week: int = 7) -> list[Any]:
    return [
        (one.key, [(where.channel, where.day.day) for where in one.places])
        for one in evergreen.fill(entries, places, busy, per_week)
    ]


def test_who_waits_longest_comes_first_and_goes_to_the_end() -> None:
    places = [place(date(2026, 12, day)) for day in (1, 2, 3, 4)]
    assert days_of([item(2, gap=1), item(1, gap=1)], places) == [
        (1, [(1, 1)]), (2, [(1, 2)]), (1, [(1, 3)]), (2, [(1, 4)]),
    ]  # fmt: skip


def test_the_gap_holds_within_one_filling() -> None:
    places = [place(date(2026, 12, day)) for day in (1, 3, 8, 10)]
    assert days_of([item(gap=7)], places) == [(1, [(1, 1)]), (1, [(1, 8)])]


def test_a_week_has_no_more_than_its_share_and_they_are_spread() -> None:
    week = [place(date(2026, 11, 30) + timedelta(days=day)) for day in range(14)]
    many = [item(key, gap=1) for key in range(1, 9)]
    assert [days[0][1] for _key, days in days_of(many, week, per_week=2)] == [30, 3, 7, 10]
    # The Monday has one already: the next is three days later, and that week is full.
    assert [days[0][1] for _key, days in days_of(many, week, (date(2026, 11, 30),), 2)] == [3, 7, 10]


def test_one_use_reaches_all_its_channels_soon() -> None:
    places = [place(date(2026, 12, 1)), place(date(2026, 12, 3), 2), place(date(2026, 12, 20), 3)]
    assert days_of([item(channels=(1, 2, 3))], places) == [(1, [(1, 1), (2, 3)])]


# --- with rows ----------------------------------------------------------------
@pytest.fixture
def source(lib: Library, channel: Channel) -> Post:
    """A post that is approved for the first of September, a Tuesday."""
    with time_machine.travel("2026-08-01T09:00:00+00:00", tick=False):
        draft = simple(channel, text="We lend tools, too", at="2026-08-04T10:00")
        return approved(lib.alice, lib.sam, lib.north, draft)


@pytest.fixture(autouse=True)
def times(request: pytest.FixtureRequest) -> None:
    """Every day at ten."""
    if "channel" in request.fixturenames:
        at_ten(request.getfixturevalue("channel"))


def at_ten(channel: Channel) -> None:
    Slot.objects.bulk_create(Slot(channel=channel, unit=channel.unit, weekday=day, at=time(10)) for day in range(7))


def put(lib: Library, post: Post, **fields: Any) -> EvergreenItem:
    channels = [target.channel_id for target in post.current.targets.all()]
    return evergreens.put_in(by=lib.alice, post=again(post), terms=Terms(**({"channels": channels} | fields)))


def made(source: Post) -> list[tuple[str, str]]:
    found = Post.objects.exclude(pk=source.pk).select_related("current").order_by("planned_at")
    return [(post.state, post.current.at) for post in found]


def fill() -> int:
    return evergreen_filling.fill_due()


def test_what_it_makes_waits_for_approval_and_is_never_made_twice(
    lib: Library, source: Post, clock: time_machine.Traveller
) -> None:
    put(lib, source)
    before = Delivery.objects.count()
    assert [fill(), fill()] == [1, 0]
    assert made(source) == [("in_review", "2026-11-25T10:00")]
    assert Delivery.objects.count() == before
    assert Notice.objects.filter(message="post.submitted", recipient=lib.sam, params__title="We lend tools, too")
    assert Entry.objects.filter(action="evergreen.made").count() == 1


def test_it_takes_no_time_that_is_spoken_for(
    lib: Library, source: Post, channel: Channel, clock: time_machine.Traveller
) -> None:
    written(lib.erin, lib.north, simple(channel, text="Something else", at="2026-11-25T10:00"))
    put(lib, source)
    fill()
    use = EvergreenUse.objects.get()
    assert (use.channel, use.moment.isoformat()) == (channel, "2026-11-26T10:00:00+00:00")


def test_it_rests_after_the_post_itself_was_said(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    recent = approved(lib.alice, lib.sam, lib.north, simple(channel, text="Fresh words", at="2026-11-24T10:00"))
    put(lib, recent, gap_days=10)
    fill()
    assert made(recent) == [("in_review", "2026-12-04T10:00")]


def test_the_rest_counts_days_on_the_wall_when_the_clocks_change(lib: Library, source: Post) -> None:
    """From Saturday to Sunday 28 March 2027 the clocks go forward: ten o'clock stays ten o'clock."""
    with time_machine.travel("2027-03-20T12:00:00+00:00", tick=False):
        put(lib, source, gap_days=7)
        EvergreenQueue.objects.update(per_week=7)
        fill()
    assert [at for _state, at in made(source)] == ["2027-03-22T10:00", "2027-03-29T10:00"]
    assert [use.moment.hour for use in EvergreenUse.objects.all()] == [10, 9]


def test_used_up_is_used_up(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = put(lib, source, gap_days=1, most_uses=2)
    EvergreenQueue.objects.update(per_week=7)
    assert fill() == 2
    with pytest.raises(Refused, match="as often as it may be"):
        evergreen_filling.make_now(by=lib.alice, item=row)


def test_what_was_withdrawn_is_no_use_and_its_time_is_not_taken_again(
    lib: Library, source: Post, clock: time_machine.Traveller
) -> None:
    put(lib, source, gap_days=1, most_uses=1)
    fill()
    review.withdraw(post=Post.objects.get(state="in_review"), by=lib.alice)
    assert fill() == 1
    assert [str(use.moment.date()) for use in EvergreenUse.objects.all()] == ["2026-11-25", "2026-11-28"]


def test_out_of_season_nothing_is_made(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    put(lib, source, season=("12-05", "12-06"))
    assert fill() == 1
    assert made(source) == [("in_review", "2026-12-05T10:00")]


def test_a_pause_stops_the_item_or_the_queue(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = put(lib, source)
    evergreens.pause(by=lib.alice, item=row)
    assert fill() == 0
    evergreens.resume(by=lib.alice, item=row)
    evergreens.set_queue(by=lib.erin, unit=lib.north, per_week=2, days_ahead=14, filling=False)
    assert fill() == 0
    evergreens.set_queue(by=lib.erin, unit=lib.north, per_week=2, days_ahead=14, filling=True)
    assert fill() == 1


def test_a_removed_one_comes_back_with_its_rest(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = put(lib, source)
    fill()
    evergreens.remove(by=lib.alice, item=row)
    assert fill() == 0
    assert put(lib, source).pk == row.pk
    assert fill() == 0
    with pytest.raises(Refused, match="already"):
        put(lib, source)


# --- does it still hold? ------------------------------------------------------
def told() -> list[tuple[str, str]]:
    return list(Notice.objects.filter(message="evergreen.look").values_list("recipient__email", "params__reason"))


def test_a_stale_one_is_not_used_and_its_owner_is_told_once(
    lib: Library, source: Post, clock: time_machine.Traveller
) -> None:
    row = put(lib, source, look_again=date(2026, 11, 24))
    assert [fill(), fill()] == [0, 0]
    assert told() == [("alice@library.example", "The day on which it was to be looked at again has come")]
    row.refresh_from_db()
    evergreens.looked(by=lib.alice, item=row)
    assert fill() == 1
    row.refresh_from_db()
    assert (row.trouble, row.look_again) == ({}, date(2027, 11, 25))


def test_a_dead_link_stops_it_until_the_link_lives(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, text="Tools: https://library.example/tools"))
    put(lib, post)
    LinkCheck.objects.filter(url="https://library.example/tools").update(outcome="gone")
    assert fill() == 0
    assert told() == [("alice@library.example", "One of its links leads nowhere: https://library.example/tools")]
    LinkCheck.objects.update(outcome="ok")
    assert fill() == 1


def test_what_cannot_go_out_as_it_is_is_not_made(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    put(lib, written(lib.alice, lib.north, simple(channel, text="word " * 2000)))
    assert fill() == 0
    assert len(told()) == 1
    assert Post.objects.count() == 1


def test_without_its_author_the_editors_are_told(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    put(lib, source)
    Membership.objects.filter(user=lib.alice).delete()
    assert [fill(), fill()] == [0, 0]
    assert {person for person, _reason in told()} == {
        "ada@library.example", "erin@library.example", "sam@library.example",
    }  # fmt: skip


def test_it_says_the_words_the_post_has_now_on_the_channels_of_the_item(
    lib: Library, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    at_ten(second)
    post = written(lib.alice, lib.north, simple(channel, text="Old words"))
    put(lib, post, channels=[channel.pk, second.pk])
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="New words"), version=1)
    fill()
    use = Post.objects.exclude(pk=post.pk).get()
    assert (use.title, {target.channel for target in use.current.targets.all()}) == ("New words", {channel, second})


# --- one by hand, and who may -------------------------------------------------
def test_one_now_takes_the_next_time_and_is_reviewed(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row = put(lib, source)
    post = evergreen_filling.make_now(by=lib.erin, item=row)
    assert (post.state, post.current.at, post.author) == ("in_review", "2026-11-24T10:00", lib.erin)
    with pytest.raises(Refused, match=r"rests until 22 February 2027"):
        evergreen_filling.make_now(by=lib.erin, item=row)


def test_one_now_without_a_free_time_says_the_way_out(lib: Library, clock: time_machine.Traveller) -> None:
    bare = make_channel(lib.north, "Without times")
    row = put(lib, written(lib.alice, lib.north, simple(bare)))
    with pytest.raises(Refused, match="Add posting times"):
        evergreen_filling.make_now(by=lib.alice, item=row)


def test_who_may_change_the_queue(lib: Library, source: Post) -> None:
    row = put(lib, source)
    for person in (lib.olga, lib.audit):
        with pytest.raises(policies.NotAllowed):
            evergreens.pause(by=person, item=row)
        with pytest.raises(policies.NotAllowed):
            evergreen_filling.make_now(by=person, item=row)
    with pytest.raises(policies.NotAllowed):
        evergreens.set_queue(by=lib.alice, unit=lib.north, per_week=2, days_ahead=14, filling=True)
    evergreens.pause(by=lib.erin, item=row)
    assert Entry.objects.filter(action="evergreen.paused").get().actor == lib.erin


def test_a_channel_the_unit_cannot_use_is_refused(lib: Library, source: Post) -> None:
    with pytest.raises(Refused, match="Choose at least one channel"):
        put(lib, source, channels=[make_channel(lib.south, "Practice South").pk])
    assert not EvergreenItem.objects.exists()


# --- the pages ----------------------------------------------------------------
def form(channel: Channel, **fields: Any) -> dict[str, Any]:
    given = {"channels": [channel.pk], "gap_days": "60", "season": "all", "look_again": "2027-05-01", "most_uses": ""}
    return given | fields


def test_a_post_is_put_in_from_its_page(
    lib: Library, source: Post, channel: Channel, clock: time_machine.Traveller
) -> None:
    person, where = signed_in(lib.alice), reverse("posts:evergreen_put", args=[source.pk])
    assert where in person.get(reverse("posts:detail", args=[source.pk])).content.decode()
    days = {"season_first_day": "15", "season_first_month": "11", "season_last_day": "6", "season_last_month": "1"}
    answer = person.post(where, form(channel, season="part", most_uses="4") | days, follow=True)
    assert "We lend tools, too" in answer.content.decode()
    row = EvergreenItem.objects.get()
    assert (row.season_first, row.season_last, row.gap_days, row.most_uses) == ("11-15", "01-06", 60, 4)
    assert str(row.look_again) == "2027-05-01"
    shown = person.get(reverse("posts:detail", args=[source.pk])).content.decode()
    assert reverse("posts:evergreen_item", args=[row.pk]) in shown
    assert person.get(where)["Location"] == reverse("posts:evergreen_item", args=[row.pk])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"channels": []}, "Choose at least one channel."),
        ({"gap_days": "0"}, "greater than or equal to 1"),
        ({"season": "part"}, "Choose a day and a month."),
        ({"season": "part", "season_first_day": "31", "season_first_month": "2"}, "This day is in no calendar."),
        ({"look_again": "2026-11-24"}, "Choose a day after today, within a year."),
        ({"look_again": "2029-01-01"}, "Choose a day after today, within a year."),
        ({"most_uses": "many"}, "Enter a whole number."),
    ],
)
def test_terms_that_cannot_be_are_refused_and_kept_as_typed(
    lib: Library, source: Post, channel: Channel, clock: time_machine.Traveller, fields: dict[str, Any], said: str
) -> None:
    where = reverse("posts:evergreen_put", args=[source.pk])
    answer = signed_in(lib.alice).post(where, form(channel, gap_days="77") | fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert answer.context["form"]["gap_days"].value() == fields.get("gap_days", "77")
    assert not EvergreenItem.objects.exists()


def test_the_queue_says_how_each_one_stands(
    lib: Library, source: Post, channel: Channel, clock: time_machine.Traveller
) -> None:
    texts = ("Probably next", "Resting", "Out of season", "Paused", "Needs a look")
    terms: list[dict[str, Any]] = [{}, {}, {"season": ("01-01", "01-02")}, {}, {"look_again": date(2026, 11, 24)}]
    for number, (_text, said) in enumerate(zip(texts, terms, strict=True)):
        post = source if not number else written(lib.alice, lib.north, simple(channel, text=f"Words {number}"))
        row = put(lib, post, **said)
        if number == 1:
            Post.objects.filter(pk=post.pk).update(planned_at=NOW - timedelta(days=1))
        if number == 3:
            evergreens.pause(by=lib.alice, item=row)
    shown = signed_in(lib.audit).get(reverse("posts:evergreen") + f"?unit={lib.north.pk}").content.decode()
    places = [shown.index(text) for text in texts]
    assert places == sorted(places)
    assert "Make one now" not in shown


def test_what_the_buttons_do(lib: Library, source: Post, clock: time_machine.Traveller) -> None:
    row, person = put(lib, source), signed_in(lib.alice)
    act = lambda name: person.post(reverse("posts:evergreen_act", args=[row.pk, name]))  # noqa: E731
    found = []
    for name in ("pause", "pause", "resume", "remove", "restore", "first", "look"):
        assert act(name).status_code == 302
        row.refresh_from_db()
        found.append(row.state)
    assert found == ["paused", "paused", "running", "removed", "running", "running", "running"]
    made_one = act("make")
    assert made_one["Location"] == reverse("posts:detail", args=[Post.objects.get(state="in_review").pk])
    assert act("nonsense").status_code == 404
    assert signed_in(lib.olga).post(reverse("posts:evergreen_act", args=[row.pk, "pause"])).status_code == 404
    assert signed_in(lib.audit).post(reverse("posts:evergreen_act", args=[row.pk, "pause"])).status_code == 403


def test_how_it_fills_is_for_editors(lib: Library, source: Post) -> None:
    where = reverse("posts:evergreen_queue", args=[lib.north.pk])
    assert signed_in(lib.alice).post(where, {"per_week": 3, "days_ahead": 9}).status_code == 403
    assert signed_in(lib.erin).post(where, {"per_week": 0, "days_ahead": 9}).status_code == 422
    assert signed_in(lib.erin).post(where, {"per_week": 3, "days_ahead": 9}).status_code == 302
    queue = EvergreenQueue.objects.get(unit=lib.north)
    assert (queue.per_week, queue.days_ahead, queue.filling) == (3, 9, False)
