"""The approval protocol as stories, and the editorial machine from its table."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Role, Unit, User
from libsocial.audit.models import Entry
from libsocial.audit.sentences import SENTENCES
from libsocial.core.states import TransitionError
from libsocial.notices.models import Notice
from posts import digest, workflow
from posts.drafting import Draft, DraftPart, DraftTarget
from posts.models import Asset, Post, Review, Revision
from posts.problems import Blocked
from posts.services import drafts, outbox, review
from posts.services.review import Changed
from posts.workflow import MACHINE, NotPossible
from scheduler.models import Delivery
from tests import cast
from tests.cast import Library
from tests.posts.conftest import again, approved, lend, make_channel, simple, submitted, written


def names(post: Post, person: User) -> set[str]:
    return {action.name for action in workflow.actions_for(again(post), person) if action.possible}


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(recipient=person).order_by("id").values_list("message", flat=True))


# --- the usual way ------------------------------------------------------------


def test_a_second_persons_yes_plans_one_delivery_per_channel(lib: Library, channel: Channel, second: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, second, at="2190-01-10T10:00"))
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest) is True
    post = again(post)
    deliveries = [target.delivery for target in post.approved.targets.all()]
    assert post.state == "approved"
    assert [delivery.state for delivery in deliveries] == ["planned", "planned"]
    assert {delivery.due_at.isoformat() for delivery in deliveries} == {"2190-01-10T10:00:00+00:00"}
    assert {delivery.payload["parts"][0]["text"] for delivery in deliveries} == {"Story time on Tuesday"}
    assert all(delivery.not_after - delivery.due_at == timedelta(hours=24) for delivery in deliveries)


def test_without_a_time_it_goes_out_as_soon_as_it_is_approved(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    clock.shift(timedelta(hours=3))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    due = again(post).approved.targets.get().delivery.due_at
    assert due.isoformat() == "2026-11-24T12:00:00+00:00"
    assert again(post).planned_at == due


def test_everyone_concerned_is_told_once(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at="2190-01-10T10:00"))
    assert told(lib.sam) == told(lib.ada) == ["post.submitted"]
    assert told(lib.alice) == told(lib.erin) == told(lib.olga) == []
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert told(lib.alice) == ["post.approved"]


def edit(lib: Library, post: Post) -> None:
    draft = simple(*[target.channel for target in post.current.targets.all()], text="Other words")
    drafts.save(post=post, by=lib.alice, draft=draft, version=post.current.version)


def put_away(lib: Library, post: Post) -> None:
    drafts.archive(post=post, by=lib.alice)


@pytest.mark.parametrize("act", [edit, put_away])
def test_who_was_asked_to_approve_need_not_look_any_more(lib: Library, channel: Channel, act) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    asked = Notice.objects.filter(recipient=lib.sam, message="post.submitted", seen_at=None)
    assert asked.count() == 1
    act(lib, post)
    assert not asked.exists()


def test_people_who_left_are_told_nothing(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2190-01-10T10:00"))
    User.objects.filter(pk__in=[lib.sam.pk, lib.alice.pk]).update(is_active=False)
    before = Notice.objects.count()
    drafts.save(post=post, by=lib.erin, draft=simple(channel, text="Other"), version=post.current.version)
    assert Notice.objects.count() == before


def test_the_trail_names_every_step(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2190-01-10T10:00"))
    review.withdraw(post=post, by=lib.alice)
    entries = Entry.objects.filter(subject_type="posts.post", subject_id=str(post.pk)).order_by("id")
    assert list(entries.values_list("action", flat=True)) == [
        "post.created",
        "post.submitted",
        "post.approved",
        "post.withdrawn",
    ]
    assert all(entry.action in SENTENCES for entry in entries)


def test_a_no_needs_a_reason_and_carries_it_to_the_author(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    with pytest.raises(NotPossible, match="what should be changed"):
        review.request_changes(post=post, by=lib.sam, digest=post.current.digest, reason="  ")
    review.request_changes(post=post, by=lib.sam, digest=post.current.digest, reason="The date is wrong")
    assert again(post).state == "changes_requested"
    assert Notice.objects.get(recipient=lib.alice).params["reason"] == "The date is wrong"


def test_a_post_sent_back_comes_again_with_a_number_of_its_own(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    review.request_changes(post=post, by=lib.sam, digest=post.current.digest, reason="Why?")
    review.submit(post=again(post), by=lib.alice)
    post = again(post)
    assert (post.state, post.current.number) == ("in_review", 2)
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest)


# --- own words ----------------------------------------------------------------


def test_nobody_approves_their_own_words(lib: Library, channel: Channel) -> None:
    post = submitted(lib.sam, lib.north, simple(channel))
    assert "approve" not in names(post, lib.sam)
    with pytest.raises(NotPossible, match="second person"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert again(post).state == "in_review"


def test_the_last_hand_on_the_words_does_not_approve_them_either(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    drafts.save(post=post, by=lib.sam, draft=simple(channel, text="Sam's words"), version=1)
    review.submit(post=again(post), by=lib.alice)
    post = again(post)
    with pytest.raises(NotPossible, match="second person"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)


def test_sending_again_what_somebody_else_wrote_does_not_make_it_ones_own(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    drafts.save(post=post, by=lib.sam, draft=simple(channel, text="Sam's words"), version=1)
    review.submit(post=again(post), by=lib.sam)
    review.recall(post=again(post), by=lib.erin)
    review.submit(post=again(post), by=lib.erin)
    assert again(post).current.changed_by == lib.sam


def test_where_the_policy_allows_it_the_trail_says_so(lib: Library, channel: Channel) -> None:
    Unit.objects.filter(pk=lib.north.pk).update(own_approval=True)
    lib.north.refresh_from_db()
    post = submitted(lib.sam, lib.north, simple(channel))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert Review.objects.get().own is True
    assert Entry.objects.filter(action="post.approved_own").count() == 1


# --- what was seen is what is approved ----------------------------------------


def test_a_post_that_changed_since_it_was_opened_is_not_approved(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    seen = post.current.digest
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="Other words"), version=post.current.version)
    review.submit(post=again(post), by=lib.alice)
    with pytest.raises(Changed, match="Alice Author changed this post"):
        review.approve(post=again(post), by=lib.sam, digest=seen)
    with pytest.raises(Changed):
        review.request_changes(post=again(post), by=lib.sam, digest=seen, reason="x")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("digest_sent", ["", "0" * 64])
def test_an_approval_without_the_digest_counts_for_nothing(lib: Library, channel: Channel, digest_sent: str) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    with pytest.raises(Changed):
        review.approve(post=post, by=lib.sam, digest=digest_sent)


def test_rows_that_were_changed_behind_our_back_are_not_approved(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    body = post.current.body
    body["parts"][0]["text"] = "Something else"
    Revision.objects.filter(pk=post.current_id).update(body=body)
    with pytest.raises(Changed):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Story time on Wednesday"},
        {"at": "2190-01-10T10:01"},
        {"zone": "Europe/Madrid"},
        {"language": "fr"},
        {"content_warning": "loud"},
    ],
)
def test_the_digest_covers_everything_the_public_meets(channel: Channel, other: dict[str, str]) -> None:
    base = simple(channel, at="2190-01-10T10:00")
    assert digest.of_draft(base, {}) != digest.of_draft(simple(channel, **({"at": "2190-01-10T10:00"} | other)), {})


def test_the_digest_covers_the_bytes_of_a_picture_and_its_description(lib: Library, channel: Channel) -> None:
    from posts.drafting import DraftMedia

    def of(sha: str, alt: str) -> str:
        part = DraftPart("x", (DraftMedia(1, alt),))
        asset = Asset(pk=1, path="a", sha256=sha, mime="image/png", width=1, height=1, size=1)
        return digest.of_draft(Draft(parts=(part,), targets=(DraftTarget(channel.pk),)), {1: asset})

    assert len({of("a", "one"), of("b", "one"), of("a", "two")}) == 3


def test_the_note_is_not_in_the_digest(channel: Channel) -> None:
    assert digest.of_draft(simple(channel, note="a"), {}) == digest.of_draft(simple(channel, note="b"), {})


# --- more than one --------------------------------------------------------------


def test_two_approvals_are_two_people(lib: Library, channel: Channel) -> None:
    Unit.objects.filter(pk=lib.north.pk).update(approvals_needed=2)
    post = submitted(lib.alice, lib.north, simple(channel))
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest) is False
    with pytest.raises(NotPossible, match="waits for another person"):
        review.approve(post=again(post), by=lib.sam, digest=post.current.digest)
    assert again(post).state == "in_review"
    assert review.approve(post=again(post), by=lib.ada, digest=post.current.digest) is True


def test_an_edit_between_two_approvals_voids_the_first(lib: Library, channel: Channel) -> None:
    Unit.objects.filter(pk=lib.north.pk).update(approvals_needed=2)
    post = submitted(lib.alice, lib.north, simple(channel))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    drafts.save(post=again(post), by=lib.alice, draft=simple(channel, text="New"), version=again(post).current.version)
    review.submit(post=again(post), by=lib.alice)
    post = again(post)
    assert review.approve(post=post, by=lib.ada, digest=post.current.digest) is False
    assert told(lib.sam).count("post.changed_in_review") == 1


@pytest.mark.parametrize("who", ["ada", "sam"])
def test_a_rule_that_asks_for_fewer_now_does_not_leave_a_post_stuck(lib: Library, channel: Channel, who: str) -> None:
    """Two were asked for, one said yes, then one is enough: the next press by anybody who may decide completes it."""
    Unit.objects.filter(pk=lib.north.pk).update(approvals_needed=2)
    post = submitted(lib.alice, lib.north, simple(channel))
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest) is False
    Unit.objects.filter(pk=lib.north.pk).update(approvals_needed=1)
    assert "approve" in names(post, getattr(lib, who))
    assert review.approve(post=again(post), by=getattr(lib, who), digest=post.current.digest) is True
    assert again(post).state == "approved"


def test_a_yes_to_ones_own_words_stops_counting_when_the_rule_forbids_it(lib: Library, channel: Channel) -> None:
    Unit.objects.filter(pk=lib.north.pk).update(approvals_needed=2, own_approval=True)
    post = submitted(lib.sam, lib.north, simple(channel))
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest) is False
    Unit.objects.filter(pk=lib.north.pk).update(own_approval=False)
    assert review.approve(post=again(post), by=lib.ada, digest=post.current.digest) is False
    assert again(post).state == "in_review"


def test_whoever_comes_second_hears_who_was_first(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    with pytest.raises(NotPossible, match="Sam Supervisor has just approved it"):
        review.approve(post=post, by=lib.ada, digest=post.current.digest)
    assert Delivery.objects.count() == 1


def test_a_doubled_submit_is_one_submission(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    review.submit(post=post, by=lib.alice)
    with pytest.raises(NotPossible, match="in review"):
        review.submit(post=post, by=lib.alice)
    assert again(post).revisions.count() == 1
    assert told(lib.sam) == ["post.submitted"]


# --- lent channels ----------------------------------------------------------------


@pytest.fixture
def borrowed(lib: Library) -> Channel:
    """A channel of South, lent to North."""
    found = make_channel(lib.south, "Practice South")
    lend(found, lib.north)
    return found


def test_a_lent_channel_needs_its_owners_yes_as_well(lib: Library, borrowed: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(borrowed))
    assert told(lib.olga) == ["post.submitted"]
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest) is False
    assert review.approve(post=again(post), by=lib.olga, digest=post.current.digest) is True
    assert set(Review.objects.values_list("unit__name", flat=True)) == {"North Branch", "South Branch"}


def test_the_owner_alone_is_not_enough(lib: Library, borrowed: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(borrowed))
    assert review.approve(post=post, by=lib.olga, digest=post.current.digest) is False
    assert again(post).state == "in_review"


def test_who_may_speak_for_both_says_it_once(lib: Library, borrowed: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(borrowed))
    assert review.approve(post=post, by=lib.ada, digest=post.current.digest) is True
    assert Review.objects.count() == 2


def test_the_owner_sees_the_post_only_once_it_asks(lib: Library, borrowed: Channel) -> None:
    post = written(lib.alice, lib.north, simple(borrowed))
    assert not Post.objects.visible_to(lib.olga).filter(pk=post.pk).exists()
    review.submit(post=post, by=lib.alice)
    assert Post.objects.visible_to(lib.olga).filter(pk=post.pk).exists()


def test_a_channel_taken_back_stops_what_was_planned_for_it(lib: Library, borrowed: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(borrowed, at="2190-01-10T10:00"))
    review.approve(post=post, by=lib.ada, digest=post.current.digest)
    delivery = Delivery.objects.get()
    assert outbox.still_approved(delivery) is None
    borrowed.loans.all().delete()
    assert outbox.still_approved(delivery) == "post.not_lent_any_more"


# --- what may not go out ---------------------------------------------------------


def test_nothing_goes_to_review_that_a_platform_would_refuse(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, text="x" * 100_000))
    with pytest.raises(Blocked) as caught:
        review.submit(post=post, by=lib.alice)
    assert caught.value.report.blocking == 1
    assert again(post).state == "draft"


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        ({"at": "2026-11-24T08:00"}, "post.time_passed"),
        ({"text": ""}, "check.empty"),
    ],
)
def test_what_blocks_is_named(
    lib: Library, channel: Channel, clock: time_machine.Traveller, draft: dict[str, str], message: str
) -> None:
    post = written(lib.alice, lib.north, simple(channel, **draft))
    with pytest.raises(Blocked) as caught:
        review.submit(post=post, by=lib.alice)
    assert message in [problem.message for problem in caught.value.report.all]


def test_a_post_without_a_channel_is_not_sent_for_approval(lib: Library) -> None:
    with pytest.raises(Blocked):
        review.submit(post=written(lib.alice, lib.north, simple()), by=lib.alice)


def test_an_approval_after_the_planned_time_is_refused_with_the_way_out(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at="2026-11-24T10:00"))
    clock.shift(timedelta(hours=2))
    with pytest.raises(NotPossible, match="Choose a new time"):
        review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert not Delivery.objects.exists()


def test_within_its_very_minute_it_may_still_be_approved(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, at="2026-11-24T09:01"))
    clock.shift(timedelta(seconds=90))
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest)


def test_a_channel_that_waits_for_reconnection_warns_and_does_not_stop(lib: Library) -> None:
    channel = make_channel(lib.north, state="needs_reconnect")
    post = submitted(lib.alice, lib.north, simple(channel))
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest)


def test_a_disconnected_channel_stops(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    Channel.objects.filter(pk=channel.pk).update(state="disconnected")
    with pytest.raises(Blocked):
        review.submit(post=post, by=lib.alice)


# --- back again -------------------------------------------------------------------


@pytest.mark.parametrize(("act", "state"), [(review.recall, "draft"), (review.withdraw, "withdrawn")])
def test_taking_back_cancels_what_was_planned(lib: Library, channel: Channel, act, state: str) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2190-01-10T10:00"))
    act(post=post, by=lib.alice)
    assert again(post).state == state
    assert Delivery.objects.get().state == "cancelled"
    assert outbox.still_approved(Delivery.objects.get()) == "delivery.changed"


@pytest.mark.parametrize("state", ["sending", "processing", "unclear", "needs_person", "published"])
def test_what_left_or_may_have_left_is_not_taken_back(lib: Library, channel: Channel, state: str) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel))
    Delivery.objects.update(state=state)
    for act in (review.recall, review.withdraw):
        with pytest.raises(NotPossible, match="out on Practice North"):
            act(post=post, by=lib.alice)
    assert again(post).state == "approved"


def test_a_withdrawn_post_can_be_approved_again_after_it_was_reopened(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2190-01-10T10:00"))
    review.withdraw(post=post, by=lib.alice)
    drafts.reopen(post=again(post), by=lib.alice)
    review.submit(post=again(post), by=lib.alice)
    post = again(post)
    assert review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["cancelled", "planned"]


# --- the guard -----------------------------------------------------------------------


def test_the_guard_lets_pass_what_was_approved_and_what_is_not_ours(lib: Library, channel: Channel) -> None:
    approved(lib.alice, lib.sam, lib.north, simple(channel))
    delivery = Delivery.objects.get()
    assert outbox.still_approved(delivery) is None
    delivery.reference = "bench:1"
    assert outbox.still_approved(delivery) is None


def test_the_guard_refuses_words_that_are_not_the_approved_ones(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel))
    body = post.approved.body
    body["parts"][0]["text"] = "Something else"
    Revision.objects.filter(pk=post.approved_id).update(body=body)
    assert outbox.still_approved(Delivery.objects.get()) == "delivery.changed"


def test_those_who_care_are_author_hand_and_approver(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    drafts.save(post=post, by=lib.erin, draft=simple(channel, text="Erin's"), version=1)
    review.submit(post=again(post), by=lib.erin)
    post = again(post)
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    delivery = Delivery.objects.get()
    assert set(outbox.who_cares(delivery) or ()) == {lib.alice, lib.erin, lib.sam}
    assert outbox.address(delivery) == f"/posts/{post.pk}/"


# --- the machine, from its table ------------------------------------------------------


@pytest.mark.parametrize(("state", "action", "after"), list(MACHINE.pairs()))
def test_every_move_of_the_table_and_no_other(
    lib: Library, channel: Channel, state: str, action: str, after: str | None
) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    Post.objects.filter(pk=post.pk).update(state=state)
    post = again(post)
    if after is None:
        with pytest.raises(TransitionError):
            MACHINE.move(post, action)
        assert again(post).state == state
    else:
        MACHINE.move(post, action)
        assert again(post).state == after


WRITE = {"edit", "submit", "recall", "reopen", "withdraw", "archive"}
DECIDE = {"approve", "request_changes"}
# What each person of the cast may press in each state, when Alice wrote the post.
EXPECTED: dict[str, dict[str, set[str]]] = {
    "draft": {
        "alice": {"edit", "submit", "duplicate", "withdraw", "archive"},
        "erin": {"edit", "submit", "duplicate", "withdraw", "archive"},
        "sam": {"edit", "submit", "duplicate", "withdraw", "archive"},
        "olga": set(),
        "audit": set(),
    },
    "in_review": {
        "alice": {"edit", "recall", "duplicate", "withdraw", "archive"},
        "erin": {"edit", "recall", "duplicate", "withdraw", "archive"},
        "sam": {"approve", "request_changes", "edit", "recall", "duplicate", "withdraw", "archive"},
        "olga": set(),
        "audit": set(),
    },
    "changes_requested": {
        "alice": {"edit", "submit", "duplicate", "withdraw", "archive"},
        "sam": {"edit", "submit", "duplicate", "withdraw", "archive"},
        "olga": set(),
        "audit": set(),
    },
    "approved": {
        "alice": {"edit", "recall", "duplicate", "withdraw", "archive"},
        "sam": {"edit", "recall", "duplicate", "withdraw", "archive"},
        "olga": set(),
        "audit": set(),
    },
    "withdrawn": {"alice": {"edit", "reopen", "duplicate", "archive"}, "olga": set(), "audit": set()},
    "archived": {"alice": {"reopen", "duplicate"}, "olga": set(), "audit": set()},
}


@pytest.mark.parametrize(("state", "who"), [(state, who) for state, row in EXPECTED.items() for who in row])
def test_who_may_press_what(lib: Library, channel: Channel, state: str, who: str) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    Post.objects.filter(pk=post.pk).update(state=state)
    assert names(post, getattr(lib, who)) == EXPECTED[state][who]


SERVICES = {
    "submit": lambda post, by: review.submit(post=post, by=by),
    "approve": lambda post, by: review.approve(post=post, by=by, digest=digest.of(post.current)),
    "request_changes": lambda post, by: review.request_changes(
        post=post, by=by, digest=digest.of(post.current), reason="Why?"
    ),
    "recall": lambda post, by: review.recall(post=post, by=by),
    "withdraw": lambda post, by: review.withdraw(post=post, by=by),
    "archive": lambda post, by: drafts.archive(post=post, by=by),
    "reopen": lambda post, by: drafts.reopen(post=post, by=by),
}


@pytest.mark.parametrize("name", sorted(SERVICES))
@pytest.mark.parametrize("state", sorted(EXPECTED))
@pytest.mark.parametrize("who", ["alice", "erin", "sam", "ada", "olga", "audit"])
def test_services_and_buttons_never_disagree(lib: Library, channel: Channel, name: str, state: str, who: str) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    Revision.objects.filter(pk=post.current_id).update(digest=digest.of(post.current))
    Post.objects.filter(pk=post.pk).update(state=state)
    post, person = again(post), getattr(lib, who)
    if name in names(post, person):
        SERVICES[name](post, person)
        assert again(post).state != state
    else:
        with pytest.raises((NotPossible, policies.NotAllowed)):
            SERVICES[name](post, person)
        assert again(post).state == state


def test_a_supervisor_of_a_branch_above_may_approve_below(lib: Library, channel: Channel) -> None:
    boss = cast.person("Berta Boss", (Role.SUPERVISOR, lib.root))
    assert "approve" in names(submitted(lib.alice, lib.north, simple(channel)), boss)
