"""Charts as positions: gaps stay gaps, zero is not nothing, and the table tells the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libsocial.core import charts
from libsocial.core.charts import Series, bar_chart, line_chart, sparkline

LABELS = ["Mon", "Tue", "Wed", "Thu", "Fri"]


def one(values: list[float | None]) -> charts.LineChart:
    return line_chart(title="Reach", labels=LABELS, series=[Series("Now", values)])


def test_a_missing_day_breaks_the_line_and_is_said_in_the_table() -> None:
    chart = one([1, 2, None, 4, 5])
    assert chart.lines[0].path.count("M") == 2
    assert chart.rows[2].cells == (None,)
    assert chart.hits[2].text == "Wed\nNow: –"


def test_a_lone_value_between_gaps_is_a_dot() -> None:
    chart = one([None, 2, None, None, None])
    assert chart.lines[0].path == ""
    assert [dot.label for dot in chart.lines[0].dots] == ["Tue"]
    assert not chart.is_empty


def test_zero_is_drawn_on_the_base_and_nothing_is_not_drawn() -> None:
    assert one([0, 0, 0, 0, 0]).lines[0].path.startswith(f"M0 {charts.HEIGHT - charts.BOTTOM}")
    assert one([None] * 5).is_empty


def test_the_axis_ends_on_a_round_number_above_the_highest() -> None:
    assert [tick.label for tick in one([1, 30, 87, 3, 4]).y_ticks] == ["0", "25", "50", "75", "100"]
    assert [tick.label for tick in one([0, 1, 1, 2, 1]).y_ticks] == ["0", "1", "2"]


def test_many_labels_are_thinned_with_both_ends_kept() -> None:
    labels = [str(day) for day in range(1, 32)]
    chart = line_chart(title="x", labels=labels, series=[Series("a", [1] * 31)])
    assert [chart.x_ticks[0].label, chart.x_ticks[-1].label] == ["1", "31"]
    assert len(chart.x_ticks) <= 6
    assert (chart.x_ticks[0].anchor, chart.x_ticks[-1].anchor) == ("start", "end")


def test_values_and_labels_must_match_in_number() -> None:
    with pytest.raises(ValueError, match="'Now' has 2 values for 5 labels"):
        one([1, 2])
    with pytest.raises(ValueError, match="at most 4"):
        line_chart(title="x", labels=["a"], series=[Series("s", [1])] * 5)


def test_bars_are_shares_of_the_longest_and_unknown_has_no_bar() -> None:
    chart = bar_chart(title="x", name="n", items=[("a", 10), ("b", 5), ("c", None), ("d", 0)])
    assert [bar.width for bar in chart.bars] == [100, 50, None, 0]
    assert [bar.text for bar in chart.bars] == ["10", "5", None, "0"]


def test_a_sparkline_that_ends_in_a_gap_has_no_end_point() -> None:
    assert sparkline(title="x", values=[1, 2, None]).end is None
    assert sparkline(title="x", values=[1, 2, 3]).end.x == 98
    assert sparkline(title="x", values=[]).path == ""


@given(st.lists(st.none() | st.floats(0, 1e9), min_size=1, max_size=60))
def test_every_known_value_lies_inside_the_drawing(values: list[float | None]) -> None:
    chart = line_chart(title="x", labels=[str(n) for n in range(len(values))], series=[Series("s", values)])
    numbers = [float(number) for number in chart.lines[0].path.replace("M", " ").replace("L", " ").split()]
    assert all(0 <= across <= 100 for across in numbers[0::2])
    assert all(charts.TOP <= down <= charts.HEIGHT - charts.BOTTOM for down in numbers[1::2])
    assert [row.cells[0] is None for row in chart.rows] == [value is None for value in values]


def level(values: list[float | None]) -> charts.LineChart:
    return line_chart(title="Followers", labels=LABELS, series=[Series("Now", values)], from_zero=False)


def test_the_axis_of_a_level_begins_below_the_lowest_so_that_its_change_is_seen() -> None:
    assert [tick.label for tick in level([3303, 3310, None, 3390, 3415]).y_ticks] == [
        "3,300",
        "3,350",
        "3,400",
        "3,450",
    ]
    assert [tick.label for tick in level([7, 7, 7, 7, 7]).y_ticks] == ["7", "8"]
    assert [tick.label for tick in level([0, 0, None, 0, 0]).y_ticks] == ["0", "1"]


@given(st.lists(st.none() | st.floats(0, 1e9), min_size=5, max_size=5))
def test_every_level_lies_inside_the_drawing(values: list[float | None]) -> None:
    numbers = [float(number) for number in level(values).lines[0].path.replace("M", " ").replace("L", " ").split()]
    assert all(charts.TOP <= down <= charts.HEIGHT - charts.BOTTOM for down in numbers[1::2])
    assert len(level(values).y_ticks) <= 7
