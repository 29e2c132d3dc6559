"""The pages of hours and closures, by the answers they give and the rows they leave."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from channels_app.models import Channel
from libsocial.audit.models import Entry
from libsocial.hours import publicdays, selectors
from libsocial.hours.models import Closure, HoursRules, OpeningHours
from libsocial.hours.services import keeping
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, approved, clock, make_channel, simple, submitted  # noqa: F401

FRIDAY = date(2026, 11, 27)


@pytest.fixture
def channel(lib: Library) -> Channel:
    return make_channel(lib.north)


def week(**spans: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in spans.items()}


def closure(**fields: Any) -> dict[str, str]:
    return {"reason": "Stocktaking", "kind": "closed", "first_day": "2026-11-27"} | fields


def test_a_supervisor_enters_the_week_and_the_trail_tells(lib: Library) -> None:
    answer = signed_in(lib.sam).post(
        reverse("hours:week", args=[lib.north.pk]), week(d0_0_opens="10:00", d0_0_closes="17:00")
    )
    assert answer.status_code == 302
    row = OpeningHours.objects.get()
    assert (row.unit, row.weekday, row.opens, row.closes) == (lib.north, 0, time(10), time(17))
    assert Entry.objects.filter(action="hours.week_changed", actor=lib.sam).exists()


def test_a_wrong_week_changes_nothing_and_keeps_what_was_typed(lib: Library) -> None:
    answer = signed_in(lib.sam).post(
        reverse("hours:week", args=[lib.north.pk]), week(d0_0_opens="17:00", d0_0_closes="09:00")
    )
    assert answer.status_code == 422
    assert b"It closes before it opens" in answer.content
    assert b'value="17:00"' in answer.content
    assert not OpeningHours.objects.exists()


def test_an_author_may_read_and_not_write(lib: Library) -> None:
    person = signed_in(lib.alice)
    assert person.get(reverse("hours:unit", args=[lib.north.pk])).status_code == 200
    assert person.post(reverse("hours:week", args=[lib.north.pk]), {}).status_code == 403
    assert person.get(reverse("hours:closure_new", args=[lib.north.pk])).status_code == 403
    assert signed_in(lib.olga).get(reverse("hours:unit", args=[lib.north.pk])).status_code == 404


def test_quiet_hours_of_the_library_are_ended_in_one_branch_only(lib: Library) -> None:
    keeping.add_quiet(by=lib.ada, unit=lib.root, weekdays=range(7), begins=time(22), ends=time(7))
    signed_in(lib.sam).post(reverse("hours:quiet_end", args=[lib.north.pk, 0]))
    assert selectors.calendar_of(lib.north).quiet == ()
    assert selectors.calendar_of(lib.south).quiet
    signed_in(lib.sam).post(reverse("hours:follow", args=[lib.north.pk, "quiet"]))
    assert selectors.calendar_of(lib.north).quiet


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"first_day": "2026-11-27", "last_day": "2026-11-26"}, "It ends before it begins"),
        ({"begins": "17:00", "ends": "10:00"}, "It ends before it begins"),
        ({"begins": "25:00"}, "This is not a time"),
        ({"last_day": "2029-11-26"}, "At most one year at a time"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_a_closure_that_cannot_be_is_refused(lib: Library, fields: dict[str, str], said: str) -> None:
    answer = signed_in(lib.sam).post(reverse("hours:closure_new", args=[lib.north.pk]), closure(**fields))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Closure.objects.exists()


def test_a_closure_lists_what_it_touches_and_asks_for_each(
    lib: Library,
    channel: Channel,
    clock: time_machine.Traveller,  # noqa: F811
) -> None:
    """Friday is closed: the approved post is held, the one in review moves, a service notice is not asked about."""
    spans = [OpeningHours(unit=lib.north, weekday=day, opens=time(10), closes=time(17)) for day in range(7)]
    OpeningHours.objects.bulk_create(spans)
    held = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2026-11-27T11:00", text="Held"))
    moved = submitted(lib.alice, lib.north, simple(channel, at="2026-11-27T12:00", text="Moved"))
    notice = submitted(lib.alice, lib.north, simple(channel, at="2026-11-27T12:30", text="Notice", service=True))
    beside = submitted(lib.alice, lib.north, simple(channel, at="2026-11-28T12:00", text="Beside"))
    person, where = signed_in(lib.sam), reverse("hours:closure_new", args=[lib.north.pk])
    shown = person.post(where, closure())
    assert [one.key for one in shown.context["touched"]] == [f"post-{held.pk}", f"post-{moved.pk}"]
    assert not Closure.objects.exists()
    chosen = {f"on-post-{held.pk}": "hold", f"on-post-{moved.pk}": "move", "decided": "1"}
    assert person.post(where, closure(**chosen)).status_code == 302
    assert Closure.objects.get().last_day == FRIDAY
    assert Delivery.objects.get().state == "held"
    assert again(held).state == "approved"
    assert (again(moved).current.at, again(moved).state) == ("2026-11-28T10:00", "in_review")
    assert again(notice).current.at == "2026-11-27T12:30"
    assert again(beside).current.at == "2026-11-28T12:00"


def test_what_moves_after_approval_needs_its_approval_again(
    lib: Library,
    channel: Channel,
    clock: time_machine.Traveller,  # noqa: F811
) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2026-11-27T11:00"))
    chosen = {f"on-post-{post.pk}": "move", "decided": "1"}
    signed_in(lib.sam).post(reverse("hours:closure_new", args=[lib.north.pk]), closure(**chosen))
    assert (again(post).state, again(post).current.at) == ("in_review", "2026-11-28T09:00")
    assert Delivery.objects.get().state == "cancelled"


def test_a_closure_is_lifted_once(lib: Library) -> None:
    row = Closure.objects.create(unit=lib.north, first_day=FRIDAY, last_day=FRIDAY, reason="Roof")
    person = signed_in(lib.sam)
    person.post(reverse("hours:closure_lift", args=[row.pk]))
    person.post(reverse("hours:closure_lift", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.lifted_by) == ("lifted", lib.sam)
    assert Entry.objects.filter(action="closure.lifted").count() == 1


def test_public_holidays_are_proposed_and_closed_only_when_ticked(
    lib: Library,
    clock: time_machine.Traveller,  # noqa: F811
) -> None:
    HoursRules.objects.create(unit=lib.root, country="GB", region="SCT")
    person, page = signed_in(lib.sam), reverse("hours:closures", args=[lib.north.pk])
    shown = person.get(page).content.decode()
    assert "Boxing Day" in shown
    assert not Closure.objects.exists()
    for _twice in range(2):
        person.post(reverse("hours:holidays", args=[lib.north.pk]), {"day": ["2026-12-25", "2026-12-24", "x"]})
    assert [(row.reason, row.source) for row in Closure.objects.all()] == [("Christmas Day", "holiday")]


@pytest.mark.parametrize(
    ("country", "region", "said"),
    [("XX", "", "is not a country whose public holidays are known"), ("GB", "BY", "is not a region of this country")],
)
def test_a_place_without_holidays_is_refused(lib: Library, country: str, region: str, said: str) -> None:
    answer = signed_in(lib.sam).post(
        reverse("hours:rules", args=[lib.north.pk]), {"country": country, "region": region}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not HoursRules.objects.exists()


def test_every_country_on_offer_has_holidays_to_propose() -> None:
    codes = dict(publicdays.countries())
    assert {"GB", "US", "DE", "FR"} <= codes.keys()
    assert publicdays.of_year("GB", "ZZ", 2026) == []
