"""The post page and the review queue in a real browser: accessible, by keyboard alone, and with a thumb."""

from __future__ import annotations

from typing import Any

import pytest

from channels_app.models import Channel
from posts.models import Post
from tests import browser
from tests.cast import Library
from tests.posts.conftest import again, approved, make_channel, simple, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(lib: Library) -> list[Post]:
    """Three posts that wait for Sam, in the order of their times."""
    channel = make_channel(lib.north)
    drafts = [simple(channel, text=f"Post number {day} #news", at=f"2190-01-1{day}T10:00") for day in (1, 2, 3)]
    return [submitted(lib.alice, lib.north, draft) for draft in drafts]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(browser.SIZES))
def test_queue_and_post_page_are_accessible(
    page: Any, live_server: Any, lib: Library, waiting: list[Post], theme: str, size: str
) -> None:
    out = approved(lib.alice, lib.sam, lib.north, simple(waiting[0].current.targets.get().channel, text="Approved"))
    browser.sign_in(page, live_server, lib.sam)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, theme)(page)
    for address in ("/posts/review/", f"/posts/{waiting[0].pk}/", f"/posts/{out.pk}/"):
        page.goto(live_server.url + address)
        browser.axe(page)
        browser.no_sideways_scroll(page)


def test_a_channel_with_a_long_name_fits_the_narrowest_window(page: Any, live_server: Any, lib: Library) -> None:
    name = "The Friends of the North Branch Library"
    channel = make_channel(lib.north)
    Channel.objects.filter(pk=channel.pk).update(name=name, handle="@friends-of-the-north-branch-library")
    out = approved(lib.alice, lib.sam, lib.north, simple(channel, text="A short text"))
    browser.sign_in(page, live_server, lib.sam)
    page.set_viewport_size(browser.NARROW)
    page.goto(f"{live_server.url}/posts/{out.pk}/")
    page.wait_for_load_state("networkidle")
    browser.no_sideways_scroll(page)


def test_a_supervisor_decides_by_keyboard_alone(page: Any, live_server: Any, lib: Library, waiting: list[Post]) -> None:
    browser.sign_in(page, live_server, lib.sam)
    page.goto(f"{live_server.url}/posts/review/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == f"post-{waiting[1].pk}"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == f"post-{waiting[0].pk}"
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert again(waiting[1]).state == "approved"
    assert page.evaluate("document.activeElement.id") == f"post-{waiting[2].pk}"
    page.keyboard.press("r")
    page.keyboard.type("Which room is it?")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert again(waiting[2]).state == "changes_requested"
    assert waiting[2].current.reviews.get().reason == "Which room is it?"


def test_the_two_decisions_are_large_enough_for_a_thumb(
    page: Any, live_server: Any, lib: Library, waiting: list[Post]
) -> None:
    browser.sign_in(page, live_server, lib.sam)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/posts/review/")
    for control in page.locator(".decide [data-key]").all():
        box = control.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 120


def test_without_script_everything_can_still_be_decided(
    chromium: Any, live_server: Any, lib: Library, waiting: list[Post]
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    browser.sign_in(page, live_server, lib.sam)
    page.goto(f"{live_server.url}/posts/review/")
    post = page.locator(f"#post-{waiting[0].pk}")
    post.locator("summary", has_text="Request changes").click()
    post.locator("textarea").fill("Which room?")
    post.get_by_role("button", name="Send back").click()
    assert again(waiting[0]).state == "changes_requested"
    page.locator(f"#post-{waiting[1].pk}").get_by_role("button", name="Approve").click()
    assert again(waiting[1]).state == "approved"
    context.close()


def test_what_was_looked_at_is_approved_in_one_act(
    page: Any, live_server: Any, lib: Library, waiting: list[Post]
) -> None:
    """Two are read, the third stays below the window: only those two can be chosen so, and both are approved."""
    browser.sign_in(page, live_server, lib.sam)
    page.set_viewport_size({"width": 1200, "height": 520})
    page.goto(f"{live_server.url}/posts/review/")
    for post in waiting[:2]:
        page.locator(f"#post-{post.pk}").scroll_into_view_if_needed()
        page.evaluate("pk => document.getElementById(`post-${pk}`).scrollIntoView({ block: 'start' })", post.pk)
        page.locator(f"#post-{post.pk}[data-was-seen]").wait_for(timeout=10_000)
    unseen = page.locator(f"#post-{waiting[2].pk}:not([data-was-seen])").count()
    page.get_by_role("button", name="Choose what I looked at").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Approve the chosen").click()
    states = [again(post).state for post in waiting]
    assert states[:2] == ["approved", "approved"]
    assert (states[2] == "in_review") is bool(unseen)
