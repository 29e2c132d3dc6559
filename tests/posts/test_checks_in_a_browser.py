"""The checks in a real browser: accessible, by keyboard, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest

from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from posts import problems
from posts.models import CheckOverride, Post
from posts.services import contacts, exceptions, review
from tests import browser
from tests.cast import Library
from tests.posts.conftest import again, make_channel, simple, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = (
    "📣 Our specimen card 21234000051789: 𝓬𝓸𝓶𝓮 and see! Click here: https://library.example/a "
    "#bannedbooksweek. Author talk on Thursday at 7:30 pm, call 020 7946 0958."
)


def a_post(by: User, unit: Unit, channel: Channel, text: str = TEXT) -> Post:
    return written(by, unit, simple(channel, text=text))


def with_exceptions(lib: Library, channel: Channel) -> Post:
    post = a_post(lib.alice, lib.north, channel, "Our specimen card 21234000051789. Sign up #bannedbooksweek")
    for problem in problems.of(again(post).current).all:
        exceptions.ask(post=post, by=lib.alice, problem=problem, reason="It is the specimen on every leaflet we print")
    review.submit(post=again(post), by=lib.alice)
    return again(post)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(browser.SIZES))
def test_its_pages_are_accessible(page: Any, live_server: Any, lib: Library, theme: str, size: str) -> None:
    channel = make_channel(lib.north)
    post, waiting = a_post(lib.alice, lib.north, channel), with_exceptions(lib, channel)
    contacts.add(by=lib.ada, unit=lib.north, kind="phone", value="020 7946 0000", note="Desk")
    contacts.add_card(by=lib.ada, unit=lib.south, prefix="77", length=9, luhn=False)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, theme)(page)
    places = [(lib.alice, f"/posts/{post.pk}/edit/"), (lib.sam, "/posts/review/"), (lib.sam, f"/posts/{waiting.pk}/")]
    places += [(lib.ada, f"/posts/checks/{lib.north.pk}/"), (lib.ada, f"/posts/checks/{lib.north.pk}/contacts/")]
    for person, address in places:
        browser.sign_in(page, live_server, person)
        page.goto(live_server.url + address)
        browser.axe(page)
        browser.no_sideways_scroll(page)


def test_show_selects_the_very_words(page: Any, live_server: Any, lib: Library) -> None:
    post = a_post(lib.alice, lib.north, make_channel(lib.north))
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}/posts/{post.pk}/edit/")
    page.locator(".checks-warn > summary").click()
    page.locator('[data-check="rule.A13"] [data-check-show]').click()
    chosen = "(() => { const f = document.activeElement; return f.value.slice(f.selectionStart, f.selectionEnd); })()"
    assert page.evaluate(chosen) == "Click here"


def test_an_author_asks_by_keyboard_and_a_supervisor_accepts(page: Any, live_server: Any, lib: Library) -> None:
    post = a_post(lib.alice, lib.north, make_channel(lib.north), "Our specimen card 21234000051789")
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}/posts/{post.pk}/edit/")
    page.locator("[data-check-open]").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("It is the specimen on every leaflet")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_text("who approves decides").wait_for()
    with page.expect_navigation(url="**/posts/*/"):
        page.locator("[data-submit]").click()
    browser.sign_in(page, live_server, lib.sam)
    page.goto(f"{live_server.url}/posts/review/")
    page.get_by_role("button", name="Approve").click()
    assert again(post).state == "in_review"  # the tick is missing, and the browser says so
    page.get_by_role("checkbox", name="specimen").or_(page.locator("[name=accept]")).first.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Approve").click()
    assert again(post).state == "approved"
    assert CheckOverride.objects.get().accepted_by == lib.sam


def test_a_fix_pressed_right_after_typing_is_done(page: Any, live_server: Any, lib: Library) -> None:
    post = a_post(lib.alice, lib.north, make_channel(lib.north), "Sign up #bannedbooksweek")
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}/posts/{post.pk}/edit/")
    page.locator("#base-0-text").press_sequentially(" now", delay=1)
    with page.expect_navigation():
        page.locator('[data-problem="rule.A6"] button', has_text="capitals").click()
    assert "#BannedBooksWeek" in page.locator("#base-0-text").input_value()
