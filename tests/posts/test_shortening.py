"""Short links in the composer, and what each channel makes of them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from libsocial.links.models import Link
from posts import digest, drafting, fixing, resolve
from posts.drafting import DraftTarget, DraftVariant
from posts.models import Post
from posts.services import campaigns, review
from scheduler.models import Delivery
from tests.cast import Library, signed_in
from tests.posts.conftest import again, simple, submitted, written
from tests.posts.test_campaigns import PLAN

LONG = "https://library.example/events/2026/story-time?x=1"


@pytest.fixture(autouse=True)
def _base(settings: Any) -> None:
    settings.LINK_URLS = ["https://go.library.example"]


def press(lib: Library, text: str, **more: Any) -> Any:
    form = {
        "base-0-text": text,
        "unit": lib.north.pk,
        "do": "shorten:base-0",
        "when": "asap",
        "token": uuid.uuid4(),
        "version": 0,
    }
    return signed_in(lib.alice).post(reverse("posts:new"), form | more)


def test_one_press_shortens_every_long_link_and_keeps_the_rest(lib: Library) -> None:
    response = press(lib, f"Come: {LONG}. Or {LONG} and https://other.example/a!")
    post = Post.objects.get()
    assert response.status_code == 302
    codes = dict(Link.objects.values_list("target", "code"))
    said = post.current.body["parts"][0]["text"]
    first, other = (f"https://go.library.example/s/{codes[url]}" for url in (LONG, "https://other.example/a"))
    assert said == f"Come: {first}. Or {first} and {other}!"
    assert Link.objects.count() == 2


def test_a_saved_post_and_its_campaign_are_named_in_the_link(lib: Library) -> None:
    campaign = campaigns.create(by=lib.erin, unit=lib.north, plan=PLAN)
    post = written(lib.alice, lib.north, simple(text="x", campaign=campaign.pk))
    form = {"base-0-text": LONG, "do": "shorten:base-0", "version": post.current.version, "campaign": campaign.pk}
    signed_in(lib.alice).post(reverse("posts:edit", args=[post.pk]), form)
    link = Link.objects.get()
    assert (link.reference, link.campaign) == (f"post:{post.pk}", "card-month")


def test_a_link_that_may_not_be_is_said_beside_its_text_and_nothing_is_lost(lib: Library) -> None:
    response = press(lib, "Inside: http://192.168.1.5/list and no more")
    assert response.status_code == 422
    page = response.content.decode()
    assert "private network" in page
    assert "Inside: http://192.168.1.5/list and no more" in page
    assert not Link.objects.exists()


def test_a_text_without_links_says_so(lib: Library) -> None:
    assert "no long link" in press(lib, "Only words").content.decode()


def test_each_channel_gets_its_own_ending_and_all_agree_on_it(lib: Library, settings: Any) -> None:
    channel = ensure_practice(lib.north, by=lib.ada)
    Link.objects.create(unit=lib.north, code="seeds", target=LONG)
    draft = simple(channel, text="See https://go.library.example/s/seeds.", at="2199-01-10T10:00")
    post = submitted(lib.alice, lib.north, draft)
    page = signed_in(lib.sam).get(reverse("posts:detail", args=[post.pk])).content.decode()
    assert f"/s/seeds.{channel.pk}" in page
    review.approve(post=post, by=lib.sam, digest=post.current.digest)
    text = Delivery.objects.get().payload["parts"][0]["text"]
    assert text == f"See https://go.library.example/s/seeds.{channel.pk}."
    assert digest.of(again(post).current) == post.current.digest
    assert drafting.of_revision(again(post).current).parts[0].text == "See https://go.library.example/s/seeds."


def test_a_fix_for_one_channel_leaves_no_number_in_the_draft(lib: Library, channel: Channel) -> None:
    from channels_app.check import Problem
    from channels_app.selectors import capabilities_of

    text = "See https://go.library.example/s/seeds and " + "words " * 200
    draft = simple(channel, text=text)
    problem = Problem("text", 0, "block", "check.text_too_long", {}, "split_thread")
    made = fixing.apply(draft, draft.targets[0], problem, capabilities_of(channel), {})
    every = [part.text for part in made.parts] + [
        part.text for target in made.targets if target.variant for part in target.variant.parts
    ]
    assert len(every) > 1
    assert not any(f"seeds.{channel.pk}" in one for one in every)


def test_posts_without_short_links_keep_their_digest(lib: Library, channel: Channel) -> None:
    draft = simple(channel, text=f"See {LONG} and https://elsewhere.example/s/seeds")
    content = resolve.content_for(draft, draft.targets[0], resolve.originals({}))
    assert content.parts[0].text == draft.parts[0].text
    own = replace(draft, targets=(DraftTarget(channel.pk, DraftVariant(draft.parts)),))
    assert resolve.content_for(own, own.targets[0], resolve.originals({})).parts[0].text == draft.parts[0].text


def test_the_composer_counts_what_will_be_sent(lib: Library) -> None:
    channel = ensure_practice(lib.north, by=lib.ada)
    text = "https://go.library.example/s/seeds"
    post = written(lib.alice, lib.north, simple(channel, text=text))
    page = signed_in(lib.alice).get(reverse("posts:edit", args=[post.pk])).content.decode()
    assert f"{len(text) + 1 + len(str(channel.pk))} / " in page
