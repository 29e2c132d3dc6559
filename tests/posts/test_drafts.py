from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.audit.models import Entry
from posts import drafting
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget, DraftVariant
from posts.models import Post, Revision
from posts.services import drafts, review
from posts.services.drafts import Conflict
from tests.cast import Library
from tests.posts.conftest import again, approved, make_channel, simple, submitted, written

pytestmark = pytest.mark.bothdbs


def actions(post: Post) -> list[str]:
    entries = Entry.objects.filter(subject_type="posts.post", subject_id=str(post.pk)).order_by("id")
    return list(entries.values_list("action", flat=True))


def test_an_autosave_sent_twice_makes_one_post(lib: Library, channel: Channel) -> None:
    token, draft = uuid.uuid4(), simple(channel)
    first = drafts.create(by=lib.alice, unit=lib.north, token=token, draft=draft)
    second = drafts.create(by=lib.alice, unit=lib.north, token=token, draft=draft)
    assert first.pk == second.pk
    assert Post.objects.count() == Revision.objects.count() == 1


def test_a_first_save_whose_answer_was_lost_takes_the_newer_words(lib: Library, channel: Channel) -> None:
    token = uuid.uuid4()
    drafts.create(by=lib.alice, unit=lib.north, token=token, draft=simple(channel, text="Sto"))
    post = drafts.create(by=lib.alice, unit=lib.north, token=token, draft=simple(channel, text="Story"))
    assert Post.objects.count() == 1
    assert drafting.of_revision(post.current).parts[0].text == "Story"


def test_somebody_elses_token_gives_nothing_away(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    with pytest.raises(policies.NotAllowed):
        drafts.create(by=lib.erin, unit=lib.north, token=post.token, draft=simple(text="mine"))


def test_saving_keeps_everything_that_was_typed(lib: Library, channel: Channel) -> None:
    draft = replace(
        simple(channel, at="2026-12-01T10:00", note="ask Mary", content_warning="loud"),
        parts=(DraftPart("One"), DraftPart("Two")),
        targets=(
            DraftTarget(channel.pk, DraftVariant((DraftPart("Other"),)), {"visibility": "public"}, "2026-12-02T10:00"),
        ),
    )
    post = written(lib.alice, lib.north, draft)
    assert drafting.of_revision(post.current, note=post.note) == draft
    assert post.title == "One"
    assert post.planned_at.isoformat() == "2026-12-02T10:00:00+00:00"


@pytest.mark.parametrize("text", ["y" * 100_000, "👩‍👩‍👧‍👦" * 30, "\u202bمكتبة\u202c", "a\u0301\u0323" * 99])
def test_no_text_is_ever_cut(lib: Library, text: str) -> None:
    post = written(lib.alice, lib.north, Draft(parts=(DraftPart(text),)))
    drafts.save(post=post, by=lib.alice, draft=Draft(parts=(DraftPart(text + "!"),)), version=1)
    assert again(post).current.body["parts"][0]["text"] == text + "!"


def test_two_editors_see_each_other_and_nothing_is_overwritten(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    drafts.save(post=post, by=lib.erin, draft=simple(channel, text="Erin's words"), version=1)
    with pytest.raises(Conflict) as caught:
        drafts.save(post=post, by=lib.alice, draft=simple(channel, text="Alice's words"), version=1)
    theirs = caught.value.theirs
    assert (theirs.who, theirs.version, theirs.draft.parts[0].text) == ("Erin Editor", 2, "Erin's words")
    assert again(post).current.body["parts"][0]["text"] == "Erin's words"


def test_keeping_my_words_after_a_conflict_is_a_save_from_their_version(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    drafts.save(post=post, by=lib.erin, draft=simple(channel, text="Erin's words"), version=1)
    saved = drafts.save(post=post, by=lib.alice, draft=simple(channel, text="Alice's words"), version=2)
    assert saved.version == 3


def test_the_echo_of_a_save_is_no_conflict(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    for _round in range(2):
        revision = drafts.save(post=post, by=lib.alice, draft=simple(channel, text="More"), version=1)
    assert revision.version == 2


def test_autosaves_fill_the_trail_with_one_line_per_hand(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    for version, text in enumerate(["a", "ab", "abc"], start=1):
        drafts.save(post=post, by=lib.alice, draft=simple(channel, text=text), version=version)
    drafts.save(post=post, by=lib.erin, draft=simple(channel, text="abcd"), version=4)
    assert actions(post) == ["post.created", "post.edited"]


def test_a_contributor_does_not_edit_the_posts_of_others(lib: Library, channel: Channel) -> None:
    post = written(lib.erin, lib.north, simple(channel))
    with pytest.raises(policies.NotAllowed):
        drafts.save(post=post, by=lib.alice, draft=simple(channel, text="x"), version=1)


def test_another_branch_cannot_write_here(lib: Library, channel: Channel) -> None:
    with pytest.raises(policies.NotAllowed):
        written(lib.olga, lib.north, simple(channel))


def test_a_channel_of_another_branch_is_refused_and_nothing_is_saved(lib: Library) -> None:
    foreign = make_channel(lib.south, "Practice South")
    with pytest.raises(drafting.Invalid) as caught:
        written(lib.alice, lib.north, simple(foreign))
    assert [problem.field for problem in caught.value.problems] == [f"targets.{foreign.pk}"]
    assert not Post.objects.exists()


def test_a_picture_that_is_not_there_is_refused(lib: Library, channel: Channel) -> None:
    draft = replace(simple(channel), parts=(DraftPart("x", (DraftMedia(4711),)),))
    with pytest.raises(drafting.Invalid):
        written(lib.alice, lib.north, draft)


def test_a_channel_that_left_meanwhile_does_not_stop_an_autosave(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    Channel.objects.filter(pk=channel.pk).update(unit=lib.south)
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="kept"), version=1)
    assert again(post).title == "kept"


# --- after submission ---------------------------------------------------------


def test_an_edit_after_approval_begins_a_new_revision_and_cancels_what_was_planned(
    lib: Library, channel: Channel, second: Channel
) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, second, at="2190-01-10T10:00"))
    before = post.approved
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="New"), version=post.current.version)
    post = again(post)
    assert (post.state, post.approved, post.current.number) == ("draft", None, 2)
    assert {target.delivery.state for target in before.targets.all()} == {"cancelled"}
    assert Revision.objects.get(pk=before.pk).body["parts"][0]["text"] == "Story time on Tuesday"


def test_saving_without_a_change_keeps_the_approval(lib: Library, channel: Channel) -> None:
    draft = simple(channel, at="2190-01-10T10:00")
    post = approved(lib.alice, lib.sam, lib.north, draft)
    drafts.save(post=post, by=lib.alice, draft=draft, version=1)
    assert again(post).state == "approved"


def test_a_note_does_not_touch_the_approval(lib: Library, channel: Channel) -> None:
    draft = simple(channel, at="2190-01-10T10:00")
    post = approved(lib.alice, lib.sam, lib.north, draft)
    drafts.save(post=post, by=lib.alice, draft=replace(draft, note="done"), version=post.current.version)
    assert (again(post).state, again(post).note) == ("approved", "done")


def test_an_edit_during_review_takes_it_back_to_draft(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="New"), version=post.current.version)
    assert (again(post).state, again(post).current.number) == ("draft", 2)


def test_a_page_opened_before_it_was_sent_does_not_void_the_approval_unawares(lib: Library, channel: Channel) -> None:
    """Another tab still saves by itself; its person has not been told what a save costs now."""
    post = written(lib.alice, lib.north, simple(channel))
    opened_at = post.current.version
    review.submit(post=post, by=lib.alice)
    review.approve(post=again(post), by=lib.sam, digest=again(post).current.digest)
    with pytest.raises(Conflict):
        drafts.save(post=again(post), by=lib.alice, draft=simple(channel, text="From the old tab"), version=opened_at)
    assert again(post).state == "approved"


def test_what_is_out_cannot_be_edited(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel))
    delivery = post.approved.targets.get().delivery
    type(delivery)._base_manager.filter(pk=delivery.pk).update(state="published")
    with pytest.raises(drafts.workflow.NotPossible, match="already out on Practice North"):
        drafts.save(post=post, by=lib.alice, draft=simple(channel, text="New"), version=post.current.version)
    assert again(post).state == "approved"


# --- copies and the archive ---------------------------------------------------


def test_a_duplicate_has_the_words_but_no_times(lib: Library, channel: Channel, second: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, second, at="2190-01-10T10:00", note="private"))
    copy = drafts.duplicate(post=post, by=lib.alice, channels=[second.pk])
    draft = drafting.of_revision(copy.current, note=copy.note)
    assert draft == simple(second)
    assert actions(copy) == ["post.duplicated"]


def test_archive_and_back(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    drafts.archive(post=post, by=lib.alice)
    assert again(post).state == "archived"
    drafts.reopen(post=again(post), by=lib.alice)
    assert again(post).state == "draft"


def test_what_was_published_comes_back_from_the_archive_as_published(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel))
    delivery = post.approved.targets.get().delivery
    type(delivery)._base_manager.filter(pk=delivery.pk).update(state="published")
    drafts.archive(post=post, by=lib.erin)
    drafts.reopen(post=again(post), by=lib.erin)
    assert again(post).state == "approved"


def test_what_is_still_to_go_out_is_not_archived(lib: Library, channel: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2190-01-10T10:00"))
    with pytest.raises(drafts.workflow.NotPossible, match="still to go out"):
        drafts.archive(post=post, by=lib.alice)
