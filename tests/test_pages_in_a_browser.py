"""Every page in a real browser: accessible in both themes at a desk and on a phone, and no wider than 320 pixels."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests import browser
from tests.cast import Library
from tests.pages import table, world
from tests.pages.world import World

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)
]  # fmt: skip
# Answers that are no page of ours: files, JSON, and what the browser downloads.
NO_PAGES = ("health_", "posts:asset", "posts:post_asset", "practice:picture", "audit:export", "channels:avatar")
NO_PAGES += ("channels:colours", "feeds:rss", "feeds:atom", "feeds:json", "feeds:file")
NO_PAGES += (
    "links:qr",
    "posts:export",
    "posts:import_template",
    "posts:emoji",
    "posts:kit_data",
    "posts:kit_tag",
    "posts:talk_people",
    "notices:open",
    "theme",
    "accounts:first_run",
    "posts:captions",
    "app_manifest",
    "app_icon",
    "app_worker",
)
PARTS = ("analytics:strip", "notices:bell", "posts:picker", "posts:prepared", "accounts:invitation_mail")
PARTS += ("palette", "help_chapter", "today_figures", "today_house", "today_trail")
PARTS += ("posts:who_approves",)


def pages_of(place: World, who: str) -> dict[str, str]:
    at = table.PEOPLE.index(who)
    rows = [row for row in table.ROWS if row.answers[at] in {200, 422} and not row.name.startswith(NO_PAGES + PARTS)]
    rows = [row for row in rows if "format" not in row.query]
    return {row.name: reverse(row.name, args=row.args(place), query=row.asks(place) or None) for row in rows}


def complaints(page: Any) -> list[str]:
    found = []
    looks = [(size, theme) for size in (browser.DESK, browser.PHONE) for theme in ("light", "dark")]
    for size, theme in looks:
        page.set_viewport_size(size)
        getattr(browser, theme)(page)
        try:
            browser.axe(page)
        except AssertionError as error:
            found.append(f"[{size['width']} {theme}] {error}")
    page.set_viewport_size(browser.NARROW)
    try:
        browser.no_sideways_scroll(page)
    except AssertionError as error:
        found.append(f"[320] {error}")
    return found


SHARES = 4  # of the pages of an administrator: each share in a test of its own


@pytest.mark.parametrize(("who", "share"), [("stranger", 0), ("sam", 0), *(("ada", n) for n in range(SHARES))])
def test_every_page_is_accessible(page: Any, live_server: Any, lib: Library, who: str, share: int) -> None:
    place = world.build(lib)
    addresses = pages_of(place, who)
    if who == "ada":
        addresses = dict(list(addresses.items())[share::SHARES])
    if who == "sam":
        addresses = {name: where for name, where in addresses.items() if name.startswith(("posts:review", "status"))}
    if who != "stranger":
        browser.sign_in(page, live_server, getattr(lib, who))
    wrong = {}
    for name, where in addresses.items():
        page.goto(live_server.url + where)
        if found := complaints(page):
            wrong[name] = found
    assert not wrong, "\n".join(f"{name}:\n" + "\n".join(found) for name, found in wrong.items())


def test_an_empty_library_is_accessible_too(page: Any, live_server: Any, lib: Library) -> None:
    browser.sign_in(page, live_server, lib.ada)
    wrong = {}
    names = ("today", "posts:list", "posts:calendar", "posts:review", "channels:list", "analytics:overview")
    for name in (*names, "notices:list", "scheduler:holds", "practice:timeline", "posts:new"):
        page.goto(live_server.url + reverse(name))
        if found := complaints(page):
            wrong[name] = found
    assert not wrong, "\n".join(f"{name}:\n" + "\n".join(found) for name, found in wrong.items())
