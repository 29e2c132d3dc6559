"""What is named before anybody sends a post."""

from __future__ import annotations

import pytest
import time_machine

from channels_app.models import Channel
from libsocial.notices import catalogue
from posts import messages, problems
from posts.drafting import Draft, DraftPart, DraftTarget, DraftVariant
from tests.cast import Library
from tests.posts.conftest import make_channel, simple


def found(lib: Library, draft: Draft) -> list[tuple[str, str]]:
    report = problems.of_draft(draft, unit=lib.north)
    return [(problem.message, problem.severity) for problem in report.all]


def test_a_good_post_has_no_problem(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    assert found(lib, simple(channel, at="2026-12-01T10:00")) == []


@pytest.mark.parametrize(
    ("at", "message", "severity"),
    [
        ("2026-11-24T08:58", "post.time_passed", "block"),
        ("2027-03-28T01:30", "post.time_gap", "warn"),
        ("2027-10-31T01:30", "post.time_twice", "warn"),
    ],
)
def test_times_that_are_over_missing_or_doubled_are_said(
    lib: Library, channel: Channel, clock: time_machine.Traveller, at: str, message: str, severity: str
) -> None:
    assert found(lib, simple(channel, at=at)) == [(message, severity)]


def test_a_channel_with_its_own_time_is_judged_by_it(
    lib: Library, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    draft = Draft(
        parts=(DraftPart("x"),),
        at="2026-12-01T10:00",
        zone="Europe/London",
        targets=(DraftTarget(channel.pk), DraftTarget(second.pk, at="2026-11-01T10:00")),
    )
    report = problems.of_draft(draft, unit=lib.north)
    assert [problem.message for problem in report.channels[second.pk]] == ["post.time_passed"]
    assert report.channels[channel.pk] == ()


@pytest.mark.parametrize(
    ("state", "message", "severity"),
    [
        ("needs_reconnect", "post.channel_reconnect", "warn"),
        ("paused", "post.channel_paused", "warn"),
        ("disconnected", "post.channel_disconnected", "block"),
    ],
)
def test_a_channel_that_does_not_work_is_said(lib: Library, state: str, message: str, severity: str) -> None:
    assert found(lib, simple(make_channel(lib.north, state=state))) == [(message, severity)]


def test_a_channel_that_is_not_ours_any_more_blocks(lib: Library) -> None:
    assert found(lib, simple(make_channel(lib.south))) == [("post.channel_not_lent", "block")]


def test_a_variant_alone_is_a_post(lib: Library, channel: Channel) -> None:
    draft = Draft(targets=(DraftTarget(channel.pk, DraftVariant((DraftPart("Own words"),))),), zone="Europe/London")
    assert found(lib, draft) == []


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦🎉", "שלום", "e\u0301\u0323", "مكتبة"])
def test_every_script_may_be_posted(lib: Library, channel: Channel, text: str) -> None:
    assert found(lib, simple(channel, text=text)) == []


def test_a_text_of_a_hundred_thousand_letters_is_refused_with_its_length(lib: Library, channel: Channel) -> None:
    report = problems.of_draft(simple(channel, text="x" * 100_000), unit=lib.north)
    assert [problem.severity for problem in report.all] == ["block"]
    assert "99" in problems.sentence(report.all[0])


def test_every_message_of_posts_reads_as_sentences_without_gaps() -> None:
    params = dict.fromkeys(("title", "person", "channel", "typed", "wall", "reason"), "X")
    for key, message in messages.MESSAGES.items():
        shown = catalogue.render(key, params)
        assert "{" not in shown.heading + shown.body, key
        assert shown.severity == message.severity
