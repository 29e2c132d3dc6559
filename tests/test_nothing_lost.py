"""What was typed into a form outlives a sign-in that ended, a page open too long and a server in trouble."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from libsocial.accounts.models import Unit
from posts.models import Campaign
from scheduler.models import Hold
from tests import browser
from tests.cast import PASSWORD, Library

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(page: Page, live_server: Any, lib: Library) -> Page:
    browser.sign_in(page, live_server, lib.ada)
    return page


def campaign_begun(page: Page, live_server: Any) -> None:
    page.goto(live_server.url + reverse("posts:campaign_new"))
    page.get_by_label("Name").first.fill("Seed week")
    page.get_by_label("Brief").fill("Why we do this,\nin many words.")


def signed_out(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def signed_in_again(page: Page, person: Any) -> None:
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def brought_back(page: Page) -> None:
    expect(page.locator("main .begun")).to_contain_text("Seed week")
    browser.axe(page)
    page.get_by_role("button", name="Bring them back").click()
    expect(page.get_by_label("Brief")).to_have_value("Why we do this,\nin many words.")
    expect(page.locator("main .begun")).to_have_count(0)
    page.get_by_role("button", name="Begin the campaign").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Seed week")
    assert Campaign.objects.get().brief.splitlines() == ["Why we do this,", "in many words."]


def test_a_sign_in_that_ended_takes_no_words_away(ada: Page, live_server: Any, lib: Library) -> None:
    campaign_begun(ada, live_server)
    signed_out(ada)
    ada.get_by_role("button", name="Begin the campaign").click()
    expect(ada.get_by_text("Your sign-in had ended")).to_be_visible()
    signed_in_again(ada, lib.ada)
    brought_back(ada)


def test_a_page_open_since_before_signing_in_again_takes_none(ada: Page, live_server: Any, lib: Library) -> None:
    campaign_begun(ada, live_server)
    ada.wait_for_load_state("networkidle")  # an answer still on its way would bring the old proof back
    ada.context.clear_cookies()
    browser.sign_in(ada, live_server, lib.ada)
    ada.get_by_role("button", name="Begin the campaign").click()
    expect(ada.get_by_role("heading", level=1)).to_contain_text("once more")
    ada.goto(live_server.url + reverse("posts:campaign_new"))
    brought_back(ada)


def test_a_network_that_is_gone_takes_none(ada: Page, live_server: Any) -> None:
    campaign_begun(ada, live_server)
    ada.route("**/campaigns/new/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    ada.get_by_role("button", name="Begin the campaign").click()
    ada.wait_for_url("chrome-error://**")
    ada.unroute("**/campaigns/new/")
    ada.goto(live_server.url + reverse("posts:campaign_new"))
    brought_back(ada)


def test_what_arrived_is_not_offered_again(ada: Page, live_server: Any) -> None:
    campaign_begun(ada, live_server)
    ada.get_by_role("button", name="Begin the campaign").click()
    expect(ada.get_by_role("heading", level=1)).to_contain_text("Seed week")
    ada.goto(live_server.url + reverse("posts:campaign_new"))
    expect(ada.get_by_label("Brief")).to_have_value("")
    expect(ada.locator("main .begun")).to_have_count(0)


def test_another_person_in_the_same_window_is_not_offered_them(ada: Page, live_server: Any, lib: Library) -> None:
    campaign_begun(ada, live_server)
    signed_out(ada)
    ada.get_by_role("button", name="Begin the campaign").click()
    signed_in_again(ada, lib.sam)
    expect(ada.get_by_role("button", name="Begin the campaign")).to_be_visible()
    expect(ada.locator("main .begun")).to_have_count(0)


def test_words_left_by_the_way_can_be_thrown_away(ada: Page, live_server: Any) -> None:
    campaign_begun(ada, live_server)
    ada.goto(live_server.url + reverse("today"))
    ada.goto(live_server.url + reverse("posts:campaign_new"))
    ada.get_by_role("button", name="Discard them").click()
    expect(ada.get_by_label("Name").first).to_be_focused()
    ada.reload()
    expect(ada.locator("main .begun")).to_have_count(0)


def test_an_act_sent_signed_out_leads_back_to_the_page_of_its_button(lib: Library) -> None:
    """Not to the address of the act, which has no page."""
    client = Client(headers={"referer": "http://testserver" + reverse("scheduler:pause")})
    answer = client.post(reverse("scheduler:hold"), {"what": f"unit:{Unit.objects.first().path}", "reason": "Storm"})
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('scheduler:pause')}&ended=1"
    assert not Hold.objects.exists()


@pytest.mark.parametrize("came_from", ["https://evil.example/posts/", "", "javascript:alert(1)"])
def test_nobody_is_led_out_of_the_house(lib: Library, came_from: str) -> None:
    client = Client(headers={"referer": came_from})
    assert client.post(reverse("scheduler:hold"))["Location"] == f"{reverse('account_login')}?next=/&ended=1"
