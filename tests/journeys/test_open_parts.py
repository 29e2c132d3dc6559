"""Menus, dialogs and mistakes are accessible while they are open, in both themes, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from tests import browser
from tests.cast import Library
from tests.pages import world
from tests.pages.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_menu(page: Any) -> None:
    page.locator("[data-menu] > summary:visible").first.click()


def open_keys(page: Any) -> None:
    page.keyboard.press("?")


def open_reason(page: Any) -> None:
    page.locator("summary").filter(has_text="Request changes").first.click()


def open_question(page: Any) -> None:
    page.get_by_role("button", name="Withdraw").first.click()
    page.get_by_role("dialog").wait_for()


def open_picker(page: Any) -> None:
    page.get_by_role("button", name="From the library").first.click()
    page.get_by_role("dialog").wait_for()


def send_empty(page: Any) -> None:
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    page.wait_for_load_state()


CASES: dict[str, tuple[str, Callable[[World], tuple[int, ...]], Callable[[Any], None]]] = {
    "a menu": ("today", lambda place: (), open_menu),
    "the sheet of keys": ("today", lambda place: (), open_keys),
    "the reason": ("posts:review", lambda place: (), open_reason),
    "a question before an act": ("posts:detail", lambda place: (place.waiting.pk,), open_question),
    "the picker": ("posts:new", lambda place: (), open_picker),
    "an invitation with mistakes": ("accounts:invite", lambda place: (), send_empty),
    "a unit with mistakes": ("accounts:unit_new", lambda place: (), send_empty),
    "a pause with mistakes": ("scheduler:holds", lambda place: (), send_empty),
}


@pytest.mark.parametrize("case", CASES)
def test_what_opens_is_accessible(page: Any, live_server: Any, lib: Library, case: str) -> None:
    name, args, act = CASES[case]
    place = world.build(lib)
    browser.sign_in(page, live_server, lib.ada)
    page.goto(live_server.url + reverse(name, args=args(place)))
    act(page)
    for size in (browser.DESK, browser.PHONE):
        page.set_viewport_size(size)
        for theme in (browser.light, browser.dark):
            theme(page)
            browser.axe(page)
