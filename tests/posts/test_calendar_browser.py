"""The calendar in a real browser: a post moves by drag, by key and by dialog, with one undo for all of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels_app.models import Channel
from posts.models import Post, Slot
from tests import browser
from tests.cast import Library
from tests.posts.conftest import again, approved, make_channel, simple, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def monday() -> datetime:
    """Monday of the week after next: to come, and in one month with its Thursday or not."""
    today = timezone.localdate()
    return datetime.combine(today + timedelta(days=14 - today.weekday()), time(10))


def wall(days: int = 0, hour: int = 10) -> str:
    return (monday() + timedelta(days=days)).replace(hour=hour).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def channel(lib: Library) -> Channel:
    return make_channel(lib.north)


@pytest.fixture
def post(lib: Library, channel: Channel) -> Post:
    return written(lib.alice, lib.north, simple(channel, at=wall()))


def opened(page: Any, live_server: Any, person: Any, view: str) -> Any:
    browser.sign_in(page, live_server, person)
    page.set_viewport_size(browser.DESK)
    browser.light(page)
    page.goto(f"{live_server.url}/posts/calendar/?view={view}&on={wall()[:10]}")
    return page


def entry(page: Any, post: Post) -> Any:
    return page.locator(f'table [data-entry="{post.pk}"]')


def test_a_post_is_dragged_to_another_day_and_taken_back(page: Any, live_server: Any, lib: Library, post: Post) -> None:
    opened(page, live_server, lib.alice, "week")
    entry(page, post).drag_to(page.locator(f'[data-square="{wall(2, 15)}"]'))
    page.get_by_text("moved to").wait_for()
    assert again(post).current.at == wall(2, 15)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state("networkidle")
    assert again(post).current.at == wall()


def test_shift_and_an_arrow_move_and_the_focus_stays_with_the_post(
    page: Any, live_server: Any, lib: Library, post: Post
) -> None:
    opened(page, live_server, lib.alice, "month")
    entry(page, post).locator("[data-stop]").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowRight")
    page.get_by_text("moved to").wait_for()
    assert again(post).current.at == wall(1)
    assert page.evaluate("document.activeElement.closest('[data-entry]')?.dataset.entry") == str(post.pk)
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowDown")
    assert again(post).current.at == wall(8)


def test_m_opens_the_dialog_and_a_free_time_is_one_press(
    page: Any, live_server: Any, lib: Library, channel: Channel, post: Post
) -> None:
    Slot.objects.create(channel=channel, unit=lib.north, weekday=3, at=time(16))
    opened(page, live_server, lib.alice, "month")
    entry(page, post).locator("[data-stop]").first.focus()
    page.keyboard.press("m")
    page.get_by_text("Next free posting times").wait_for()
    browser.axe(page)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert again(post).current.at == wall(3, 16)


def test_an_approved_post_asks_before_it_loses_its_approval(
    page: Any, live_server: Any, lib: Library, channel: Channel
) -> None:
    post = approved(lib.alice, lib.sam, lib.north, simple(channel, at=wall()))
    opened(page, live_server, lib.alice, "week")
    entry(page, post).locator("[data-stop]").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_text("goes back to needing approval").wait_for()
    page.keyboard.press("Escape")
    assert again(post).state == "approved"
    page.keyboard.press("Shift+ArrowRight")
    with page.expect_navigation():
        page.get_by_role("button", name="Move it").click()
    assert (again(post).state, again(post).current.at) == ("draft", wall(1))


def test_arrows_walk_the_days(page: Any, live_server: Any, lib: Library, post: Post) -> None:
    opened(page, live_server, lib.alice, "month")
    entry(page, post).locator("[data-stop]").first.focus()
    page.keyboard.press("ArrowRight")
    where = "document.activeElement.closest('[data-square]').dataset.square"
    assert page.evaluate(where) == wall(1)[:10]
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.closest('[data-entry]').dataset.entry") == str(post.pk)


@pytest.mark.parametrize("view", ["month", "week", "day", "list"])
def test_every_view_is_accessible_and_fits(page: Any, live_server: Any, lib: Library, post: Post, view: str) -> None:
    Slot.objects.create(channel=Channel.objects.get(), unit=lib.north, weekday=0, at=time(16))
    for size in ("desk", "phone", "narrow"):
        opened(page, live_server, lib.alice, view)
        page.set_viewport_size(browser.SIZES[size])
        for theme in (browser.light, browser.dark):
            theme(page)
            browser.axe(page)
        browser.no_sideways_scroll(page)
