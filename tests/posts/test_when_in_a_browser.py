"""When a post leaves, and the evergreen queue, in a real browser: by keyboard, narrow, accessible."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from channels_app.models import Channel
from posts import free_times
from posts.models import EvergreenItem, Post, Slot
from posts.services import evergreens
from posts.services.evergreens import Terms
from tests import browser
from tests.cast import Library
from tests.posts.conftest import make_channel, simple, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def channels(lib: Library) -> list[Channel]:
    """Two channels with a posting time every day, two hours apart."""
    found = [make_channel(lib.north, "Practice North"), make_channel(lib.north, "Practice Teens")]
    for hour, channel in zip((10, 12), found, strict=True):
        Slot.objects.bulk_create(Slot(channel=channel, unit=lib.north, weekday=d, at=time(hour)) for d in range(7))
    return found


def walls(post: Post) -> dict[int, str]:
    post.refresh_from_db()
    return {target.channel_id: target.at or post.current.at for target in post.current.targets.all()}


def test_a_time_for_each_channel_by_keyboard_and_left_to_the_queue(
    page: Any, live_server: Any, lib: Library, channels: list[Channel]
) -> None:
    browser.sign_in(page, live_server, lib.alice)
    # As narrow as it gets, and so high that no bar lies over what is looked at.
    page.set_viewport_size(browser.NARROW | {"height": 3000})
    page.goto(f"{live_server.url}{reverse('posts:new')}")
    page.get_by_label("Text", exact=True).first.fill("Story time")
    for channel in channels:
        page.locator(f'input[name="channel"][value="{channel.pk}"]').check()
    page.get_by_role("radio", name="On a day and time").press("Space")
    each = page.get_by_role("button", name="Next free time of each channel")
    each.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "saved")
    post = Post.objects.get()
    found = walls(post)
    assert {wall[-5:] for wall in found.values()} == {"10:00", "12:00"}
    first, later = sorted(channels, key=lambda channel: found[channel.pk])
    expect(page.get_by_label("Day", exact=True)).to_have_value(found[first.pk][:10])
    expect(page.get_by_label(f"Another time on {later.name}")).to_have_value(found[later.pk][-5:])
    browser.no_sideways_scroll(page)
    browser.axe(page)
    page.get_by_role("radio", name="In the next free posting times").press("Space")
    expect(page.locator('[data-live="queue"] li').first).to_contain_text("Practice North")
    expect(page.get_by_label("Day", exact=True)).to_be_hidden()
    expect(page.locator("[data-status]")).to_have_attribute("data-state", "saved")
    browser.axe(page)
    page.get_by_role("button", name="Send for approval").press("Enter")
    page.wait_for_url(f"**{reverse('posts:detail', args=[post.pk])}")
    assert all(walls(post).values())
    post.refresh_from_db()
    assert (post.state, post.current.body.get("queued")) == ("in_review", None)


def test_without_script_a_proposed_time_is_a_button(
    chromium: Any, live_server: Any, lib: Library, channels: list[Channel]
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}{reverse('posts:new')}?channel={channels[0].pk}")
    page.get_by_label("Text", exact=True).first.fill("Story time")
    page.get_by_role("radio", name="On a day and time").check()
    first = free_times.free_for(lib.north, channels[:1], timezone.now())[0].moment.wall
    page.locator(".compose-chips button").first.click()
    page.wait_for_url("**/edit/")
    assert Post.objects.get().current.at == first.strftime("%Y-%m-%dT%H:%M")
    expect(page.get_by_label("Time", exact=True)).to_have_value("10:00")


@pytest.mark.parametrize("theme", [browser.light, browser.dark])
def test_the_evergreen_pages_are_accessible_and_fit(
    page: Any, live_server: Any, lib: Library, channels: list[Channel], theme: Any
) -> None:
    theme(page)
    browser.sign_in(page, live_server, lib.erin)
    page.set_viewport_size(browser.NARROW)
    post = written(lib.erin, lib.north, simple(*channels, text="We lend tools, sewing machines and a telescope"))
    page.goto(f"{live_server.url}{reverse('posts:evergreen_put', args=[post.pk])}")
    expect(page.get_by_role("group", name="First day")).to_be_hidden()
    page.get_by_role("radio", name="Only in a part of the year").press("Space")
    page.get_by_role("group", name="First day").get_by_label("Day").fill("15")
    page.get_by_role("group", name="First day").get_by_label("Month").select_option("11")
    browser.axe(page)
    browser.no_sideways_scroll(page)
    page.get_by_role("button", name="Put it in").press("Enter")
    expect(page.get_by_text("Choose a day and a month.").first).to_be_visible()
    browser.axe(page)
    page.get_by_role("group", name="Last day").get_by_label("Day").fill("6")
    page.get_by_role("group", name="Last day").get_by_label("Month").select_option("1")
    page.get_by_role("button", name="Put it in").press("Enter")
    page.wait_for_url(f"**{reverse('posts:evergreen')}*")
    row = EvergreenItem.objects.get()
    assert (row.season_first, row.season_last) == ("11-15", "01-06")
    evergreens.change(by=lib.erin, item=row, terms=Terms([channel.pk for channel in channels]))
    page.reload()
    browser.axe(page)
    browser.no_sideways_scroll(page)
    page.get_by_role("button", name="Make one now").press("Enter")
    page.wait_for_url("**/posts/*/")
    page.goto(f"{live_server.url}{reverse('posts:evergreen_item', args=[row.pk])}")
    browser.axe(page)
    browser.no_sideways_scroll(page)
