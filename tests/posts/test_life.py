"""From the first keystroke to the public: the whole way over Practice, stepped by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from channels_app import services as channels
from channels_app.models import Channel, ChannelLoan, PracticeAccount, PracticePost
from libsocial.notices.models import Notice
from posts.drafting import Draft, DraftMedia, DraftPart, DraftTarget
from posts.models import Post, Revision
from posts.services import drafts, media, review
from scheduler import engine
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, lend, simple, submitted, written

pytestmark = pytest.mark.bothdbs
PICTURE = Path(__file__).resolve().parent.parent / "data" / "images" / "exif_gps.jpg"


def step() -> list[str]:
    """What dispatcher and workers do now."""
    return [engine.deliver(pk) for pk, due in engine.dispatch() if due <= timezone.now()]


def on_practice() -> list[str]:
    return list(PracticePost.objects.order_by("id").values_list("text", flat=True))


@pytest.fixture
def north(lib: Library) -> Channel:
    """A working Practice channel of North."""
    made = channels.connect_begin(by=lib.ada, unit=lib.north, platform="practice", fields={"name": "North Branch"})
    assert isinstance(made, Channel)
    return made


def test_a_thread_with_a_picture_appears_as_it_was_approved(
    lib: Library, north: Channel, clock: time_machine.Traveller
) -> None:
    file = SimpleUploadedFile("garden.jpg", PICTURE.read_bytes())
    asset = media.upload(by=lib.alice, unit=lib.north, file=file)
    parts = (DraftPart("Our garden 🌱", (DraftMedia(asset.pk, "A garden"),)), DraftPart("Open until six. e\u0301"))
    draft = Draft(parts=parts, zone="Europe/London", at="2026-11-24T10:00", targets=(DraftTarget(north.pk),))
    post = submitted(lib.alice, lib.north, draft)
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    assert step() == []
    clock.shift(timedelta(hours=1))
    assert step() == ["published"]
    assert on_practice() == ["Our garden 🌱", "Open until six. e\u0301"]
    first = PracticePost.objects.earliest("id")
    assert [shown["alt"] for shown in first.media] == ["A garden"]
    page = signed_in(lib.alice).get(f"/posts/{post.pk}/").content.decode()
    assert Delivery.objects.get().remote_url in page


def test_an_edit_before_its_minute_keeps_the_old_words_from_going_out(
    lib: Library, north: Channel, clock: time_machine.Traveller
) -> None:
    post = submitted(lib.alice, lib.north, simple(north, at="2026-11-24T10:00"))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    newer = simple(north, text="Cancelled, sorry", at="2026-11-24T10:00")
    drafts.save(post=post, by=lib.alice, draft=newer, version=post.current.version)
    clock.shift(timedelta(hours=2))
    assert step() == []
    assert on_practice() == []


def test_words_changed_behind_the_approval_are_refused_at_the_last_moment(lib: Library, north: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(north))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    body = again(post).approved.body
    body["parts"][0]["text"] = "Something nobody approved"
    Revision.objects.filter(pk=again(post).approved_id).update(body=body)
    step()
    assert on_practice() == []
    assert Delivery.objects.get().state == "failed"


def test_a_channel_that_is_taken_back_gets_nothing_and_people_are_told(lib: Library, north: Channel) -> None:
    Channel.objects.filter(pk=north.pk).update(unit=lib.south)
    lend(north, lib.north)
    post = submitted(lib.alice, lib.north, simple(north))
    review.approve(post=post, by=lib.ada, digest=post.current.digest)
    ChannelLoan.objects.all().delete()
    step()
    assert on_practice() == []
    assert Notice.objects.filter(recipient=lib.alice, message="post.not_lent_any_more").count() == 1


def test_who_wrote_it_hears_when_a_platform_refuses_it(lib: Library, north: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(north))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    PracticeAccount.objects.update(mode="reject")
    step()
    assert Delivery.objects.get().state == "failed"
    told = Notice.objects.filter(message="delivery.rejected")
    assert {notice.recipient for notice in told} == {lib.alice, lib.sam}
    assert {notice.url for notice in told} == {f"/posts/{post.pk}/"}


def test_a_copy_for_the_channel_that_failed_does_not_repeat_the_others(
    lib: Library, north: Channel, second: Channel
) -> None:
    post = submitted(lib.alice, lib.north, simple(north, second))
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    Delivery.objects.filter(channel=second).update(state="failed")
    step()
    assert on_practice() == ["Story time on Tuesday"]
    signed_in(lib.alice).post(f"/posts/{post.pk}/do/duplicate/", {"channel": str(second.pk)})
    copy = Post.objects.exclude(pk=post.pk).get()
    assert [target.channel for target in copy.current.targets.all()] == [second]


def test_autosaves_by_hundreds_are_one_post_that_goes_out_once(lib: Library, north: Channel) -> None:
    text = "Story time on Tuesday at ten"
    post = written(lib.alice, lib.north, simple(north, text="S"))
    for length in range(2, len(text) + 1):
        drafts.save(post=post, by=lib.alice, draft=simple(north, text=text[:length]), version=length - 1)
    review.submit(post=again(post), by=lib.alice)
    post = again(post)
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    step()
    assert on_practice() == [text]
    assert Post.objects.count() == 1
