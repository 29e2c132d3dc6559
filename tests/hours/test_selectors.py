"""A unit without hours of its own follows the unit above it; closures hold downwards."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from libsocial.accounts.models import Unit
from libsocial.hours import selectors
from libsocial.hours.models import Closure, HoursRules, OpeningHours, QuietHours
from libsocial.hours.reckoning import Quiet, Span
from tests.cast import Library

pytestmark = pytest.mark.bothdbs
FRIDAY = date(2030, 11, 29)


def closure(unit: Unit, **fields: Any) -> Closure:
    return Closure.objects.create(unit=unit, **({"first_day": FRIDAY, "last_day": FRIDAY, "reason": "Roof"} | fields))


def test_a_branch_follows_the_library_until_it_has_hours_of_its_own(lib: Library) -> None:
    OpeningHours.objects.create(unit=lib.root, weekday=0, opens=time(9), closes=time(17))
    QuietHours.objects.create(unit=lib.root, weekdays=[0, 1], begins=time(22), ends=time(7))
    assert selectors.calendar_of(lib.north).spans == selectors.calendar_of(lib.root).spans
    OpeningHours.objects.create(unit=lib.north, weekday=1, opens=time(11), closes=time(13))
    hours = selectors.calendar_of(lib.north)
    assert [span.weekday for span in hours.spans or ()] == [1]
    assert hours.quiet == selectors.calendar_of(lib.root).quiet


def test_a_unit_may_say_that_it_has_none(lib: Library) -> None:
    OpeningHours.objects.create(unit=lib.root, weekday=0, opens=time(9), closes=time(17))
    HoursRules.objects.create(unit=lib.north, own_week=True)
    assert selectors.calendar_of(lib.north).spans == ()
    assert selectors.calendar_of(lib.south).spans


def test_closures_of_the_library_hold_in_its_branches_and_not_the_other_way(lib: Library) -> None:
    mine, all_of_us = closure(lib.north), closure(lib.root)
    closure(lib.north, state="lifted")
    assert {row.pk for row in selectors.closures_between([lib.north], FRIDAY, FRIDAY)} == {mine.pk, all_of_us.pk}
    assert {row.pk for row in selectors.closures_between([lib.south], FRIDAY, FRIDAY)} == {all_of_us.pk}
    assert {shut.pk for shut in selectors.calendar_of(lib.north).closures} == {mine.pk, all_of_us.pk}


def test_many_units_cost_as_much_as_one(lib: Library, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert len(selectors.of_many([lib.root, lib.north, lib.south])) == 3


@pytest.mark.parametrize("name", ["north", "root"])
def test_people_see_the_closures_that_hold_for_them(lib: Library, name: str) -> None:
    row = closure(getattr(lib, name))
    assert Closure.objects.visible_to(lib.alice).filter(pk=row.pk).exists()
    assert Closure.objects.visible_to(lib.olga).filter(pk=row.pk).exists() is (name == "root")


def test_every_matter_comes_back_as_it_was_entered(lib: Library) -> None:
    OpeningHours.objects.create(unit=lib.north, weekday=4, opens=time(18, 30), closes=time(1), overnight=True)
    QuietHours.objects.create(unit=lib.north, weekdays=[6], begins=time(22), ends=time(7))
    HoursRules.objects.create(unit=lib.root, country="GB", region="SCT", closed_rule="block")
    row = closure(lib.north, kind="limited", begins=time(12), words="Use the side door.", source="feed")
    hours = selectors.calendar_of(lib.north)
    assert hours.spans == (Span(4, time(18, 30), time(1), True),)
    assert hours.quiet == (Quiet(frozenset({6}), time(22), time(7)),)
    assert hours.closures == (selectors.shut_of(row),)
    assert (hours.country, hours.region, hours.closed_rule, hours.outside_rule) == ("GB", "SCT", "block", "off")
