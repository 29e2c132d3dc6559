"""Times that speak against a post: closures, quiet hours, opening hours and embargoes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel, PracticePost
from channels_app.practice.services import ensure_practice
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Role, Unit
from libsocial.accounts.policies import NotAllowed
from libsocial.hours.models import Closure, HoursRules, OpeningHours
from libsocial.hours.services import keeping
from libsocial.notices.models import Notice
from posts import drafting, fixing, problems
from posts.drafting import Draft, DraftPart
from posts.models import Embargo
from posts.services import embargoes, review
from scheduler import engine
from scheduler.models import Delivery
from tests.cast import Library, person, signed_in
from tests.pages.world import picture
from tests.posts.conftest import NOW, again, approved, simple, submitted, written

FRIDAY = date(2026, 11, 27)


def told(draft: Draft, unit: Unit) -> list[tuple[str, str]]:
    return [(problem.message, problem.severity) for problem in problems.of_draft(draft, unit=unit).all]


def close(unit: Unit, **fields: Any) -> Closure:
    return Closure.objects.create(unit=unit, **({"first_day": FRIDAY, "last_day": FRIDAY, "reason": "Roof"} | fields))


# --- closures and quiet hours -----------------------------------------------


@pytest.mark.parametrize(
    ("rule", "severity"), [("", "warn"), ("block", "block"), ("off", None)]
)  # fmt: skip
def test_a_post_inside_a_closure_is_told_as_the_rules_say(
    lib: Library, channel: Channel, clock: time_machine.Traveller, rule: str, severity: str | None
) -> None:
    close(lib.root)
    HoursRules.objects.create(unit=lib.north, closed_rule=rule)
    draft = simple(channel, at="2026-11-27T11:00")
    assert told(draft, lib.north) == ([("post.closed", severity)] if severity else [])
    assert told(replace(draft, service=True), lib.north) == []
    assert told(replace(draft, at="2026-11-28T11:00"), lib.north) == []


def test_the_fix_moves_the_post_to_the_next_opening(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    OpeningHours.objects.create(unit=lib.north, weekday=5, opens=time(10), closes=time(13))
    close(lib.north)
    draft = simple(channel, at="2026-11-27T11:00")
    (problem,) = problems.of_draft(draft, unit=lib.north).channels[channel.pk]
    assert fixing.label(problem.fix)
    mended = fixing.apply(draft, draft.targets[0], problem, None, {})  # type: ignore[arg-type]
    assert mended.at == "2026-11-28T10:00"
    assert told(mended, lib.north) == []


def test_quiet_hours_are_told_and_evening_posts_are_not(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    OpeningHours.objects.create(unit=lib.north, weekday=4, opens=time(10), closes=time(17))
    keeping.add_quiet(by=lib.sam, unit=lib.north, weekdays=range(7), begins=time(22), ends=time(7))
    assert told(simple(channel, at="2026-11-27T23:00"), lib.north) == [("post.quiet_hours", "warn")]
    assert told(simple(channel, at="2026-11-27T19:00"), lib.north) == []
    HoursRules.objects.filter(unit=lib.north).update(outside_rule="warn")
    assert told(simple(channel, at="2026-11-27T19:00"), lib.north) == [("post.outside_hours", "warn")]


def test_as_soon_as_approved_is_told_of_a_closure_of_this_moment(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    close(lib.north, first_day=NOW.date(), last_day=NOW.date())
    assert told(simple(channel), lib.north) == [("post.closed", "warn")]


def test_the_tick_of_a_service_notice_is_kept_and_leaves_old_digests_alone(lib: Library, channel: Channel) -> None:
    draft = simple(channel, service=True)
    post = written(lib.alice, lib.north, draft)
    assert drafting.of_revision(again(post).current).service
    assert "service" not in simple(channel).to_json()
    shown = signed_in(lib.alice).get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert 'name="service" checked' in shown


# --- embargoes --------------------------------------------------------------


def embargo(lib: Library, words: str = "The Silent Lighthouse\n978-0-00-000000-2", **fields: Any) -> Embargo:
    until = datetime(2026, 11, 26, 0, 1)
    given = {"by": lib.sam, "unit": lib.north, "until": until, "zone": "Europe/London", "reason": "Publication day"}
    return embargoes.place(words=words, **(given | fields))


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("Read THE SILENT LIGHTHOUSE now", True),
        ("The silent  lighthouse’s keeper", True),
        ("ISBN 9780000000002", True),
        ("ISBN 978 0 00 000000 2", True),
        ("The Silent Lighthouses of Kent", False),
        ("Story time", False),
    ],
)
def test_words_under_embargo_are_found_however_they_are_written(
    lib: Library, channel: Channel, clock: time_machine.Traveller, text: str, stopped: bool
) -> None:
    embargo(lib)
    found = told(simple(channel, text=text, at="2026-11-25T10:00"), lib.north)
    assert found == ([("post.embargoed", "block")] if stopped else [])
    assert told(simple(channel, text=text, at="2026-11-26T00:01"), lib.north) == []


def test_it_holds_below_and_not_beside(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    desk = Unit.objects.plant(name="Desk", parent=lib.north)
    embargo(lib)
    draft = simple(channel, text="The Silent Lighthouse")
    assert ("post.embargoed", "block") in told(draft, desk)
    assert ("post.embargoed", "block") not in told(draft, lib.south)


def test_a_version_of_one_channel_and_the_words_of_a_picture_count(
    lib: Library, channel: Channel, second: Channel, clock: time_machine.Traveller
) -> None:
    embargo(lib)
    draft = simple(channel, second)
    own = drafting.DraftVariant((DraftPart("The Silent Lighthouse"),))
    draft = replace(draft, targets=(draft.targets[0], replace(draft.targets[1], variant=own)))
    report = problems.of_draft(draft, unit=lib.north)
    assert [len(report.channels[one.pk]) for one in (channel, second)] == [0, 1]


def test_what_was_approved_before_does_not_leave_one_second_early(lib: Library, clock: time_machine.Traveller) -> None:
    """The embargo comes after the approval: at the end only the guard before the request stands in the way."""
    practice = ensure_practice(lib.north, by=lib.ada)
    post = approved(
        lib.alice, lib.sam, lib.north, simple(practice, text="The Silent Lighthouse", at="2026-11-26T00:00")
    )
    embargo(lib)
    delivery = Delivery.objects.get()
    clock.move_to(datetime.fromisoformat("2026-11-26T00:00:59+00:00"))
    assert engine.deliver(delivery.pk) == "failed"
    assert not PracticePost.objects.exists()
    assert Notice.objects.filter(message="post.still_embargoed", recipient=lib.alice).exists()
    clock.move_to(datetime.fromisoformat("2026-11-26T00:01:00+00:00"))
    signed_in(lib.sam).post(reverse("scheduler:action", args=[delivery.pk, "retry"]))
    assert engine.deliver(delivery.pk) == "published"
    assert PracticePost.objects.get().account.handle
    assert again(post).state == "approved"


def test_nobody_approves_past_an_embargo(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, text="The Silent Lighthouse", at="2026-11-25T10:00"))
    embargo(lib)
    with pytest.raises(problems.Blocked):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)


def test_lifting_it_early_takes_two(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    row = embargo(lib)
    other = person("Second Supervisor", (Role.SUPERVISOR, lib.north))
    with pytest.raises(Refused):
        embargoes.confirm_lift(by=other, embargo=row)
    embargoes.ask_to_lift(by=lib.sam, embargo=row, reason="The publisher allows it")
    assert Notice.objects.filter(message="embargo.lift_asked", recipient=other).exists()
    signed_in(lib.sam).post(reverse("posts:embargo_act", args=[row.pk, "confirm"]))
    assert told(simple(channel, text="The Silent Lighthouse"), lib.north)
    with pytest.raises(NotAllowed):
        embargoes.confirm_lift(by=lib.erin, embargo=row)
    signed_in(other).post(reverse("posts:embargo_act", args=[row.pk, "confirm"]))
    row.refresh_from_db()
    assert (row.state, row.lift_asked_by, row.lifted_by) == ("lifted", lib.sam, other)
    assert told(simple(channel, text="The Silent Lighthouse"), lib.north) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"until": "2020-01-01T10:00"}, "This moment has passed"),
        ({"until": "soon"}, "This is not a date and time"),
        ({"words": " "}, "Say what is under embargo"),
        ({"zone": "Moon/Base"}, "This is not a time zone"),
    ],
)
def test_an_embargo_that_cannot_be_is_refused(lib: Library, fields: dict[str, str], said: str) -> None:
    given = {"unit": str(lib.north.pk), "words": "X", "until": "2199-01-01T10:00", "zone": "UTC", "reason": "Y"}
    answer = signed_in(lib.sam).post(reverse("posts:embargoes"), given | fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Embargo.objects.exists()


def test_a_file_is_under_embargo_with_every_post_that_shows_it(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    asset = picture(lib.north, lib.alice)
    person, where = signed_in(lib.sam), reverse("posts:embargoes")
    assert f"/posts/pictures/{asset.pk}/thumb/" in person.get(where, {"asset": asset.pk}).content.decode()
    given = {"unit": lib.north.pk, "asset": asset.pk, "until": "2199-01-01T10:00", "zone": "UTC", "reason": "Prize"}
    assert person.post(where, given).status_code == 302
    shown = DraftPart("Look", media=(drafting.DraftMedia(asset.pk, alt="Somebody"),))
    draft = replace(simple(channel), parts=(shown,))
    assert told(draft, lib.north) == [("post.embargoed", "block")]
    assert told(simple(channel), lib.north) == []


def test_it_ends_by_itself(lib: Library) -> None:
    with time_machine.travel(NOW):
        embargo(lib)
    assert not Embargo.objects.standing(timezone.now() + timedelta(days=4000)).exists()
