"""The form of a week: what is typed stays, what is wrong is named in the line it is about."""

from __future__ import annotations

from datetime import time

import pytest
from django.utils import translation

from libsocial.hours import week
from libsocial.hours.reckoning import Span


def typed(**fields: str) -> week.Week:
    with translation.override("en"):
        return week.judge(week.read({name.replace("_", "-"): value for name, value in fields.items()}))


def error_of(found: week.Week) -> str:
    return next((line.error for day in found.days for line in day.lines if line.error), "")


def test_a_week_with_a_break_and_a_late_night() -> None:
    found = typed(
        d0_0_opens="09:00", d0_0_closes="12:00", d0_1_opens="14:00", d0_1_closes="18:00",
        d4_0_opens="18:00", d4_0_closes="01:00", d4_0_overnight="on",
    )  # fmt: skip
    assert found.valid
    assert Span(4, time(18), time(1), True) in found.spans
    assert week.of_spans(tuple(found.spans)).days[0].lines[1].opens == "14:00"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"d0_0_opens": "25:00", "d0_0_closes": "26:00"}, "“25:00” is not a time. Use 00:00 to 23:59."),
        ({"d0_0_opens": "17:00", "d0_0_closes": "09:00"}, "It closes before it opens."),
        ({"d0_0_opens": "09:00", "d0_0_closes": "17:00", "d0_0_overnight": "on"}, "more than a whole day"),
        ({"d0_0_opens": "09:00"}, "One of the two times is missing."),
        (
            {"d0_0_opens": "09:00", "d0_0_closes": "13:00", "d0_1_opens": "12:00", "d0_1_closes": "15:00"},
            "These hours overlap",
        ),
        # Sunday night runs into Monday morning.
        (
            {"d6_0_opens": "20:00", "d6_0_closes": "02:00", "d6_0_overnight": "on"}
            | {"d0_0_opens": "01:00", "d0_0_closes": "05:00"},
            "These hours overlap",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(fields: dict[str, str], said: str) -> None:
    found = typed(**fields)
    assert not found.valid
    assert said in error_of(found)
    assert found.days[0].lines[0].opens == fields.get("d0_0_opens", "")


def test_two_spans_that_touch_do_not_overlap() -> None:
    assert typed(d0_0_opens="09:00", d0_0_closes="13:00", d0_1_opens="13:00", d0_1_closes="15:00").valid


def test_a_day_is_copied_onto_others() -> None:
    found = week.read({"d0-0-opens": "09:00", "d0-0-closes": "17:00"})
    found.copy(0, [0, 1, 2])
    assert [day.lines[0].opens for day in found.days[:4]] == ["09:00", "09:00", "09:00", ""]
