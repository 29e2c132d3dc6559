"""Two at once, with real threads, on both databases."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.db import connection

from libsocial.accounts.models import User
from libsocial.audit.models import Entry
from libsocial.notices.models import Notice
from posts.drafting import Draft
from posts.models import EvergreenQueue, EvergreenUse, Post, Review, Revision, Slot
from posts.services import drafts, evergreen_filling, evergreens, review
from posts.services.drafts import Conflict
from posts.services.evergreens import Terms
from posts.workflow import NotPossible
from scheduler.models import Delivery
from tests import cast
from tests.posts.conftest import again, make_channel, simple, submitted, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]
ROUNDS = 5


def approve(post: Post, by: User) -> Callable[[], Any]:
    """A press of the button on the page as it is now."""
    digest = post.current.digest
    return lambda: review.approve(post=again(post), by=by, digest=digest)


def save(post: Post, by: User, draft: Draft, version: int) -> Callable[[], Any]:
    return lambda: drafts.save(post=again(post), by=by, draft=draft, version=version)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Runs the calls in threads that start together; answers or exceptions, in their order."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, call)) for index, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_two_people_approve_at_once_and_it_is_one_approval() -> None:
    lib = cast.library()
    channel = make_channel(lib.north)
    for _round in range(ROUNDS):
        post = submitted(lib.alice, lib.north, simple(channel))
        answers = at_once(approve(post, lib.sam), approve(post, lib.ada))
        assert sorted(str(type(answer).__name__) for answer in answers) == ["NotPossible", "bool"], answers
        polite = next(str(answer) for answer in answers if isinstance(answer, NotPossible))
        assert "has just approved it" in polite
        assert Delivery.objects.filter(reference=f"post:{post.pk}:1").count() == 1
        assert Review.objects.filter(revision=post.current).count() == 1


def test_one_person_presses_approve_twice_at_once() -> None:
    lib = cast.library()
    channel = make_channel(lib.north)
    for _round in range(ROUNDS):
        post = submitted(lib.alice, lib.north, simple(channel))
        answers = at_once(approve(post, lib.sam), approve(post, lib.sam))
        assert sum(answer is True for answer in answers) == 1, answers
        assert Delivery.objects.filter(reference=f"post:{post.pk}:1").count() == 1


def test_approving_and_editing_at_once_never_sends_other_words() -> None:
    lib = cast.library()
    channel = make_channel(lib.north)
    for _round in range(ROUNDS):
        post = submitted(lib.alice, lib.north, simple(channel, at="2190-01-10T10:00"))
        newer = simple(channel, text="New")
        at_once(approve(post, lib.sam), save(post, lib.alice, newer, post.current.version))
        stands = again(post)
        alive = Delivery.objects.filter(reference__startswith=f"post:{post.pk}:").exclude(state="cancelled")
        assert stands.state == "draft"
        assert stands.current.body["parts"][0]["text"] == "New"
        assert not alive.exists()


def test_a_submit_pressed_twice_is_one_submission() -> None:
    lib = cast.library()
    channel = make_channel(lib.north)
    post = written(lib.alice, lib.north, simple(channel))
    answers = at_once(*[lambda: review.submit(post=again(post), by=lib.alice)] * 3)
    assert sum(isinstance(answer, Revision) for answer in answers) == 1, answers
    assert Entry.objects.filter(action="post.submitted").count() == 1
    assert Notice.objects.filter(recipient=lib.sam, message="post.submitted").count() == 1


def test_the_first_autosaves_of_one_page_meet_in_one_post() -> None:
    lib = cast.library()
    token = uuid.uuid4()
    answers = at_once(*[lambda: drafts.create(by=lib.alice, unit=lib.north, token=token, draft=simple(text="One"))] * 4)
    assert all(isinstance(answer, Post) for answer in answers), answers
    assert Post.objects.count() == Revision.objects.count() == 1


def test_two_editors_who_save_at_once_meet_instead_of_overwriting() -> None:
    lib = cast.library()
    post = written(lib.alice, lib.north, simple())
    answers = at_once(
        save(post, lib.alice, simple(text="Alice"), 1),
        save(post, lib.erin, simple(text="Erin"), 1),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Revision"], answers
    conflict = next(answer for answer in answers if isinstance(answer, Conflict))
    assert conflict.theirs.draft.parts[0].text == again(post).current.body["parts"][0]["text"]


def test_two_workers_fill_the_evergreen_queue_at_once_and_each_time_is_taken_once() -> None:
    lib = cast.library()
    channel = make_channel(lib.north)
    Slot.objects.bulk_create(Slot(channel=channel, unit=lib.north, weekday=day, at=time(10)) for day in range(7))
    for number in range(3):
        post = written(lib.alice, lib.north, simple(channel, text=f"Always true, number {number}"))
        evergreens.put_in(by=lib.alice, post=post, terms=Terms([channel.pk]))
    EvergreenQueue.objects.update(per_week=7)
    answers = at_once(*[evergreen_filling.fill_due] * 3)
    assert sum(answers) == 3
    uses = EvergreenUse.objects.all()
    assert len({use.moment for use in uses}) == len({use.post_id for use in uses}) == 3
    assert Post.objects.filter(state="in_review").count() == 3


def test_two_queued_posts_sent_at_once_never_take_the_same_time() -> None:
    lib = cast.library()
    channel = make_channel(lib.north)
    Slot.objects.bulk_create(Slot(channel=channel, unit=lib.north, weekday=day, at=time(10)) for day in range(7))
    posts = [written(lib.alice, lib.north, simple(channel, text=f"Words {n}", queued=True)) for n in range(3)]
    at_once(*[lambda post=post: review.submit(post=again(post), by=lib.alice) for post in posts])
    assert len({again(post).current.at for post in posts}) == 3
