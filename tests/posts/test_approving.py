"""Who has to say yes: steps, channel reviewers, deputies, guests, urgent words. As stories."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import Deputy, Role, Unit, User
from libsocial.accounts.services import deputies
from libsocial.audit.models import Entry
from libsocial.hours.models import OpeningHours
from libsocial.notices.models import Notice
from posts import workflow
from posts.models import BreakGlass, Guest, Review, Step
from posts.services import deciding, glass, guests, reminding, review, stepping
from posts.workflow import NotPossible
from scheduler.models import Delivery
from tests import cast
from tests.cast import Library
from tests.posts.conftest import again, make_channel, simple, submitted

LATER = "2190-01-10T10:00"


@pytest.fixture
def rita(lib: Library) -> User:
    """A second supervisor of North."""
    return cast.person("Rita Reviewer", (Role.SUPERVISOR, lib.north))


def allow(unit: Unit, **rules: object) -> None:
    Unit.objects.filter(pk=unit.pk).update(**rules)
    unit.refresh_from_db()


def says_yes(person: User | Guest, post: object) -> bool:
    return review.approve(post=again(post), by=person, digest=again(post).current.digest)


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(recipient=person).order_by("id").values_list("message", flat=True))


def trail(action: str) -> int:
    return Entry.objects.filter(action=action).count()


# --- steps ----------------------------------------------------------------------
def test_steps_are_taken_in_their_order_and_the_next_ones_are_asked_then(
    lib: Library, channel: Channel, rita: User
) -> None:
    stepping.put_step(by=lib.ada, unit=lib.north, name="Facts", people=[rita])
    stepping.put_step(by=lib.ada, unit=lib.north, name="Tone", people=[lib.sam])
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert told(rita) == ["post.submitted"]
    assert told(lib.sam) == []
    with pytest.raises(NotPossible, match="waits for Rita Reviewer"):
        says_yes(lib.sam, post)
    assert says_yes(rita, post) is False
    assert told(lib.sam) == ["post.submitted"]
    assert says_yes(lib.sam, post) is True


def test_every_one_of_them_means_every_one(lib: Library, channel: Channel, rita: User) -> None:
    stepping.put_step(by=lib.ada, unit=lib.north, kind="all", people=[rita, lib.sam])
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert says_yes(rita, post) is False
    with pytest.raises(NotPossible):
        says_yes(lib.ada, post)
    assert says_yes(lib.sam, post) is True


def test_two_of_three_are_two_people(lib: Library, channel: Channel, rita: User) -> None:
    stepping.put_step(by=lib.ada, unit=lib.north, number=2, people=[rita, lib.sam, lib.ada])
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert says_yes(rita, post) is False
    with pytest.raises(NotPossible, match="You have approved"):
        says_yes(rita, post)
    assert says_yes(lib.ada, post) is True


def test_one_person_does_not_take_two_steps(lib: Library, channel: Channel) -> None:
    stepping.put_step(by=lib.ada, unit=lib.north)
    stepping.put_step(by=lib.ada, unit=lib.north)
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert says_yes(lib.sam, post) is False
    with pytest.raises(NotPossible):
        says_yes(lib.sam, post)
    assert says_yes(lib.ada, post) is True


def test_a_step_may_ask_a_role_and_units_below_follow(lib: Library, channel: Channel) -> None:
    stepping.put_step(by=lib.ada, unit=lib.root, role=Role.ADMIN)
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    with pytest.raises(NotPossible, match="Ada Administrator"):
        says_yes(lib.sam, post)
    assert says_yes(lib.ada, post) is True


def test_a_channel_may_have_reviewers_of_its_own(lib: Library, channel: Channel, rita: User) -> None:
    stepping.set_reviewers(by=lib.ada, channel=channel, people=[rita])
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert says_yes(lib.sam, post) is False
    assert says_yes(rita, post) is True
    stepping.set_reviewers(by=lib.ada, channel=channel, people=[])
    assert says_yes(lib.sam, submitted(lib.alice, lib.north, simple(channel, at=LATER))) is True


def test_one_press_counts_for_the_unit_and_for_the_channel(lib: Library, channel: Channel) -> None:
    stepping.set_reviewers(by=lib.ada, channel=channel, people=[lib.sam])
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert says_yes(lib.sam, post) is True
    assert Review.objects.count() == 2


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"kind": "all"}, "Name the people"),
        ({"number": 9}, "between 1 and 5"),
        ({"role": "editor"}, "Choose from the lists"),
        ({"kind": "some"}, "Choose from the lists"),
    ],
)
def test_a_step_nobody_could_take_is_refused(lib: Library, asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(NotPossible, match=sentence):
        stepping.put_step(by=lib.ada, unit=lib.north, **asked)
    assert not Step.objects.exists()


def test_who_may_not_approve_is_not_asked_to(lib: Library) -> None:
    with pytest.raises(NotPossible, match="Erin Editor may not approve"):
        stepping.put_step(by=lib.ada, unit=lib.north, people=[lib.erin])
    with pytest.raises(policies.NotAllowed):
        stepping.put_step(by=lib.sam, unit=lib.north)


def test_removing_a_step_moves_the_others_up(lib: Library) -> None:
    first, second = (stepping.put_step(by=lib.ada, unit=lib.north, name=name) for name in ("one", "two"))
    stepping.remove_step(by=lib.ada, step=first)
    second.refresh_from_db()
    assert second.order == 1


# --- who is asked, before anybody is ---------------------------------------------
def asked_of(person: User, lib: Library) -> str:
    from django.urls import reverse

    page = cast.signed_in(person).get(reverse("posts:who_approves", args=[lib.north.pk]))
    return " ".join(page.content.decode().split())


def test_the_writer_reads_who_can_approve_before_it_is_sent(lib: Library) -> None:
    assert "Can approve: Ada Administrator, Sam Supervisor." in asked_of(lib.alice, lib)
    assert "Can approve: Ada Administrator." in asked_of(lib.sam, lib)


def test_that_nobody_can_approve_is_said_with_who_could(lib: Library) -> None:
    lib.ada.memberships.all().delete()
    page = asked_of(lib.sam, lib)
    assert "Nobody can approve this now" in page
    assert "Sam Supervisor could, but wrote it" in page


def test_a_step_and_an_absence_are_in_what_the_writer_reads(lib: Library) -> None:
    stepping.put_step(by=lib.ada, unit=lib.north, people=[lib.sam])
    assert "Can approve: Sam Supervisor." in asked_of(lib.alice, lib)
    away(lib, lib.olga)
    page = asked_of(lib.alice, lib)
    assert "Can approve: Olga Outsider (deputy of Sam Supervisor)." in page
    assert "Away: Sam Supervisor" in page


def test_when_they_next_work_is_said_where_hours_are_kept(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    for weekday in range(7):
        OpeningHours.objects.create(unit=lib.north, weekday=weekday, opens="10:00", closes="11:00")
    assert "They work next from" in asked_of(lib.alice, lib)
    clock.shift(timedelta(minutes=90))
    assert "They work next from" not in asked_of(lib.alice, lib)


# --- deputies -------------------------------------------------------------------
def away(lib: Library, deputy: User, person: User | None = None, days: int = 3) -> Deputy:
    person = person or lib.sam
    today = timezone.localdate()
    return deputies.name_deputy(
        by=person, person=person, deputy=deputy, unit=lib.north, first=today, last=today + timedelta(days=days)
    )


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


@pytest.mark.bothdbs
def test_a_deputy_approves_in_the_place_of_who_is_away_and_the_trail_says_so(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert not policies.can(fresh(lib.olga), "post.see", lib.north)
    away(lib, lib.olga)
    assert policies.can(fresh(lib.olga), "post.approve", lib.north)
    assert not policies.can(fresh(lib.olga), "post.write", lib.north)
    assert says_yes(fresh(lib.olga), post) is True
    assert Review.objects.get().instead_of == lib.sam
    assert trail("post.approved_as_deputy") == 1


def test_a_deputyship_begins_and_ends_with_its_days(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    deputies.name_deputy(
        by=lib.sam, person=lib.sam, deputy=lib.olga, unit=lib.north, first=date(2026, 11, 25), last=date(2026, 11, 26)
    )
    for moment, may in [
        ("2026-11-24T23:59:00", False),
        ("2026-11-25T00:00:00", True),
        ("2026-11-26T23:59:00", True),
        ("2026-11-27T00:00:00", False),
    ]:
        clock.move_to(datetime.fromisoformat(moment + "+00:00"))
        assert policies.can(fresh(lib.olga), "post.approve", lib.north) is may
        assert (lib.olga in policies.people_who("post.approve", lib.north)) is may


def test_a_deputy_never_approves_words_of_their_own(lib: Library, channel: Channel) -> None:
    allow(lib.north, own_approval=True)
    away(lib, lib.alice)
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    with pytest.raises(NotPossible, match="second person"):
        says_yes(fresh(lib.alice), post)
    assert trail("post.approval_refused") == 1


def test_the_right_of_a_deputy_ends_with_the_right_of_who_is_away(lib: Library) -> None:
    away(lib, lib.olga)
    lib.sam.memberships.all().delete()
    assert not policies.can(fresh(lib.olga), "post.approve", lib.north)


def test_a_deputy_takes_the_step_that_names_who_is_away(lib: Library, channel: Channel, rita: User) -> None:
    stepping.put_step(by=lib.ada, unit=lib.north, kind="all", people=[rita, lib.sam])
    away(lib, lib.olga)
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert "post.submitted" in told(lib.olga)
    assert says_yes(fresh(lib.olga), post) is False
    assert says_yes(rita, post) is True


def test_back_sooner_ends_it_at_once(lib: Library) -> None:
    row = away(lib, lib.olga)
    deputies.end(by=lib.sam, row=row)
    assert not policies.can(fresh(lib.olga), "post.approve", lib.north)
    assert told(lib.olga)[-1] == "account.deputy_ended"


def test_what_waits_is_told_to_the_deputy_once(lib: Library, channel: Channel) -> None:
    submitted(lib.alice, lib.north, simple(channel, at=LATER))
    away(lib, lib.olga)
    reminding.tick()
    reminding.tick()
    assert told(lib.olga).count("post.deputy_asked") == 1


@pytest.mark.parametrize(
    ("who", "first", "last", "field"),
    [
        ("sam", 0, 3, "deputy"),
        ("olga", 3, 1, "last"),
        ("olga", -9, -3, "last"),
        ("olga", 0, 900, "last"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(lib: Library, who: str, first: int, last: int, field: str) -> None:
    today = timezone.localdate()
    with pytest.raises(Refused) as refused:
        deputies.name_deputy(
            by=lib.sam,
            person=lib.sam,
            deputy=getattr(lib, who),
            unit=lib.north,
            first=today + timedelta(days=first),
            last=today + timedelta(days=last),
        )
    assert refused.value.field == field
    assert not Deputy.objects.exists()


def test_nobody_names_a_deputy_for_somebody_else_without_the_right_to(lib: Library) -> None:
    today = timezone.localdate()
    with pytest.raises(policies.NotAllowed):
        deputies.name_deputy(by=lib.erin, person=lib.sam, deputy=lib.erin, unit=lib.north, first=today, last=today)


# --- guests ---------------------------------------------------------------------
def guest_of(lib: Library, post: object, may: str = "approve") -> Guest:
    return guests.invite(post=post, by=lib.erin, name="Petra Partner", may=may).guest


def test_a_guests_yes_is_never_the_only_one(lib: Library, channel: Channel) -> None:
    allow(lib.north, guests_may="approve", approvals_needed=2)
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    guest = guest_of(lib, post)
    assert says_yes(guest, post) is False
    assert not Delivery.objects.exists()
    assert says_yes(lib.sam, post) is True
    assert trail("post.approved_by_guest") == 1


def test_a_guests_yes_does_not_replace_the_person_that_is_asked(lib: Library, channel: Channel) -> None:
    allow(lib.north, guests_may="approve")
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert says_yes(guest_of(lib, post), post) is False
    assert again(post).state == "in_review"


def test_where_the_rules_say_so_a_guest_may_complete_it(lib: Library, channel: Channel) -> None:
    allow(lib.north, guests_may="alone")
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    assert says_yes(guest_of(lib, post), post) is True
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("rule", ["no", "see", "comment"])
def test_the_rule_of_today_counts_not_that_of_the_invitation(lib: Library, channel: Channel, rule: str) -> None:
    allow(lib.north, guests_may="alone")
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    guest = guest_of(lib, post)
    allow(lib.north, guests_may=rule)
    with pytest.raises(policies.NotAllowed):
        says_yes(guest, post)


def test_a_revoked_guest_counts_no_more(lib: Library, channel: Channel) -> None:
    allow(lib.north, guests_may="approve", approvals_needed=2)
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    guest = guest_of(lib, post)
    says_yes(guest, post)
    guests.revoke(guest=guest, by=lib.erin)
    assert says_yes(lib.sam, post) is False


def test_a_link_for_a_guest_opens_until_it_ends(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    made = guests.invite(post=post, by=lib.sam, name="Petra", may="comment", days=2)
    token = made.link.rstrip("/").rpartition("/")[2]
    assert token not in Guest.objects.get().token_hash
    assert guests.find(token) == made.guest
    assert guests.find(token) == made.guest
    assert guests.find(token + "x") is None
    clock.shift(timedelta(days=2))
    assert guests.find(token) is None


def test_what_a_guest_writes_reaches_who_asked(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    guest = guest_of(lib, post, "comment")
    guests.say(guest=guest, text="The date is the 12th", digest=post.current.digest)
    assert "post.guest_said" in told(lib.alice)
    with pytest.raises(NotPossible):
        guests.say(guest=guest, text="  ", digest="")


def test_a_link_that_the_rules_do_not_allow_is_not_made(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    with pytest.raises(NotPossible, match="do not let guests"):
        guests.invite(post=post, by=lib.sam, name="Petra", may="approve")
    with pytest.raises(NotPossible, match="not an e-mail"):
        guests.invite(post=post, by=lib.sam, name="Petra", email="petra", may="see")
    with pytest.raises(policies.NotAllowed):
        guests.invite(post=post, by=lib.alice, name="Petra", may="see")


# --- urgent words ---------------------------------------------------------------
def test_urgent_words_of_ones_own_go_out_and_are_judged_by_a_second_person(
    lib: Library, channel: Channel, rita: User
) -> None:
    allow(lib.north, break_glass=True)
    post = submitted(lib.sam, lib.north, simple(channel))
    assert review.break_glass(post=post, by=lib.sam, reason="Flood at North") is True
    assert again(post).state == "approved"
    assert told(rita)[-1] == "post.glass_broken"
    row = BreakGlass.objects.get()
    with pytest.raises(NotPossible, match="second person"):
        glass.judge(glass=row, by=lib.sam, good=True)
    with pytest.raises(NotPossible, match="what was wrong"):
        glass.judge(glass=row, by=rita, good=False, text=" ")
    glass.judge(glass=row, by=rita, good=False, text="Not urgent")
    row.refresh_from_db()
    assert (row.state, row.judgement) == ("objected", "Not urgent")
    with pytest.raises(NotPossible, match="judged this already"):
        glass.judge(glass=row, by=lib.ada, good=True)
    assert told(lib.sam)[-1] == "post.glass_objected"


def test_urgent_is_for_those_whose_unit_allows_it(lib: Library, channel: Channel) -> None:
    post = submitted(lib.sam, lib.north, simple(channel))
    with pytest.raises(policies.NotAllowed):
        review.break_glass(post=post, by=lib.sam, reason="Now")
    allow(lib.north, break_glass=True)
    for person in (lib.erin, lib.alice, lib.olga):
        with pytest.raises(policies.NotAllowed):
            review.break_glass(post=post, by=person, reason="Now")
    with pytest.raises(NotPossible, match="cannot wait"):
        review.break_glass(post=post, by=lib.sam, reason=" ")
    assert not Delivery.objects.exists()


def test_urgent_does_not_speak_for_the_owner_of_a_lent_channel(lib: Library) -> None:
    from tests.posts.conftest import lend

    allow(lib.north, break_glass=True)
    theirs = make_channel(lib.south)
    lend(theirs, lib.north)
    post = submitted(lib.sam, lib.north, simple(theirs))
    assert review.break_glass(post=post, by=lib.sam, reason="Flood") is False
    assert not Delivery.objects.exists()


def test_an_urgent_draft_is_sent_and_approved_in_one_act(lib: Library, channel: Channel) -> None:
    from tests.posts.conftest import written

    allow(lib.north, break_glass=True)
    post = written(lib.sam, lib.north, simple(channel))
    assert review.break_glass(post=post, by=lib.sam, reason="Flood") is True


def test_urgent_words_nobody_judged_are_brought_up_again_once(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    allow(lib.north, break_glass=True)
    review.break_glass(post=submitted(lib.sam, lib.north, simple(channel)), by=lib.sam, reason="Flood")
    clock.shift(timedelta(hours=25))
    reminding.tick()
    reminding.tick()
    assert told(lib.ada).count("post.glass_due") == 1


# --- waiting --------------------------------------------------------------------
def test_who_was_asked_is_reminded_and_those_above_are_told_later(
    lib: Library, channel: Channel, clock: time_machine.Traveller, rita: User
) -> None:
    allow(lib.north, remind_after_hours=4, escalate_after_hours=10)
    stepping.put_step(by=lib.ada, unit=lib.north, people=[rita])
    submitted(lib.alice, lib.north, simple(channel, at=LATER))
    clock.shift(timedelta(hours=3, minutes=59))
    reminding.tick()
    assert told(rita) == ["post.submitted"]
    for _turn in range(2):
        clock.shift(timedelta(minutes=1))
        reminding.tick()
    assert told(rita) == ["post.submitted", "post.reminder"]
    clock.shift(timedelta(hours=6))
    for _turn in range(2):
        reminding.tick()
    assert told(lib.ada).count("post.escalated") == told(lib.sam).count("post.escalated") == 1
    assert told(rita).count("post.escalated") == 0


def test_hours_are_counted_while_the_library_is_open(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    """Open from nine to eleven, sent at nine on Tuesday: four hours have passed on Wednesday at eleven."""
    for weekday in range(7):
        OpeningHours.objects.create(unit=lib.north, weekday=weekday, opens="09:00", closes="11:00")
    allow(lib.north, remind_after_hours=4, escalate_after_hours=0)
    submitted(lib.alice, lib.north, simple(channel, at=LATER))
    clock.shift(timedelta(hours=25, minutes=59))
    reminding.tick()
    assert "post.reminder" not in told(lib.sam)
    clock.shift(timedelta(minutes=1))
    reminding.tick()
    assert "post.reminder" in told(lib.sam)


def test_zero_hours_remind_nobody(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    allow(lib.north, remind_after_hours=0, escalate_after_hours=0)
    submitted(lib.alice, lib.north, simple(channel, at=LATER))
    clock.shift(timedelta(days=90))
    assert reminding.tick() == 0


def test_a_time_that_passed_is_told_to_who_wrote_it_once(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at="2026-11-24T12:00"))
    clock.shift(timedelta(hours=4))
    reminding.tick()
    reminding.tick()
    assert told(lib.alice) == ["post.overtaken"]
    assert again(post).state == "in_review"
    with pytest.raises(NotPossible, match="time has passed"):
        says_yes(lib.sam, post)


# --- several in one act ---------------------------------------------------------
@pytest.mark.bothdbs
def test_several_are_approved_one_by_one_and_each_is_reported(lib: Library, channel: Channel, second: Channel) -> None:
    clean = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    unseen = submitted(lib.alice, lib.north, simple(second, text="Other", at="2191-01-10T10:00"))
    own = submitted(lib.sam, lib.north, simple(second, text="Mine", at="2192-01-10T10:00"))
    for post in (clean, own):
        deciding.remember(person=lib.sam, post=post, digest=post.current.digest)
    asked = [(post.pk, post.current.digest) for post in (clean, unseen, own)]
    found = {outcome.post.pk: outcome for outcome in deciding.approve_all(by=lib.sam, asked=asked)}
    assert (found[clean.pk].why_not, found[clean.pk].complete) == ("", True)
    assert "not looked at it" in found[unseen.pk].why_not
    assert "second person" in found[own.pk].why_not
    assert [again(post).state for post in (clean, unseen, own)] == ["approved", "in_review", "in_review"]


def test_what_needs_a_closer_look_is_not_approved_with_others(lib: Library, channel: Channel) -> None:
    """Two posts on one channel within the hour."""
    posts = [submitted(lib.alice, lib.north, simple(channel, text=text, at=LATER)) for text in ("One", "Two")]
    for post in posts:
        deciding.remember(person=lib.sam, post=post, digest=post.current.digest)
    review.approve(post=posts[0], by=lib.ada, digest=posts[0].current.digest)
    found = deciding.approve_all(by=lib.sam, asked=[(posts[1].pk, posts[1].current.digest)])
    assert "closer look" in found[0].why_not


def test_seen_is_what_was_on_a_page_for_two_seconds(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    asked = {"person": lib.sam, "post": post, "digest": post.current.digest}
    stamp = deciding.page_stamp(lib.sam)
    clock.shift(timedelta(seconds=1))
    assert deciding.note_seen(**asked, stamp=stamp) is False
    clock.shift(timedelta(seconds=2))
    assert deciding.note_seen(**asked, stamp=stamp + "x") is False
    assert deciding.note_seen(**asked, stamp=deciding.page_stamp(lib.ada)) is False
    assert deciding.note_seen(**(asked | {"digest": "old"}), stamp=stamp) is False
    assert deciding.note_seen(**asked, stamp=stamp) is True


def test_a_further_need_of_a_matter_above_is_asked_for(lib: Library, channel: Channel, rita: User) -> None:
    """The door for others: whoever registers a source adds a need, and it counts like the rest."""
    from posts import needs

    def spanish(post: object, known: object) -> list[needs.Need]:
        bare = needs.Need(lib.north, 1, 0, False, False, key="language:es", name="Spanish", people=frozenset({rita.pk}))
        return [needs.count(post, known, bare)]

    needs.also(spanish)
    try:
        post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
        assert says_yes(lib.sam, post) is False
        assert says_yes(rita, post) is True
    finally:
        needs.sources.remove(spanish)


def test_what_one_may_do_is_the_same_on_the_page_and_in_the_service(lib: Library, channel: Channel) -> None:
    stepping.put_step(by=lib.ada, unit=lib.north, people=[lib.ada])
    post = submitted(lib.alice, lib.north, simple(channel, at=LATER))
    found = {action.name: action.why_not for action in workflow.actions_for(again(post), lib.sam)}
    assert "Ada Administrator" in found["approve"]
    assert found["request_changes"] == ""
