"""The calendar on a phone begins with today, and its filters are folded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from posts.models import Post
from tests import browser as windows
from tests.cast import Library
from tests.posts.conftest import make_channel, simple, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def planned(lib: Library, text: str, days: int) -> Post:
    day = timezone.localdate() + timedelta(days=days)
    return written(lib.alice, lib.north, simple(make_channel(lib.north, text), text=text, at=f"{day}T10:00"))


def shown(page: Any, title: str) -> int:
    return page.locator(".calendar-title", has_text=title).locator("visible=true").count()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("view", ["month", "week"])
def test_today_comes_first_and_earlier_days_are_one_press_away(
    chromium: Any, live_server: Any, lib: Library, view: str, script: bool
) -> None:
    today = timezone.localdate()
    first = today.replace(day=1) if view == "month" else today - timedelta(days=today.weekday())
    back = (today - first).days
    planned(lib, "Comes today", 0)
    if back:
        planned(lib, "Was before", -back)
    page = chromium.new_context(java_script_enabled=script).new_page()
    windows.sign_in(page, live_server, lib.alice)
    page.set_viewport_size(windows.PHONE)
    page.goto(f"{live_server.url}/posts/calendar/?view={view}")
    assert shown(page, "Comes today") == 1
    assert page.locator("#f-state").is_hidden()
    page.get_by_text("Filters").click()
    assert page.locator("#f-state").is_visible()
    if back:
        assert shown(page, "Was before") == 0
        page.get_by_text("1 post of earlier days").click()
        assert shown(page, "Was before") == 1
    windows.no_sideways_scroll(page)
    page.context.close()
