"""The post page and the review queue, as people of the cast meet them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from channels_app.models import Channel
from libsocial.notices.models import Notice
from posts.drafting import DraftTarget
from posts.models import Post
from posts.services import drafts, review
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, approved, lend, make_channel, simple, submitted, written


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def press(client: Client, post: Post, name: str, **data: str):
    return client.post(f"/posts/{post.pk}/do/{name}/", data)


# --- the post page ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("sam", 200), ("ada", 200), ("erin", 200), ("audit", 200), ("olga", 404)]
)
def test_who_may_open_a_post(lib: Library, channel: Channel, who: str, status: int) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    assert signed_in(getattr(lib, who)).get(f"/posts/{post.pk}/").status_code == status


def test_a_stranger_is_asked_to_sign_in(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    for address in (f"/posts/{post.pk}/", "/posts/review/", f"/posts/{post.pk}/do/approve/"):
        assert Client().get(address)["Location"].startswith("/account/login/")


@pytest.mark.parametrize("state", ["draft", "in_review", "changes_requested", "approved", "withdrawn", "archived"])
def test_the_page_opens_in_every_state(lib: Library, channel: Channel, state: str) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    Post.objects.filter(pk=post.pk).update(state=state)
    assert signed_in(lib.alice).get(f"/posts/{post.pk}/").status_code == 200


@pytest.mark.parametrize("state", ["planned", "sending", "published", "failed", "unclear", "held", "needs_person"])
def test_the_page_shows_each_delivery_where_it_stands(lib: Library, channel: Channel, state: str) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel))
    Delivery.objects.update(state=state)
    answer = signed_in(lib.sam).get(f"/posts/{post.pk}/")
    assert f'data-state="{state}"' in answer.content.decode()


def test_opening_a_post_settles_what_one_was_told_about_it(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    signed_in(lib.sam).get(f"/posts/{post.pk}/")
    assert Notice.objects.get(recipient=lib.sam).seen_at is not None
    assert Notice.objects.get(recipient=lib.ada).seen_at is None


def test_words_of_people_are_never_markup(lib: Library) -> None:
    evil = make_channel(lib.north, "<b>Bold</b>")
    draft = simple(evil, text="<script>alert(1)</script> #tag", note="<img src=x>")
    post = submitted(lib.alice, lib.north, draft)
    review.request_changes(post=post, by=lib.sam, digest=post.current.digest, reason="<i>why</i>")
    page = signed_in(lib.alice).get(f"/posts/{post.pk}/").content.decode()
    for raw in ("<script>alert", "<img src=x>", "<b>Bold", "<i>why"):
        assert raw not in page


def test_the_versions_show_what_changed_in_words(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, text="Story time on Tuesday"))
    drafts.save(
        post=post, by=lib.alice, draft=simple(channel, text="Story time on Friday"), version=post.current.version
    )
    page = signed_in(lib.alice).get(f"/posts/{post.pk}/").content.decode()
    assert re.search(r"<del>.*?Tuesday</del>", page)
    assert re.search(r"<ins>.*?Friday</ins>", page)


# --- the acts ---------------------------------------------------------------------


def test_the_buttons_of_the_page_lead_through_the_whole_life_of_a_post(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel, at="2190-01-10T10:00"))
    alice, sam = signed_in(lib.alice), signed_in(lib.sam)
    assert press(alice, post, "submit").status_code == 302
    digest = again(post).current.digest
    assert press(sam, post, "approve", digest=digest).status_code == 302
    assert again(post).state == "approved"
    assert press(alice, post, "withdraw").status_code == 302
    assert press(alice, post, "reopen").status_code == 302
    assert press(alice, post, "archive").status_code == 302
    assert again(post).state == "archived"


def test_a_refused_no_keeps_the_reason_that_was_typed(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    seen = post.current.digest
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="Newer"), version=post.current.version)
    review.submit(post=again(post), by=lib.alice)
    answer = press(signed_in(lib.sam), post, "request_changes", digest=seen, reason="The hall is closed")
    assert answer.status_code == 409
    assert "Alice Author changed this post after you opened it" in text(answer)
    assert "The hall is closed" in answer.content.decode()
    assert re.search(r"What changed since you opened it.*?<ins>.*?Newer</ins>", answer.content.decode(), re.DOTALL)
    assert again(post).state == "in_review"


@pytest.mark.parametrize("name", ["approve", "request_changes", "submit", "withdraw", "archive", "recall", "reopen"])
def test_another_branch_cannot_act_on_what_it_cannot_see(lib: Library, channel: Channel, name: str) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    answer = press(signed_in(lib.olga), post, name, digest=post.current.digest, reason="x")
    assert answer.status_code == 404
    assert again(post).state == "in_review"


@pytest.mark.parametrize("name", ["approve", "request_changes", "submit", "withdraw"])
def test_an_auditor_sees_and_does_not_act(lib: Library, channel: Channel, name: str) -> None:
    post = submitted(lib.alice, lib.north, simple(channel))
    answer = press(signed_in(lib.audit), post, name, digest=post.current.digest, reason="x")
    assert answer.status_code == 403
    assert again(post).state == "in_review"


def test_a_post_that_missed_a_channel_offers_a_copy_for_it(lib: Library, channel: Channel, second: Channel) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, second))
    Delivery.objects.filter(channel=channel).update(state="published")
    Delivery.objects.filter(channel=second).update(state="expired")
    page = signed_in(lib.alice).get(f"/posts/{post.pk}/")
    assert "Missed: Practice Teens" in text(page)
    assert f'name="channel" value="{second.pk}"' in page.content.decode()


def test_a_published_post_is_not_scolded_for_its_time(
    lib: Library, channel: Channel, clock: time_machine.Traveller
) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at="2026-11-24T10:00"))
    Delivery.objects.update(state="published")
    clock.shift(timedelta(days=3))
    assert "has passed" not in text(signed_in(lib.alice).get(f"/posts/{post.pk}/"))


def test_an_unknown_act_is_not_there(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    assert press(signed_in(lib.alice), post, "explode").status_code == 404
    assert signed_in(lib.alice).get(f"/posts/{post.pk}/do/archive/").status_code == 405


def test_a_copy_opens_in_the_composer(lib: Library, channel: Channel) -> None:
    post = written(lib.alice, lib.north, simple(channel))
    answer = press(signed_in(lib.erin), post, "duplicate")
    copy = Post.objects.exclude(pk=post.pk).get()
    assert answer["Location"] == f"/posts/{copy.pk}/edit/"
    assert copy.author == lib.erin


# --- the queue --------------------------------------------------------------------


def test_the_queue_has_what_waits_for_me_and_nothing_else(lib: Library, channel: Channel) -> None:
    south = make_channel(lib.south, "Practice South")
    lend(south, lib.north)
    mine = submitted(lib.alice, lib.north, simple(channel, text="For Sam"))
    lent = submitted(lib.alice, lib.north, simple(south, text="For both"))
    written(lib.alice, lib.north, simple(channel, text="Only a draft"))
    sam, olga = (signed_in(person).get("/posts/review/").content.decode() for person in (lib.sam, lib.olga))
    assert (f'id="post-{mine.pk}"' in sam, f'id="post-{lent.pk}"' in sam) == (True, True)
    assert (f'id="post-{mine.pk}"' in olga, f'id="post-{lent.pk}"' in olga) == (False, True)
    assert "Only a draft" not in sam


def test_an_empty_queue_says_what_happens_next(lib: Library) -> None:
    assert "Nothing waits for you" in text(signed_in(lib.sam).get("/posts/review/"))


def test_posts_with_problems_come_first(lib: Library, channel: Channel, clock: time_machine.Traveller) -> None:
    fine = submitted(lib.alice, lib.north, simple(channel, text="Fine", at="2026-12-01T10:00"))
    late = submitted(lib.alice, lib.north, simple(channel, text="Late", at="2026-11-24T10:00"))
    clock.shift(timedelta(hours=2))
    page = signed_in(lib.sam).get("/posts/review/").content.decode()
    assert page.index(f'id="post-{late.pk}"') < page.index(f'id="post-{fine.pk}"')
    assert "has passed" in page


def test_two_posts_on_one_channel_within_the_hour_are_named(lib: Library, channel: Channel) -> None:
    approved(lib.alice, lib.sam, lib.north, simple(channel, text="Planned one", at="2190-01-10T10:00"))
    submitted(lib.alice, lib.north, simple(channel, text="Second", at="2190-01-10T10:30"))
    submitted(lib.alice, lib.north, simple(channel, text="Far away", at="2190-01-12T10:30"))
    page = text(signed_in(lib.sam).get("/posts/review/"))
    assert page.count("Within the hour on this channel: Planned one") == 1


def test_what_the_preview_cannot_show_is_said_in_words(lib: Library, channel: Channel) -> None:
    target = DraftTarget(channel.pk, options={"replies": "nobody"})
    post = submitted(lib.alice, lib.north, replace(simple(language="cy"), targets=(target,)))
    for address in ("/posts/review/", f"/posts/{post.pk}/"):
        shown = text(signed_in(lib.sam).get(address))
        assert "Who may reply: Nobody" in shown
        assert "Language: Cymraeg" in shown


def test_the_usual_settings_are_not_worth_a_word(lib: Library, channel: Channel) -> None:
    target = DraftTarget(channel.pk, options={"replies": "everyone"})
    submitted(lib.alice, lib.north, replace(simple(), targets=(target,)))
    shown = text(signed_in(lib.sam).get("/posts/review/"))
    assert "Who may reply" not in shown
    assert "Language:" not in shown


def test_what_changed_since_it_was_judged_is_marked(lib: Library, channel: Channel) -> None:
    post = submitted(lib.alice, lib.north, simple(channel, text="On Tuesday"))
    review.request_changes(post=post, by=lib.sam, digest=post.current.digest, reason="Wrong day")
    friday = simple(channel, text="On Friday")
    drafts.save(post=again(post), by=lib.alice, draft=friday, version=post.current.version)
    review.submit(post=again(post), by=lib.alice)
    page = signed_in(lib.sam).get("/posts/review/").content.decode()
    assert re.search(r"<del>.*?Tuesday</del>", page)
    assert re.search(r"<ins>.*?Friday</ins>", page)


def test_a_decision_in_the_queue_goes_on_with_the_next_post(lib: Library, channel: Channel) -> None:
    first = submitted(lib.alice, lib.north, simple(channel, text="One", at="2190-01-10T10:00"))
    second = submitted(lib.alice, lib.north, simple(channel, text="Two", at="2190-01-12T10:00"))
    answer = press(
        signed_in(lib.sam), first, "approve", digest=first.current.digest, back="review", following=str(second.pk)
    )
    assert answer["Location"] == f"/posts/review/#post-{second.pk}"


def test_the_queue_asks_the_database_as_often_for_twenty_posts_as_for_two(
    lib: Library, channel: Channel, second: Channel, django_assert_max_num_queries
) -> None:
    sam = signed_in(lib.sam)
    for number in range(20):
        submitted(lib.alice, lib.north, simple(channel, second, text=f"Post {number}", at="2190-01-10T10:00"))
    with django_assert_max_num_queries(30):
        sam.get("/posts/review/")
