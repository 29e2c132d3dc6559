"""Writing a post in two languages, in a real browser: by tabs, by keyboard, on a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from posts import drafting
from posts.drafting import DraftLanguage, DraftPart
from posts.models import GlossaryTerm, Post
from tests import browser
from tests.cast import Library
from tests.posts.conftest import again, make_channel, simple, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def post(lib: Library) -> Post:
    GlossaryTerm.objects.create(unit=lib.root, language="es", term="story time", translation="hora de cuentos")
    both = make_channel(lib.north, "Practice both", languages=["en", "es"])
    spanish = DraftLanguage("es", (DraftPart("Hora de cuentos"),))
    draft = replace(simple(both, make_channel(lib.north, "Practice East")), languages=(spanish,))
    return written(lib.alice, lib.north, draft)


def open_composer(page: Any, live_server: Any, lib: Library, post: Post) -> None:
    browser.sign_in(page, live_server, lib.alice)
    page.goto(f"{live_server.url}/posts/{post.pk}/edit/")
    page.wait_for_load_state("networkidle")


def saved(page: Any) -> None:
    page.locator("[data-status][data-state=saved]").wait_for()


def test_a_second_language_is_written_beside_the_first(page: Any, live_server: Any, lib: Library, post: Post) -> None:
    open_composer(page, live_server, lib, post)
    assert page.locator("#base-0-text").is_visible()
    assert not page.locator("#l-es-0-text").is_visible()
    page.locator('[data-tab="es"]').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "l-es-0-text"
    page.keyboard.press("Control+End")
    page.keyboard.type(" el martes")
    saved(page)
    assert page.locator("#l-es mark").inner_text() == "Story time"
    assert drafting.of_revision(again(post).current).languages[0].parts[0].text == "Hora de cuentos el martes"


def test_the_count_of_a_channel_that_says_both_counts_both(
    page: Any, live_server: Any, lib: Library, post: Post
) -> None:
    open_composer(page, live_server, lib, post)
    counts = page.locator("#base-0-counts output").all_inner_texts()
    both = len("Story time on Tuesday") + len("\n\n———\n\n") + len("Hora de cuentos")
    assert sorted(int(count.partition(" ")[0]) for count in counts) == [len("Story time on Tuesday"), both]
    page.fill("#base-0-text", "Story time")
    counts = page.locator("#base-0-counts output").all_inner_texts()
    assert sorted(int(count.partition(" ")[0]) for count in counts) == [10, both - 11]


def test_a_part_added_to_the_source_gets_its_field_in_the_language(
    page: Any, live_server: Any, lib: Library, post: Post
) -> None:
    open_composer(page, live_server, lib, post)
    page.click("[data-add-part=base]")
    page.keyboard.type("Second part")
    page.click('[data-tab="es"]')
    page.fill("#l-es-1-text", "Segunda parte")
    saved(page)
    texts = [part.text for part in drafting.of_revision(again(post).current).languages[0].parts]
    assert texts == ["Hora de cuentos", "Segunda parte"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", sorted(browser.SIZES))
def test_composer_post_page_and_the_page_of_a_unit_are_accessible(
    page: Any, live_server: Any, lib: Library, post: Post, theme: str, size: str
) -> None:
    open_composer(page, live_server, lib, post)
    page.set_viewport_size(browser.SIZES[size])
    getattr(browser, theme)(page)
    page.click('[data-tab="es"]')
    page.locator(".lang-routes summary").click()
    browser.axe(page)
    browser.no_sideways_scroll(page)
    for address in (f"/posts/{post.pk}/", f"/posts/languages/{lib.north.pk}/"):
        page.goto(live_server.url + address)
        browser.axe(page)
        browser.no_sideways_scroll(page)
