"""What is done on a page before its picture is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string

LONG = (
    "Our winter programme is here: forty evenings, twelve concerts, nine readings and a very long list of thanks. "
) * 6
THREAD = (
    "Moving 80,000 books takes a plan. Ours fits on three pages, and this is the first one.",
    "Second: every shelf gets a number, every box gets the same number, and nobody carries two boxes.",
)


def edit(page: Any) -> None:
    """From a post to its composer."""
    page.get_by_role("link", name="Edit").first.click()
    page.wait_for_load_state("networkidle")


def too_long(page: Any) -> None:
    _write(page, 0, LONG)
    _saved(page)


def thread(page: Any) -> None:
    _write(page, 0, THREAD[0])
    page.locator("[data-add-part=base]").click()
    _write(page, 1, THREAD[1])
    _saved(page)


def palette(page: Any) -> None:
    """The command palette, with something typed."""
    page.keyboard.press("ControlOrMeta+k")
    with page.expect_response(lambda answer: "q=clo" in answer.url):
        page.locator("#palette input").fill("clo")
    page.locator("#palette [role=option]").first.wait_for()


def broken(page: Any) -> None:
    """The page of a fault cannot be asked for in a sound product: it is shown as it would be sent."""
    page.route("**/broken/", lambda route: route.fulfill(body=render_to_string("500.html"), content_type="text/html"))
    page.goto(page.url)
    page.unroute("**/broken/")


def _saved(page: Any) -> None:
    """The composer has kept it, and its previews and problems are those of these words."""
    page.locator("[data-status][data-state=saved]").wait_for()


def _write(page: Any, part: int, text: str) -> None:
    page.locator("[data-scope=base] [data-text]").nth(part).fill(text)
    if part == 0:
        page.locator("[data-channel-pick]").first.check()


ACTS: dict[str, Callable[[Any], None]] = {
    "edit": edit,
    "too_long": too_long,
    "thread": thread,
    "palette": palette,
    "broken": broken,
}
