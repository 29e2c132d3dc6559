from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posts import drafting, schedule
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget, DraftVariant

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["parts", "targets", "language", "content_warning", "at", "zone", "note"])


def full_draft() -> Draft:
    part = DraftPart("Story time", (DraftMedia(3, "Children listen"),), drafting.DraftCard("https://l.example/", "T"))
    return Draft(
        parts=(part, DraftPart("Second")),
        language="en",
        content_warning="",
        at="2026-12-01T10:00",
        zone="Europe/London",
        targets=(
            DraftTarget(1),
            DraftTarget(2, DraftVariant((DraftPart("Short"),), "Loud"), {"visibility": "unlisted"}, "2026-12-02T11:30"),
        ),
        note="Ask Mary",
    )


def test_a_draft_survives_its_json_form() -> None:
    draft = full_draft()
    assert Draft.from_json(json.loads(json.dumps(draft.to_json()))) == draft


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, JSON, max_size=7))
def test_whatever_a_browser_sends_becomes_a_draft_without_an_error(data: dict[str, object]) -> None:
    draft = drafting.read(data).draft
    assert Draft.from_json(draft.to_json()) == draft


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "🎉👩‍👩‍👧‍👦🏳️‍🌈" * 20,
        "שלום לכולם",
        "e\u0301" * 500,
        "Z\u0351\u036b\u0343" * 300,
        "  spaces kept  ",
    ],
    ids=["very long", "only emoji", "right to left", "combining", "stacked", "spaces"],
)
def test_text_is_kept_letter_for_letter(text: str) -> None:
    assert drafting.read({"parts": [{"text": text}]}).draft.parts[0].text == text


def test_what_a_database_cannot_hold_is_mended() -> None:
    text = drafting.read({"parts": [{"text": "a\x00b\r\nc\ud83d\ude00d\udc00"}]}).draft.parts[0].text
    assert text == "ab\nc😀d\ufffd"


@pytest.mark.parametrize("typed", ["tomorrow", "2026-13-01T10:00", "99999-01-01T10:00", "2026-01-01T10:00+02:00"])
def test_a_time_that_is_none_is_a_problem_of_its_field(typed: str) -> None:
    reading = drafting.read({"parts": [{"text": "kept"}], "at": typed, "targets": [{"channel": 7, "at": typed}]})
    assert sorted(problem.field for problem in reading.problems) == ["at", "targets.7.at"]
    assert reading.draft.parts[0].text == "kept"


def test_an_unknown_zone_is_said_and_the_units_own_is_used() -> None:
    reading = drafting.read({"zone": "Mars/Base"}, zone="Europe/Madrid")
    assert [problem.field for problem in reading.problems] == ["zone"]
    assert reading.draft.zone == "Europe/Madrid"


def test_a_channel_counts_once() -> None:
    reading = drafting.read({"targets": [{"channel": 1}, {"channel": "1"}, {"channel": 2}]})
    assert [target.channel for target in reading.draft.targets] == [1, 2]


def test_the_note_and_the_order_of_channels_do_not_make_another_post() -> None:
    one = Draft(targets=(DraftTarget(1), DraftTarget(2)), note="a")
    two = Draft(targets=(DraftTarget(2), DraftTarget(1)), note="b")
    assert one.same_post(two)
    assert not one.same_post(Draft(targets=(DraftTarget(1),)))


@pytest.mark.parametrize(
    ("text", "title"),
    [("Story time\n\non Tuesday", "Story time on Tuesday"), ("   ", ""), ("x" * 300, "x" * 119 + "…")],
)
def test_the_title_is_the_first_words(text: str, title: str) -> None:
    assert Draft(parts=(DraftPart(text),)).title() == title


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦" * 60, "e\u0301" * 200, "क्षत्रिय " * 60, "Z" + "\u0351" * 5000])
def test_a_title_never_breaks_a_letter_and_fits_its_column(text: str) -> None:
    title = Draft(parts=(DraftPart(text),)).title()
    assert len(title) <= 120
    assert title.rstrip("…") == "" or text.startswith(title[:-1])


# --- times ------------------------------------------------------------------


def test_a_time_in_the_spring_gap_moves_forward() -> None:
    moment = schedule.moment_of("2026-03-29T01:30", "Europe/London")
    assert moment is not None
    assert (moment.note, moment.wall.hour, moment.wall.minute) == ("gap", 2, 30)


def test_a_time_that_happens_twice_means_the_first() -> None:
    moment = schedule.moment_of("2026-10-25T01:30", "Europe/London")
    assert moment is not None
    assert (moment.note, moment.utc.hour) == ("twice", 0)


def test_the_same_wall_time_stays_on_both_sides_of_a_clock_change() -> None:
    before = schedule.moment_of("2026-10-24T10:00", "Europe/London")
    after = schedule.moment_of("2026-10-26T10:00", "Europe/London")
    assert before is not None
    assert after is not None
    assert (before.utc.hour, after.utc.hour) == (9, 10)


def test_the_first_planned_moment_is_the_earliest_of_all_channels() -> None:
    draft = Draft(at="2026-12-05T10:00", targets=(DraftTarget(1), DraftTarget(2, at="2026-12-04T10:00")))
    first = schedule.first_moment(draft)
    assert first is not None
    assert first.day == 4
