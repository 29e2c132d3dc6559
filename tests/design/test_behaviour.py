"""Shared behaviour in a real browser: questions, menus, dialogs, keys, theme, and life without script."""

from __future__ import annotations

from typing import Any

import pytest

from tests import browser
from tests.cast import Library

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.design.places"),
]


@pytest.fixture
def at(page: Any, live_server: Any, lib: Library) -> Any:
    """The living page, signed in as the administrator, with the shell's every place there."""
    browser.sign_in(page, live_server, lib.ada)
    browser.light(page)
    page.goto(f"{live_server.url}/design/")
    return page


def sent(page: Any) -> list[str]:
    """Remember the forms this page sends from now on, by the path they are sent to."""
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    return posts


def test_the_first_tab_offers_to_skip_to_the_content(at: Any) -> None:
    at.keyboard.press("Tab")
    assert at.evaluate("document.activeElement.textContent") == "Skip to the content"
    at.keyboard.press("Enter")
    assert at.evaluate("document.activeElement.id") == "main"


def test_a_question_comes_before_a_destructive_act(at: Any) -> None:
    posts = sent(at)
    at.get_by_role("button", name="With a question").click()
    dialog = at.get_by_role("dialog", name="Delete this post?")
    assert "What was already published stays." in dialog.inner_text()
    dialog.get_by_role("button", name="Cancel").click()
    assert not posts
    at.get_by_role("button", name="With a question").click()
    with at.expect_request(lambda request: request.method == "POST"):
        at.get_by_role("dialog").get_by_role("button", name="Delete").click()
    assert len(posts) == 1


def test_a_menu_works_by_keyboard_and_closes_on_escape(at: Any) -> None:
    summary = at.locator("summary", has_text="Sort")
    summary.focus()
    at.keyboard.press("ArrowDown")
    assert at.evaluate("document.activeElement.textContent.trim()") == "Newest first"
    at.keyboard.press("ArrowDown")
    assert at.evaluate("document.activeElement.textContent.trim()") == "Due soonest"
    at.keyboard.press("Escape")
    assert not at.locator("details[data-menu][open]").count()
    assert summary.evaluate("e => e === document.activeElement")


def test_a_menu_closes_when_something_else_is_pressed(at: Any) -> None:
    at.locator("summary", has_text="Sort").click()
    at.locator("h1").click()
    assert not at.locator("details[data-menu][open]").count()


def test_a_dialog_holds_the_focus_and_gives_it_back(at: Any) -> None:
    opener = at.get_by_role("button", name="Open a dialog")
    opener.click()
    assert at.get_by_role("dialog", name="Move to another time").is_visible()
    browser.axe(at)
    at.keyboard.press("Escape")
    assert opener.evaluate("e => e === document.activeElement")


def test_question_mark_lists_the_keys_and_g_goes_places(at: Any, live_server: Any) -> None:
    at.keyboard.press("?")
    keys = at.get_by_role("dialog", name="Keyboard shortcuts")
    assert "New post" in keys.inner_text() and "Analytics" in keys.inner_text()
    browser.axe(at)
    at.keyboard.press("Escape")
    at.keyboard.press("g")
    at.keyboard.press("c")
    at.wait_for_url(f"{live_server.url}/posts/calendar/")


def test_keys_do_nothing_in_a_field_and_can_be_switched_off(at: Any, lib: Library, live_server: Any) -> None:
    at.keyboard.press("/")
    assert at.evaluate("document.activeElement.name") == "q"
    at.keyboard.type("?gc")
    assert not at.get_by_role("dialog").count()
    lib.ada.shortcuts = False
    lib.ada.save()
    at.goto(f"{live_server.url}/design/")
    at.keyboard.press("?")
    assert not at.get_by_role("dialog").count()


def test_the_theme_changes_at_once_and_stays(at: Any, lib: Library) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    before = at.evaluate(ground)
    at.get_by_label("Your menu, Ada Administrator").click()
    with at.expect_response("**/theme/"):
        at.get_by_role("button", name="Dark").click()
    assert at.evaluate(ground) != before
    at.reload()
    assert at.evaluate("document.documentElement.dataset.theme") == "dark"
    assert at.evaluate(ground) != before


def test_a_form_is_sent_once_however_often_its_button_is_pressed(at: Any) -> None:
    posts = sent(at)
    at.route("**/slow/", lambda route: route.fulfill(status=204))  # the page stays as it is
    at.evaluate(
        """() => { const form = document.querySelector("form[data-confirm]");
                   form.removeAttribute("data-confirm"); form.action = "/slow/"; form.scrollIntoView(); }"""
    )
    button = at.get_by_role("button", name="With a question")
    with at.expect_request("**/slow/"):
        at.evaluate("b => { b.click(); b.click(); b.click(); }", button.element_handle())
    assert button.get_attribute("aria-busy") == "true"
    assert len(posts) == 1


def test_a_chart_shows_the_values_under_the_pointer(at: Any) -> None:
    at.locator("#sample-line_t").evaluate("e => e.ownerSVGElement.scrollIntoView({block: 'center'})")
    at.locator("[data-tip]").first.hover()
    assert at.locator(".chart-tip").first.inner_text() == "1 Nov\nThis month: 120\nLast month: 90"


def test_a_message_from_the_server_becomes_a_toast_with_undo(at: Any) -> None:
    at.evaluate(
        """document.dispatchEvent(new CustomEvent("toasts", {detail: {items:
           [{text: "Approved <b>.", level: "success", undo: "/posts/1/undo/"}]}}))"""
    )
    toast = at.locator("#toasts .toast")
    assert toast.locator(".toast-text").inner_text() == "Approved <b>."
    assert toast.locator("form").get_attribute("action") == "/posts/1/undo/"
    browser.axe(at)
    toast.get_by_role("button", name="Close message").click()
    assert not toast.count()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(browser.SIZES))
def test_the_full_shell_is_accessible(at: Any, theme: str, size: str) -> None:
    getattr(browser, theme)(at)
    at.set_viewport_size(browser.SIZES[size])
    if size == "desk":
        at.get_by_label("Your menu, Ada Administrator").click()
    else:
        at.get_by_role("button", name="More", exact=True).last.click()
        assert at.get_by_role("navigation", name="More places").is_visible()
    browser.axe(at)
    browser.no_sideways_scroll(at)


def test_the_page_works_at_four_hundred_per_cent(at: Any) -> None:
    at.set_viewport_size({"width": 320, "height": 256})
    browser.no_sideways_scroll(at)
    assert at.evaluate("getComputedStyle(document.querySelector('.topbar')).position") == "static"


def test_without_script_menus_open_and_the_theme_changes(chromium: Any, live_server: Any, lib: Library) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=browser.PHONE)
    page = context.new_page()
    browser.sign_in(page, live_server, lib.ada)
    page.goto(f"{live_server.url}/design/")
    page.get_by_role("button", name="More", exact=True).last.click()
    assert page.get_by_role("navigation", name="More places").is_visible()
    page.keyboard.press("Escape")
    page.locator("summary[aria-label^='Your menu']").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    context.close()
