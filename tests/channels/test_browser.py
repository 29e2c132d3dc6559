"""Channels and Practice in a real browser: accessible, unbroken at every width, and usable by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from channels_app import services, work
from channels_app.content import Content, LinkCard, Part
from channels_app.models import Channel, PracticePost
from channels_app.practice import network
from channels_app.practice.services import ensure_practice
from tests import browser, cast
from tests.channels.conftest import moored
from tests.channels.harbour import Harbour
from tests.channels.test_practice import picture, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(harbour: Harbour, lib: cast.Library, monkeypatch: Any) -> cast.Library:
    """A library with a channel in every state, and something to read on Practice."""
    monkeypatch.setattr(work, "_sources", [lambda ids: {pk: {"waiting": 3, "held": 1, "in_review": 2} for pk in ids}])
    practice = ensure_practice(lib.north)
    lost = moored(lib.north, name="Harbour Library of the town by the wide and windy sea")
    services.mark_lost(lost, "channel.lost", {"reason": "Harbour no longer knows our token."})
    paused = moored(lib.root, remote_id="two", name="Second", handle="@second-library-account@harbour.example")
    services.pause(by=lib.ada, channel=paused)
    services.lend(by=lib.ada, channel=practice, unit=lib.south)
    services.override(by=lib.ada, channel=practice, fact="text.limit", value=480, reason="A round number for training")
    services.describe(by=lib.ada, channel=practice, owner_of_record="Head office", recovery_notes="Safe, second shelf")
    card = LinkCard("https://example.org/story-time", "Story time moves", "On Saturdays from now on", thumb=picture())
    parts = (
        Part("Story time moves to Saturday, 10:30.\n\nBring a cushion. https://example.org", media=(picture(),) * 3),
    )
    send(practice, Content(parts=(*parts, Part("See the whole programme", card=card)), language="en"))
    send(practice, Content(parts=(Part("We read about spiders"),), content_warning="Spiders"), key="w")
    network.reply(PracticePost.objects.order_by("pk")[0], author="Pat Patron", text="We will be there!")
    return lib


def addresses() -> dict[str, str]:
    practice, lost = Channel.objects.get(platform="practice"), Channel.objects.get(state="needs_reconnect")
    post = PracticePost.objects.order_by("pk")[0]
    return {
        "list": reverse("channels:list"),
        "empty": reverse("channels:list") + "?state=disconnected",
        "connect": reverse("channels:connect"),
        "connect_to": reverse("channels:connect_to", args=["harbour"]),
        "reconnect": reverse("channels:reconnect", args=[lost.pk]),
        "detail": reverse("channels:detail", args=[practice.pk]),
        "lost": reverse("channels:detail", args=[lost.pk]),
        "disconnect": reverse("channels:disconnect", args=[practice.pk]),
        "not_connected": reverse("channels:callback", args=["harbour", "home"]),
        "timeline": reverse("practice:timeline"),
        "account": reverse("practice:account", args=[post.account.handle]),
        "post": reverse("practice:post", args=[post.account.handle, post.pk]),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_every_page_is_accessible(page: Any, live_server: Any, house: cast.Library, theme: str, size: str) -> None:
    browser.sign_in(page, live_server, house.ada)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, theme)(page)
    for address in addresses().values():
        page.goto(live_server.url + address)
        browser.axe(page)
        browser.no_sideways_scroll(page)


def test_pausing_resuming_and_disconnecting_by_hand(page: Any, live_server: Any, house: cast.Library) -> None:
    browser.sign_in(page, live_server, house.ada)
    page.goto(live_server.url + addresses()["detail"])
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Posts that fall due wait.").wait_for()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("link", name="Disconnect").click()
    page.get_by_text("3 planned posts will not go out here").wait_for()
    page.get_by_role("button", name="Disconnect and erase the key").click()
    page.get_by_role("link", name="Connect again").wait_for()
    assert Channel.objects.get(platform="practice").state == "disconnected"


def test_practice_is_connected_by_keyboard_alone(page: Any, live_server: Any, house: cast.Library) -> None:
    browser.sign_in(page, live_server, house.ada)
    page.goto(live_server.url + reverse("channels:connect_to", args=["practice"]))
    page.get_by_label("Name of the account").focus()
    page.keyboard.type("Children’s room")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Children’s room", level=1).wait_for()
    assert Channel.objects.filter(handle="@childrens-room", state="active").exists()


def test_practice_works_for_a_visitor_without_script(chromium: Any, live_server: Any, house: cast.Library) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=browser.SIZES["phone"])
    page = context.new_page()
    page.goto(live_server.url + addresses()["timeline"])
    page.get_by_role("button", name="Like").last.click()
    page.locator(".practice-like[aria-pressed=true]").wait_for()
    page.get_by_text("Show or hide").click()
    page.get_by_text("We read about spiders").wait_for()
    page.goto(live_server.url + addresses()["post"])
    page.get_by_label("Reply", exact=True).fill("Me too")
    page.get_by_role("button", name="Reply").click()
    page.get_by_text("Me too").wait_for()
    context.close()
    assert PracticePost.objects.filter(text="Me too", author_name="A visitor").exists()
