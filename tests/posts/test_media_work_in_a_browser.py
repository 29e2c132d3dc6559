"""Text cards and the words of films in a real browser: seen while written, mended by a button, edited by keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from posts import placards
from posts.models import Asset
from posts.services import filming
from tests import browser, reels
from tests.cast import Library
from tests.posts.test_intake import captioned, taken
from tests.posts.test_library import picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def fits(page: Any) -> None:
    """Both themes pass, and the narrowest window needs no sideways scroll."""
    browser.light(page)
    browser.axe(page)
    browser.dark(page)
    browser.axe(page)
    browser.light(page)
    page.set_viewport_size(browser.NARROW)
    browser.no_sideways_scroll(page)
    page.set_viewport_size(browser.DESK)


def test_a_card_is_drawn_while_it_is_written_and_mended_by_its_button(
    page: Any, live_server: Any, lib: Library
) -> None:
    picture(lib, colour="black")
    browser.sign_in(page, live_server, lib.erin)
    page.goto(live_server.url + reverse("posts:media_card_new"))
    shown = page.locator("[data-card-preview] img")
    first = shown.get_attribute("src")
    page.get_by_label("Title").fill("Poetry night")
    page.get_by_label("Date line").fill("Friday 3 May, 19:00")
    expect(shown).not_to_have_attribute("src", first)
    page.get_by_text("they can be read").wait_for()
    fits(page)
    page.locator('[name="picture"]').nth(1).check()
    page.get_by_label("Dim the picture").select_option("0")
    page.get_by_text("do not stand out enough").wait_for()
    browser.axe(page)
    page.get_by_role("button", name="Dim the picture to").click()
    page.get_by_text("they can be read").wait_for()
    page.get_by_role("button", name="Put it into the library").click()
    page.get_by_role("heading", name="Poetry night").wait_for()
    card = Asset.objects.get(original_name="Poetry night")
    kept = placards.read(card.facts["placard"])
    assert kept is not None
    assert kept.dim > 0
    page.get_by_role("link", name="Change the words").click()
    expect(page.get_by_label("Title")).to_have_value("Poetry night")


def test_the_words_of_a_film_are_edited_by_keys_beside_it(page: Any, live_server: Any, lib: Library) -> None:
    film = taken(lib, reels.film(seconds=3))
    row = captioned(lib, film)
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:media_words", args=[film.pk, row.pk]))
    lines = page.locator("[data-words-line]")
    expect(lines).to_have_count(1)
    fits(page)
    page.get_by_label("Split this line").click()
    expect(lines).to_have_count(2)
    words = lines.nth(1).get_by_label("Words")
    expect(words).to_be_focused()
    words.press("Alt+KeyN")
    expect(lines).to_have_count(3)
    page.evaluate("document.querySelector('[data-words-film]').currentTime = 1")
    lines.nth(2).get_by_label("Words").fill("Too early")
    page.keyboard.press("Alt+KeyS")
    expect(lines.nth(2).get_by_label("Begins")).to_have_value("0:01.0")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("Line 3 begins at 0:01.0, before line 2 has ended").first.wait_for()
    browser.axe(page)
    lines.nth(2).get_by_label("Begins").fill("0:01.5")
    lines.nth(2).get_by_label("Ends").fill("0:02.5")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("The captions are saved").wait_for()
    (kept,) = film.captions.all()
    assert [cue.text for cue in filming.cues_of(kept)] == ["Welcome to", "the library", "Too early"]


def test_the_still_picture_follows_the_film_step_by_step(page: Any, live_server: Any, lib: Library) -> None:
    film = taken(lib, reels.film(seconds=3))
    before = film.poster_id
    browser.sign_in(page, live_server, lib.alice)
    page.goto(live_server.url + reverse("posts:media_asset", args=[film.pk]))
    fits(page)
    page.get_by_label("Moment").fill("0:02")
    page.get_by_label("Moment").press("Tab")
    page.get_by_role("button", name="One picture on").click()
    expect(page.get_by_label("Moment")).to_have_value("0:02.04")
    page.get_by_role("button", name="Use this moment").click()
    page.get_by_text("This picture stands for the film now").wait_for()
    film.refresh_from_db()
    assert film.poster_id != before
