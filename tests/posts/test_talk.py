"""What colleagues say about a post: seen by those who see the post, told to whom it concerns, never published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from libsocial.notices.models import Notice
from posts.models import Comment, Post
from posts.services import review
from posts.services import talk as saying
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, make_channel, simple, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(lib: Library) -> Post:
    return submitted(lib.alice, lib.north, simple(make_channel(lib.north)))


def told(person: Any) -> list[str]:
    rows = Notice.objects.filter(recipient=person, message__in=("post.mentioned", "post.commented"))
    return list(rows.order_by("pk").values_list("message", flat=True))


def test_a_mention_tells_that_person_and_the_author_hears_of_every_comment(lib: Library, post: Post) -> None:
    client = signed_in(lib.sam)
    answer = client.post(f"/posts/{post.pk}/talk/say/", {f"say-{post.pk}": "@Erin Editor, is this the right day?"})
    assert answer.status_code == 302
    assert (told(lib.erin), told(lib.alice), told(lib.sam)) == (["post.mentioned"], ["post.commented"], [])
    assert list(Comment.objects.get().mentioned.all()) == [lib.erin]


def test_an_answer_tells_those_who_take_part_once(lib: Library, post: Post) -> None:
    first = saying.say(post=post, by=lib.sam, text="Which day?")
    saying.say(post=post, by=lib.erin, text="Tuesday", parent=first)
    answer = saying.say(post=post, by=lib.alice, text="@Erin Editor yes", parent=Comment.objects.last())
    assert answer.parent == first
    assert told(lib.sam) == ["post.commented", "post.commented"] and told(lib.erin) == ["post.mentioned"]


def test_somebody_who_may_not_see_the_post_is_neither_told_nor_heard(lib: Library, post: Post) -> None:
    saying.say(post=post, by=lib.sam, text="Ask @Olga Outsider")
    assert told(lib.olga) == []
    assert signed_in(lib.olga).post(f"/posts/{post.pk}/talk/say/", {f"say-{post.pk}": "x"}).status_code == 404
    assert signed_in(lib.olga).get(f"/posts/{post.pk}/talk/people/").status_code == 404


def test_the_longer_of_two_names_is_meant(lib: Library) -> None:
    lib.erin.name, lib.sam.name = "Ann", "Ann Lee"
    assert saying.named_in("@Ann Lee and nobody else", [lib.erin, lib.sam]) == [lib.sam]
    assert saying.named_in("mail@Annabel", [lib.erin]) == []


def test_a_comment_is_settled_and_opened_again(lib: Library, post: Post) -> None:
    remark = saying.say(post=post, by=lib.sam, text="Which day?")
    client = signed_in(lib.alice)
    client.post(f"/posts/{post.pk}/talk/{remark.pk}/resolve/")
    remark.refresh_from_db()
    assert remark.resolved_by == lib.alice
    client.post(f"/posts/{post.pk}/talk/{remark.pk}/reopen/")
    remark.refresh_from_db()
    assert remark.resolved_at is None


def test_ones_own_words_may_be_changed_until_somebody_answers_or_time_passes(
    lib: Library, post: Post, clock: Any
) -> None:
    remark = saying.say(post=post, by=lib.sam, text="Wich day?")
    path = f"/posts/{post.pk}/talk/{remark.pk}/mend/"
    signed_in(lib.sam).post(path, {f"mend-{remark.pk}": "Which day?"})
    remark.refresh_from_db()
    assert remark.text == "Which day?" and remark.edited_at
    refused = signed_in(lib.erin).post(path, {f"mend-{remark.pk}": "Mine"})
    assert refused.status_code == 422
    clock.shift(timedelta(minutes=31))
    assert signed_in(lib.sam).post(path, {f"mend-{remark.pk}": "Late"}).status_code == 422
    remark.refresh_from_db()
    assert remark.text == "Which day?"


def test_empty_and_endless_words_are_refused_and_kept_in_the_field(lib: Library, post: Post) -> None:
    client = signed_in(lib.sam)
    path, name = f"/posts/{post.pk}/talk/say/", f"say-{post.pk}"
    assert client.post(path, {name: "  "}).status_code == 422
    answer = client.post(path, {name: "word " * 900})
    assert answer.status_code == 422 and "word word" in answer.content.decode() and not Comment.objects.exists()


def test_a_script_gets_the_part_and_markup_stays_text(lib: Library, post: Post) -> None:
    answer = signed_in(lib.sam).post(
        f"/posts/{post.pk}/talk/say/",
        {f"say-{post.pk}": "<script>alert(1)</script> @Erin Editor"},
        headers={"x-requested-with": "fetch"},
    )
    html = answer.content.decode()
    assert "<html" not in html and "&lt;script&gt;" in html and '<b class="talk-name">@Erin Editor</b>' in html


def test_a_comment_leads_back_only_to_pages_of_ours(lib: Library, post: Post) -> None:
    path, name = f"/posts/{post.pk}/talk/say/", f"say-{post.pk}"
    for wanted in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        answer = signed_in(lib.sam).post(path, {name: "Hello", "back_to": wanted})
        assert answer["Location"] == f"/posts/{post.pk}/#talk"


def test_comments_are_never_published_and_change_no_approval(lib: Library, post: Post) -> None:
    saying.say(post=post, by=lib.sam, text="Between us")
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    saying.say(post=again(post), by=lib.alice, text="Still between us")
    assert again(post).state == "approved"
    assert "between us" not in str(Delivery.objects.get().payload).lower()


def test_the_queue_says_how_many_remarks_are_open(lib: Library, post: Post) -> None:
    saying.say(post=post, by=lib.alice, text="Look at the second line")
    settled = saying.say(post=post, by=lib.alice, text="Done")
    saying.resolve(comment=settled, by=lib.alice)
    page = signed_in(lib.sam).get("/posts/review/").content.decode()
    assert '<span class="count count-accent">1<' in page


# --- versions -----------------------------------------------------------------------


def test_the_words_of_an_earlier_version_come_back_and_end_the_approval(lib: Library, post: Post) -> None:
    from posts import drafting
    from posts.services import drafts

    channel = post.current.targets.get().channel
    drafts.save(post=post, by=lib.alice, draft=simple(channel, text="Second"), version=post.current.version)
    review.submit(post=again(post), by=lib.alice)
    review.approve(post=again(post), by=lib.sam, digest=again(post).current.digest)
    answer = signed_in(lib.alice).post(f"/posts/{post.pk}/do/restore/", {"number": 1})
    assert answer.status_code == 302
    now = again(post)
    assert now.state == "draft" and now.current.number == 3
    assert drafting.of_revision(now.current).parts[0].text == "Story time on Tuesday"
    assert Delivery.objects.get().state == "cancelled"
    assert [row.number for row in now.revisions.all()] == [3, 2, 1]


def test_a_version_that_is_not_there_changes_nothing(lib: Library, post: Post) -> None:
    answer = signed_in(lib.alice).post(f"/posts/{post.pk}/do/restore/", {"number": "99"})
    assert answer.status_code == 409 and again(post).state == "in_review"
    assert signed_in(lib.audit).post(f"/posts/{post.pk}/do/restore/", {"number": 1}).status_code == 403
