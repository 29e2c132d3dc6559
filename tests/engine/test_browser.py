"""The engine's pages in a real browser: accessible and unbroken at every width, and usable by hand."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.urls import reverse

from channels_app.models import Channel
from scheduler import holds
from scheduler.models import Delivery
from tests import browser
from tests.cast import Library
from tests.engine import story
from tests.engine.farside import FarSide
from tests.engine.story import planned, state, step
from tests.engine.test_journeys import ask_a_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTS = {"holds": "scheduler:holds", "held_list": "scheduler:held", "status": "status"}
PAGES = ("thread", "asked", "failed", "held", *LISTS)


@pytest.fixture
def addresses(channel: Channel, far: FarSide, lib: Library) -> dict[str, str]:
    """Pages with something on each: a thread, one that needs a person, a refusal, a hold with what it holds."""
    asked = ask_a_person(channel, far)
    far.script("422")
    other = story.channel(lib.north, far, name="The Paper of the library by the wide and windy sea", handle="@library")
    failed = planned(other, title="A very long title that no column of any table was ever wide enough for")
    step()
    thread = planned(channel, "one", "two", "three", title="Our summer programme")
    step()
    holds.place(by=lib.ada, scope="all", reason="A storm closed all branches.")
    held = [planned(other, title=f"Held {number}") for number in range(2)]
    step()
    page = {
        "thread": thread, "asked": asked, "failed": failed, "held": held[0],
    }  # fmt: skip
    found = {name: reverse("scheduler:delivery", args=[row.pk]) for name, row in page.items()}
    return found | {name: reverse(at) for name, at in LISTS.items()}


@pytest.mark.parametrize("size", browser.SIZES)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_pages_are_accessible_and_fit(
    look: str, size: str, addresses, lib: Library, page: Any, live_server: Any
) -> None:
    browser.sign_in(page, live_server, lib.ada)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, look)(page)
    for name in PAGES:
        page.goto(live_server.url + addresses[name])
        if shots := os.environ.get("LIBSOCIAL_TEST_SHOTS"):
            page.screenshot(path=f"{shots}/{name}-{size}-{look}.png", full_page=True)
        browser.no_sideways_scroll(page)
        browser.axe(page)


def test_by_keyboard_it_is_there_with_its_address(addresses, lib: Library, page: Any, live_server: Any) -> None:
    browser.sign_in(page, live_server, lib.ada)
    page.goto(live_server.url + addresses["asked"])
    page.get_by_label("Address of the post").focus()
    page.keyboard.type("https://paper.example/@library/7")
    page.keyboard.press("Enter")
    page.get_by_text("See it there").wait_for()
    assert Delivery.objects.filter(state="published", remote_url="https://paper.example/@library/7").exists()


def test_cancelling_asks_first(addresses, lib: Library, page: Any, live_server: Any) -> None:
    browser.sign_in(page, live_server, lib.ada)
    held = Delivery.objects.filter(state="held").first()
    page.goto(live_server.url + reverse("scheduler:delivery", args=[held.pk]))
    page.get_by_role("button", name="Do not send").first.click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "It will not be sent to this channel." in dialog.inner_text()
    assert state(held) == "held"
    dialog.get_by_role("button", name="Do not send").click()
    page.get_by_text("Cancelled. It will not be sent there.").wait_for()
    assert state(held) == "cancelled"


def test_the_page_follows_a_delivery_without_a_reload(channel, far, lib: Library, page: Any, live_server: Any) -> None:
    delivery = planned(channel)
    browser.sign_in(page, live_server, lib.erin)
    page.goto(live_server.url + reverse("scheduler:delivery", args=[delivery.pk]))
    page.get_by_text("Planned for this moment").wait_for()
    step()
    page.get_by_text("See it there").wait_for()
