"""The newcomer: from an empty folder to the first post on Practice, with no key from anyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import expect

from tests.journeys.hands import Hands
from tests.journeys.product import PASSWORD, Product
from tests.servers.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = "We have opened our doors on this network."


@pytest.mark.parametrize("hands", ["keyboard", "thumb"], indirect=True)
def test_the_first_post_is_written_approved_by_a_colleague_and_seen(
    newcomer: Product, hands: Callable[[], Hands]
) -> None:
    ada = hands()
    open_the_library(ada, newcomer)
    address = write_the_first_post(ada)
    link = invite_a_colleague(ada)
    approve_as_the_colleague(hands(), link)

    def seen() -> bool:
        return WORDS in requests.get(f"{newcomer.address}/practice/", timeout=10).text

    wait_for(seen, what="the post on the Practice timeline")
    ada.page.goto(address)
    receipt = ada.page.locator("main a[href*='/practice/@']").first
    ada.act(receipt)
    where = ada.page.context.pages[-1]
    where.wait_for_load_state()
    expect(where.get_by_text(WORDS).first).to_be_visible()


def open_the_library(ada: Hands, product: Product) -> None:
    """Nothing else is reachable before."""
    ada.page.goto(f"{product.address}/posts/")
    expect(ada.page).to_have_url(f"{product.address}/first-run/")
    ada.write("Code from the terminal", product.code)
    ada.write("Name of the library", "Riverbend Library")
    ada.write("Time zone", "Europe/London")
    ada.write("Your name", "Ada Okafor")
    ada.write("E-mail", "ada@riverbend.example")
    ada.write("Password", PASSWORD)
    ada.press("button", "Open the library")
    expect(ada.page.get_by_role("heading", name="Getting started")).to_be_visible()


def write_the_first_post(ada: Hands) -> str:
    """Gives the address of the post's page."""
    ada.press("link", "New post")
    ada.write("Text", WORDS)
    expect(ada.page.get_by_role("checkbox", name="Riverbend Library")).to_be_checked()
    ada.saved()
    ada.press("button", "Send for approval")
    expect(ada.page.get_by_role("heading", level=1)).to_contain_text("We have opened")
    ada.lasting("A second person approves it.")
    expect(ada.page.get_by_role("button", name="Approve")).to_have_count(0)
    return ada.page.url


def invite_a_colleague(ada: Hands) -> str:
    """By the link of the checklist; gives the address for the colleague."""
    ada.press("link", "Today")
    step = ada.page.get_by_role("listitem").filter(has_text="Invite a colleague")
    ada.act(step.get_by_role("link").first)
    ada.write("E-mail", "sam@riverbend.example")
    ada.choose("Role", "Supervisor")
    ada.press("button", "Make the invitation")
    return ada.page.get_by_role("textbox", name="Invitation link").inner_text().strip()


def approve_as_the_colleague(sam: Hands, link: str) -> None:
    sam.page.goto(link)
    sam.write("Your name", "Sam Whitlock")
    sam.write("Password", PASSWORD)
    sam.press("button", "Make my account")
    expect(sam.page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    sam.press("link", "Review them")
    expect(sam.page.get_by_text(WORDS).first).to_be_visible()
    sam.press("button", "Approve")
    expect(sam.page.get_by_text("Nothing waits for you")).to_be_visible()
